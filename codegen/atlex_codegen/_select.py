"""Which documents a package is made from: what was asked for, with what that refers to, and without what is broken."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, Final

from atlex.errors import LexiconError
from atlex.lexicon import Diagnostic, Document, Lexicons, parse_document, references
from atlex_codegen._pointers import value_at
from atlex_codegen._resolve import reference_faults

__all__ = ["choose", "leave_out", "leaving_out"]

_ROUNDS: Final = 100
_REF: Final = re.compile(r"(?P<node>.*)/(?:ref|refs/(?P<index>[0-9]+))")


def choose(
    documents: Iterable[Document],
    diagnostics: Iterable[Diagnostic],
    include: Collection[str],
    exclude: Collection[str],
) -> tuple[tuple[Document, ...], list[Diagnostic]]:
    """Choose documents, and all that they refer to.

    Args:
        documents: All documents without errors.
        diagnostics: What was found in all documents.
        include: NSIDs, each with all below it, or patterns with ``*``, ``?`` and ``[…]`` for whole NSIDs. Empty: all.
        exclude: What not to take of these, likewise; what others refer to comes all the same.

    Returns:
        The documents in their order; and what was found in them and in those that should be among them, with an error
        for each pattern that matches no NSID.
    """
    known = {document.id: document for document in documents}
    found = list(diagnostics)
    nsids = known.keys() | {diagnostic.nsid for diagnostic in found}
    faults = [
        Diagnostic(severity="error", message=f'no document matches "{pattern}"', hint="correct the pattern")
        for pattern in (*include, *exclude)
        if not any(_matches(nsid, pattern) for nsid in nsids)
    ]
    pending = [
        nsid
        for nsid in nsids
        if (not include or any(_matches(nsid, pattern) for pattern in include))
        and not any(_matches(nsid, pattern) for pattern in exclude)
    ]
    # Of a file without a readable NSID nobody can say that it isn't wanted.
    wanted = {""}
    while pending:
        nsid = pending.pop()
        if nsid not in wanted:
            wanted.add(nsid)
            pending += _targets(known[nsid]) if nsid in known else ()
    chosen = tuple(document for nsid, document in known.items() if nsid in wanted)
    return chosen, [*(each for each in found if each.nsid in wanted), *faults]


def _matches(nsid: str, pattern: str) -> bool:
    if any(char in pattern for char in "*?["):
        return fnmatchcase(nsid, pattern)
    return nsid == pattern or nsid.startswith(f"{pattern}.")


def _targets(document: Document) -> set[str]:
    return {
        reference.target.nsid for definition in document.defs.values() for reference in references(definition)
    }


def leaving_out(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """What was found in documents, where those with errors are left out: warnings that say so."""
    return tuple(_warning(found, "left out") if found.is_error else found for found in diagnostics)


def leave_out(
    documents: Iterable[Document], others: Mapping[str, Document]
) -> tuple[tuple[Document, ...], list[Diagnostic]]:
    """Leave out documents that Python can't follow, and make ``unknown`` of references that lead nowhere.

    Args:
        documents: The documents, each without errors of its own.
        others: Documents that these may refer to, by NSID.

    Returns:
        The documents that are left, and a warning for each that was left out and each reference that was changed.

    Raises:
        LexiconError: There are faults without end.
    """
    kept = {document.id: document for document in documents}
    warnings: list[Diagnostic] = []
    for _ in range(_ROUNDS):
        everything = Lexicons([*kept.values(), *(others[nsid] for nsid in others if nsid not in kept)])
        faults = [fault for fault in reference_faults(everything) if fault.is_error and fault.nsid in kept]
        if not faults:
            return tuple(kept.values()), warnings
        for nsid in dict.fromkeys(fault.nsid for fault in faults):
            own = [fault for fault in faults if fault.nsid == nsid]
            document = _without_references(kept[nsid], [fault.pointer for fault in own])
            if document is None:
                del kept[nsid]
                warnings += [_warning(fault, "left out") for fault in own]
            else:
                kept[nsid] = document
                warnings += [_warning(fault, "read as unknown") for fault in own]
    raise LexiconError("There are more faults in the references than can be left out.", warnings)


def _warning(fault: Diagnostic, what: str) -> Diagnostic:
    return replace(fault, severity="warning", message=f"{what}: {fault.message}")


def _without_references(document: Document, pointers: Iterable[str]) -> Document | None:
    """The document with ``unknown`` in the place of references; None where a fault is something else."""
    found = [_REF.fullmatch(pointer) for pointer in pointers]
    places = [match for match in found if match is not None]
    if len(places) != len(found):
        return None
    raw: Any = copy.deepcopy(dict(document.raw))
    # From the end, so that the places of a union's other members stay what they are.
    for match in sorted(places, key=lambda match: int(match["index"] or 0), reverse=True):
        _open(value_at(raw, match["node"]), match["index"], is_body=match["node"].endswith("/schema"))
    return parse_document(raw, source=document.source)[0]


def _open(node: dict[str, Any], index: str | None, *, is_body: bool) -> None:
    """Take a reference out of a node, which takes anything then."""
    if index is not None:
        del node["refs"][int(index)]
        if node["refs"] or is_body:
            node.pop("closed", None)
            return
    node.clear()
    # A body is an object or a union; one without properties keeps whatever comes.
    node |= {"type": "object", "properties": {}} if is_body else {"type": "unknown"}
