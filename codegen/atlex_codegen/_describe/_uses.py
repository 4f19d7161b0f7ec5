"""Which definitions refer to which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from atlex.lexicon import DefId, Definition, Lexicons, String, references, walk

__all__ = ["used_by"]


def used_by(lexicons: Lexicons) -> Mapping[DefId, tuple[DefId, ...]]:
    """The definitions that refer to each definition, sorted; a string refers to the tokens that it lists."""
    users: defaultdict[DefId, set[DefId]] = defaultdict(set)
    for def_id, definition in lexicons.definitions():
        for target in _targets(definition, def_id.nsid):
            if target != def_id:
                users[target].add(def_id)
    return {target: tuple(sorted(found)) for target, found in users.items()}


def _targets(definition: Definition, nsid: str) -> Iterator[DefId]:
    yield from (reference.target for reference in references(definition))
    for part in walk(definition):
        if isinstance(part, String):
            for value in (*(part.known_values or ()), *(part.enum or ())):
                home, mark, name = value.partition("#")
                if mark and name:
                    yield DefId(home or nsid, name)
