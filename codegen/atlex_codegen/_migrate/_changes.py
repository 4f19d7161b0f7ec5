"""What a diff says about the names of a package, in the form in which a program's code asks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, cast

from atlex.lexicon import DefId
from atlex_codegen._diff._changes import Change, Diff, PythonChange, PythonName

__all__ = ["Changes", "Renamed", "Values"]

_LIKE: Final = 0.6
"""How alike two values have to be to be taken for one that was renamed: 0 has nothing in common, 1 is equal."""

_PARAMS: Final = frozenset({"argument", "field"})


@dataclass(frozen=True, slots=True)
class Renamed:
    """What became of a name.

    Attributes:
        new: The name now, or None where it is gone.
        guess: What may have become of it, where only likeness speaks for that; else None.
    """

    new: PythonName | None
    guess: PythonName | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a text that aren't there any more, each with what it is now, or None."""

    lost: dict[str, str | None]
    found: tuple[str, ...]


class Changes:
    """The changes of names, by the older name.

    Args:
        diff: What changed.
        guesses: Whether to take what only likeness speaks for as certain.

    Attributes:
        nsids: What documents with a main definition are called now, by their older NSIDs.
    """

    def __init__(self, diff: Diff, *, guesses: bool = False) -> None:
        self._guesses = guesses
        self._names: dict[PythonName, Renamed] = {}
        self._types: dict[PythonName, PythonChange] = {}
        self._required: defaultdict[tuple[str, tuple[str, ...], str], list[str]] = defaultdict(list)
        self._values: dict[tuple[DefId, str], Values] = {}
        self._unions: set[PythonName] = set()
        self.nsids: dict[str, str] = {}
        for change in diff.changes:
            for name in change.names:
                self._add(name, is_guess=change.is_guess and not guesses)
            self._add_values(change)
            if change.kind == "ref-to-union" or _is_union(change):
                self._unions.update(name.old for name in change.names if name.old is not None)
            if (
                change.kind == "definition-renamed"
                and change.old is not None
                and change.old.definition.is_main
            ):
                self.nsids[change.old.definition.nsid] = str(change.definition)
        for name in diff.names:
            self._add(name, is_guess=False)

    def _add(self, change: PythonChange, *, is_guess: bool) -> None:
        old, new = change.old, change.new
        if old is not None and old != new:
            self._names[old] = Renamed(None, new) if is_guess else Renamed(new)
        if old is not None and new is not None:
            self._types[old] = change
        if new is not None and new.kind in _PARAMS and change.new_required and not change.old_required:
            self._required[new.kind, new.path, new.name].append(new.member)

    def _add_values(self, change: Change) -> None:
        if change.kind not in {"enum-changed", "known-values-changed", "const-changed"} or change.old is None:
            return
        before, after = _texts(change.before), _texts(change.after)
        lost = [value for value in before if value not in after]
        found = tuple(value for value in after if value not in before)
        pointer = change.old.pointer
        for key in ("/enum", "/knownValues", "/const"):
            pointer = pointer.removesuffix(key)
        is_alone = len(lost) == len(found) == 1
        self._values[DefId(change.old.definition.nsid), pointer] = Values(
            {
                value: found[0]
                if is_alone
                and (change.kind == "const-changed" or self._guesses or _are_alike(value, found[0]))
                else None
                for value in lost
            },
            found,
        )

    def of(self, name: PythonName) -> Renamed | None:
        """What became of a name; None where it is as it was."""
        return self._names.get(name)

    def retyped(self, name: PythonName) -> PythonChange | None:
        """How the type of a name changed, if it did."""
        found = self._types.get(name)
        return (
            found
            if found is not None
            and (found.old_type, found.old_required) != (found.new_type, found.new_required)
            else None
        )

    def is_union_now(self, name: PythonName) -> bool:
        """Whether a field that was one thing can be several now."""
        return name in self._unions

    def required(self, kind: str, path: tuple[str, ...], name: str) -> list[str]:
        """The arguments of a method, or the fields of a class, that have to be given since."""
        return self._required[kind, path, name]

    def values(self, nsid: str, pointer: str) -> Values | None:
        """What became of the values that a text may have."""
        return self._values.get((DefId(nsid), pointer))


def _is_union(change: Change) -> bool:
    after: object = change.after
    if isinstance(after, dict):
        after = cast("Mapping[str, object]", after).get("type")
    return change.kind == "type-changed" and after == "union"


def _texts(value: object) -> list[str]:
    values = [value] if isinstance(value, str) else cast("Iterable[object]", value or ())
    return [item for item in values if isinstance(item, str)]


def _are_alike(before: str, after: str) -> bool:
    return SequenceMatcher(None, before.lower(), after.lower(), autojunk=False).ratio() >= _LIKE
