"""What happens on a real connection."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from atlex._http import AsyncServiceAgent, ServiceAgent
from atlex.errors import XrpcFetchError

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: a/b\r\n"


class RawServer:
    """Reads one request a connection and answers with bytes as they are."""

    def __init__(self) -> None:
        self.answer: Callable[[socket.socket], None] = lambda _: None
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self.requests.append(self._read(connection))
                self.answer(connection)

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        chunked = b"transfer-encoding: chunked" in received.lower()
        while chunked and not received.endswith(b"0\r\n\r\n"):
            received += connection.recv(65536)
        return received

    def says(self, *parts: bytes) -> None:
        self.answer = lambda connection: [connection.sendall(part) for part in parts] and None

    def close(self) -> None:
        # Closing alone doesn't wake a thread in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[RawServer]:
    server = RawServer()
    yield server
    server.close()


def test_an_answer_comes_over_the_wire(driver, server: RawServer) -> None:
    server.says(HEAD, b"content-length: 6\r\n\r\n", b"answer")
    response = driver.send_to(server.url, driver.request(query="a=1"))
    assert (response.status, response.headers["content-type"], response.content) == (200, "a/b", b"answer")
    assert server.requests[0].startswith(b"GET /xrpc/com.example.test?a=1 HTTP/1.1\r\n")


def test_chunks_go_over_the_wire_as_they_come(driver, server: RawServer) -> None:
    server.says(HEAD, b"content-length: 0\r\n\r\n")
    driver.send_to(server.url, driver.request(method="POST", body=iter([b"one", b"two"])))
    assert server.requests[0].endswith(b"\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((), id="nothing"),
        pytest.param((b"not http\r\n\r\n",), id="garbage"),
        pytest.param((HEAD,), id="half a head"),
        pytest.param((HEAD, b"content-length: 10\r\n\r\n", b"half"), id="half a body"),
        pytest.param((HEAD, b"transfer-encoding: chunked\r\n\r\n", b"5\r\nhal"), id="half a chunk"),
        pytest.param((HEAD, b"x: " + b"y" * 200_000), id="endless head"),
    ],
)
def test_a_broken_answer_is_a_fetch_error(driver, server: RawServer, parts: tuple[bytes, ...]) -> None:
    server.says(*parts)
    with pytest.raises(XrpcFetchError, match="broke before the answer was complete"):
        driver.send_to(server.url, driver.request())


def test_a_reset_connection_is_a_fetch_error(driver, server: RawServer) -> None:
    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    server.answer = reset
    with pytest.raises(XrpcFetchError):
        driver.send_to(server.url, driver.request())


def test_no_answer_in_time_is_a_fetch_error(driver, server: RawServer) -> None:
    done = threading.Event()
    server.answer = lambda _: done.wait(10) and None
    try:
        with pytest.raises(XrpcFetchError, match="didn't answer in time"):
            driver.send_to(server.url, driver.request(timeout=0.05))
    finally:
        done.set()


def test_a_refused_connection_is_a_fetch_error(driver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(XrpcFetchError, match=f"No connection to 127.0.0.1:{port}"):
        driver.send_to(f"http://127.0.0.1:{port}", driver.request())


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example"])
def test_a_host_name_that_cant_be_is_a_fetch_error(driver, host: str) -> None:
    with pytest.raises(XrpcFetchError):
        driver.send_to(f"http://{host}", driver.request())


def test_a_streamed_answer_is_there_before_its_body(driver, server: RawServer) -> None:
    """The body is sent only after the caller has seen the headers, and comes in pieces."""
    head_seen = threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"content-length: 6\r\n\r\n")
        assert head_seen.wait(10)
        connection.sendall(b"answer")

    server.answer = answer
    request = driver.request(stream=True)

    async def main() -> bytes:
        async with AsyncServiceAgent(server.url) as agent:
            response = await agent.send(request)
            head_seen.set()
            return b"".join([chunk async for chunk in response.aiter_bytes()])

    if driver.name == "async":
        assert asyncio.run(main()) == b"answer"
    else:
        with ServiceAgent(server.url) as agent:
            response = agent.send(request)
            head_seen.set()
            assert b"".join(response.iter_bytes()) == b"answer"


def test_a_streamed_answer_that_breaks_is_a_fetch_error(driver, server: RawServer) -> None:
    server.says(HEAD, b"content-length: 10\r\n\r\n", b"half")

    async def main() -> None:
        async with AsyncServiceAgent(server.url) as agent:
            response = await agent.send(driver.request(stream=True))
            assert [chunk async for chunk in response.aiter_bytes()]

    def run() -> None:
        with ServiceAgent(server.url) as agent:
            assert list(agent.send(driver.request(stream=True)).iter_bytes())

    with pytest.raises(XrpcFetchError):
        asyncio.run(main()) if driver.name == "async" else run()


def test_a_streamed_answer_can_be_left(driver, server: RawServer) -> None:
    """Closing an answer that hasn't been read gives its connection back, and the next call goes on."""
    server.says(HEAD, b"content-length: 10\r\n\r\n", b"half")

    async def main() -> None:
        async with AsyncServiceAgent(server.url) as agent:
            for _ in range(2):
                await (await agent.send(driver.request(stream=True))).aclose()

    def run() -> None:
        with ServiceAgent(server.url) as agent:
            for _ in range(2):
                agent.send(driver.request(stream=True)).close()

    asyncio.run(main()) if driver.name == "async" else run()
    assert len(server.requests) == 2


def test_a_cancelled_call_leaves_the_agent_usable(server: RawServer) -> None:
    waiting, go_on = threading.Event(), threading.Event()

    def hang(_: socket.socket) -> None:
        waiting.set()
        go_on.wait(10)

    async def main() -> int:
        from atlex._agent import Request

        request = Request(method="GET", nsid="com.example.test")
        async with AsyncServiceAgent(server.url) as agent:
            task = asyncio.ensure_future(agent.send(request))
            await asyncio.to_thread(waiting.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            server.says(HEAD, b"content-length: 0\r\n\r\n")
            go_on.set()
            return (await agent.send(request)).status

    server.answer = hang
    assert asyncio.run(main()) == 200
