"""The second stage: references that lead somewhere, and that Python can follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from atlex.lexicon import (
    Array,
    DefId,
    Definition,
    Diagnostic,
    Lexicons,
    Object,
    Params,
    Part,
    Record,
    Ref,
    Union,
)
from atlex_codegen._naming import payloads

__all__ = ["DEPTH_LIMIT", "reference_faults"]

DEPTH_LIMIT: Final = 20
"""How many classes may hang below one another.

pydantic completes a class by completing those that it refers to, one inside the other, and Python's stack ends after 32
to 65 of them, depending on what stands between; the caller needs a part of it too. The official documents come to 13.
"""

_Node: TypeAlias = tuple[str, str]
"""An object: the NSID of its document and its JSON pointer."""


def reference_faults(lexicons: Lexicons) -> list[Diagnostic]:
    """Find references that lead nowhere, that go in a circle of lists, or that go too deep."""
    found = lexicons.check_refs()
    if any(diagnostic.is_error for diagnostic in found):
        return found
    found += _circles(lexicons)
    if not any(diagnostic.is_error for diagnostic in found):
        found += _too_deep(lexicons)
    return found


def _error(lexicons: Lexicons, nsid: str, pointer: str, message: str, hint: str) -> Diagnostic:
    source = lexicons[nsid].source
    return Diagnostic(severity="error", file=source, nsid=nsid, pointer=pointer, message=message, hint=hint)


def _circles(lexicons: Lexicons) -> Iterator[Diagnostic]:
    """Find lists that hold only themselves: the type has no end in Python."""
    for def_id, definition in lexicons.definitions():
        seen: set[DefId] = set()
        current: Definition = definition
        while isinstance(current, Array | Ref):
            if isinstance(current, Array):
                current = current.items
                continue
            target = current.target
            if target == def_id:
                message, hint = "the list holds nothing but itself", "put an object in between"
                yield _error(lexicons, def_id.nsid, definition.pointer, message, hint)
            if target in seen or target == def_id:
                break
            seen.add(target)
            current = lexicons.definition(target)


def _too_deep(lexicons: Lexicons) -> Iterator[Diagnostic]:
    edges: dict[_Node, list[_Node]] = {}
    for def_id, definition in lexicons.definitions():
        owners: list[Part] = [part for _, part in payloads(definition)] or [definition]
        for owner in owners:
            _add_edges(lexicons, def_id.nsid, owner, edges)
    for node in edges:
        if _depth_exceeds(node, edges):
            message = f"references go more than {DEPTH_LIMIT} objects deep from here"
            yield _error(lexicons, *node, message, "put one of them behind an unknown")
            return


def _add_edges(lexicons: Lexicons, nsid: str, owner: Part, edges: dict[_Node, list[_Node]]) -> None:
    pending: list[Part] = [owner]
    while pending:
        part = pending.pop()
        if isinstance(part, Record):
            pending.append(part.record)
        elif isinstance(part, Array):
            pending.append(part.items)
        elif isinstance(part, Object | Params):
            targets = edges[nsid, part.pointer] = []
            for prop in part.properties.values():
                targets += _objects(lexicons, nsid, prop.schema, set())
                pending.append(prop.schema)


def _objects(lexicons: Lexicons, nsid: str, part: Part, seen: set[DefId]) -> list[_Node]:
    """The objects that a class has to know to be complete, by way of a property."""
    match part:
        case Object():
            return [(nsid, part.pointer)]
        case Record():
            return [(nsid, part.record.pointer)]
        case Array():
            return _objects(lexicons, nsid, part.items, seen)
        case Ref() | Union():
            targets = [part.target] if isinstance(part, Ref) else list(part.targets)
            nodes: list[_Node] = []
            for target in targets:
                if target not in seen:
                    seen.add(target)
                    nodes += _objects(lexicons, target.nsid, lexicons.definition(target), seen)
            return nodes
        case _:
            return []


def _depth_exceeds(start: _Node, edges: dict[_Node, list[_Node]]) -> bool:
    """Whether a walk from an object, as pydantic makes it, goes deeper than the limit."""
    visited = {start}
    path = [iter(edges[start])]
    while path:
        target = next((node for node in path[-1] if node not in visited), None)
        if target is None:
            path.pop()
            continue
        visited.add(target)
        path.append(iter(edges[target]))
        if len(path) > DEPTH_LIMIT:
            return True
    return False
