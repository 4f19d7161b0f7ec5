"""Runs one scenario through the synchronous and the asynchronous transport."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

import atlex
from atlex import _connection
from atlex._agent import Request, Response

ORIGIN = "https://pds.example"

Handler = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True)
class Driver:
    """One of the two kinds of connection, over one transport."""

    name: str
    transport: Any = None

    @property
    def is_async(self) -> bool:
        return self.name == "async"

    def agent(self, url: str) -> Any:
        """An agent with a client of its own."""
        kind = atlex.AsyncServiceAgent if self.is_async else atlex.ServiceAgent
        return kind(url, transport=self.transport)

    @staticmethod
    def request(**changes: Any) -> Request:
        """A request to send, with what the scenario changes."""
        return Request(**{"method": "GET", "nsid": "com.example.test", **changes})

    def send(self, handler: Handler, request: Request, origin: str = ORIGIN, **client: Any) -> Response:
        """Send through a client whose server is the handler."""
        transport = httpx.MockTransport(handler)
        if self.name == "sync":
            with httpx.Client(transport=transport, **client) as http_client:
                return _connection.HttpConnection(http_client).send(
                    request, _connection.first_hop(origin, request)
                )

        async def main() -> Response:
            async def answer(sent: httpx.Request) -> httpx.Response:
                await sent.aread()
                return handler(sent)

            async with httpx.AsyncClient(transport=httpx.MockTransport(answer), **client) as http_client:
                return await _connection.AsyncHttpConnection(http_client).send(
                    request, _connection.first_hop(origin, request)
                )

        return asyncio.run(main())

    def send_to(self, origin: str, request: Request) -> Response:
        """Send over a socket, with a client that the connection opens itself."""
        if self.name == "sync":
            connection = _connection.HttpConnection(transport=self.transport)
            try:
                return connection.send(request, _connection.first_hop(origin, request))
            finally:
                connection.close()

        async def main() -> Response:
            connection = _connection.AsyncHttpConnection(transport=self.transport)
            try:
                return await connection.send(request, _connection.first_hop(origin, request))
            finally:
                await connection.aclose()

        return asyncio.run(main())


@pytest.fixture(params=["sync", "async"])
def driver(request: pytest.FixtureRequest) -> Driver:
    return Driver(request.param)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
