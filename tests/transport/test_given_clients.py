"""Calls through a client of the user's own, of each library: its settings hold, and stay with the first origin."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import httpx
import httpx2
import pytest
from tests.transport.table._server import RawServer as EchoServer
from tests.transport.test_socket import HEAD, RawServer

from atlex import AsyncServiceAgent, Request, Response, ServiceAgent
from atlex.errors import InputError, XrpcFetchError, XrpcInternalError

LIBRARIES: dict[str, Any] = {"httpx": httpx, "httpx2": httpx2}
KINDS = ["sync-httpx", "sync-httpx2", "async-httpx", "async-httpx2", "async-aiohttp"]
OK = HEAD + b"content-length: 2\r\n\r\nok"


def request(**changes: Any) -> Request:
    return Request(**{"method": "GET", "nsid": "com.example.test", **changes})


def send(kind: str, url: str, sent: Request, **options: Any) -> Response:
    """Send through a client of a library that has these options."""
    way, library = kind.split("-")
    if way == "sync":
        with LIBRARIES[library].Client(**options) as http_client:
            return ServiceAgent(url, http_client=http_client).send(sent)

    async def main() -> Response:
        make: Any = aiohttp.ClientSession if library == "aiohttp" else LIBRARIES[library].AsyncClient
        async with make(**options) as http_client, AsyncServiceAgent(url, http_client=http_client) as agent:
            return await agent.send(sent)

    return asyncio.run(main())


@pytest.fixture
def server() -> Iterator[RawServer]:
    server = RawServer()
    server.says(OK)
    yield server
    server.close()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def test_its_headers_go_along(kind: str, server: RawServer) -> None:
    send(kind, server.url, request(), headers={"X-Api-Key": "key", "User-Agent": "mine", "Accept": "a/b"})
    head = server.requests[0].lower()
    assert b"x-api-key: key\r\n" in head
    assert b"user-agent: mine\r\n" in head
    assert head.count(b"user-agent") == head.count(b"\r\naccept:") == 1


def test_a_requests_own_headers_win(kind: str, server: RawServer) -> None:
    send(kind, server.url, request(headers={"x-a": "own"}), headers={"X-A": "client"})
    assert b"x-a: own\r\n" in server.requests[0].lower()
    assert b"client" not in server.requests[0]


def test_without_a_user_agent_of_its_own_ours_is_sent(kind: str, server: RawServer) -> None:
    send(kind, server.url, request())
    assert b"user-agent: atlex" in server.requests[0].lower()


def test_nothing_that_it_adds_goes_to_another_origin(kind: str, server: RawServer) -> None:
    there = RawServer()
    there.says(OK)
    server.says(b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: " + there.url.encode() + b"/x\r\n\r\n")
    given = {"Authorization": "Bearer secret", "X-Api-Key": "secret", "Accept-Language": "pt"}
    try:
        answer = send(kind, server.url, request(), headers=given, cookies={"sid": "secret"})
    finally:
        there.close()
    assert answer.content == b"ok"
    assert server.requests[0].count(b"secret") == 3
    assert b"secret" not in there.requests[0]


@pytest.mark.parametrize("target", ["/a%27b%21?x=%2F&y=a|b", "/%7Ealice/x%2Ey", "/a/../b//c?", "/x?a[]=%40"])
def test_the_url_of_a_redirect_stays_as_it_is(kind: str, server: RawServer, target: str) -> None:
    def answer(connection: socket.socket) -> None:
        is_first = len(server.requests) == 1
        moved = f"HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: {target}\r\nconnection: close\r\n\r\n"
        connection.sendall(moved.encode() if is_first else OK)

    server.answer = answer
    assert send(kind, server.url, request()).content == b"ok"
    assert server.requests[1].startswith(f"GET {target} HTTP/1.1\r\n".encode())


@pytest.mark.parametrize("kind", ["sync-httpx", "sync-httpx2"])
def test_a_deadline_holds_for_a_synchronous_one(kind: str, server: RawServer) -> None:
    gone = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(HEAD)
        try:
            while not gone.wait(0.01):
                connection.sendall(b"x: y\r\n")
        except OSError:
            pass

    server.answer = drip
    try:
        with pytest.raises(XrpcFetchError) as caught:
            send(kind, server.url, request(deadline=time.monotonic() + 0.2))
    finally:
        gone.set()
    assert caught.value.error == "Timeout"


@pytest.mark.parametrize("kind", KINDS)
def test_its_certificates_are_the_ones_that_count(kind: str, server: RawServer) -> None:
    """Those of nobody: the server's isn't looked at, and the one of this test speaks no TLS at all."""
    context = ssl.create_default_context()
    options = {"connector": None} if kind == "async-aiohttp" else {"verify": context}
    server.reads_bodies = False
    with pytest.raises(XrpcFetchError, match="No connection") as caught:
        send(kind, server.url.replace("http:", "https:"), request(), **options)
    assert not caught.value.sent


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_a_synchronous_one_is_refused_for_asynchronous_calls_and_the_other_way_round(library: str) -> None:
    with LIBRARIES[library].Client() as http_client, pytest.raises(InputError, match="asynchronous calls"):
        AsyncServiceAgent("https://a", http_client=http_client)
    with pytest.raises(InputError, match="synchronous calls"):
        ServiceAgent("https://a", http_client=LIBRARIES[library].AsyncClient())


def test_an_aiohttp_session_is_refused_for_synchronous_calls() -> None:
    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            ServiceAgent("https://a", http_client=session)  # type: ignore[arg-type]

    with pytest.raises(InputError, match="synchronous calls"):
        asyncio.run(main())


def test_one_that_has_been_closed_sends_nothing_and_says_so(kind: str, server: RawServer) -> None:
    way, library = kind.split("-")
    if way == "sync":
        http_client = LIBRARIES[library].Client()
        http_client.close()
        with pytest.raises(XrpcInternalError, match="The http_client has been closed"):
            ServiceAgent(server.url, http_client=http_client).send(request())
        return

    async def main() -> None:
        if library == "aiohttp":
            await (http_client := aiohttp.ClientSession()).close()
        else:
            await (http_client := LIBRARIES[library].AsyncClient()).aclose()
        await AsyncServiceAgent(server.url, http_client=http_client).send(request())

    with pytest.raises(XrpcInternalError, match="The http_client has been closed"):
        asyncio.run(main())
    assert not server.requests


@pytest.fixture
def echo() -> Iterator[EchoServer]:
    echo = EchoServer()
    yield echo
    echo.close()


# What an event loop leaves behind that ends before its clients is their owner's fault.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("library", ["httpx", "httpx2", "aiohttp"])
@pytest.mark.parametrize("is_over", [False, True])
def test_one_that_another_event_loop_uses_sends_nothing_and_says_so(
    library: str, is_over: bool, echo: EchoServer
) -> None:
    async def use() -> Any:
        http_client = aiohttp.ClientSession() if library == "aiohttp" else LIBRARIES[library].AsyncClient()
        await http_client.get(f"{echo.url}/?mine")
        return http_client

    with asyncio.Runner() as first, echo.playing(OK) as seen:
        http_client = first.run(use())
        if is_over:
            first.close()

        async def main() -> None:
            await AsyncServiceAgent(echo.url, http_client=http_client).send(request())

        with asyncio.Runner() as second, pytest.raises(InputError, match="belongs to another event loop"):
            second.run(main())
        if not is_over:
            first.run(http_client.close() if library == "aiohttp" else http_client.aclose())
    assert len(seen) == 1
    http_client = None
    gc.collect()


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_one_that_holds_no_connection_can_be_used_in_several_event_loops(
    library: str, echo: EchoServer
) -> None:
    http_client = LIBRARIES[library].AsyncClient(headers={"connection": "close"})

    async def main() -> bytes:
        agent = AsyncServiceAgent(echo.url, http_client=http_client)
        return (await agent.send(request(query="n=1"))).content

    assert [asyncio.run(main()) for _ in range(2)] == [b"n=1", b"n=1"]
    asyncio.run(http_client.aclose())
