"""Trees of models that nest more deeply than a recursion reaches: an operation on them, the deepest parts first.

A thread of the Bluesky app may have 1,000 replies inside each other. pydantic's serializer ends at about 250 levels,
and Python's recursion at 1,000 calls. So what is done to a tree, and fails for its depth, is done again to the models
inside it, starting with the deepest, and each result is at hand when the model around it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from pydantic import BaseModel

from atlex.data import MAX_DEPTH

__all__ = ["deepest_first", "is_deep", "over_depth"]

_INTERVAL: Final = 10
"""After how many levels of models the result of one is put aside."""


def _levels(value: Any) -> Iterator[tuple[BaseModel, int]]:
    """All models in a value, each with the number of models around it; what is around comes first."""
    pending: list[tuple[Any, int, int]] = [(value, 0, 0)]
    while pending:
        item, level, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise RecursionError
        if isinstance(item, BaseModel):
            yield item, level
            level += 1
            parts: Any = [*item.__dict__.values(), *(cast("Any", item).model_extra or {}).values()]
        else:
            parts = cast("dict[str, Any]", item).values() if isinstance(item, dict) else item
        pending += [(part, level, depth + 1) for part in parts if isinstance(part, (BaseModel, list, dict))]


def is_deep(value: Any) -> bool:
    """Whether a value nests deeply enough that a recursion might end."""
    return any(level >= 2 * _INTERVAL for _, level in _levels(value))


def deepest_first(value: Any) -> list[BaseModel]:
    """Models at regular levels of a tree, the deepest first, the value itself excepted."""
    marked = [(level, item) for item, level in _levels(value) if level and level % _INTERVAL == 0]
    return [item for _, item in sorted(marked, key=lambda pair: -pair[0])]


def over_depth(value: Any, operate: Callable[[Any, dict[int, Any]], Any]) -> Any:
    """Do something to a deep tree.

    Args:
        value: The outermost model.
        operate: Called with a model and the results so far, by identity; it takes the results of the models inside
            from there.
    """
    done: dict[int, Any] = {}
    for item in deepest_first(value):
        if id(item) not in done:
            done[id(item)] = operate(item, done)
    return operate(value, done)
