"""Names that clash in Python, and names that Python reserves."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from atlex.lexicon import (
    DefId,
    Lexicons,
    Method,
    Object,
    Params,
    PermissionSet,
    Procedure,
    Ref,
    Token,
    UnknownKind,
    walk,
)
from atlex_codegen._check._findings import Findings
from atlex_codegen._names import (
    CLIENT_NAMES,
    allocate,
    class_name,
    constant_name,
    error_name,
    field_name,
    segment_name,
    snake_case,
)
from atlex_codegen._naming import Naming, json_schema, last_segment

__all__ = ["check_modules", "check_names"]

_Natural = Callable[[str], str]


def check_modules(notes: Mapping[str, Findings], naming: Naming) -> None:
    """Check the names of modules; a finding about a namespace goes to its first document.

    Args:
        notes: Where the findings go, by document.
        naming: The names of all documents in Python.
    """
    for nsid, path in naming.paths.items():
        first = nsid
        while first not in notes and naming.children[first]:
            first = naming.children[first][0]
        if first not in notes:
            continue
        name = last_segment(nsid)
        _check(notes[first], name, "/id", path[-1], segment_name(name), snake_case(name))
        if path[-1] in CLIENT_NAMES and len(path) == 1:
            notes[first].add("python-reserved", "/id", f'"{name}" is called "{name}_" on a client')
        if nsid == first and naming.children[nsid]:
            message = f'"{nsid}" is a document, and the namespace that {naming.children[nsid][0]} is in'
            notes[first].add("name-conflict", "/id", message)


def check_names(notes: Findings, lexicons: Lexicons, naming: Naming) -> None:
    """Check the names within one document.

    Args:
        notes: Where the findings go.
        lexicons: All documents.
        naming: Their names in Python.
    """
    nsid = notes.document.id
    for name, definition in notes.document.defs.items():
        if name != "main" and not isinstance(definition, Method | PermissionSet | UnknownKind):
            natural = (constant_name if isinstance(definition, Token) else class_name)(name)
            _check(notes, name, definition.pointer, naming.definition(DefId(nsid, name)), natural, natural)
        if isinstance(definition, Method):
            errors = {error.name: error.pointer for error in definition.errors}
            _check_scope(notes, errors, error_name, error_name)
        if isinstance(definition, Procedure):
            _check_arguments(notes, lexicons, definition)
        for part in walk(definition):
            if isinstance(part, Object | Params):
                names = {name: prop.schema.pointer for name, prop in part.properties.items()}
                _check_scope(notes, names, field_name, snake_case)


def _check_scope(notes: Findings, names: Mapping[str, str], natural: _Natural, plain: _Natural) -> None:
    """Check names that share a scope, each with its place."""
    for name, taken in allocate(names, natural).items():
        _check(notes, name, names[name], taken, natural(name), plain(name))


def _check(notes: Findings, name: str, pointer: str, taken: str, natural: str, plain: str) -> None:
    """Check one name.

    Args:
        notes: Where the findings go.
        name: The name in the document.
        pointer: Its place.
        taken: Its name in Python.
        natural: The name in Python that it would have without other names.
        plain: The name in Python that it would have if none were reserved.
    """
    if taken != natural:
        notes.add("python-clash", pointer, f'"{name}" is called "{taken}" in Python: "{natural}" is taken')
    elif natural != plain:
        notes.add("python-reserved", pointer, f'"{name}" is called "{natural}" in Python')


def _check_arguments(notes: Findings, lexicons: Lexicons, procedure: Procedure) -> None:
    """Check that no parameter is called like a property of the input: both are arguments of one method."""
    schema = json_schema(procedure.input)
    if isinstance(schema, Ref):
        target = lexicons.find(schema.target)
        schema = target if isinstance(target, Object) else None
    if not isinstance(schema, Object) or procedure.parameters is None:
        return
    taken = set(allocate(procedure.parameters.properties, field_name).values())
    for name, argument in allocate(schema.properties, field_name).items():
        if argument in taken:
            message = f'"{name}" of the input and a parameter are both called "{argument}" in Python'
            notes.add("python-clash", procedure.pointer, message)
