"""What an instance keeps of the JSON that its fields couldn't show, and how that is written back."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel

from atlex.data import is_list
from atlex.errors import Issue
from atlex.model._state import is_lean
from atlex.model._wire import wire_value

__all__ = ["KEPT", "Kept", "kept_of"]

KEPT: Final = "_atlex_kept"
"""The name under which an instance's private values hold its `Kept`."""


# Without slots, which the first protocols of pickle refuse.
@dataclass
class Kept:
    """What an object read from the wire couldn't show in its fields.

    Attributes:
        fields: The raw values of optional fields that were broken, by wire name.
        items: For each list by wire name: (position, raw value) of the items left out, in order.
        issues: One for each of these, with paths from this object.
    """

    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    items: dict[str, list[tuple[int, Any]]] = field(default_factory=dict[str, "list[tuple[int, Any]]"])
    issues: list[Issue] = field(default_factory=list[Issue])

    def restore(self, data: dict[str, Any], lengths: Mapping[str, int]) -> None:
        """Write what is kept back into an object's JSON form.

        Args:
            data: The JSON form.
            lengths: How many items the lists have, by wire name. One that is longer in the JSON form has its items
                back already.
        """
        for wire, raw in self.fields.items():
            data[wire] = wire_value(raw)
        for wire, items in self.items.items():
            found = data.get(wire)
            if is_list(found) and len(found) == lengths.get(wire):
                data[wire] = _merged(found, items)

    def copy(self) -> Kept:
        """A copy that can be changed by itself."""
        items = {wire: list(left_out) for wire, left_out in self.items.items()}
        return Kept(dict(self.fields), items, list(self.issues))

    def forget(self, wire: str) -> None:
        """Drop what is kept for a field that has got another value."""
        self.fields.pop(wire, None)
        self.items.pop(wire, None)
        self.issues[:] = [
            issue
            for issue in self.issues
            if issue.path != wire and not issue.path.startswith((f"{wire}.", f"{wire}["))
        ]


def kept_of(value: BaseModel) -> Kept | None:
    """What an instance keeps, or None."""
    # A lean instance has no private values yet, and keeps nothing.
    private = None if is_lean(value) else value.__pydantic_private__
    return None if private is None else private.get(KEPT)


def _merged(found: list[Any], left_out: list[tuple[int, Any]]) -> list[Any]:
    """A list with the items that were left out of it, each at its place if the list still reaches there."""
    rest = iter(found)
    merged: list[Any] = []
    for position, raw in left_out:
        merged.extend(itertools.islice(rest, max(0, position - len(merged))))
        merged.append(wire_value(raw))
    merged.extend(rest)
    return merged
