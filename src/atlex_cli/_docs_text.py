"""Descriptions as lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from atlex.lexicon import DefId
from atlex_codegen._describe._description import Description, Field, spelled
from atlex_codegen._describe._lookup import Namespace

__all__ = ["Line", "described", "listed"]


class Line(NamedTuple):
    """A line, and what it is."""

    text: str = ""
    role: Literal["", "heading", "name"] = ""


def listed(
    namespace: Namespace, service: str, summaries: Mapping[str, tuple[str, str]], width: int
) -> Iterator[Line]:
    """What is in a namespace, one line each.

    Args:
        namespace: The namespace.
        service: The service that its methods go to where no proxy is given, or nothing.
        summaries: The kinds of its documents, and what is said of them, by NSID.
        width: The columns of a line.
    """
    if namespace.name:
        yield Line(namespace.name, "heading")
        yield from _going_to(service)
    names = {nsid: nsid.rpartition(".")[2] for nsid in namespace.documents}
    column = max(map(len, names.values()), default=0)
    kinds = max((len(kind) for kind, _ in summaries.values()), default=0)
    for nsid, name in names.items():
        kind, said = summaries[nsid]
        yield Line(_cut(f"  {name:{column}}  {kind:{kinds}}  {_plain(said)}", width))
    if namespace.namespaces and namespace.documents:
        yield Line()
    yield from (Line(f"  {name}" if namespace.name else name) for name in namespace.namespaces)


def described(
    asked: DefId, found: Sequence[Description], others: Sequence[Description], width: int
) -> Iterator[Line]:
    """A definition, and what else there is in its document.

    Args:
        asked: The definition.
        found: Its description, and those of the classes inside it; empty for a document without a main definition.
        others: The descriptions of the document's other definitions.
        width: The columns of a line.
    """
    if not found:
        yield Line(asked.nsid, "heading")
    for each in found:
        yield from _definition(each, width)
    if others:
        yield from _heading("Definitions")
        column = max(len(each.id.name) for each in others)
        for each in others:
            said = each.doc[0] if each.doc else ""
            yield Line(_cut(f"  #{each.id.name:{column}}  {each.kind}  {_plain(said)}".rstrip(), width))


def _definition(each: Description, width: int) -> Iterator[Line]:
    yield Line(f"{each.part or each.id} ({each.kind})", "heading")
    for path in filter(None, (each.client_path, each.path)):
        yield Line(path, "name")
    if each.kind in {"query", "procedure", "record"}:
        yield Line("An AsyncClient has the same, to be awaited.")
    yield from _going_to(each.service)
    for paragraph in each.doc:
        yield Line()
        yield from _wrapped(paragraph, width)
    if each.deprecated:
        yield Line()
        yield from _wrapped(f"Deprecated: {each.deprecated}", width)
    if each.arguments:
        yield from _heading("Arguments")
        yield from _fields(each.arguments, width)
    if each.returns:
        yield from _heading(each.returns_title)
        yield from _wrapped(spelled(each.returns), width, 2)
    if each.fields:
        yield from _heading("Fields")
        yield from _fields(each.fields, width)
    if each.key:
        yield from _heading("Record key")
        yield Line(f"  {each.key}")
    if each.values:
        yield from _heading("Values")
        yield from (Line(f"  {value}") for value in each.values)
    if each.permissions:
        yield from _heading("Permissions")
        for entry in each.permissions:
            yield from _wrapped(entry, width, 2)
    if each.calls:
        yield from _heading("Methods")
        yield from _entries([(call.text, call.doc) for call in each.calls], width)
    if each.errors:
        yield from _heading("Errors")
        yield from _entries([(error.path, error.doc) for error in each.errors], width)
    if each.used_by:
        yield from _heading("Used by")
        yield from _wrapped(", ".join(map(str, each.used_by)), width, 2)
    if each.example:
        yield from _heading("Example")
        yield from (Line(f"  {line}".rstrip()) for line in each.example.splitlines())


def _going_to(service: str) -> Iterator[Line]:
    if service:
        yield Line(f"Calls go to {service} where no proxy is given.")


def _heading(text: str) -> Iterator[Line]:
    yield from (Line(), Line(text, "heading"))


def _fields(fields: Iterable[Field], width: int) -> Iterator[Line]:
    for field in fields:
        notes = [] if field.required else ["optional"]
        if field.wire != field.name:
            notes.append(f"{field.wire} in JSON")
        term = f"{field.name}: {spelled(field.type)}" + (f" ({', '.join(notes)})" if notes else "")
        values = f" {', '.join(field.values)}" if field.values else ""
        yield from _entries([(term, field.doc + values)], width)


def _entries(entries: Iterable[tuple[str, str]], width: int) -> Iterator[Line]:
    for term, said in entries:
        yield from (line._replace(role="name") for line in _wrapped(term, width, 2, hanging=4))
        yield from _wrapped(said, width, 6)


def _wrapped(text: str, width: int, indent: int = 0, hanging: int = 0) -> Iterator[Line]:
    lines = textwrap.wrap(
        _plain(text),
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_on_hyphens=False,
        break_long_words=False,
    )
    return map(Line, lines)


def _plain(text: str) -> str:
    return text.replace("``", "`")


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: width - 1].rstrip()}…"
