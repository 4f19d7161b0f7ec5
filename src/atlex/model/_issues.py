"""What a lenient reading gave up, found again in what it gave."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import fields, is_dataclass
from typing import cast

from pydantic import BaseModel

from atlex.data import UnknownObject
from atlex.errors import Issue
from atlex.model._faults import join_path, under
from atlex.model._names import NAMES
from atlex.model._salvage import Kept, kept_of

__all__ = ["issues"]


def issues(value: object) -> list[Issue]:
    """What a lenient reading gave up, anywhere inside a value.

    Args:
        value: Anything that was read: a model, an `UnknownObject`, a list of these, or what a record call gives.

    Returns:
        One entry for each thing that gave way: where it is (from the value given), why, and its raw form. Empty for
        a value that was read whole.
    """
    found: list[Issue] = []
    _collect(value, "", found)
    return found


def _collect(value: object, path: str, found: list[Issue]) -> None:
    match value:
        case BaseModel():
            _collect_members(value, path, found)
        case UnknownObject():
            if value.reason is not None:
                found.append(Issue(path, value.reason, value.raw))
        case list() | tuple():
            _collect_items(cast("Sequence[object]", value), path, found, frozenset())
        case _ if is_dataclass(value):
            for declared in fields(value):
                _collect(getattr(value, declared.name), join_path(path, declared.name), found)
        case _:
            pass


def _collect_members(value: BaseModel, path: str, found: list[Issue]) -> None:
    kept = kept_of(value) or Kept()
    found += [Issue(under(path, issue.path), issue.reason, issue.raw) for issue in kept.issues]
    names = getattr(type(value), NAMES, {})
    for name, item in value.__dict__.items():
        wire = names.get(name, name)
        if isinstance(item, list):
            left_out = {position for position, _ in kept.items.get(wire, ())}
            _collect_items(cast("list[object]", item), join_path(path, wire), found, left_out)
        elif isinstance(item, (BaseModel, UnknownObject)):
            _collect(item, join_path(path, wire), found)


def _collect_items(items: Sequence[object], path: str, found: list[Issue], left_out: Collection[int]) -> None:
    # Paths count the items as they came, those left out included.
    positions = (index for index in itertools.count() if index not in left_out)
    for index, item in zip(positions, items, strict=False):
        _collect(item, join_path(path, index), found)
