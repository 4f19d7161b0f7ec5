"""Finding renamed definitions and properties: removed ones that have a similar one among the added."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, product
from typing import Any, Final, TypeVar

from atlex.lexicon import DefId, Document, Lexicons, Property, strip_prose
from atlex.lexicon._json import is_array, is_object

__all__ = ["renamed_definitions", "renamed_properties"]

Name = TypeVar("Name", str, DefId)

_LIKE: Final = 0.6
"""How similar two names, or two definitions, have to be: from 0 for nothing in common to 1 for equal ones."""

_SUBSTANCE: Final = 4
"""From how many values on an equal definition is no coincidence."""

_CERTAIN: Final = 3.0
"""The score of an equal definition; others get less."""

_MOST_PAIRS: Final = 10_000
"""How many pairs of one group are compared; a larger group is left alone, as the time goes with their number."""


@dataclass(frozen=True, slots=True)
class _Traits:
    """The features of a definition by which it is recognized: its kind, and its values with their places."""

    kind: str
    values: frozenset[str]


def renamed_definitions(old: Lexicons, new: Lexicons) -> dict[DefId, tuple[DefId, bool]]:
    """Pair removed definitions with added ones that are equal, or similar both in name and in content.

    Returns:
        By the older name the newer one, and whether the pair is certain as long as the two differ in nothing but their
        names: no others are as similar, and they say enough or have the same name elsewhere.
    """
    gone, come = _traits(old, without=new), _traits(new, without=old)
    scores: dict[tuple[DefId, DefId], float] = {}
    equal: set[tuple[DefId, DefId]] = set()
    for pairs in _groups(gone, come, _by_values):
        if len(pairs) == 1 and len(gone[pairs[0][0]].values) >= _SUBSTANCE:
            equal.add(pairs[0])
            scores[pairs[0]] = _CERTAIN
    for key in (_by_name, _by_home):
        for pair in chain.from_iterable(_groups(gone, come, key)):
            scores[pair] = max(scores.get(pair, 0), _likeness(gone, come, *pair))
    rivals = Counter(name for pair in scores if scores[pair] for name in _ends(pair))

    def is_certain(before: DefId, after: DefId) -> bool:
        is_lone = all(rivals[end] == 1 for end in _ends((before, after)))
        return (before, after) in equal or (is_lone and _own_name(before) == _own_name(after))

    return {before: (after, is_certain(before, after)) for before, after in _best(scores)}


def renamed_properties(
    old: Mapping[str, Property], new: Mapping[str, Property], is_same: Callable[[Property, Property], bool]
) -> dict[str, tuple[str, bool]]:
    """Pair removed properties with added ones of the same schema.

    Args:
        old: The properties of the older object.
        new: Those of the newer one.
        is_same: Whether two differ in nothing but their names.

    Returns:
        By the older name the newer one, and whether it is a guess: whether there were other candidates, or the names
        have little in common.
    """
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    if len(gone) * len(come) > _MOST_PAIRS:
        return {}
    is_alone = len(gone) == len(come) == 1
    scores: dict[tuple[str, str], float] = {}
    for before, after in product(gone, come):
        score = _name_likeness(before, after)
        if (score >= _LIKE or is_alone) and is_same(old[before], new[after]):
            scores[before, after] = 1 + score
    return {
        before: (after, not is_alone or scores[before, after] < 1 + _LIKE) for before, after in _best(scores)
    }


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
    """The values in a definition, with their places; references within its own document go without the NSID."""
    if is_object(raw):
        for key, value in raw.items():
            yield from _values(value, f"{place}/{key}", document)
    elif is_array(raw):
        for value in raw:
            yield from _values(value, f"{place}/", document)
    elif isinstance(raw, str) and raw.partition("#")[0] == document.id:
        yield f"{place}={raw.removeprefix(document.id) or '#main'!r}"
    else:
        yield f"{place}={raw!r}"


def _groups(
    gone: Mapping[DefId, _Traits],
    come: Mapping[DefId, _Traits],
    key: Callable[[DefId, _Traits], object],
) -> Iterator[list[tuple[DefId, DefId]]]:
    """The pairs of names that have a key in common, key by key."""
    befores: defaultdict[object, list[DefId]] = defaultdict(list)
    for name, traits in gone.items():
        befores[key(name, traits)].append(name)
    afters: defaultdict[object, list[DefId]] = defaultdict(list)
    for name, traits in come.items():
        afters[key(name, traits)].append(name)
    for group in befores.keys() & afters.keys():
        if len(befores[group]) * len(afters[group]) <= _MOST_PAIRS:
            yield list(product(befores[group], afters[group]))


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
    """How well a pair fits, from 0, not at all, to 2."""
    old, new = gone[before].values, come[after].values
    values = len(old & new) / len(old | new)
    names = _name_likeness(_own_name(before), _own_name(after))
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
