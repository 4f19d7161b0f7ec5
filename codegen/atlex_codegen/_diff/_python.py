"""The effect of changed documents on names in Python: added, removed, renamed, or of another type."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from atlex_codegen._diff._changes import Change, Diff, Place, PythonChange
from atlex_codegen._diff._names import Entry, Spot

__all__ = ["with_names"]

_Key: TypeAlias = tuple[object, ...]
"""The identity of a name: names of two packages belong together where their keys are equal."""

_RENAMINGS: Final = frozenset({"definition-renamed", "property-renamed"})
_HANDLE: Final = re.compile(r"""("[^"]*"|'[^']*')|\b[a-z_]\w*\.(?=\w)""")
"""A string, or a module before a name."""

_REFERENCE: Final = re.compile(r"[A-Za-z0-9_.]+")


def with_names(changes: Sequence[Change], old: Collection[Entry], new: Collection[Entry]) -> Diff:
    """Add to each change the names in Python that it touches.

    Args:
        changes: The changes of the documents.
        old: The names of the older package.
        new: The names of the newer one.
    """
    older = _Side(old, _renamings(changes), {entry.spot[0] for entry in new})
    newer = _Side(new, {}, ())
    both = [(was, newer.names[key]) for key, was in older.names.items() if key in newer.names]
    touched: defaultdict[int | None, list[PythonChange]] = defaultdict(list)
    by_old = _by_spot(change.old for change in changes)
    by_new = _by_spot(change.new for change in changes)
    for entry in older.without(newer):
        touched[_nearest(entry.spot, by_old)].append(_python_change(entry, None))
    for was, is_ in both:
        if _is_renamed(was, is_):
            touched[_nearest(was.spot, by_old)].append(_python_change(was, is_))
    for entry in newer.without(older):
        touched[_nearest(entry.spot, by_new)].append(_python_change(None, entry))
    for index, pairs in _retyped(changes, both):
        touched[index] += [_python_change(was, is_) for was, is_ in pairs if not _is_renamed(was, is_)]
    return Diff(
        tuple(_with(change, touched[index]) for index, change in enumerate(changes)),
        # An added name alone breaks nobody.
        tuple(change for change in touched[None] if change.old is not None),
    )


def _with(change: Change, names: Sequence[PythonChange]) -> Change:
    is_lost = any(name.old is not None and name.old != name.new for name in names)
    return replace(change, names=tuple(names), python="breaking" if is_lost else change.python)


class _Side:
    """The names of one package by their keys.

    Args:
        entries: The names.
        renamings: The newer place of each part that was renamed.
        documents: The NSIDs of the newer documents, whose modules keep their identity whatever moved out of them.
    """

    def __init__(
        self, entries: Collection[Entry], renamings: Mapping[Spot, Spot], documents: Collection[str]
    ) -> None:
        self._renamings = renamings
        self._documents = documents
        self.names = {self._key(entry): entry for entry in entries}

    def without(self, other: _Side) -> Iterator[Entry]:
        """The names that the other package lacks, except those of a class or method that it lacks as well."""
        for key, entry in self.names.items():
            if key not in other.names and (
                entry.owner is None or self._owner(entry, entry.owner) in other.names
            ):
                yield entry

    def _key(self, entry: Entry) -> _Key:
        nsid, pointer = self._moved(entry.spot)
        match entry.name.kind:
            case "module":
                return "module", entry.spot[0] if entry.spot[0] in self._documents else nsid
            case "error":
                return "error", nsid, entry.label
            case "argument" if entry.owner is not None:
                wire = pointer.rpartition("/")[2] if entry.label in {"params", "input"} else ""
                return *self._owner(entry, entry.owner), entry.label, wire
            case "class" | "alias" | "constant":
                return "type", nsid, pointer
            case kind:
                return kind, nsid, pointer

    def _owner(self, entry: Entry, owner: Spot) -> _Key:
        return "method" if entry.name.kind == "argument" else "type", *self._moved(owner)

    def _moved(self, spot: Spot) -> Spot:
        nsid, pointer = spot
        for start in _starts(pointer):
            if moved := self._renamings.get((nsid, start)):
                return moved[0], moved[1] + pointer[len(start) :]
        return spot


def _renamings(changes: Iterable[Change]) -> dict[Spot, Spot]:
    return {
        _spot(change.old): _spot(change.new)
        for change in changes
        if change.kind in _RENAMINGS and change.old is not None and change.new is not None
    }


def _spot(place: Place) -> Spot:
    return place.definition.nsid, place.pointer


def _starts(pointer: str) -> Iterator[str]:
    """A JSON pointer and its parents, from the inside out."""
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _by_spot(places: Iterable[Place | None]) -> dict[Spot, int]:
    """The first place of each spot, by its number."""
    found: dict[Spot, int] = {}
    for index, place in enumerate(places):
        if place is not None:
            found.setdefault(_spot(place), index)
    return found


def _nearest(spot: Spot, changes: Mapping[Spot, int]) -> int | None:
    """The change of a part, or of the nearest part around it."""
    nsid, pointer = spot
    return next((changes[nsid, start] for start in _starts(pointer) if (nsid, start) in changes), None)


def _is_renamed(was: Entry, is_: Entry) -> bool:
    if was.owner is not None:
        return was.name.member != is_.name.member
    return was.name != is_.name


def _python_change(was: Entry | None, is_: Entry | None) -> PythonChange:
    return PythonChange(
        old=None if was is None else was.name,
        new=None if is_ is None else is_.name,
        old_type=_shown_type(was),
        new_type=_shown_type(is_),
        old_required=was is not None and was.required,
        new_required=is_ is not None and is_.required,
    )


def _shown_type(entry: Entry | None) -> str:
    return "" if entry is None or entry.name.kind == "class" else _HANDLE.sub(r"\1", entry.type)


def _retyped(
    changes: Sequence[Change], both: Sequence[tuple[Entry, Entry]]
) -> Iterator[tuple[int, list[tuple[Entry, Entry]]]]:
    """For each change the names of the nearest part around it whose type changed, or whether they are required."""
    classes = {was.type: is_.type for was, is_ in both if is_.name.kind == "class"}

    def is_retyped(was: Entry, is_: Entry) -> bool:
        expected = _REFERENCE.sub(lambda match: classes.get(match[0], match[0]), was.type)
        return (expected, was.required) != (is_.type, is_.required)

    by_old: defaultdict[Spot, list[tuple[Entry, Entry]]] = defaultdict(list)
    by_new: defaultdict[Spot, list[tuple[Entry, Entry]]] = defaultdict(list)
    for was, is_ in both:
        if was.type and is_.name.kind != "class":
            by_old[_type_spot(was)].append((was, is_))
            by_new[_type_spot(is_)].append((was, is_))
    for index, change in enumerate(changes):
        place, pairs = (change.old, by_old) if change.new is None else (change.new, by_new)
        if place is not None:
            nsid, pointer = _spot(place)
            spot = next(((nsid, start) for start in _starts(pointer) if (nsid, start) in pairs), None)
            if spot is not None:
                yield index, [pair for pair in pairs[spot] if is_retyped(*pair)]


def _type_spot(entry: Entry) -> Spot:
    """The part of a document that a name's type comes from: for a method its output."""
    nsid, pointer = entry.spot
    return (nsid, f"{pointer}/output") if entry.name.kind == "method" else entry.spot
