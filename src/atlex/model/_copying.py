"""Copies, pickles and comparison of instances that may nest more deeply than a recursion reaches."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel

from atlex.model._deep import deepest_first, is_deep
from atlex.model._kept import Kept, kept_of
from atlex.model._levels import wire_names
from atlex.model._state import fill

__all__ = ["are_equal", "deep_copy", "reduce_deep"]

T = TypeVar("T", bound=BaseModel)

_OUTERMOST: Final = "atlex_outermost"
"""The key under which the memory of a copy has the model that looks after its depth. All others are numbers."""

_is_pickling: Final[ContextVar[bool]] = ContextVar("is_pickling", default=False)


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


class _Pickler(pickle.Pickler):
    """Refers to models that have been pickled already by their numbers."""

    def __init__(self, file: io.BytesIO, protocol: int, numbers: dict[int, int]) -> None:
        super().__init__(file, protocol)
        self._numbers = numbers

    def persistent_id(self, obj: Any) -> int | None:
        return self._numbers.get(id(obj))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, models: list[Any]) -> None:
        super().__init__(file)
        self._models = models

    def persistent_load(self, pid: Any) -> Any:
        return self._models[pid]


def reduce_deep(value: BaseModel, protocol: int) -> Any:
    """What ``__reduce_ex__`` gives for a deep instance: its parts, pickled one by one. None for any other."""
    if _is_pickling.get() or not is_deep(value):
        return None
    numbers: dict[int, int] = {}
    parts: list[bytes] = []
    token = _is_pickling.set(True)
    try:
        for item in [*deepest_first(value), value]:
            if id(item) in numbers:
                continue
            file = io.BytesIO()
            _Pickler(file, protocol, numbers).dump(item)
            parts.append(file.getvalue())
            numbers[id(item)] = len(parts) - 1
    finally:
        _is_pickling.reset(token)
    return _restore, (parts,)


def _restore(parts: list[bytes]) -> Any:
    models: list[Any] = []
    for part in parts:
        models.append(_Unpickler(io.BytesIO(part), models).load())
    return models[-1]


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
