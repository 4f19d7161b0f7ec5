"""The second stage: references that lead somewhere, and that Python can follow at a reasonable price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple, TypeAlias

from atlex.lexicon import (
    Array,
    DefId,
    Definition,
    Diagnostic,
    Integer,
    Lexicons,
    Message,
    Object,
    Params,
    Part,
    Payload,
    Record,
    Ref,
    String,
    Union,
    walk,
)
from atlex_codegen._graph import components
from atlex_codegen._naming import payloads

__all__ = ["DEPTH_LIMIT", "UNION_LIMIT", "reference_faults"]

DEPTH_LIMIT: Final = 20
"""How many classes may hang below one another, and how many lists, refs and unions may lead to one another.

pydantic completes a class by completing those that it refers to, one inside the other, and Python's stack ends after 32
to 65 of them, depending on what stands between; the caller needs a part of it too. The official documents come to 13.
"""

UNION_LIMIT: Final = 256
"""How many classes a union may come to. ``A | B | C`` nests as deep as it is long, and the stack of a thread ends after
some 500 on macOS.
"""

_EXPANSION_LIMIT: Final = 100_000
"""How many names and literals the types of one document may come to, written out."""

_STEP_LIMIT: Final = 10_000_000
"""How many steps may be spent on objects that all lead to each other: some seconds."""

_Node: TypeAlias = tuple[str, str]
"""An object: the NSID of its document and its JSON pointer."""


def reference_faults(lexicons: Lexicons) -> list[Diagnostic]:
    """Find references that lead nowhere, that go in a circle of lists, or that go too deep or too far."""
    found = lexicons.check_refs()
    if not any(diagnostic.is_error for diagnostic in found):
        types = _Types(lexicons)
        found += types.faults()
        if not any(diagnostic.is_error for diagnostic in found):
            found += _object_faults(lexicons, types)
    return found


def _error(lexicons: Lexicons, nsid: str, pointer: str, message: str, hint: str) -> Diagnostic:
    source = lexicons[nsid].source
    return Diagnostic(severity="error", file=source, nsid=nsid, pointer=pointer, message=message, hint=hint)


class _Reach(NamedTuple):
    """What a type comes to.

    Attributes:
        depth: How many lists, refs and unions there are on the longest way.
        size: How many names and literals there are in it, written out.
        objects: The objects that it leads to, which a class has to know to be complete.
    """

    depth: int = 0
    size: int = 1
    objects: frozenset[_Node] = frozenset()


class _Types:
    """What types come to. Definitions that only stand for others are lists, refs and unions: aliases in Python.

    Args:
        lexicons: The documents, whose references all lead somewhere.
    """

    def __init__(self, lexicons: Lexicons) -> None:
        self._lexicons = lexicons
        self._aliases: dict[DefId, _Reach] = {}

    def reach(self, nsid: str, part: Part) -> _Reach:
        """What a type comes to.

        Args:
            nsid: The document that it stands in.
            part: The type.
        """
        match part:
            case Object():
                return _Reach(objects=frozenset({(nsid, part.pointer)}))
            case Record():
                return self.reach(nsid, part.record)
            case Array():
                return _outside([self.reach(nsid, part.items)])
            case Ref():
                return _outside([self._reach_of(part.target)])
            case Union():
                inner = _outside([self._reach_of(target) for target in part.targets])
                return _Reach(inner.depth, 1 + len(inner.objects), inner.objects)
            case String():
                return _Reach(size=1 + len(part.enum or ()) + len(part.known_values or ()))
            case Integer():
                return _Reach(size=1 + len(part.enum or ()))
            case _:
                return _Reach()

    def _reach_of(self, target: DefId) -> _Reach:
        definition = self._lexicons.definition(target)
        if isinstance(definition, Array | Ref | Union):
            # Those that are missing lead back to where this one is asked for.
            return self._aliases.get(target, _Reach())
        return self.reach(target.nsid, definition)

    def faults(self) -> Iterator[Diagnostic]:
        """Find out what all aliases come to, and yield circles of lists and the first type that goes too far."""
        aliases = {
            def_id: definition
            for def_id, definition in self._lexicons.definitions()
            if isinstance(definition, Array | Ref | Union)
        }
        edges = {
            def_id: [target for target in _targets(definition) if target in aliases]
            for def_id, definition in aliases.items()
        }
        for component in components(edges):
            definitions = [aliases[def_id] for def_id in component]
            is_circle = len(component) > 1 or component[0] in edges[component[0]]
            if is_circle and not any(isinstance(definition, Union) for definition in definitions):
                yield from self._circle(component, definitions)
            reach = self._reach_together(component, definitions)
            if (fault := self._fault(component[0].nsid, definitions[0], reach)) is not None:
                yield fault
                return
            self._aliases |= dict.fromkeys(component, reach)
        yield from self._written_faults()

    def _circle(self, component: list[DefId], definitions: Sequence[Definition]) -> Iterator[Diagnostic]:
        for def_id, definition in zip(component, definitions, strict=True):
            message, hint = "the list holds nothing but itself", "put an object in between"
            yield _error(self._lexicons, def_id.nsid, definition.pointer, message, hint)

    def _reach_together(self, component: list[DefId], definitions: Sequence[Definition]) -> _Reach:
        """What definitions come to that all lead to each other; mostly it is one, which doesn't lead to itself."""
        found = [
            self.reach(def_id.nsid, definition)
            for def_id, definition in zip(component, definitions, strict=True)
        ]
        return _Reach(
            max(reach.depth for reach in found) + len(found) - 1,
            sum(reach.size for reach in found),
            frozenset[_Node]().union(*(reach.objects for reach in found)),
        )

    def _fault(self, nsid: str, part: Part, reach: _Reach) -> Diagnostic | None:
        if reach.depth > DEPTH_LIMIT:
            message = f"more than {DEPTH_LIMIT} lists, refs and unions lead to one another from here"
            return _error(self._lexicons, nsid, part.pointer, message, "refer to the last of them")
        if len(reach.objects) > UNION_LIMIT:
            message = f"the union has more than {UNION_LIMIT} members"
            return _error(self._lexicons, nsid, part.pointer, message, "put some of them into an object")
        return None

    def _written_faults(self) -> Iterator[Diagnostic]:
        """Find the first type of each document that goes too far, and documents whose types are too long."""
        for nsid, document in self._lexicons.items():
            room = _EXPANSION_LIMIT
            for definition in document.defs.values():
                for part in _types_in(definition):
                    reach = self.reach(nsid, part)
                    if (fault := self._fault(nsid, part, reach)) is not None:
                        yield fault
                        room = _EXPANSION_LIMIT
                        break
                    room -= reach.size
            if room < 0:
                message = f"the types come to more than {_EXPANSION_LIMIT} names and values, written out"
                yield _error(self._lexicons, nsid, "", message, "make several documents of it")


