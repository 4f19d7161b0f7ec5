"""What a lenient reading gave up, found again in what it gave."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias, cast

from pydantic import BaseModel

from atlex.data import UnknownObject
from atlex.errors import Issue
from atlex.model._errors import join_path, under
from atlex.model._kept import Kept, kept_of

__all__ = ["issues"]

Trail: TypeAlias = "tuple[Trail, str | int] | None"
"""The way to a value, last step first, so that a path is only written out where there is an issue."""


def issues(value: object) -> list[Issue]:
    """List what a lenient reading gave up, anywhere inside a value.

    Args:
        value: Anything that was read: a model, an `UnknownObject`, a list of these, or what a record call gives.

    Returns:
        One entry for each thing that was given up, in order: where it is (from the value given), why, and its raw
        form. Empty for a value that was read whole.
    """
    found: list[Issue] = []
    pending: list[tuple[object, Trail]] = [(value, None)]
    while pending:
        item, trail = pending.pop()
        inside: list[tuple[object, Trail]] = []
        match item:
            case BaseModel():
                _add_members(item, trail, found, inside)
            case UnknownObject():
                if item.reason is not None:
                    found.append(Issue(_path(trail), item.reason, item.raw))
            case list() | tuple():
                inside = [
                    (inner, (trail, index)) for index, inner in enumerate(cast("Sequence[object]", item))
                ]
            case _ if is_dataclass(item):
                inside = [(getattr(item, part.name), (trail, part.name)) for part in fields(item)]
            case _:
                pass
        pending += reversed(inside)
    return found


def _add_members(
    value: BaseModel, trail: Trail, found: list[Issue], inside: list[tuple[object, Trail]]
) -> None:
    kept = kept_of(value) or Kept()
    if kept.issues:
        found += under(_path(trail), kept.issues)
    state: Any = getattr(type(value), "__atlex__", None)
    names: dict[str, str] = (state and state.names) or {}
    for name, item in value.__dict__.items():
        wire = names.get(name, name)
        if isinstance(item, list):
            # Paths count the items as they came, those left out included.
            left_out = {position for position, _ in kept.items.get(wire, ())}
            positions = (index for index in itertools.count() if index not in left_out)
            inside += [
                (inner, ((trail, wire), index))
                for index, inner in zip(positions, cast("list[object]", item), strict=False)
                if isinstance(inner, (BaseModel, UnknownObject, list))
            ]
        elif isinstance(item, (BaseModel, UnknownObject)):
            inside.append((item, (trail, wire)))


def _path(trail: Trail) -> str:
    steps: list[str | int] = []
    while trail is not None:
        trail, step = trail
        steps.append(step)
    path = ""
    for step in reversed(steps):
        path = join_path(path, step)
    return path
