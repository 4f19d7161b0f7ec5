"""Connections of a crowd: they are shared, and none is closed while requests wait for it or have been given it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import pytest
from tests.transport.table._columns import COLUMNS, agent
from tests.transport.table._rows import sized
from tests.transport.table._server import Do, RawServer

from atlex._agent import Request
from atlex._http._pool import pool_class

_CROWD = 150
_MOST = 100


def request(number: int) -> Request:
    return Request(method="GET", nsid="com.example.test", query=f"n={number}")


def send_all(way: str, carrier: str, url: str) -> list[str]:
    """The answers to twice as many requests as there are threads or tasks."""
    numbers = range(2 * _CROWD)
    if way == "sync":
        with agent(way, url, transport=carrier) as made, ThreadPoolExecutor(_CROWD) as pool:
            return [each.content.decode() for each in pool.map(lambda n: made.send(request(n)), numbers)]

    async def main() -> list[str]:
        async with agent(way, url, transport=carrier) as made:

            async def twice(number: int) -> list[str]:
                return [(await made.send(request(n))).content.decode() for n in (number, number + _CROWD)]

            answers = await asyncio.gather(*(twice(number) for number in range(_CROWD)))
        return [first for first, _ in answers] + [second for _, second in answers]

    return asyncio.run(main())


@pytest.mark.parametrize(("way", "carrier"), COLUMNS)
def test_a_crowd_shares_a_hundred_connections(way: str, carrier: str) -> None:
    server = RawServer()
    answers = send_all(way, carrier, server.url)
    server.wait_for_no_connection()
    assert answers == [f"n={number}" for number in range(2 * _CROWD)]
    assert next(server._numbers) <= _MOST
    server.close()


@pytest.mark.parametrize(("way", "carrier"), COLUMNS)
def test_a_connection_that_the_server_has_ended_is_not_used_again(way: str, carrier: str) -> None:
    """Not even where the event loop couldn't see its end: a procedure would fail for nothing."""
    server = RawServer()
    procedure = Request(method="POST", nsid="com.example.test", body=b"x")

    def now() -> bytes:
        with agent(way, server.url, transport=carrier) as made:
            made.send(request(1))
            server.wait_for_no_connection()
            return made.send(procedure).content

    async def later() -> bytes:
        async with agent(way, server.url, transport=carrier) as made:
            await made.send(request(1))
            server.wait_for_no_connection()
            return (await made.send(procedure)).content

    with server.playing([sized(), Do.CLOSE], sized(b"second")) as seen:
        assert (asyncio.run(later()) if way == "async" else now()) == b"second"
    assert [each.body for each in seen] == [b"", b"x"]
    server.close()


@pytest.mark.parametrize("library", ["httpcore", "httpcore2"])
@pytest.mark.parametrize("expiry", [0, 15])
def test_a_connection_that_a_request_has_been_given_is_not_closed(library: str, expiry: int) -> None:
    core: Any = import_module(library)
    server = RawServer()
    with pool_class(core.ConnectionPool)(max_connections=1, keepalive_expiry=expiry) as pool:

        def asked() -> Any:
            return core.Request("GET", f"{server.url}/a", headers={"host": "a"})

        first = pool.handle_request(asked())
        waiting = import_module(f"{library}._sync.connection_pool").PoolRequest(asked())
        pool._requests.append(waiting)
        first.stream.close()
        assert waiting.connection is not None
        assert waiting.connection in pool._connections
        assert not pool._assign_requests_to_connections()
        assert not waiting.connection.is_closed()
        pool._requests.remove(waiting)
    server.close()


@pytest.mark.parametrize("library", ["httpcore", "httpcore2"])
def test_an_idle_connection_makes_room_for_one_to_another_origin(library: str) -> None:
    core: Any = import_module(library)
    server = RawServer()
    with (
        pool_class(core.ConnectionPool)(max_connections=1, keepalive_expiry=15) as pool,
        server.playing(sized()) as seen,
    ):
        for origin in ("here", "there", "there", "here"):
            assert pool.request("GET", f"http://127.0.0.1:{server.ports[origin]}/").content == b"ok"
    first, second, third, fourth = (each.connection for each in seen)
    assert second == third
    assert len({first, second, fourth}) == 3
    server.close()
