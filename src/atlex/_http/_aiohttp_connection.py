"""The connections of aiohttp's sessions that are ours."""

from __future__ import annotations

import asyncio
import select
import sys
from contextlib import suppress
from math import inf
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

__all__ = ["Connection"]


class Connection(ResponseHandler):
    """A connection that isn't kept where more came than the answer, and whose break is no end of a body.

    The timeout of reading goes on after a status of 1xx, where aiohttp ends it, and there is one of writing.
    """

    _due = inf
    _was_waiting = False

    def is_connected(self) -> bool:
        return super().is_connected() and not self.should_close and not _is_readable(self.transport)

    # aiohttp makes and cancels a timer for whatever comes or goes, where one for each connection is enough.
    def _reschedule_timeout(self) -> None:
        timeout, handle = self._read_timeout, self._read_timeout_handle
        self._due = due = self._loop.time() + timeout if timeout else inf
        if due < inf and (handle is None or due < handle.when()):
            self._look_at(due)

    def _drop_timeout(self) -> None:
        self._due = inf

    def _look_at(self, moment: float) -> None:
        if self._read_timeout_handle is not None:
            self._read_timeout_handle.cancel()
        self._read_timeout_handle = self._loop.call_at(moment, self._on_read_timeout)

    def _on_read_timeout(self) -> None:
        self._read_timeout_handle = None
        if self._due <= self._loop.time():
            super()._on_read_timeout()
        elif self._due < inf:
            self._look_at(self._due)

    def data_received(self, data: bytes) -> None:
        self._was_waiting = self._due < inf
        super().data_received(data)

    async def read(self) -> Any:
        head = await super().read()
        if head[0].code < 200 and self._was_waiting:
            self.start_timeout()
        return head

    async def _drain_helper(self) -> None:
        left = inf
        while (
            self._paused
            and self.transport is not None
            and (size := self.transport.get_write_buffer_size()) < left
        ):
            left = size
            with suppress(TimeoutError):
                async with asyncio.timeout(self.read_timeout):
                    return await super()._drain_helper()
            self._drain_waiter = None
        if self._paused:
            raise TimeoutError
        return await super()._drain_helper()

    def connection_lost(self, exc: BaseException | None) -> None:
        if exc is not None and self._payload is not None and not self._payload.is_eof():
            self._payload.set_exception(aiohttp.ClientPayloadError())
        super().connection_lost(exc)
        super()._drop_timeout()


def _is_readable(transport: Any) -> bool:
    """Whether something has come that the event loop hasn't seen yet: the end, or what nobody asked for."""
    socket = transport.get_extra_info("socket")
    if sys.platform == "win32" or not hasattr(select, "poll"):  # pragma: no cover
        return bool(select.select([socket], [], [], 0)[0])
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