def _outside(inner: list[_Reach]) -> _Reach:
    """What a list, a ref or a union comes to by what is in it."""
    if len(inner) == 1:
        return _Reach(inner[0].depth + 1, inner[0].size + 1, inner[0].objects)
    return _Reach(
        1 + max((reach.depth for reach in inner), default=0),
        1 + sum(reach.size for reach in inner),
        frozenset[_Node]().union(*(reach.objects for reach in inner)),
    )


def _targets(definition: Array | Ref | Union) -> list[DefId]:
    part: Part = definition.items if isinstance(definition, Array) else definition
    return [part.target] if isinstance(part, Ref) else list(part.targets) if isinstance(part, Union) else []


def _types_in(definition: Definition) -> Iterator[Part]:
    """The types that are written in a module for a definition."""
    if isinstance(definition, Array | Ref | Union):
        yield definition
    for part in walk(definition):
        if isinstance(part, Object | Params):
            yield from (prop.schema for prop in part.properties.values())
        elif isinstance(part, Payload | Message) and part.schema is not None:
            yield part.schema


def _object_faults(lexicons: Lexicons, types: _Types) -> Iterator[Diagnostic]:
    """Find the first object from which references go too deep."""
    edges: dict[_Node, list[_Node]] = {}
    for def_id, definition in lexicons.definitions():
        owners: list[Part] = [part for _, part in payloads(definition)] or [definition]
        for owner in owners:
            _add_edges(types, def_id.nsid, owner, edges)
    size = sum(map(len, edges.values()))
    room = _STEP_LIMIT
    depths: dict[_Node, int] = {}
    for component in components(edges):
        inner = set(component)
        room -= len(component) * sum(len(edges[node]) for node in component)
        for node in component:
            depths[node] = _depth(node, inner, edges, depths)
            if depths[node] > DEPTH_LIMIT:
                # What lies outside was added up, as if nothing had been seen on another way.
                room -= size
                depths[node] = _depth(node, edges.keys(), edges, {})
            if depths[node] > DEPTH_LIMIT or room < 0:
                message = f"references go more than {DEPTH_LIMIT} objects deep from here"
                if room < 0:
                    message = "too many objects lead to each other to follow them all"
                yield _error(lexicons, *node, message, "put one of them behind an unknown")
                return


def _add_edges(types: _Types, nsid: str, owner: Part, edges: dict[_Node, list[_Node]]) -> None:
    pending: list[Part] = [owner]
    while pending:
        part = pending.pop()
        if isinstance(part, Record):
            pending.append(part.record)
        elif isinstance(part, Array):
            pending.append(part.items)
        elif isinstance(part, Object | Params):
            targets: dict[_Node, None] = {}
            for prop in part.properties.values():
                targets |= dict.fromkeys(sorted(types.reach(nsid, prop.schema).objects))
                pending.append(prop.schema)
            edges[nsid, part.pointer] = list(targets)


def _depth(
    start: _Node, inner: AbstractSet[_Node], edges: Mapping[_Node, list[_Node]], depths: Mapping[_Node, int]
) -> int:
    """How deep a walk from an object goes, as pydantic makes it; counted as far as the limit.

    Args:
        start: The object.
        inner: The objects to walk over.
        edges: What each object leads to.
        depths: The depths of the others.
    """
    visited = {start}
    path = [iter(edges[start])]
    deepest = 1
    while path and deepest <= DEPTH_LIMIT:
        target = next((node for node in path[-1] if node not in visited), None)
        if target is None:
            path.pop()
            continue
        visited.add(target)
        if target in inner:
            path.append(iter(edges[target]))
        deepest = max(deepest, len(path) + (0 if target in inner else depths[target]))
    return deepest
