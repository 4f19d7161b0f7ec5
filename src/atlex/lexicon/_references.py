"""References: how they are written, and whether they lead where they may."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from atlex.lexicon import _language as language
from atlex.lexicon._diagnostic import Diagnostic, Severity, pointer_to
from atlex.lexicon._walk import Reference, references
from atlex.syntax import is_valid_nsid

__all__ = ["parse_ref", "reference_diagnostics"]

_Find = Callable[[language.DefId], language.Definition | None]

_TAGGED: Final = (language.Object, language.Record, language.Ref, language.Union, language.UnknownKind)


def parse_ref(ref: str, base: str) -> language.DefId | None:
    """Read ``#name``, ``nsid`` or ``nsid#name``; None when it is none of them.

    Args:
        ref: The reference as a document writes it.
        base: The NSID that ``#name`` belongs to.
    """
    nsid, hash_sign, name = ref.partition("#")
    if nsid and not is_valid_nsid(nsid):
        return None
    if not hash_sign:
        return language.DefId(nsid) if nsid else None
    return language.DefId(nsid or base, name) if name and "#" not in name else None


def reference_diagnostics(documents: Iterable[language.Document], find: _Find) -> list[Diagnostic]:
    """Say of every reference in the documents whether it may stand.

    Args:
        documents: Those to look at.
        find: Gives the definition of a name, or None.
    """
    all_documents = list(documents)
    nsids = {document.id for document in all_documents}
    diagnostics: list[Diagnostic] = []
    circles = _circles(all_documents, find)
    for document in all_documents:
        for name, definition in document.defs.items():
            diagnostics.extend(
                found
                for reference in references(definition)
                if (found := _diagnose(document, reference, find(reference.target), nsids)) is not None
            )
            if language.DefId(document.id, name) in circles:
                message, hint = "the definition is a circle of refs", "let one of them say what the value is"
                diagnostics.append(
                    _diagnostic(document, "error", pointer_to(definition.pointer, "ref"), message, hint)
                )
    return diagnostics


def _diagnostic(
    document: language.Document, severity: Severity, pointer: str, message: str, hint: str
) -> Diagnostic:
    return Diagnostic(
        severity=severity, file=document.source, nsid=document.id, pointer=pointer, message=message, hint=hint
    )


def _diagnose(
    document: language.Document, reference: Reference, definition: language.Definition | None, nsids: set[str]
) -> Diagnostic | None:
    target = reference.target
    severity: Severity = "error"
    if definition is None and target.nsid in nsids:
        message = f'there is no definition "{target.name}" in {target.nsid}'
        hint = "correct the reference, or add the definition"
    elif definition is None:
        message = f"the document {target.nsid} is missing"
        hint = "correct the reference, add the document, or build on a package that has it"
    elif isinstance(definition, language.UnknownKind):
        severity = "warning"
        message = f'"{target}" is of the kind "{definition.name}", which is not known'
        hint = "anything of the data model is valid here"
    elif isinstance(definition, language.Method | language.PermissionSet):
        message = f'"{target}" is a {definition.kind}, which describes no value'
        hint = "refer to one of its objects instead"
    elif reference.in_union and not isinstance(definition, _TAGGED):
        severity = "warning"
        message = f'"{target}" is a {definition.kind}, which has no "$type" to be told apart by'
        hint = "put it into an object"
    elif not reference.in_union and isinstance(definition, language.Token):
        severity = "warning"
        message = f'"{target}" is a token, which is a name and no type'
        hint = "use a string with the token in its knownValues"
    else:
        return None
    return _diagnostic(document, severity, reference.pointer, message, hint)


def _circles(documents: Iterable[language.Document], find: _Find) -> set[language.DefId]:
    """The definitions that are refs to each other in a circle, and never come to a value."""
    circles: set[language.DefId] = set()
    done: set[language.DefId] = set()
    aliases = [
        language.DefId(document.id, name)
        for document in documents
        for name, definition in document.defs.items()
        if isinstance(definition, language.Ref)
    ]
    for start in aliases:
        path: dict[language.DefId, None] = {}
        current = start
        while current not in path and current not in done:
            definition = find(current)
            if not isinstance(definition, language.Ref):
                break
            path[current] = None
            current = definition.target
        if current in path:
            members = list(path)
            circles.update(members[members.index(current) :])
        done.update(path)
    return circles
