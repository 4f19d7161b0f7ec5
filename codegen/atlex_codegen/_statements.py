"""The statements of generated code that need laying out, as the templates' filters.

A template says what stands where in a file; how a statement is spread over lines is decided here, as `ruff format`
would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, cast

from atlex_codegen._docstrings import method_lines, prose_lines
from atlex_codegen._expressions import (
    NONE,
    Brackets,
    Either,
    Expression,
    Import,
    Member,
    Name,
    either,
    list_of,
    sdk,
    value_text,
)
from atlex_codegen._plan import (
    AliasPlan,
    ArgumentPlan,
    ChildPlan,
    DescriptorPlan,
    FieldPlan,
    MethodPlan,
    NamespacePlan,
    PagePlan,
    PermissionSetPlan,
    ReaderPlan,
    RecordPlan,
    RecordsPlan,
)
from atlex_codegen._text import LINE_LENGTH, call_text, comment, docstring, literal

__all__ = ["FILTERS"]

_FINAL: Final = Name("_t.Final", Import("typing"))


def _lex_methods(methods: Iterable[tuple[str, Member]]) -> str:
    """The line that says where the methods of the record and blob calls are, in a client's class."""
    pairs = [f"{literal(nsid)}: lambda: {member.flat()}" for nsid, member in methods]
    return _mapping("lex_methods: _t.ClassVar[_sdk.Methods] = ", pairs, 4)


def _lex_proxies(proxies: Iterable[tuple[str, str]]) -> str:
    """The line that says which services methods go to, in a client's class."""
    pairs = [f"{literal(namespace)}: {literal(service)}" for namespace, service in proxies]
    return _mapping("lex_proxies: _t.ClassVar[_sdk.Proxies] = ", pairs, 4)


def _names(names: Iterable[str]) -> str:
    """The value of ``__all__``."""
    items = [literal(name) for name in names]
    flat = f"[{', '.join(items)}]"
    if len("__all__ = ") + len(flat) <= LINE_LENGTH:
        return flat if items else "()"
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def _lazy_package(names: Sequence[str], elsewhere: Sequence[tuple[str, str]] = ()) -> str:
    """The statement that makes a package load its parts when they are first used, indented by four columns."""
    before = "    __getattr__, __dir__ = "
    arguments = ["__name__", _tuple(names, 8)]
    if elsewhere:
        arguments.append(_mapping("", [f"{literal(name)}: {literal(home)}" for name, home in elsewhere], 8))
    return before + call_text("_sdk.lazy_package(", arguments, 4, len(before))


def _nullable(names: Sequence[str]) -> str:
    """The line that says which attributes are nullable, in a class."""
    before = "    lex_nullable: _t.ClassVar[_frozenset[_str]] = "
    return before + call_text("_frozenset(", [_tuple(names, 8)], 4, len(before))


def _tuple(names: Sequence[str], indent: int) -> str:
    flat = value_text(tuple(names))
    if indent + len(flat) + 1 <= LINE_LENGTH:
        return flat
    items = "".join(f"{' ' * (indent + 4)}{literal(name)},\n" for name in names)
    return f"(\n{items}{' ' * indent})"


def _doc(doc: Iterable[str], indent: int) -> str:
    return docstring(prose_lines(doc, indent), indent)


def _method_doc(method: MethodPlan, indent: int) -> str:
    return docstring(method_lines(method, indent), indent)


def _binding(name: str, type_: Expression, start: str, arguments: Callable[[int], list[str]]) -> str:
    """The statement that binds a descriptor.

    Args:
        name: The name.
        type_: What it is bound to, as a type.
        start: What the call begins with, the opening bracket included.
        arguments: Gives the call's arguments, laid out for the columns before the statement's first character.
    """
    before = f"{name}: "
    flat = f"{before}{type_.flat()} = "
    if len(flat) + len(start) > LINE_LENGTH >= len(flat) + 1:
        return f"{flat}(\n    {call_text(start, arguments(4), 4, LINE_LENGTH)}\n)"
    annotation = type_.fit(0, len(before), len(" = ") + len(start))
    return f"{before}{annotation} = {call_text(start, arguments(0), 0, len(flat))}"


def _field(field: FieldPlan) -> str:
    """The line of an attribute, in a class."""
    before = f"    {field.name}: "
    after = f" = {field.default}" if field.default else ""
    flat = field.type.flat()
    if len(before) + len(flat) + len(after) <= LINE_LENGTH:
        return before + flat + after
    if (
        after
        and len(before) + len(flat) + len(" = (") <= LINE_LENGTH
        and not isinstance(field.type, Brackets)
    ):
        return f"{before}{flat} = (\n        {field.default}\n    )"
    if isinstance(field.type, Brackets):
        return before + field.type.broken(4, len(after)) + after
    return f"{before}(\n        {field.type.fit(8, 8, 0)}\n    ){after}"


