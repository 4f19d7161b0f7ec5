"""Of a package, the plan of what a few changed documents touch.

A file depends on its document and on those that this refers to, directly or not; on which documents there are, and of
which kind; on the errors that methods declare; and on the tables beside the documents. Where a change goes beyond what
the document and those that refer to it say for themselves, all is planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from atlex._files import MAX_FILE_SIZE
from atlex.lexicon import (
    Definition,
    Diagnostic,
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
from atlex.lexicon._json import is_array, is_object, read_json
from atlex_codegen._load import read_tables, stale_descriptions
from atlex_codegen._module_planner import STRONG_REF
from atlex_codegen._naming import Naming, json_schema
from atlex_codegen._plan import PackagePlan
from atlex_codegen._planner import has_cursor, plan_package
from atlex_codegen._resolve import reference_faults
from atlex_codegen._settings import Settings
from atlex_codegen._state import LastBuild, State

__all__ = ["Changes", "outline", "plan_changes"]

_MOST: Final = 0.5
"""The share of the documents beyond which planning some costs as much as planning all."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a few changed documents touch.

    Attributes:
        package: The plan of the package, with the modules and namespaces alone that may be others now.
        naming: The names in the package, and its documents.
        diagnostics: The warnings about the documents, all of them.
    """

    package: PackagePlan
    naming: Naming
    diagnostics: tuple[Diagnostic, ...]


def plan_changes(package: Settings, state: State, last: LastBuild) -> Changes | None:
    """Plan the modules and namespaces that may be others since the last build.

    Args:
        package: How the package is made.
        state: What it is made from now.
        last: The last build.

    Returns:
        What there is to write, or None where all has to be planned.
    """
    if last.diagnostics or package.base or package.include or package.exclude:
        return None
    raws = _read(state, last)
    if raws is None:
        return None
    changed: dict[str, Document] = {}
    for path, nsid in last.documents.items():
        if state.inputs[path] != last.inputs[path]:
            document, found = parse_document(raws[nsid], source=path)
            if document is None or found or outline(document) != last.outlines.get(nsid):
                return None
            changed[nsid] = document
    if STRONG_REF.nsid in changed:
        # Objects that name a record are read as one of those without a reference to it.
        return None
    edges = {nsid: raws.keys() & set(_targets(raw)) for nsid, raw in raws.items()}
    touched = _closure(changed, _inverted(edges))
    if len(touched) > len(raws) * _MOST:
        return None
    namespaces = {_namespace(nsid) for nsid in touched} | touched
    # The methods of a namespace are written together, with what its own document says.
    needed = _closure({nsid for nsid in raws if nsid in namespaces or _namespace(nsid) in namespaces}, edges)
    needed |= raws.keys() & {STRONG_REF.nsid}
    documents: list[Document] = []
    for nsid, raw in raws.items():
        document, found = parse_document(raw) if nsid in needed else (_sketch(nsid, raw), [])
        if document is None or found:
            # What is remembered isn't so.
            return None
        documents.append(document)
    lexicons = Lexicons(documents)
    source = read_tables(package.lexicons, package.descriptions)
    words = {key: said for key, said in source.descriptions.items() if key.partition("#")[0] in changed}
    warnings = stale_descriptions(package.lexicons, package.descriptions, words, changed.values())
    if source.diagnostics or reference_faults(lexicons) or (warnings and package.strict):
        # Whoever tells of faults tells of all.
        return None
    naming = Naming(lexicons)
    return Changes(plan_package(lexicons, source, naming, only=touched | namespaces), naming, tuple(warnings))


def _read(state: State, last: LastBuild) -> dict[str, Any] | None:
    """The JSON of all documents, by NSID; None where files came, went or changed that are none."""
    inputs = state.inputs
    if inputs.keys() != last.inputs.keys():
        return None
    if any(digest != last.inputs[path] for path, digest in inputs.items() if path not in last.documents):
        return None
    raws: dict[str, Any] = {}
    for path, nsid in last.documents.items():
        data = state.contents.get(path, b"")
        raw, faults = read_json(data)
        if faults or len(data) > MAX_FILE_SIZE or not is_object(raw) or raw.get("id") != nsid:
            return None
        raws[nsid] = raw
    return raws


def outline(document: Document) -> str:
    """What others go by that don't refer to a document: its kind, its errors, and of whose output it makes a page."""
    main = document.main
    errors: set[str] = set()
    page = ""
    if isinstance(main, Query | Procedure | Subscription):
        errors = {error.name for error in main.errors}
    if isinstance(main, Query | Procedure):
        sent = json_schema(main.input) if isinstance(main, Procedure) else main.parameters
        answered = json_schema(main.output)
        page = answered.ref if isinstance(answered, Ref) and has_cursor(sent) else ""
    return repr((type(main).__name__, sorted(errors), page))


def _sketch(nsid: str, raw: Mapping[str, Any]) -> Document:
    """A document of which only the outline counts."""
    defs = raw.get("defs")
    main = defs.get("main") if is_object(defs) else None
    if not is_object(main):
        return Document(id=nsid, defs={}, raw=raw)
    declared = main.get("errors")
    names = [error.get("name") for error in declared if is_object(error)] if is_array(declared) else []
    errors = tuple(ErrorDeclaration(name=name) for name in names if isinstance(name, str))
    kinds: dict[object, Definition] = {
        "query": Query(errors=errors),
        "procedure": Procedure(errors=errors),
        "subscription": Subscription(message=Message(schema=UnknownKind(name="", raw={})), errors=errors),
        "record": Record(key="any", record=Object()),
    }
    kind = kinds.get(str(main.get("type")))
    return Document(id=nsid, defs={} if kind is None else {"main": kind}, raw=raw)


def _namespace(nsid: str) -> str:
    return nsid.rpartition(".")[0]


def _targets(raw: object) -> Iterator[str]:
    """The NSIDs in all that may be a reference in a document: strings and lists of strings by the names of one."""
    pending = [raw]
    while pending:
        current = pending.pop()
        if is_object(current):
            for key in ("ref", "refs"):
                value: Any = current.get(key)
                for text in value if is_array(value) else [value]:
                    if isinstance(text, str):
                        yield text.partition("#")[0]
            pending += current.values()
        elif is_array(current):
            pending += current


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
