"""Copies and comparison of instances that may nest more deeply than a recursion reaches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel

from atlex.model._deep import deepest_first
from atlex.model._kept import Kept, kept_of
from atlex.model._levels import wire_names
from atlex.model._state import fill

__all__ = ["are_equal", "deep_copy"]

T = TypeVar("T", bound=BaseModel)

_OUTERMOST: Final = "atlex_outermost"
"""The key under which the memory of a copy has the model that looks after its depth. All others are numbers."""


def deep_copy(value: T, copy_one: Callable[[dict[Any, Any]], T], memo: dict[Any, Any]) -> T:
    """Copy an instance and all inside it: the deepest parts first, once a recursion has failed."""
    if _OUTERMOST in memo:
        return copy_one(memo)
    before: dict[Any, Any] = dict(memo)
    memo[_OUTERMOST] = value
    try:
        return copy_one(memo)
    except RecursionError:
        memo.clear()
        memo.update(before, **{_OUTERMOST: value})
        for item in deepest_first(value):
            if id(item) not in memo:
                memo[id(item)] = item.__deepcopy__(memo)
        return copy_one(memo)
    finally:
        del memo[_OUTERMOST]


def are_equal(one: BaseModel, other: object) -> bool:
    """Whether two instances of a class have equal fields, undeclared members, and values that were given up."""
    pending: list[tuple[Any, Any]] = [(one, other)]
    while pending:
        left, right = pending.pop()
        kind = cast("Any", type(left))
        if kind is not type(right):
            if left != right:
                return False
        elif issubclass(kind, BaseModel) and hasattr(kind, "lex_type"):
            if not _have_equal_rest(left, right):
                return False
            ours, theirs = cast("dict[str, Any]", vars(left)), cast("dict[str, Any]", vars(right))
            pending += [(ours.get(name), theirs.get(name)) for name in wire_names(kind)]
        elif kind is list:
            if len(left) != len(right):
                return False
            pending += zip(left, right, strict=True)
        elif left is not right and left != right:
            return False
    return True


def _have_equal_rest(one: Any, other: Any) -> bool:
    fill(one)
    fill(other)
    return _undeclared(one) == _undeclared(other) and _given_up(one) == _given_up(other)


def _undeclared(value: BaseModel) -> dict[str, Any]:
    return {name: item for name, item in (value.__pydantic_extra__ or {}).items() if name != "$type"}


def _given_up(value: BaseModel) -> tuple[Any, Any]:
    kept = kept_of(value) or Kept()
    return cast("tuple[Any, Any]", (kept.fields, kept.items))