def _alias(alias: AliasPlan) -> str:
    """The statement that binds an alias."""
    before = f"{alias.name}: _t.TypeAlias = "
    return before + alias.type.fit(0, len(before), 0)


def _flat(expression: Expression) -> str:
    return expression.flat()


def _items_signature(page: PagePlan) -> str:
    return _definition("lex_items", ["self"], list_of(page.item))


def _reader(reader: ReaderPlan) -> str:
    """The signature of an ``x_as`` method."""
    validation = 'validation: _sdk.Validation = "lenient"'
    returns = either(sdk("M"), NONE) if reader.nullable else sdk("M")
    return _definition(reader.name, ["self", "type_: _type[_sdk.M]", "/", "*", validation], returns)


def _signature(method: MethodPlan, *, is_async: bool) -> str:
    """The signature of a namespace's method, from its name on."""
    parts = ["self", "*"] if method.arguments else ["self"]
    parts += [_argument(argument, is_async=is_async) for argument in method.arguments]
    return _definition(method.name, parts, method.returns, "async def " if is_async else "def ")


def _definition(name: str, parts: list[str], returns: Expression, keyword: str = "def ") -> str:
    """A method's signature, from its name on."""
    joined = ", ".join(parts)
    answer = returns.flat()
    flat = f"{name}({joined}) -> {answer}:"
    if "\n" not in joined and 4 + len(keyword) + len(flat) <= LINE_LENGTH:
        return flat
    if "\n" not in joined and len(parts) > 1 and 8 + len(joined) <= LINE_LENGTH:
        inside = f"        {joined}\n"
    else:
        inside = "".join(f"        {part},\n" for part in parts)
    end = f"{name}(\n{inside}    ) -> "
    if len("    ) -> :") + len(answer) <= LINE_LENGTH:
        return f"{end}{answer}:"
    if isinstance(returns, Brackets):
        return f"{end}{returns.broken(4, 1)}:"
    if not isinstance(returns, Either) and 8 + len(answer) > LINE_LENGTH:
        return f"{end}{answer}:"
    return f"{end}(\n        {returns.fit(8, 8, 0)}\n    ):"


def _records_signature(records: RecordsPlan, *, is_async: bool) -> str:
    """The signature of a collection's property, from its name on."""
    return _definition(
        records.name, ["self"], Brackets(_records_base(records, is_async=is_async), (records.type,))
    )


def _records_instance(records: RecordsPlan, *, is_async: bool) -> str:
    """The statement that makes a collection."""
    start = f"return {_records_base(records, is_async=is_async).flat()}("
    return call_text(start, ["self._client", records.descriptor.flat()], 8, 8)


def _records_base(records: RecordsPlan, *, is_async: bool) -> Expression:
    return sdk(f"Async{records.base}" if is_async else records.base)


def _bases(namespace: NamespacePlan, *, is_async: bool) -> str:
    if namespace.collection is not None:
        return "_AsyncBase" if is_async else "_Base"
    if not namespace.path:
        return "_sdk.BaseAsyncClient" if is_async else "_sdk.BaseClient"
    return "_sdk.AsyncNamespace" if is_async else "_sdk.Namespace"


def _child_instance(child: ChildPlan, namespace: NamespacePlan, *, is_async: bool) -> str:
    """The expression that makes a namespace below another, or below the client itself."""
    client = "self._client" if namespace.path else "self"
    arguments = client if child.collection is None else f"{client}, {child.collection.flat()}"
    return f"{child.type.handle}.{'Async' if is_async else ''}{child.type.name}({arguments})"


def _argument(argument: ArgumentPlan, *, is_async: bool) -> str:
    """A keyword argument, laid out for a line of its own."""
    before = f"{argument.name}: "
    after = "" if argument.default is None else f" = {argument.default}"
    type_ = argument.type
    if argument.goes_to == "data" and not is_async:
        type_ = sdk("SyncBody")
    return before + type_.fit(8, 8 + len(before), len(after) + 1) + after


