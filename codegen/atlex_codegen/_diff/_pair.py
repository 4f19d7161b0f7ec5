"""A definition on both sides of a comparison, and the making of its changes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, cast

from atlex.lexicon import DefId, Definition, Document, Node, Part, UnknownKind
from atlex_codegen._diff._changes import Change, ChangeKind, Impact, Place
from atlex_codegen._pointers import value_at
from atlex_codegen._prose import Prose
from atlex_codegen._text import shortened

__all__ = ["Between", "Pair", "kind_of", "unknown_keys", "was_and_is"]

_VALUES_SHOWN: Final = 8


class Between:
    """Makes changes between two definitions.

    Args:
        old: The older document.
        new: The newer document.
        before: The definition's older name.
        after: Its newer name.
    """

    def __init__(self, old: Document, new: Document, before: DefId, after: DefId) -> None:
        self._documents = old, new
        self._ids = before, after

    def change(
        self,
        kind: ChangeKind,
        old: str | None,
        new: str | None,
        message: str,
        *,
        subject: str = "",
        values: tuple[Any, Any] | None = None,
        lexicon: Impact = "breaking",
        python: Impact = "breaking",
        is_guess: bool = False,
    ) -> Change:
        """A change from one pointer to another.

        Args:
            kind: The kind of change.
            old: The older pointer, or None for an addition.
            new: The newer pointer, or None for a removal.
            message: The change in a sentence.
            subject: The part that changed, by its name.
            values: The older and the newer value; None for the JSON at the pointers.
            lexicon: The verdict by the evolution rules.
            python: The verdict for Python code.
            is_guess: Whether a renaming is inferred from similarity alone.
        """
        places = [
            None if pointer is None else Place(def_id, pointer, document.source)
            for pointer, def_id, document in zip((old, new), self._ids, self._documents, strict=True)
        ]
        before, after = values or (
            None if place is None else value_at(document.raw, place.pointer)
            for place, document in zip(places, self._documents, strict=True)
        )
        return Change(
            kind=kind,
            definition=self._ids[1],
            old=places[0],
            new=places[1],
            subject=subject,
            before=before,
            after=after,
            lexicon=lexicon,
            python=python,
            message=message,
            is_guess=is_guess,
        )


class Pair(Between):
    """A definition on both sides of a comparison.

    Args:
        old: Its older document.
        new: Its newer document.
        before: Its older name.
        after: Its newer name.
        names: The newer names of all definitions that were renamed.
        prose: The older descriptions and the newer ones.
    """

    def __init__(
        self,
        old: Document,
        new: Document,
        before: DefId,
        after: DefId,
        names: Mapping[DefId, DefId],
        prose: tuple[Prose, Prose],
    ) -> None:
        super().__init__(old, new, before, after)
        self._names = names
        self._prose = prose

    def now(self, target: DefId) -> DefId:
        """The newer name of a definition."""
        return self._names.get(target, target)

    def renamed(self, old: Definition, new: Definition, *, is_guess: bool) -> Change:
        """The change of the definition's own name."""
        before, after = self._ids
        return self.change(
            "definition-renamed",
            old.pointer,
            new.pointer,
            f"the {kind_of(old)} is called {after} now",
            subject=str(before),
            values=(str(before), str(after)),
            is_guess=is_guess,
        )

    def node(self, old: Node, new: Node, what: str, name: str = "") -> Iterator[Change]:
        """Compare two nodes by whether they are deprecated, and by keys that the language doesn't define.

        Args:
            old: The older node.
            new: The newer one.
            what: Its name in messages.
            name: The property that it is the schema of, if it is one's.
        """
        was, is_ = self._is_deprecated(0, old, name), self._is_deprecated(1, new, name)
        if is_ and not was:
            yield self.between(
                "deprecated",
                old,
                new,
                f"{what} is deprecated now",
                subject=name,
                lexicon="deprecated",
                python="deprecated",
            )
        elif was and not is_:
            yield self.harmless("undeprecated", old, new, f"{what} isn't deprecated any more", subject=name)
        before, after = (unknown_keys(node.extra) for node in (old, new))
        if before != after:
            message = f"{what} has other keys that the language doesn't define"
            yield self.harmless("unknown-keys-changed", old, new, message, values=(before, after))

    def _is_deprecated(self, side: int, node: Node, name: str) -> bool:
        def_id, document = self._ids[side], self._documents[side]
        key = f"{def_id.nsid}#{def_id.name}.{name}" if name else ""
        nodes: list[Part | Document] = [cast("Part", node)]
        if node is document.defs[def_id.name]:
            key = str(def_id)
            nodes += [document] if def_id.is_main else []
        return bool(self._prose[side].deprecation(key, *nodes))

    def between(
        self,
        kind: ChangeKind,
        old: Node,
        new: Node,
        message: str,
        *,
        key: str = "",
        subject: str = "",
        values: tuple[Any, Any] | None = None,
        lexicon: Impact = "breaking",
        python: Impact = "breaking",
    ) -> Change:
        """A change of a node, or of the value of one of its keys."""
        end = f"/{key}" if key else ""
        return self.change(
            kind,
            old.pointer + end,
            new.pointer + end,
            message,
            subject=subject or key,
            values=values,
            lexicon=lexicon,
            python=python,
        )

    def harmless(
        self,
        kind: ChangeKind,
        old: Node,
        new: Node,
        message: str,
        *,
        key: str = "",
        subject: str = "",
        values: tuple[Any, Any] | None = None,
    ) -> Change:
        """A change of a node that breaks nobody."""
        return self.between(
            kind,
            old,
            new,
            message,
            key=key,
            subject=subject,
            values=values,
            lexicon="compatible",
            python="compatible",
        )


def unknown_keys(extra: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that the language doesn't define, without those that have a meaning here."""
    return {key: value for key, value in extra.items() if key not in {"$type", "deprecated"}}


def kind_of(node: Node) -> str:
    """The kind of a node as its document names it."""
    return node.name if isinstance(node, UnknownKind) else node.kind


def was_and_is(before: object, after: object) -> str:
    """The end of a sentence about a value, or a set of values, that changed."""
    if isinstance(before, tuple | list) or isinstance(after, tuple | list):
        old, new = cast("Collection[object]", before or ()), cast("Collection[object]", after or ())
        lost, found = (
            [_item for _item in old if _item not in new],
            [_item for _item in new if _item not in old],
        )
        if before and after:
            parts = [f"lost {_listed(lost)}" if lost else "", f"gained {_listed(found)}" if found else ""]
            return " and ".join(filter(None, parts))
        return (
            f"is {_listed(new)} now, and was not given"
            if after
            else f"was {_listed(old)}, and isn't given any more"
        )
    if before is None:
        return f"is {_shown(after)} now, and was not given"
    if after is None:
        return f"was {_shown(before)}, and isn't given any more"
    return f"was {_shown(before)} and is {_shown(after)}"


def _listed(values: Collection[object]) -> str:
    shown = [_shown(value) for value in list(values)[:_VALUES_SHOWN]]
    more = len(values) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _shown(value: object) -> str:
    return shortened(json.dumps(value, ensure_ascii=False))
