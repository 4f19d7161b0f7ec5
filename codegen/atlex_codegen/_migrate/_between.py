"""Code that uses a generated package, brought up to a newer one, as a diff of their documents says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import libcst as cst

from atlex_codegen._diff._changes import PythonName
from atlex_codegen._migrate._changes import Changes, Renamed, Values
from atlex_codegen._migrate._generated import Generated
from atlex_codegen._migrate._imports import Imports, names_in
from atlex_codegen._migrate._inference import Inference, dotted
from atlex_codegen._migrate._package import Package
from atlex_codegen._migrate._quoted import in_quotes_of, with_names
from atlex_codegen._migrate._references import References
from atlex_codegen._migrate._report import Leftover
from atlex_codegen._migrate._types import (
    AnyOf,
    ClassOf,
    Client,
    External,
    Instance,
    Member,
    Module,
    Symbol,
    Type,
)

__all__ = ["update_module"]


def update_module(
    source: cst.Module, old: Generated, new: Package, changes: Changes
) -> tuple[cst.Module, tuple[Leftover, ...]]:
    """Bring one module up to the newer package.

    Args:
        source: The module.
        old: The types of the older package.
        new: The newer package.
        changes: What changed between them.
    """
    inference = Inference(source, old)
    references = References(inference, old.belongs)
    if not references.imports:
        return source, ()
    updater = _Updater(inference, references, old, new, changes)
    updated = inference.module.visit(updater)
    added = updater.imports.statements(names_in(updated))
    if added:
        updated = references.with_imports(updated, added)
    return updated, tuple(sorted(set(updater.leftovers)))


class _Updater(cst.CSTTransformer):
    def __init__(
        self, inference: Inference, references: References, old: Generated, new: Package, changes: Changes
    ) -> None:
        super().__init__()
        self._inference = inference
        self._references = references
        self._world = old
        self._old = old.package
        self._new = new
        self._changes = changes
        self.imports = Imports(inference.module, ())
        self.leftovers: list[Leftover] = []
        self._places: dict[int, tuple[str, ...]] = {}
        self._kept: set[int] = set()
        self._locals: dict[tuple[int, str], str] = {}

    def _report(self, node: cst.CSTNode, message: str) -> None:
        self.leftovers.append(Leftover(self._inference.line(node), message))

    # The names of modules, and what is in them.

    def _name(self, of: Type | None) -> PythonName | None:
        """The name that a type is known by in a diff."""
        match of:
            case Module(nsid):
                return PythonName("module", self._old.naming.path(nsid))
            case ClassOf(Instance() as made):
                path = self._old.class_of(made)
                return None if path is None else PythonName("class", path[:-1], path[-1])
            case Symbol("alias", path, name):
                return PythonName("alias", path, name)
            case Symbol("constant", path, name):
                return PythonName("constant", path, name)
            case Symbol("error", path, name):
                return PythonName("error", path, name)
            case Symbol("descriptor", path):
                return PythonName("module", path)
            case _:
                return None

    def _place(self, node: cst.CSTNode, of: Type | None) -> tuple[str, ...] | None:
        """Where the newer package has what an expression stands for; None where that hasn't changed, or isn't known."""
        name = self._name(of)
        renamed = None if name is None else self._changes.of(name)
        if name is None or renamed is None:
            return None
        if renamed.new is None:
            self._report(node, self._gone(name, renamed))
            return None
        new = (*renamed.new.path, *filter(None, [renamed.new.name]))
        return (*new, of.name) if isinstance(of, Symbol) and of.kind == "descriptor" else new

    def _gone(self, name: PythonName, renamed: Renamed) -> str:
        return f"{name} is gone" + (
            f": {renamed.guess} may be what it is called now" if renamed.guess else ""
        )

    # Imports.

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        node = original_node.body[0] if len(original_node.body) == 1 else None
        if not isinstance(node, cst.ImportFrom) or isinstance(node.names, cst.ImportStar) or node.relative:
            return updated_node
        if not self._world.belongs(dotted(node.module)):
            return updated_node
        return self._imported(node, node.names, updated_node)

    def _imported(
        self, node: cst.ImportFrom, aliases: Sequence[cst.ImportAlias], updated: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        here = dotted(node.module)
        groups: dict[str, list[cst.ImportAlias]] = {}
        is_changed = False
        for alias in aliases:
            of = self._world.imported(here, alias.evaluated_name)
            if of is None and not (self._old.is_based and here == self._old.name):
                self._report(node, f"{here}.{alias.evaluated_name} isn't known")
            place = self._place(node, of)
            if place is None:
                groups.setdefault(here, []).append(alias)
                continue
            is_changed = True
            module = ".".join((self._new.name, *place[:-1]))
            groups.setdefault(module, []).append(self._alias(node, alias, place[-1]))
        if not is_changed:
            return updated
        statements: list[cst.SimpleStatementLine] = []
        for module, names in groups.items():
            if names[-1].comma != aliases[-1].comma:
                names[-1] = names[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            moved = node.with_changes(module=cst.parse_expression(module), names=names)
            lines_above: Sequence[cst.EmptyLine] = () if statements else updated.leading_lines
            statements.append(updated.with_changes(body=[moved], leading_lines=lines_above))
        return cst.FlattenSentinel(statements)

    def _alias(self, node: cst.ImportFrom, alias: cst.ImportAlias, name: str) -> cst.ImportAlias:
        local = alias.evaluated_alias or alias.evaluated_name
        renamed = alias.with_changes(name=cst.Name(name))
        if local == name and alias.asname is not None:
            return renamed.with_changes(asname=None)
        if alias.asname is not None or local == name:
            return renamed
        if self.imports.is_taken(name):
            return renamed.with_changes(asname=cst.AsName(cst.Name(local)))
        self._locals[id(node), local] = name
        return renamed

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Import(self, node: cst.Import) -> bool:
        for alias in node.names:
            if self._world.belongs(alias.evaluated_name):
                of = self._world.imported(alias.evaluated_name, "")
                if (place := self._place(node, of)) is not None:
                    self._report(node, f"{alias.evaluated_name} is {'.'.join((self._new.name, *place))} now")
        return False

    # Expressions.

    def visit_Attribute(self, node: cst.Attribute) -> None:
        if id(node) in self._kept:
            return
        of = self._inference.type_of(node)
        if self._name(of) is not None:
            self._keep(node)
            place = self._place(node, of)
            if place is not None:
                self._places[id(node)] = place

    def _keep(self, node: cst.BaseExpression) -> None:
        while isinstance(node, cst.Attribute):
            node = node.value
            self._kept.add(id(node))

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        name = self._local(original_node)
        return updated_node if name is None else updated_node.with_changes(value=name)

    def _local(self, node: cst.BaseExpression) -> str | None:
        """The newer name of what an expression begins with, for one that an import has renamed."""
        alias = self._references.alias(node)
        return None if alias is None else self._locals.get(alias)

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.BaseExpression:
        text = original_node.evaluated_value
        if isinstance(text, str) and (now := self._changes.nsids.get(text)) is not None:
            self._report(original_node, f"{text} is called {now} now: correct the text if it means that")
        if not isinstance(text, str) or not self._references.is_reference(original_node):
            return updated_node
        return with_names(original_node, lambda name: self._quoted(original_node, name)) or updated_node

    def _quoted(self, node: cst.SimpleString, name: str) -> cst.BaseExpression | None:
        """What takes the place of a name in a quoted annotation."""
        first, dot, others = name.partition(".")
        place = self._place(node, self._inference.type_of_name(name, node))
        if place is not None and dot:
            return cst.parse_expression(".".join((self._root(place), *place[1:])))
        alias = self._references.alias(node)
        local = self._locals.get(alias) if alias is not None and alias[1] == first else None
        return None if local is None else cst.parse_expression(local + dot + others)

    def _root(self, place: tuple[str, ...]) -> str:
        return self.imports.name(self._new.name, place[0]).value

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        if (place := self._places.get(id(original_node))) is not None:
            return self._relocated(original_node, updated_node, place)
        if id(original_node) in self._kept:
            return updated_node
        of, base = self._inference.type_of(original_node), self._inference.type_of(original_node.value)
        if isinstance(of, Member):
            return self._member(original_node, updated_node, of)
        if isinstance(base, Instance | AnyOf):
            return self._field(original_node, updated_node, base)
        return updated_node

    def _relocated(
        self, original: cst.Attribute, updated: cst.Attribute, place: tuple[str, ...]
    ) -> cst.BaseExpression:
        """A dotted name that leads to another place of the package."""
        base = self._inference.type_of(original.value)
        if isinstance(base, Module):
            name = PythonName("module", self._old.naming.path(base.nsid))
            moved = self._changes.of(name)
            is_variable = isinstance(original.value, cst.Name) and not self._is_root(original.value)
            if is_variable and (moved.new.path if moved and moved.new else name.path) == place[:-1]:
                return updated.with_changes(attr=cst.Name(place[-1]))
        start: cst.BaseExpression = original
        while isinstance(start, cst.Attribute):
            start = start.value
        # `shop_sdk.com…` goes on from the package itself, `com…` from a name that is imported.
        is_package = self._inference.type_of(start) == External("package")
        found = start if is_package else self.imports.name(self._new.name, place[0])
        for part in place if is_package else place[1:]:
            found = cst.Attribute(found, cst.Name(part))
        return found.with_changes(lpar=updated.lpar, rpar=updated.rpar)

    def _is_root(self, node: cst.Name) -> bool:
        of = self._inference.type_of(node)
        return isinstance(of, Module) and "." not in of.nsid and self._references.is_reference(node)

    # What a client offers.

    def _on_client(self, of: Member) -> PythonName:
        """The name of a method or a collection."""
        parts = of.nsid.split(".")
        path = tuple(self._old.member(".".join(parts[:end])) for end in range(1, len(parts) + 1))
        is_record = self._old.record(of.nsid) is not None
        return PythonName("collection" if is_record else "method", path[:-1], path[-1])

    def _member(self, original: cst.Attribute, updated: cst.Attribute, of: Member) -> cst.BaseExpression:
        parent = self._inference.parents[original]
        is_inner = isinstance(parent, cst.Attribute) and isinstance(self._inference.type_of(parent), Member)
        if self._old.method(of.nsid) is None and self._old.record(of.nsid) is None:
            if not is_inner and of.nsid not in self._new.naming.paths:
                self._report(original, f"client.{of.nsid} is gone: see where its methods are now")
            return updated
        name = self._on_client(of)
        renamed = self._changes.of(name)
        if renamed is None or is_inner:
            return updated
        if renamed.new is None:
            self._report(original, self._gone(name, renamed))
            return updated
        source: cst.BaseExpression = original
        found: cst.BaseExpression = updated
        depth = 0
        while isinstance(source, cst.Attribute) and isinstance(found, cst.Attribute):
            source, found, depth = source.value, found.value, depth + 1
            if isinstance(self._inference.type_of(source), Client):
                for part in (*renamed.new.path, renamed.new.name):
                    found = cst.Attribute(found, cst.Name(part))
                return found.with_changes(lpar=updated.lpar, rpar=updated.rpar)
        if renamed.new.path == name.path:
            return updated.with_changes(attr=cst.Name(renamed.new.name))
        self._report(original, f"{name} is {renamed.new} now: call it from the client")
        return updated

    # Fields.

    def _members(self, base: Instance | AnyOf) -> tuple[Instance, ...]:
        return base.members if isinstance(base, AnyOf) else (base,)

    def _field_name(self, of: Instance, attribute: str) -> PythonName | None:
        path = self._old.class_of(of)
        if path is None or self._old.wire_name(of.part, attribute) is None:
            return None
        return PythonName("field", path[:-1], path[-1], attribute)

    def _field(
        self, original: cst.Attribute, updated: cst.Attribute, base: Instance | AnyOf
    ) -> cst.BaseExpression:
        attribute = original.attr.value
        suffix = ""
        names = [self._field_name(member, attribute) for member in self._members(base)]
        if not any(names) and attribute.endswith("_as"):
            suffix, attribute = "_as", attribute.removesuffix("_as")
            names = [self._field_name(member, attribute) for member in self._members(base)]
        known = [name for name in names if name is not None]
        now: set[str] = set()
        for name in known:
            renamed = self._changes.of(name)
            if renamed is not None and renamed.new is None:
                self._report(original, self._gone(name, renamed))
                return updated
            now.add(attribute if renamed is None or renamed.new is None else renamed.new.member)
            self._look_at_type(original, name)
        if len(now) > 1:
            self._report(
                original, f"{attribute} is {' or '.join(sorted(now))} now: find out what it is first"
            )
        if len(now) != 1:
            return updated
        return updated.with_changes(attr=cst.Name(now.pop() + suffix))

    def _look_at_type(self, node: cst.Attribute, name: PythonName) -> None:
        """Report a field whose type is another now, where the program goes on with its value."""
        change = self._changes.retyped(name)
        parent = self._inference.parents[node]
        goes_on = isinstance(
            parent, cst.Attribute | cst.Subscript | cst.BinaryOperation | cst.For | cst.CompFor | cst.Call
        )
        if change is None or not (goes_on or isinstance(parent, cst.AssignTarget)):
            return
        owner = self._field_of(node)
        if owner is not None and self._values_of(*owner) is not None:
            return
        if self._changes.is_union_now(name):
            said = f"{name} can be several things now: find out which with isinstance"
        elif change.new_type != change.old_type:
            said = f"{name} is {change.new_type} now, and was {change.old_type}"
        else:
            return
        self._report(node, said)

    # Calls.

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        function = self._inference.type_of(original_node.func)
        match function:
            case Member() if self._old.method(function.nsid) is not None:
                return self._called(original_node, updated_node, function)
            case External("client.paginate") if original_node.args:
                method = self._inference.type_of(original_node.args[0].value)
                return (
                    self._called(original_node, updated_node, method)
                    if isinstance(method, Member)
                    else updated_node
                )
            case ClassOf(Instance() as made):
                return self._made(original_node, updated_node, made)
            case External("client.xrpc") if original_node.args:
                return self._by_descriptor(original_node, updated_node)
            case _:
                return updated_node

    def _by_descriptor(self, original: cst.Call, updated: cst.Call) -> cst.BaseExpression:
        """A call of ``xrpc``, whose arguments are dictionaries by Python names."""
        method = self._inference.type_of(original.args[0].value)
        nsid = self._world.module(method.path) if isinstance(method, Symbol) else None
        if nsid is None or self._old.method(nsid) is None:
            return updated
        name = self._on_client(Member(nsid, asynchronous=False))
        args = [
            argument.with_changes(value=self._renamed_keys(argument.value, name))
            if isinstance(argument.value, cst.Dict)
            else argument
            for argument in updated.args
        ]
        return updated.with_changes(args=args)

    def _renamed_keys(self, display: cst.Dict, method: PythonName) -> cst.Dict:
        elements: list[cst.BaseDictElement] = []
        for element in display.elements:
            key = element.key if isinstance(element, cst.DictElement) else None
            text = key.evaluated_value if isinstance(key, cst.SimpleString) else None
            if isinstance(key, cst.SimpleString) and isinstance(text, str):
                renamed = self._changes.of(PythonName("argument", method.path, method.name, text))
                if renamed is not None and renamed.new is not None:
                    element = element.with_changes(key=in_quotes_of(key, renamed.new.member))  # noqa: PLW2901
            elements.append(element)
        return display.with_changes(elements=elements)

    def _called(self, original: cst.Call, updated: cst.Call, member: Member) -> cst.BaseExpression:
        name = self._on_client(member)
        return self._with_keywords(
            original, updated, "argument", name, lambda keyword: self._argument_owner(member.nsid, keyword)
        )

    def _argument_owner(self, nsid: str, argument: str) -> tuple[Instance, str] | None:
        for _, owner in self._world.arguments(nsid):
            wire = self._old.wire_name(owner.part, argument)
            if wire is not None:
                return owner, wire
        return None

    def _made(self, original: cst.Call, updated: cst.Call, made: Instance) -> cst.BaseExpression:
        path = self._old.class_of(made)
        if path is None:
            return updated

        def owner(keyword: str) -> tuple[Instance, str] | None:
            wire = self._old.wire_name(made.part, keyword)
            return None if wire is None else (made, wire)

        return self._with_keywords(
            original, updated, "field", PythonName("class", path[:-1], path[-1]), owner
        )

    def _with_keywords(
        self,
        original: cst.Call,
        updated: cst.Call,
        kind: Literal["argument", "field"],
        name: PythonName,
        owner: Callable[[str], tuple[Instance, str] | None],
    ) -> cst.BaseExpression:
        """A call of a method or a class with its keyword arguments under their newer names."""
        renamed = self._changes.of(name)
        if renamed is not None and renamed.new is None:
            return updated
        new = name if renamed is None or renamed.new is None else renamed.new
        args: list[cst.Arg] = []
        given: set[str] = set()
        for source, argument in zip(original.args, updated.args, strict=True):
            if source.keyword is None:
                args.append(argument)
                continue
            old = PythonName(kind, name.path, name.name, source.keyword.value)
            args.append(self._keyword(source, argument, old, owner(source.keyword.value)))
            keyword = args[-1].keyword
            given.add(source.keyword.value if keyword is None else keyword.value)
        self._look_for_required(original, given, kind, new)
        return updated.with_changes(args=args)

    def _keyword(
        self, source: cst.Arg, argument: cst.Arg, name: PythonName, owner: tuple[Instance, str] | None
    ) -> cst.Arg:
        """A keyword argument under its newer name, with its newer value."""
        renamed = self._changes.of(name)
        if renamed is not None and renamed.new is None:
            self._report(source, self._gone(name, renamed))
            return argument
        if renamed is not None and renamed.new is not None:
            argument = argument.with_changes(keyword=cst.Name(renamed.new.member))
        if owner is None:
            return argument
        return argument.with_changes(value=self._value(source.value, argument.value, *owner))

    def _look_for_required(self, node: cst.Call, given: set[str], kind: str, new: PythonName) -> None:
        missing = [name for name in self._changes.required(kind, new.path, new.name) if name not in given]
        if missing and any(argument.star == "**" for argument in node.args):
            self._report(node, f"{new}: see that ** gives {', '.join(missing)}")
        elif missing:
            self._report(node, f"{new} has to be given {', '.join(missing)}")

    # Values.

    def _values_of(self, owner: Instance, wire: str) -> Values | None:
        """What became of the values that a field may have."""
        prop = owner.part.properties.get(wire)
        return None if prop is None else self._changes.values(owner.nsid, prop.schema.pointer)

    def _value(
        self, source: cst.BaseExpression, value: cst.BaseExpression, owner: Instance, wire: str
    ) -> cst.BaseExpression:
        """A text that is one of the values of a field, as it is now."""
        if not isinstance(source, cst.SimpleString) or not isinstance(value, cst.SimpleString):
            return value
        values = self._values_of(owner, wire)
        text = source.evaluated_value
        if values is None or not isinstance(text, str) or text not in values.lost:
            return value
        now = values.lost[text]
        if now is None:
            known = ", ".join(values.found)
            self._report(
                source, f"{text!r} is no value of {wire} any more" + (f": new are {known}" if known else "")
            )
            return value
        return in_quotes_of(value, now)

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:
        owner = self._field_of(original_node.targets[0].target)
        if owner is None:
            return updated_node
        return updated_node.with_changes(value=self._value(original_node.value, updated_node.value, *owner))

    def leave_Comparison(
        self, original_node: cst.Comparison, updated_node: cst.Comparison
    ) -> cst.BaseExpression:
        sides = [original_node.left, *(target.comparator for target in original_node.comparisons)]
        owner = next((found for side in sides if (found := self._field_of(side)) is not None), None)
        if owner is None:
            return updated_node
        targets = [
            target.with_changes(comparator=self._compared(source.comparator, target.comparator, owner))
            for source, target in zip(original_node.comparisons, updated_node.comparisons, strict=True)
        ]
        return updated_node.with_changes(
            left=self._compared(original_node.left, updated_node.left, owner), comparisons=targets
        )

    def _field_of(self, node: cst.BaseExpression) -> tuple[Instance, str] | None:
        """The field that an expression reads."""
        if not isinstance(node, cst.Attribute):
            return None
        base = self._inference.type_of(node.value)
        if not isinstance(base, Instance):
            return None
        wire = self._old.wire_name(base.part, node.attr.value)
        return None if wire is None else (base, wire)

    def _compared(
        self, source: cst.BaseExpression, value: cst.BaseExpression, owner: tuple[Instance, str]
    ) -> cst.BaseExpression:
        if isinstance(source, cst.Tuple | cst.List | cst.Set) and isinstance(value, type(source)):
            elements = [
                element.with_changes(value=self._value(was.value, element.value, *owner))
                for was, element in zip(source.elements, value.elements, strict=True)
            ]
            return value.with_changes(elements=elements)
        return self._value(source, value, *owner)

    def leave_MatchKeywordElement(
        self, original_node: cst.MatchKeywordElement, updated_node: cst.MatchKeywordElement
    ) -> cst.MatchKeywordElement:
        pattern = self._inference.parents[original_node]
        of = self._inference.type_of(pattern.cls) if isinstance(pattern, cst.MatchClass) else None
        made = of.of if isinstance(of, ClassOf) else None
        name = self._field_name(made, original_node.key.value) if isinstance(made, Instance) else None
        renamed = None if name is None else self._changes.of(name)
        if name is None or renamed is None:
            return updated_node
        if renamed.new is None:
            self._report(original_node, self._gone(name, renamed))
            return updated_node
        return updated_node.with_changes(key=cst.Name(renamed.new.member))
