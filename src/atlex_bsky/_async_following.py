"""Following by polling, asynchronously: each item once, and the position kept when its work is done."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack
from typing import Protocol, TypeVar

import anyio
from anyio import to_thread

from atlex.cursors import CursorStore
from atlex.errors import XrpcError
from atlex_bsky._following import wait_after

__all__ = ["AsyncSource", "follow"]

_logger = logging.getLogger("atlex.bsky")

ItemT = TypeVar("ItemT")


class AsyncSource(Protocol[ItemT]):
    """Something that grows, and is polled for new items."""

    def begin(self, stored: str | None) -> None:
        """Begin at a stored position; where there is none, behind all items that there are."""
        ...

    async def fetch(self) -> Sequence[ItemT]:
        """Fetch the new items, the oldest first."""
        ...

    def handled(self, item: ItemT, /) -> None:
        """Move the position past an item."""
        ...

    @property
    def position(self) -> str:
        """The position, to be stored."""
        ...


async def follow(source: AsyncSource[ItemT], store: CursorStore, poll: float) -> AsyncGenerator[ItemT]:
    """Give the items of a source as they come, for ever.

    The position is stored after each item, when the next one is asked for. Failures that pass are logged and
    waited out.

    Args:
        source: Where they come from.
        store: Where the position is kept; it is locked meanwhile.
        poll: Seconds between two looks for new ones.

    Raises:
        CursorStoreError: The store failed, or somebody else follows from it.
        XrpcError: A call failed for good.
    """
    with ExitStack() as stack:
        await to_thread.run_sync(stack.enter_context, store.lock())
        stored = await to_thread.run_sync(store.load)
        source.begin(stored)
        failures = 0
        while True:
            try:
                items = await source.fetch()
            except XrpcError as error:
                wait = wait_after(error, failures, poll)
                if wait is None:
                    raise
                failures += 1
                _logger.warning("%s: the next try follows in %.1f s", error, wait)
                await anyio.sleep(wait)
                continue
            failures = 0
            if stored is None:
                # The next run finds the items that come while the program doesn't run.
                stored = source.position
                await to_thread.run_sync(store.save, stored)
            for item in items:
                yield item
                source.handled(item)
                await to_thread.run_sync(store.save, source.position)
            if not items:
                await anyio.sleep(poll)
