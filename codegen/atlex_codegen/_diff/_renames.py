"""Finding what was renamed: something that is gone, and something new that is like it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import product
from typing import Any, Final, TypeVar

from atlex.lexicon import (
    Blob,
    Boolean,
    Bytes,
    CidLink,
    DefId,
    Document,
    Integer,
    Lexicons,
    Property,
    Schema,
    String,
    Unknown,
    strip_prose,
)

__all__ = ["renamed_definitions", "renamed_properties"]

Name = TypeVar("Name", str, DefId)

_LIKE: Final = 0.6
"""How alike two names, or two definitions, have to be: 0 has nothing in common, 1 is equal."""

_SUBSTANCE: Final = 4
"""How many values a definition has to hold before it is no coincidence that another is equal."""

_MOST_PAIRS: Final = 10_000
"""How many pairs of one group are compared; a larger group is left alone, as the time goes with their number."""

_SCALARS: Final = (Blob, Boolean, Bytes, CidLink, Integer, String, Unknown)


@dataclass(frozen=True, slots=True)
class _Traits:
    """What a definition is recognized by: its kind, and the values in it with their places."""

    kind: str
    values: frozenset[str]

    @property
    def has_substance(self) -> bool:
        return len(self.values) >= _SUBSTANCE


def renamed_definitions(old: Lexicons, new: Lexicons) -> dict[DefId, tuple[DefId, bool]]:
    """Pair definitions that are gone with new ones: equal ones, and like ones that have the same name or a like one.

    Returns:
        By the older name the newer one, and whether it is a guess: whether more than the names differ, or too little is
        there to be sure.
    """
    gone, come = _traits(old, without=new), _traits(new, without=old)
    scores: dict[tuple[DefId, DefId], float] = {}
    for key in (_by_values, _by_name, _by_home):
        for pair in _pairs(gone, come, key):
            scores[pair] = max(scores.get(pair, 0), _likeness(gone, come, *pair))
    return {
        before: (after, gone[before] != come[after] or not gone[before].has_substance)
        for before, after in _best(scores)
    }


def renamed_properties(
    old: Mapping[str, Property], new: Mapping[str, Property], is_same: Callable[[Property, Property], bool]
) -> dict[str, tuple[str, bool]]:
    """Pair properties that are gone with new ones of the same schema.

    Args:
        old: The properties of the older object.
        new: Those of the newer one.
        is_same: Whether two differ in nothing but their names.

    Returns:
        By the older name the newer one, and whether it is a guess: whether others have come or gone as well, or the
        names have little in common.
    """
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    if len(gone) * len(come) > _MOST_PAIRS:
        return {}
    is_alone = len(gone) == len(come) == 1
    scores: dict[tuple[str, str], float] = {}
    for before, after in product(gone, come):
        score = _name_likeness(before, after)
        is_telling = is_alone and not _is_plain(old[before].schema)
        if (score >= _LIKE or is_telling) and is_same(old[before], new[after]):
            scores[before, after] = score
    return {before: (after, not is_alone or scores[before, after] < _LIKE) for before, after in _best(scores)}


def _traits(lexicons: Lexicons, *, without: Lexicons) -> dict[DefId, _Traits]:
    """The traits of the definitions that the other documents don't have."""
    found: dict[DefId, _Traits] = {}
    for document in lexicons.values():
        names = [name for name in document.defs if without.find(DefId(document.id, name)) is None]
        if names:
            raw = strip_prose(document.raw)["defs"]
            for name in names:
                values = frozenset(_values(raw[name], "", document))
                found[DefId(document.id, name)] = _Traits(document.defs[name].kind, values)
    return found


def _values(raw: Any, place: str, document: Document) -> Iterator[str]:
    """The values in a definition, with their places; what it says of its own document goes without the NSID."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            yield from _values(value, f"{place}/{key}", document)
    elif isinstance(raw, list):
        for value in raw:
            yield from _values(value, f"{place}/", document)
    elif isinstance(raw, str) and raw.partition("#")[0] == document.id:
        yield f"{place}={raw.removeprefix(document.id) or '#main'!r}"
    else:
        yield f"{place}={raw!r}"


def _pairs(
    gone: Mapping[DefId, _Traits],
    come: Mapping[DefId, _Traits],
    key: Callable[[DefId, _Traits], object],
) -> Iterator[tuple[DefId, DefId]]:
    groups: defaultdict[object, list[DefId]] = defaultdict(list)
    for name, traits in come.items():
        groups[key(name, traits)].append(name)
    wanted: defaultdict[object, list[DefId]] = defaultdict(list)
    for name, traits in gone.items():
        wanted[key(name, traits)].append(name)
    for group, names in wanted.items():
        if len(names) * len(groups[group]) <= _MOST_PAIRS:
            yield from product(names, groups[group])


def _by_values(_: DefId, traits: _Traits) -> object:
    return traits


def _by_name(name: DefId, traits: _Traits) -> object:
    return traits.kind, name.is_main, _own_name(name)


def _by_home(name: DefId, traits: _Traits) -> object:
    return traits.kind, name.is_main, name.nsid.rpartition(".")[0] if name.is_main else name.nsid


def _own_name(name: DefId) -> str:
    return name.nsid.rpartition(".")[2] if name.is_main else name.name


def _likeness(
    gone: Mapping[DefId, _Traits], come: Mapping[DefId, _Traits], before: DefId, after: DefId
) -> float:
    """How well a pair fits, from 0 to 3; 0 where it doesn't."""
    old, new = gone[before].values, come[after].values
    values = len(old & new) / len(old | new) if old or new else 1.0
    names = _name_likeness(_own_name(before), _own_name(after))
    if values == 1 and gone[before].has_substance:
        return 2 + names
    return values + names if values >= _LIKE and names >= _LIKE else 0


def _name_likeness(before: str, after: str) -> float:
    return SequenceMatcher(None, before[:100].lower(), after[:100].lower(), autojunk=False).ratio()


def _best(scores: Mapping[tuple[Name, Name], float]) -> Iterator[tuple[Name, Name]]:
    """The pairs that fit better than any other of the same names, each name in one pair at most."""
    ranked = sorted((pair for pair in scores if scores[pair]), key=lambda pair: (-scores[pair], pair))
    rivals: defaultdict[tuple[Name, bool], list[tuple[Name, Name]]] = defaultdict(list)
    for pair in ranked:
        rivals[pair[0], True].append(pair)
        rivals[pair[1], False].append(pair)
    taken: set[tuple[Name, bool]] = set()
    for pair in ranked:
        ends = (pair[0], True), (pair[1], False)
        if taken.isdisjoint(ends):
            equals = {rival for end in ends for rival in rivals[end] if scores[rival] == scores[pair]}
            if all(rival == pair or not taken.isdisjoint(_ends(rival)) for rival in equals):
                yield pair
            taken.update(ends)


def _ends(pair: tuple[Name, Name]) -> Iterable[tuple[Name, bool]]:
    return (pair[0], True), (pair[1], False)


def _is_plain(schema: Schema) -> bool:
    """Whether a schema says no more than what kind of value it is."""
    return isinstance(schema, _SCALARS) and replace(schema, description=None, extra={}) == type(schema)()
