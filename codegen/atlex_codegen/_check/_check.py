"""All checks of a folder of documents in a row."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from atlex.errors import LexiconError
from atlex.lexicon import DefId, Diagnostic, Lexicons, Record, references
from atlex_codegen._check._findings import Finding, Findings
from atlex_codegen._check._python import check_modules, check_names
from atlex_codegen._check._style import Style
from atlex_codegen._diff._sources import read_side
from atlex_codegen._load import load_source
from atlex_codegen._naming import Naming
from atlex_codegen._pointers import value_at
from atlex_codegen._resolve import reference_faults

__all__ = ["check"]

_MAX_FINDINGS: Final = 1000
"""How many findings one document may bring."""


def check(
    lexicons: str | os.PathLike[str],
    *,
    bases: Iterable[str | os.PathLike[str]] = (),
    descriptions: str | os.PathLike[str] | None = None,
) -> tuple[Finding, ...]:
    """Lint Lexicon documents, and list all findings.

    The checks are the rules of the language, references that lead nowhere, names that clash or are reserved in Python,
    and the style guide of the specification. A document that breaks a rule of the language is checked no further.

    Args:
        lexicons: The folder that holds the documents, or one document.
        bases: Other documents that references may lead to: generated packages by their names, or folders.
        descriptions: The overlay, as for `build`; its descriptions count like those in the documents.

    Returns:
        The findings, sorted by file and place.

    Raises:
        LexiconError: There is no such folder, or a base can't be read.
    """
    if not os.path.lexists(lexicons):
        raise LexiconError(f"There is no folder and no document {os.fspath(lexicons)!r}.")
    source = load_source(Path(lexicons), None if descriptions is None else Path(descriptions))
    findings = [Finding.of(diagnostic, "language") for diagnostic in source.diagnostics]
    own = Lexicons(source.documents)
    others = [document for base in bases for document in read_side(base, revisions=False).lexicons.values()]
    known = Lexicons({document.id: document for document in (*others, *own.values())}.values())
    # References to a document that is broken itself would only repeat its error.
    broken = {diagnostic.nsid for diagnostic in source.diagnostics if diagnostic.is_error}
    findings += [
        Finding.of(fault, "reference")
        for fault in reference_faults(known)
        if fault.nsid in own and _target(own, fault) not in broken
    ]
    notes = {nsid: Findings(document) for nsid, document in own.items()}
    naming = Naming(known)
    check_modules(notes, naming)
    stored = frozenset(_stored(known))
    for nsid in own:
        check_names(notes[nsid], known, naming)
        Style(notes[nsid], known, source.descriptions, stored).check()
        findings += notes[nsid].found[:_MAX_FINDINGS]
    return tuple(sorted(findings, key=lambda found: (found.file, found.nsid, found.pointer, found.rule)))


def _target(lexicons: Lexicons, fault: Diagnostic) -> str:
    """The document that a reference leads to, where a fault is about one."""
    ref = value_at(lexicons[fault.nsid].raw, fault.pointer)
    return ref.partition("#")[0] if isinstance(ref, str) else ""


def _stored(lexicons: Lexicons) -> Iterator[DefId]:
    """The definitions that records are made of."""
    seen: set[DefId] = set()
    pending = [def_id for def_id, definition in lexicons.definitions() if isinstance(definition, Record)]
    while pending:
        def_id = pending.pop()
        definition = lexicons.find(def_id)
        if definition is not None and def_id not in seen:
            seen.add(def_id)
            yield def_id
            pending += [reference.target for reference in references(definition)]
