"""The reference of the lexicons, as pages for the site: one for each document, and one for each namespace.

The pages are Markdown as MyST reads it. Definitions are headings, so that ``app.bsky.feed.defs.md#postview`` leads to
the definition ``app.bsky.feed.defs#postView``; a main definition is its page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from atlex.lexicon import DefId
from atlex_codegen._describe._description import Description, Field, Reference, TypeText, spelled
from atlex_codegen._describe._sources import of_folder
from atlex_codegen._text import shortened

__all__ = ["pages"]

_ROOT: Final = Path(__file__).parent.parent
_CODE: Final = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>{}|$#])")

_KINDS: Final = {
    "array": "List",
    "permission-set": "Permission set",
}
"""How kinds are called, where it isn't by the word of the language."""

_INDEX: Final = """\
# Lexicons

Every method, record and definition of the official lexicons, by namespace.

In the examples `client` is a `Client`; an `AsyncClient` has the same methods, to be awaited. A method raises the errors \
that it declares, and what [every call](../calls.md) may raise. Names are those of Python; where JSON has another, it \
stands beside.
"""


def pages(lexicons: Path = _ROOT / "lexicons") -> Mapping[str, str]:
    """The text of each page, by its file's name.

    Args:
        lexicons: The folder of the documents.
    """
    describer = of_folder(lexicons, "atlex_sdk")
    documents = {nsid: describer.document(nsid) for nsid in describer.nsids}
    namespaces: dict[str, list[str]] = {}
    for nsid in documents:
        namespaces.setdefault(nsid.rpartition(".")[0], []).append(nsid)
    if documents.keys() & namespaces.keys():
        raise SystemExit("a document and a namespace would have the same page")
    made = {"index.md": _index(namespaces)}
    made |= {f"{name}.md": _namespace(name, nsids, documents) for name, nsids in namespaces.items()}
    made |= {f"{nsid}.md": _page(nsid, found) for nsid, found in documents.items()}
    return made


def _index(namespaces: Iterable[str]) -> str:
    return "\n".join([_INDEX, "```{toctree}", *namespaces, "```", ""])


def _namespace(name: str, nsids: Sequence[str], documents: Mapping[str, Sequence[Description]]) -> str:
    lines = [f"# {name}", ""]
    for nsid in nsids:
        main = documents[nsid][0]
        said = _prose(main.doc[0]) if main.id.is_main and main.doc else _contents(documents[nsid], name)
        lines += [f"[{nsid.rpartition('.')[2]}]({nsid}.md)", f": {said}", ""]
    return "\n".join(lines)


def _contents(found: Sequence[Description], nsid: str) -> str:
    return ", ".join(f"[{each.id.name}]({_place(each.id, nsid)})" for each in found if not each.part)


def _page(nsid: str, found: Sequence[Description]) -> str:
    # With each page in the sidebar of each, a build would take ten times as long.
    namespace = nsid.rpartition(".")[0]
    lines = ["---", "orphan: true", "---", "", f"# {nsid}", "", f"In [{namespace}]({namespace}.md).", ""]
    for each in found:
        if not each.id.is_main or each.part:
            lines += [f"## {each.part or each.id.name}", ""]
        lines += _definition(each, nsid)
    return "\n".join(lines)


def _definition(each: Description, nsid: str) -> Iterator[str]:
    heading = "## " if each.id.is_main and not each.part else ""
    paths = [each.client_path, each.path] if each.client_path else [each.path]
    yield from (f"{_kind(each.kind)} · {' · '.join(f'`{path}`' for path in paths)}", "")
    for paragraph in each.doc:
        yield from (_prose(paragraph), "")
    if each.service:
        yield from (f"Calls go to `{each.service}` where no proxy is given.", "")
    if each.deprecated and not any(each.deprecated[1:] in paragraph for paragraph in each.doc):
        yield from (f"**Deprecated:** {_prose(each.deprecated)}", "")
    if each.example:
        yield from ("```python", each.example.rstrip(), "```", "")
    if each.arguments:
        yield from _section(heading, "Arguments", _fields(each.arguments, nsid))
    if each.returns:
        # The fields of an output that is a definition of its own stand there.
        returned = (
            [f"`{spelled(each.returns)}`", "", *_fields(each.fields, nsid)]
            if each.has_own_output
            else [_type(each.returns, nsid), ""]
        )
        yield from _section(heading, each.returns_title, returned)
    elif each.fields:
        yield from _section(heading, "Fields", _fields(each.fields, nsid))
    if each.key:
        yield from _section(heading, "Record key", [f"`{each.key}`", ""])
    if each.values:
        yield from _section(heading, "Values", [*(f"- `{value}`" for value in each.values), ""])
    if each.permissions:
        yield from _section(heading, "Permissions", [*(f"- `{entry}`" for entry in each.permissions), ""])
    if each.calls:
        calls = (line for call in each.calls for line in (f"`{call.text}`", f": {_prose(call.doc)}", ""))
        yield from _section(heading, "Methods", calls)
    if each.errors:
        errors = (line for error in each.errors for line in (f"`{error.path}`", f": {_prose(error.doc)}", ""))
        yield from _section(heading, "Errors", errors)
    if each.used_by:
        links = ", ".join(f"[{user}]({_place(user, nsid)})" for user in each.used_by)
        yield from _section(heading, "Used by", [links, ""])


def _section(heading: str, title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from (f"{heading}{title}" if heading else f"**{title}**", "")
    yield from lines


def _kind(kind: str) -> str:
    return _KINDS.get(kind, shortened(kind).capitalize())


def _fields(fields: Iterable[Field], nsid: str) -> Iterator[str]:
    for field in fields:
        notes = [_type(field.type, nsid), *([] if field.required else ["optional"])]
        if field.wire != field.name:
            notes.append(f"`{shortened(field.wire)}` in JSON")
        yield from (f"`{field.name}` ({', '.join(notes)})", f": {_prose(field.doc)}", "")
        if field.values:
            yield from ("  " + ", ".join(f"`{shortened(value)}`" for value in field.values), "")


def _type(type_: TypeText, nsid: str) -> str:
    return "".join(
        f"[{piece.name}]({_place(piece.target, nsid)})" if isinstance(piece, Reference) else _escaped(piece)
        for piece in type_
    )


def _place(def_id: DefId, nsid: str) -> str:
    page = "" if def_id.nsid == nsid and not def_id.is_main else f"{def_id.nsid}.md"
    return page if def_id.is_main else f"{page}#{def_id.name.lower()}"


def _prose(text: str) -> str:
    """Prose as Markdown: code stays code, and what Markdown would read as its own marks is escaped."""
    pieces: list[str] = []
    end = 0
    for code in _CODE.finditer(text):
        pieces += [_escaped(text[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*pieces, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
