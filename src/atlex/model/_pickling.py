"""Pickles of instances that nest more deeply than a recursion reaches."""

from __future__ import annotations

import io
import pickle
from contextvars import ContextVar
from typing import Any, Final

from pydantic import BaseModel

from atlex.model._deep import deepest_first, is_deep

__all__ = ["reduce_deep"]

_is_pickling: Final[ContextVar[bool]] = ContextVar("is_pickling", default=False)


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
