"""The statements of generated code, as the templates call for them.

A template says what stands where in a file; how a statement is spread over lines is `_layout`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from atlex_codegen._docstrings import method_lines, prose_lines
from atlex_codegen._expressions import (
    CACHED_PROPERTY,
    CHECKING,
    CLASS_VAR,
    FINAL,
    FROZENSET,
    MODEL,
    NONE,
    PROPERTY,
    STR,
    TYPE,
    TYPE_ALIAS,
    Brackets,
    Expression,
    Member,
    either,
    list_of,
    sdk,
    value_node,
)
from atlex_codegen._imports import ModuleImports
from atlex_codegen._layout import Around, Node, Words, flat, items_of, lay_out
from atlex_codegen._plan import (
    AliasPlan,
    ArgumentPlan,
    ChildPlan,
    ClassPlan,
    DescriptorPlan,
    FieldPlan,
    InheritedPlan,
    MethodPlan,
    NamespacePlan,
    PagePlan,
    PermissionSetPlan,
    ReaderPlan,
    RecordPlan,
    RecordsPlan,
)
from atlex_codegen._text import comment, docstring, literal

__all__ = ["Statements", "doc", "listing", "mixin_name"]


def doc(paragraphs: Iterable[str], indent: int) -> str:
    """A docstring."""
    return docstring(prose_lines(paragraphs, indent), indent)


def listing(start: str, names: Iterable[str]) -> str:
    """A statement that ends in a list of strings."""
    return lay_out(Around(start, items_of("[", map(literal, names), "]")))


def mixin_name(mixin: InheritedPlan) -> str:
    """What a class from a plugin is bound to."""
    return f"_{mixin.source.replace('.', '_').strip('_')}_{mixin.name}"


class Statements:
    """Writes the statements of one module.

    Args:
        imports: What the module imports.
    """

    comment = staticmethod(comment)
    doc = staticmethod(doc)
    listing = staticmethod(listing)
    literal = staticmethod(literal)

    def __init__(self, imports: ModuleImports) -> None:
        self._imports = imports
        self._names = imports.names.__getitem__

    def name(self, expression: Expression) -> str:
        """An expression on one line."""
        return flat(self._node(expression))

    def sdk(self, name: str) -> str:
        """A name of the interface."""
        return f"{self._imports.sdk}.{name}"

    def _node(self, expression: Expression) -> Node:
        return expression.node(self._names)

    # Modules

    def lazy_package(
        self,
        modules: Sequence[str],
        inherited: Sequence[InheritedPlan],
        elsewhere: Sequence[tuple[str, str]] = (),
    ) -> str:
        """The statement that makes a package load its parts when they are first used, in a block.

        Args:
            modules: Its submodules; without any, they are all that the package has.
            inherited: What lives in other packages.
            elsewhere: What lives in a submodule, and which.
        """
        arguments: list[Node] = ["__name__", value_node(tuple(modules)) if modules else "__all__"]
        elsewhere = [*elsewhere, *((part.name, part.source) for part in inherited)]
        if elsewhere:
            pairs = [f"{literal(name)}: {literal(home)}" for name, home in elsewhere]
            arguments.append(items_of("{", pairs, "}"))
        call = items_of(f"__getattr__, __dir__ = {self.sdk('lazy_package')}(", arguments, ")")
        return lay_out(call, 4, 4)

    def lazy_names(self, aliases: Iterable[AliasPlan] = ()) -> str:
        """The statement that binds the modules and types which load when they are first used, in a block."""
        modules = [f"{literal(each.handle)}: {literal(each.lazy_name)}" for each in self._imports.modules]
        types = [
            Around(f"{literal(alias.name)}: ", Words(flat(self._node(alias.marked))))
            for alias in aliases
            if alias.marked is not None
        ]
        arguments: list[Node] = ["__name__", items_of("{", modules, "}")]
        if types:
            arguments.append(items_of("{", types, "}"))
        return lay_out(items_of(f"{self.sdk('lazy_names')}(", arguments, ")"), 4, 4)

    def alias(self, alias: AliasPlan, indent: int) -> str:
        """The statement that binds an alias."""
        before = f"{alias.name}: {self.name(TYPE_ALIAS)} = "
        return before + lay_out(self._node(alias.type), indent, indent + len(before))

    # Classes

    def base(self, name: str) -> str:
        """A base class of the interface."""
        return self.name(sdk(name))

    def class_bases(self, class_: ClassPlan) -> str:
        """The bases of a class."""
        return ", ".join([*map(mixin_name, class_.mixins), self.base(class_.base)])

    def nullable(self, names: Sequence[str]) -> str:
        """The line that says which attributes are nullable, in a class."""
        items = items_of("{", map(literal, names), "}")
        start = self._class_var("lex_nullable", Brackets(FROZENSET, (STR,)))
        return lay_out(Around(f"{start}{self.name(FROZENSET)}(", items, ")"), 4, 4)

    def _class_var(self, name: str, type_: Expression) -> str:
        return f"{name}: {self.name(Brackets(CLASS_VAR, (type_,)))} = "

    def fields(self, fields: Iterable[FieldPlan]) -> str:
        """The attributes of a class with their docstrings; one that has none follows another such closely."""
        lines: list[str] = []
        follows_doc = False
        for field in fields:
            if lines and (field.doc or follows_doc):
                lines.append("")
            lines.append(f"    {lay_out(self._typed(field.name, field.type, field.default), 4, 4)}")
            if field.doc:
                lines.append(f"    {doc(field.doc, 4)}")
            follows_doc = bool(field.doc)
        return "\n".join(lines)

    def _typed(self, name: str, type_: Expression, default: str) -> Node:
        """A name with its type, and with its default where it has one: None, or a constant of the interface."""
        if default:
            default = " = None" if default == "None" else f" = {self.sdk(default)}"
        return Around(f"{name}: ", self._node(type_), default)

    def reader(self, reader: ReaderPlan) -> str:
        """The signature of an ``x_as`` method."""
        parts = ["self", f"type_: {self.name(Brackets(TYPE, (MODEL,)))}", "/", "*"]
        validation = f'validation: {self.name(sdk("Validation"))} = "lenient"'
        returns = either(MODEL, NONE) if reader.nullable else MODEL
        return self._definition(f"def {reader.name}(", [*parts, validation], returns)

    def property(self) -> str:
        """What makes a method a property."""
        return self.name(PROPERTY)

    def cached_property(self) -> str:
        """What makes a method a property that is computed once."""
        return self.name(CACHED_PROPERTY)

    def type_checking(self) -> str:
        """The condition of what only type checkers see."""
        return self.name(CHECKING)

    def final(self) -> str:
        """The annotation of a constant."""
        return self.name(FINAL)

    def items(self, page: PagePlan) -> str:
        """The signature of the method that gives the items of a page."""
        return self._definition("def lex_items(", ["self"], list_of(page.item))

    def _definition(self, start: str, parts: Iterable[Node], returns: Expression) -> str:
        return lay_out(items_of(start, parts, f") -> {self.name(returns)}:"), 4, 4)

    # Descriptors

    def descriptor(self, method: DescriptorPlan) -> str:
        """The statement that binds ``METHOD``."""
        types = {
            "Query": (method.params, method.output),
            "Procedure": (method.params, method.input, method.output),
            "Subscription": (method.params, method.output),
        }[method.kind]
        type_ = Brackets(sdk(method.kind), tuple(each or NONE for each in types))
        arguments: list[Node] = [literal(method.nsid)]
        answered = "message" if method.kind == "Subscription" else "output"
        for keyword, each in (("params", method.params), ("input", method.input), (answered, method.output)):
            if each is not None:
                arguments.append(f"{keyword}=lambda: {self.name(each)}")
        if method.input_encoding is not None:
            arguments.append(f"input_encoding={literal(method.input_encoding)}")
        if method.output_encoding is not None:
            arguments.append(f"output_encoding={literal(method.output_encoding)}")
        if method.errors:
            pairs = [f"{literal(code)}: {name}" for code, name in method.errors]
            arguments.append(Around("errors=", items_of("{", pairs, "}")))
        return self._constant("METHOD", type_, method.kind, arguments)

    def record(self, record: RecordPlan) -> str:
        """The statement that binds ``RECORD``."""
        name = self.name(record.type)
        arguments = [literal(record.nsid), f"key={literal(record.key)}", f"type=lambda: {name}"]
        return self._constant("RECORD", Brackets(sdk("Record"), (record.type,)), "Record", arguments)

    def permission_set(self, permission_set: PermissionSetPlan) -> str:
        """The statement that binds ``PERMISSION_SET``."""
        arguments: list[Node] = [literal(permission_set.nsid)]
        if permission_set.permissions:
            arguments.append(Around("permissions=", value_node(permission_set.permissions)))
        return self._constant("PERMISSION_SET", sdk("PermissionSet"), "PermissionSet", arguments)

    def _constant(self, name: str, type_: Expression, kind: str, arguments: Iterable[Node]) -> str:
        before = f"{name}: {self.name(Brackets(FINAL, (type_,)))} = "
        return lay_out(items_of(f"{before}{self.sdk(kind)}(", arguments, ")"))

    # Namespaces

    def lex_methods(self, methods: Iterable[tuple[str, Member]]) -> str:
        """The line that says where the methods of the record and blob calls are, in a client's class."""
        pairs = [f"{literal(nsid)}: lambda: {self.name(member)}" for nsid, member in methods]
        return lay_out(items_of(self._class_var("lex_methods", sdk("Methods")) + "{", pairs, "}"), 4, 4)

    def lex_proxies(self, proxies: Iterable[tuple[str, str]]) -> str:
        """The line that says which services methods go to, in a client's class."""
        pairs = [f"{literal(namespace)}: {literal(service)}" for namespace, service in proxies]
        return lay_out(items_of(self._class_var("lex_proxies", sdk("Proxies")) + "{", pairs, "}"), 4, 4)

    def namespace_base(self, namespace: NamespacePlan, *, is_async: bool) -> str:
        """The bases of a namespace's class."""
        bases = [
            self.name(replace(base, name=_prefixed(base.name, is_async=is_async))) for base in namespace.bases
        ]
        if namespace.collection is not None:
            bases.insert(0, "_AsyncBase" if is_async else "_Base")
        if bases:
            return ", ".join(bases)
        if not namespace.path:
            return self.base("BaseAsyncClient" if is_async else "BaseClient")
        return self.base("AsyncNamespace" if is_async else "Namespace")

    def collection_base(self, records: RecordsPlan, *, is_async: bool) -> str:
        """The base of a namespace that is a collection of records."""
        return self.base(_prefixed(records.base, is_async=is_async))

    def child(self, child: ChildPlan, namespace: NamespacePlan, *, is_async: bool) -> str:
        """The property and the statement that make a namespace below another, or below the client itself."""
        class_ = Member(child.type.path, child.type.handle, _prefixed(child.type.name, is_async=is_async))
        client = "self._client" if namespace.path else "self"
        arguments = [client] if child.collection is None else [client, self.name(child.collection)]
        call = items_of(f"return {self.name(class_)}(", arguments, ")")
        return self._cached(child.name, class_, f'"""The namespace ``{child.nsid}``."""', call)

    def records(self, records: RecordsPlan, *, is_async: bool) -> str:
        """The property and the statement that make a collection."""
        base = sdk(_prefixed(records.base, is_async=is_async))
        arguments = ["self._client", self.name(records.descriptor)]
        call = items_of(f"return {self.name(base)}(", arguments, ")")
        return self._cached(records.name, Brackets(base, (records.type,)), doc(records.doc, 8), call)

    def _cached(self, name: str, type_: Expression, said: str, statement: Node) -> str:
        signature = self._definition(f"def {name}(", ["self"], type_)
        return f"{signature}\n        {said}\n        {lay_out(statement, 8, 8)}"

    def method(self, method: MethodPlan, *, is_async: bool) -> str:
        """A method of a namespace."""
        keyword = "async def" if is_async else "def"
        parts: list[Node] = ["self"]
        if method.arguments:
            parts += ["*", *(self._argument(argument, is_async=is_async) for argument in method.arguments)]
        signature = self._definition(f"{keyword} {method.name}(", parts, method.returns)
        said = docstring(method_lines(method, 8), 8)
        return f"{signature}\n        {said}\n        {self._call(method, is_async=is_async)}"

    def _argument(self, argument: ArgumentPlan, *, is_async: bool) -> Node:
        """A keyword argument."""
        type_ = argument.type
        if argument.goes_to == "data" and not is_async:
            type_ = sdk("SyncBody")
        return self._typed(argument.name, type_, argument.default or "")

    def _call(self, method: MethodPlan, *, is_async: bool) -> str:
        """The one statement of a method."""
        parts: list[Node] = [self.name(method.descriptor)]
        for keyword in ("params", "input"):
            pairs = [
                f"{literal(argument.key)}: {argument.name}"
                for argument in method.arguments
                if argument.goes_to == keyword
            ]
            if pairs or (keyword == "input" and method.sends_input):
                parts.append(Around(f"{keyword}=", items_of("{", pairs, "}")))
        for argument in method.arguments:
            if argument.goes_to in {"body", "data", "content_type"}:
                name = "input" if argument.goes_to == "body" else argument.goes_to
                parts.append(f"{name}={argument.name}")
        start = "await self._call(" if is_async else "self._call("
        if method.returns != NONE:
            start = f"return {start}"
        return lay_out(items_of(start, parts, ")"), 8, 8)


def _prefixed(name: str, *, is_async: bool) -> str:
    return f"Async{name}" if is_async else name
