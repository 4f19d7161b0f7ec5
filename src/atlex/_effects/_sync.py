# Made from _async.py by tools/unasync.py: change that file, and run the tool.
"""The loop that runs logic without I/O, synchronously."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

__all__ = ["drive"]

EffectT = TypeVar("EffectT")
T = TypeVar("T")


def drive(flow: Generator[EffectT, Any, T], perform: Callable[[EffectT], Any]) -> T:
    """Run a flow to its end and give what it returns.

    Args:
        flow: The generator, not started yet.
        perform: Performs one effect. Whatever it raises, `BaseException` included, is thrown into the flow,
            which cleans up and lets it through or goes on.
    """
    try:
        effect = next(flow)
        while True:
            try:
                result = perform(effect)
            except BaseException as error:  # noqa: BLE001  # the flow decides
                effect = flow.throw(error)
            else:
                effect = flow.send(result)
    except StopIteration as end:
        value: T = end.value
        return value
