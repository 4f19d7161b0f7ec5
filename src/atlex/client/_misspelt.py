"""What Python itself says of a misspelt argument from 3.13 on: which one may have been meant. For the versions before."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from inspect import iscoroutinefunction, signature
from types import FunctionType
from typing import Any, Final, ParamSpec, TypeVar, cast

__all__ = ["NEEDED", "suggest_arguments"]

NEEDED: Final = sys.version_info < (3, 13)
"""Whether this Python doesn't do it."""

P = ParamSpec("P")
T = TypeVar("T")


def suggest_arguments(class_: type) -> None:
    """Have the methods of a class name the nearest argument when one is given that they don't have."""
    for name, method in list(vars(class_).items()):
        if isinstance(method, FunctionType) and not name.startswith("_"):
            setattr(
                class_, name, _asynchronous(method) if iscoroutinefunction(method) else _synchronous(method)
            )


def _synchronous(method: Callable[P, T]) -> Callable[P, T]:
    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except TypeError as error:
            _explain(method, kwargs, error)
            raise

    return call


def _asynchronous(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    @wraps(method)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            running = method(*args, **kwargs)
        except TypeError as error:
            _explain(method, kwargs, error)
            raise
        return await running

    return call


def _explain(method: Callable[..., Any], given: dict[str, Any], error: TypeError) -> None:
    import difflib

    known = signature(method).parameters
    for name in given.keys() - known.keys():
        if near := difflib.get_close_matches(name, known, n=1):
            error.args = (f"{cast('str', error.args[0])}. Did you mean {near[0]!r}?",)
            return
