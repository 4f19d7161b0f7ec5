"""Of a package, the plan of what a few changed documents touch.

A file depends on its document and on those that this refers to, directly or not; on which documents there are, and of
which kind; on the errors that methods declare; and on the tables beside the documents. Where a change goes beyond what
the document and those that refer to it say for themselves, all is planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from atlex._files import read_file
from atlex.lexicon import (
    Definition,
    Document,
    ErrorDeclaration,
    Lexicons,
    Message,
    Object,
    Procedure,
    Query,
    Record,
    Ref,
    Subscription,
    UnknownKind,
    parse_document,
)
from atlex.lexicon._package import unpack
from atlex_codegen._load import read_tables
from atlex_codegen._module_planner import STRONG_REF
from atlex_codegen._naming import Naming, json_schema
from atlex_codegen._plan import PackagePlan
from atlex_codegen._planner import has_cursor, plan_package
from atlex_codegen._prose import known_keys
from atlex_codegen._resolve import reference_faults
from atlex_codegen._settings import Settings
from atlex_codegen._state import LastBuild, State, digest_of_file
from atlex_codegen._write import DATA_FILE

__all__ = ["plan_changes"]

_MOST: Final = 0.5
"""The share of the documents beyond which planning some costs as much as planning all."""


def plan_changes(package: Settings, state: State, last: LastBuild) -> tuple[PackagePlan, Naming] | None:
    """Plan the modules and namespaces that may be others since the last build.

    Args:
        package: How the package is made.
        state: What it is made from now.
        last: The last build.

    Returns:
        The plan and the names in the package; or None where all has to be planned.
    """
    if last.diagnostics or package.base or package.include or package.exclude:
        return None
    changed = _changed(state.inputs, last)
    if not changed:
        return None
    raws: dict[str, Any] = {raw["id"]: raw for raw in unpack(read_file(package.out / DATA_FILE))}
    if any(_outline(document) != _outline(_parsed(raws[nsid])) for nsid, document in changed.items()):
        return None
    raws |= {nsid: document.raw for nsid, document in changed.items()}
    edges = {nsid: raws.keys() & set(_heads(raw)) for nsid, raw in raws.items()}
    touched = _closure(changed, _inverted(edges))
    if len(touched) > len(raws) * _MOST:
        return None
    namespaces = {_namespace(nsid) for nsid in touched} | touched
    needed = _closure({*touched, *(nsid for nsid in raws if _namespace(nsid) in namespaces)}, edges)
    needed |= raws.keys() & {STRONG_REF.nsid}
    lexicons = Lexicons(
        changed.get(nsid) or (_parsed(raw) if nsid in needed else _sketch(nsid, raw))
        for nsid, raw in raws.items()
    )
    source = read_tables(package.lexicons, package.descriptions)
    described = {key for key in source.descriptions if key.partition("#")[0] in changed}
    known = {key for document in changed.values() for key in known_keys(document)}
    if source.diagnostics or described - known or reference_faults(lexicons):
        # Whoever tells of faults tells of all.
        return None
    naming = Naming(lexicons)
    return plan_package(lexicons, source, naming, only=touched | namespaces), naming


def _changed(inputs: Mapping[str, str], last: LastBuild) -> dict[str, Document] | None:
    """The documents that have changed, by NSID; None where there is more to it."""
    if inputs.keys() != last.inputs.keys():
        return None
    changed: dict[str, Document] = {}
    for path, digest in inputs.items():
        if digest == last.inputs[path]:
            continue
        try:
            data = read_file(Path(path))
        except OSError:
            return None
        document, found = parse_document(data, source=path)
        if (
            document is None
            or found
            or digest_of_file(data) != digest
            or document.id != last.documents.get(path)
        ):
            return None
        changed[document.id] = document
    return changed


def _parsed(raw: Mapping[str, Any]) -> Document:
    document, _ = parse_document(raw)
    if document is None:
        raise AssertionError("a document of the last build has no faults")
    return document


def _outline(document: Document) -> object:
    """What others go by that don't refer to a document: its kind, its errors, and of whose output it makes a page."""
    main = document.main
    errors = (
        {error.name for error in main.errors} if isinstance(main, Query | Procedure | Subscription) else set()
    )
    page = None
    if isinstance(main, Query | Procedure):
        sent = json_schema(main.input) if isinstance(main, Procedure) else main.parameters
        answered = json_schema(main.output)
        page = answered.ref if isinstance(answered, Ref) and has_cursor(sent) else None
    return type(main), errors, page


def _sketch(nsid: str, raw: Mapping[str, Any]) -> Document:
    """A document of which only the outline counts."""
    main = raw["defs"].get("main", {})
    errors = tuple(ErrorDeclaration(name=error["name"]) for error in main.get("errors", ()))
    kinds: dict[str, Definition] = {
        "query": Query(errors=errors),
        "procedure": Procedure(errors=errors),
        "subscription": Subscription(message=Message(schema=UnknownKind(name="", raw={})), errors=errors),
        "record": Record(key=main.get("key", ""), record=Object()),
    }
    kind = kinds.get(main.get("type"))
    return Document(id=nsid, defs={} if kind is None else {"main": kind}, raw=raw)


def _namespace(nsid: str) -> str:
    return nsid.rpartition(".")[0]


def _heads(raw: object) -> Iterator[str]:
    """What every string of a document begins with, up to ``#``: whatever a document refers to is among them."""
    pending = [raw]
    while pending:
        match pending.pop():
            case str() as text:
                yield text.partition("#")[0]
            case dict() as table:
                pending += table.values()
            case list() as items:
                pending += items
            case _:
                pass


def _inverted(edges: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    inverted: dict[str, set[str]] = {node: set() for node in edges}
    for node, targets in edges.items():
        for target in targets:
            inverted[target].add(node)
    return inverted


def _closure(start: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """Some nodes of a graph, and all that they lead to."""
    found: set[str] = set()
    pending = [*start]
    while pending:
        node = pending.pop()
        if node not in found:
            found.add(node)
            pending += edges[node]
    return found