def _call(method: MethodPlan, *, is_async: bool) -> str:
    """The one statement of a method."""
    parts = [method.descriptor.flat()]
    for keyword in ("params", "input"):
        pairs = [
            f"{literal(argument.key)}: {argument.name}"
            for argument in method.arguments
            if argument.goes_to == keyword
        ]
        if pairs or (keyword == "input" and method.sends_input):
            parts.append(_mapping(f"{keyword}=", pairs, 12))
    parts += ["input=input" for argument in method.arguments if argument.goes_to == "body"]
    parts += [f"{name}={name}" for name in ("data", "content_type") if _takes(method, name)]
    start = "await self._call(" if is_async else "self._call("
    if method.returns != NONE:
        start = f"return {start}"
    return call_text(start, parts, 8, 8)


def _takes(method: MethodPlan, kind: str) -> bool:
    return any(argument.goes_to == kind for argument in method.arguments)


def _mapping(start: str, pairs: list[str], indent: int) -> str:
    flat = f"{start}{{{', '.join(pairs)}}}"
    if indent + len(flat) + 1 <= LINE_LENGTH:
        return flat
    margin = " " * (indent + 4)
    return f"{start}{{\n" + "".join(f"{margin}{pair},\n" for pair in pairs) + " " * indent + "}"


def _descriptor(method: DescriptorPlan) -> str:
    """The statement that binds ``METHOD``."""
    types = {
        "Query": (method.params, method.output),
        "Procedure": (method.params, method.input, method.output),
        "Subscription": (method.params, method.output),
    }[method.kind]
    kind = sdk(method.kind)
    annotation = Brackets(_FINAL, (Brackets(kind, tuple(type_ or NONE for type_ in types)),))
    answered = "message" if method.kind == "Subscription" else "output"
    lines = [literal(method.nsid)]
    for keyword, type_ in (("params", method.params), ("input", method.input), (answered, method.output)):
        if type_ is not None:
            lines.append(f"{keyword}=lambda: {type_.flat()}")
    if method.input_encoding is not None:
        lines.append(f"input_encoding={literal(method.input_encoding)}")
    if method.output_encoding is not None:
        lines.append(f"output_encoding={literal(method.output_encoding)}")
    errors = [f"{literal(code)}: {name}" for code, name in method.errors]

    def arguments(indent: int) -> list[str]:
        return [*lines, _mapping("errors=", errors, indent + 4)] if errors else lines

    return _binding("METHOD", annotation, f"{kind.flat()}(", arguments)


def _record(record: RecordPlan) -> str:
    """The statement that binds ``RECORD``."""
    annotation = Brackets(_FINAL, (Brackets(sdk("Record"), (record.type,)),))
    lines = [literal(record.nsid), f"key={literal(record.key)}", f"type=lambda: {record.type.flat()}"]
    return _binding("RECORD", annotation, "_sdk.Record(", lambda _: lines)


def _permission_set(permission_set: PermissionSetPlan) -> str:
    """The statement that binds ``PERMISSION_SET``."""
    lines = [literal(permission_set.nsid)]
    if permission_set.permissions:
        entries = "".join(f"        {_json(entry, 8)},\n" for entry in permission_set.permissions)
        lines.append(f"permissions=(\n{entries}    )")
    inside = "".join(f"    {line},\n" for line in lines)
    return f"PERMISSION_SET: _t.Final = _sdk.PermissionSet(\n{inside})"


def _json(value: object, indent: int, before: str = "") -> str:
    """A JSON value as a literal, over as many lines as it needs, with what stands before it; a comma follows."""
    flat = before + value_text(value)
    if indent + len(flat) + 1 <= LINE_LENGTH or not isinstance(value, dict | list):
        return flat
    margin = " " * (indent + 4)
    if isinstance(value, dict):
        pairs = cast("Mapping[str, object]", value).items()
        lines = [_json(item, indent + 4, f"{literal(key)}: ") for key, item in pairs]
        return f"{before}{{\n" + "".join(f"{margin}{line},\n" for line in lines) + " " * indent + "}"
    lines = [_json(item, indent + 4) for item in cast("list[object]", value)]
    return f"{before}[\n" + "".join(f"{margin}{line},\n" for line in lines) + " " * indent + "]"


FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "alias_text": _alias,
    "bases": _bases,
    "call": _call,
    "child_instance": _child_instance,
    "comment": comment,
    "descriptor": _descriptor,
    "doc": _doc,
    "field": _field,
    "flat": _flat,
    "items_signature": _items_signature,
    "lazy_package": _lazy_package,
    "lex_methods": _lex_methods,
    "lex_proxies": _lex_proxies,
    "literal": literal,
    "method_doc": _method_doc,
    "names": _names,
    "nullable": _nullable,
    "permission_set": _permission_set,
    "reader": _reader,
    "record": _record,
    "records_instance": _records_instance,
    "records_signature": _records_signature,
    "signature": _signature,
}
"""The filters by the names that templates call them by."""
