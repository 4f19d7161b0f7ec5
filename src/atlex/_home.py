"""Where connections can be used: in the process and the event loop that they were made in."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from functools import cache
from typing import Any, Final, TypeAlias

__all__ = [
    "Home",
    "end_reading",
    "here",
    "here_async",
    "is_gone",
    "keep_if_inherited",
    "tied_to_loop",
    "trio_token",
]

Home: TypeAlias = tuple[int, object]
"""A process and its event loop, or None for synchronous calls: where connections can be used."""


# Asking the system takes longer than looking here.
@cache
def here() -> Home:
    """Where a synchronous call runs."""
    return os.getpid(), None


if hasattr(os, "register_at_fork"):  # pragma: no branch
    os.register_at_fork(after_in_child=here.cache_clear)


def here_async() -> Home:
    """Where an asynchronous call runs."""
    import asyncio

    pid, _ = here()
    try:
        return pid, asyncio.get_running_loop()
    except RuntimeError:
        return pid, trio_token()


def is_gone(home: Home) -> bool:
    """Whether connections can't be used any more where they were made: after a fork, or the end of the event loop."""
    pid, loop = home
    if pid != here()[0]:
        return True
    is_closed = getattr(loop, "is_closed", None)
    return is_closed() if is_closed else loop is not None and loop is not trio_token()


def trio_token() -> object:
    """What stands for the event loop of trio that runs here; None where it isn't trio's."""
    # A program runs under trio only if it has imported it.
    trio: Any = sys.modules.get("trio")
    try:
        return trio.lowlevel.current_trio_token() if trio else None
    except RuntimeError:
        return None


def tied_to_loop(close: Callable[[], Awaitable[object]]) -> AsyncGenerator[None]:
    """Call a function when what is returned is closed, or else before the event loop is.

    Event loops end the generators that have been begun in them.
    """

    async def wait() -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await close()

    waiting = wait()
    with suppress(StopIteration):
        anext(waiting).__await__().send(None)
    return waiting


async def end_reading(pieces: Any) -> None:
    """Close an asynchronous generator that may have been left in the middle, of which trio complains.

    One that runs in another task is left to that, and so is any other iterator, or None.
    """
    if not getattr(pieces, "ag_running", True):
        await pieces.aclose()


# What a forked child has of the event loops of its parent. Its end would act on them, or complain.
_inherited: Final[list[object]] = []


def keep_if_inherited(made_by: int, *things: object) -> bool:
    """Keep things of an event loop for good where another process made them; whether that is so."""
    is_inherited = made_by != here()[0]
    if is_inherited:
        _inherited.append(things)
    return is_inherited
