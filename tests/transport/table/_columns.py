"""The columns of the table: each carrier, synchronously and asynchronously."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, get_args

from tests.transport.table._rows import Answered
from tests.transport.table._server import RawServer

import atlex
from atlex import AtlexError, _http
from atlex._agent import Request

__all__ = ["COLUMNS", "Column", "agent", "send_once"]

COLUMNS = [
    (way, carrier)
    for carrier in get_args(_http.Transport)
    if find_spec(carrier)
    for way in ("sync", "async")
    if (way, carrier) != ("sync", "aiohttp")
]


def agent(way: str, url: str, **options: Any) -> Any:
    """An agent of one of the two ways."""
    kind = atlex.AsyncServiceAgent if way == "async" else atlex.ServiceAgent
    return kind(url, **options)


def send_once(way: str, url: str, request: Request, **options: Any) -> Answered | AtlexError:
    """What comes of a request through an agent that is made for it."""

    def now() -> Any:
        with agent(way, url, **options) as made:
            return made.send(request)

    async def later() -> Any:
        async with agent(way, url, **options) as made:
            return await made.send(request)

    try:
        response = asyncio.run(later()) if way == "async" else now()
    except AtlexError as error:
        return error
    return Answered(response.content, response.status, dict(response.headers))


class Column:
    """One carrier, in one of its ways, and the server that it talks to."""

    def __init__(self, way: str, carrier: Any, server: RawServer) -> None:
        self.server = server
        self._runner = asyncio.Runner() if way == "async" else None
        self._agent = agent(way, server.url, transport=carrier)

    def call(self, request: Request) -> Answered | AtlexError:
        """What comes of a request."""
        try:
            if self._runner:
                return self._runner.run(self._later(request))
            response = self._agent.send(request)
            body = b"".join(response.iter_bytes()) if request.stream else response.content
        except AtlexError as error:
            return error
        return Answered(body, response.status, dict(response.headers))

    async def _later(self, request: Request) -> Answered:
        response = await self._agent.send(request)
        body = (
            b"".join([chunk async for chunk in response.aiter_bytes()])
            if request.stream
            else response.content
        )
        return Answered(body, response.status, dict(response.headers))

    def settle(self) -> None:
        """Wait until the server has played its scripts; an event loop sees what becomes of the connections."""
        if self._runner:
            self._runner.run(self._wait(self.server.settle))
        else:
            self.server.settle()

    @staticmethod
    async def _wait(condition: Callable[[], None]) -> None:
        await asyncio.to_thread(condition)
        # What came last.
        await asyncio.sleep(0)

    def close(self) -> None:
        """End all, and make sure that nothing is left."""
        if self._runner:
            self._runner.run(self._agent.aclose())
            self._runner.run(self._wait(self.server.wait_for_no_connection))
            self._runner.close()
        else:
            self._agent.close()
            self.server.wait_for_no_connection()
