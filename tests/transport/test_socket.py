"""What happens on a real connection."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from tests.transport.conftest import Driver

from atlex._agent import Request
from atlex.errors import InputError, XrpcFetchError, XrpcInvalidResponseError

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: a/b\r\n"


class RawServer:
    """Reads one request a connection and answers with bytes as they are."""

    def __init__(self) -> None:
        self.answer: Callable[[socket.socket], object] = lambda _: None
        self.requests: list[bytes] = []
        self.reads_bodies = True
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

    def _read(self, connection: socket.socket) -> bytes:
        received = b""
        while b"\r\n\r\n" not in received:
            more = connection.recv(65536)
            received += more
            if not more or received.startswith(b"\x16"):
                return received
        chunked = self.reads_bodies and b"transfer-encoding: chunked" in received.lower()
        while chunked and not received.endswith(b"0\r\n\r\n"):
            more = connection.recv(65536)
            received += more
            if not more:
                break
        return received

    def says(self, *parts: bytes) -> None:
        self.answer = lambda connection: [connection.sendall(part) for part in parts] and None

    def close(self) -> None:
        # Closing alone doesn't wake a thread in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture(params=["sync-httpx", "sync-httpx2", "async-httpx", "async-httpx2", "async-aiohttp"])
def driver(request: pytest.FixtureRequest) -> Driver:
    return Driver(*request.param.split("-"))


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
    with pytest.raises(XrpcFetchError, match="broke before the response was complete"):
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
        # Of a machine that is busy the first may be said.
        with pytest.raises(XrpcFetchError, match=r"(No connection to \S+|didn't respond) within 0\.05 s"):
            driver.send_to(server.url, driver.request(timeout=0.05))
    finally:
        done.set()


def test_a_refused_connection_is_a_fetch_error(driver) -> None:
    # Bound, so that nobody else gets the port, and not listening.
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{bound.getsockname()[1]}"
        with pytest.raises(XrpcFetchError, match=f"No connection to {place}"):
            driver.send_to(f"http://{place}", driver.request())


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
        async with driver.agent(server.url) as agent:
            response = await agent.send(request)
            head_seen.set()
            return b"".join([chunk async for chunk in response.aiter_bytes()])

    if driver.is_async:
        assert asyncio.run(main()) == b"answer"
    else:
        with driver.agent(server.url) as agent:
            response = agent.send(request)
            head_seen.set()
            assert b"".join(response.iter_bytes()) == b"answer"


def test_a_streamed_answer_that_breaks_is_a_fetch_error(driver, server: RawServer) -> None:
    server.says(HEAD, b"content-length: 10\r\n\r\n", b"half")

    async def main() -> None:
        async with driver.agent(server.url) as agent:
            response = await agent.send(driver.request(stream=True))
            assert [chunk async for chunk in response.aiter_bytes()]

    def run() -> None:
        with driver.agent(server.url) as agent:
            assert list(agent.send(driver.request(stream=True)).iter_bytes())

    with pytest.raises(XrpcFetchError):
        asyncio.run(main()) if driver.is_async else run()


def test_a_streamed_answer_can_be_left(driver, server: RawServer) -> None:
    """Closing an answer that hasn't been read gives its connection back, and the next call goes on."""
    server.says(HEAD, b"content-length: 10\r\n\r\n", b"half")

    async def main() -> None:
        async with driver.agent(server.url) as agent:
            for _ in range(2):
                await (await agent.send(driver.request(stream=True))).aclose()

    def run() -> None:
        with driver.agent(server.url) as agent:
            for _ in range(2):
                agent.send(driver.request(stream=True)).close()

    asyncio.run(main()) if driver.is_async else run()
    assert len(server.requests) == 2


@pytest.mark.parametrize("transport", ["httpx", "httpx2", "aiohttp"])
def test_a_cancelled_call_leaves_the_agent_usable(server: RawServer, transport: str) -> None:
    waiting, go_on = threading.Event(), threading.Event()

    def hang(_: socket.socket) -> None:
        waiting.set()
        go_on.wait(10)

    async def main() -> int:
        request = Request(method="GET", nsid="com.example.test")
        async with Driver("async", transport).agent(server.url) as agent:
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


def test_a_compressed_answer_is_unpacked(driver, server: RawServer) -> None:
    packed = gzip.compress(b"answer" * 1000)
    length = f"content-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    server.says(HEAD, length, packed)
    assert driver.send_to(server.url, driver.request()).content == b"answer" * 1000
    assert b"accept-encoding: gzip, deflate\r\n" in server.requests[0].lower()


def test_a_bomb_is_left_as_soon_as_it_is_too_large(driver, server: RawServer) -> None:
    packed = gzip.compress(bytes(50_000_000))
    server.says(HEAD, b"content-encoding: gzip\r\nconnection: close\r\n\r\n", packed)
    with pytest.raises(XrpcInvalidResponseError, match="more than 1000000 bytes") as caught:
        driver.send_to(server.url, driver.request(max_response_size=1_000_000))
    assert caught.value.method == "com.example.test"


def test_an_answer_of_any_length_is_cut_off_where_it_is_too_large(driver, server: RawServer) -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"\r\n")
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(bytes(65536))

    server.answer = pour
    with pytest.raises(XrpcInvalidResponseError, match="more than 200000 bytes"):
        driver.send_to(server.url, driver.request(max_response_size=200_000))


def test_cookies_arent_kept(driver, server: RawServer) -> None:
    server.says(HEAD, b"set-cookie: a=b; Path=/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

    async def main() -> None:
        async with driver.agent(server.url) as agent:
            for _ in range(2):
                await agent.send(driver.request())

    def run() -> None:
        with driver.agent(server.url) as agent:
            for _ in range(2):
                agent.send(driver.request())

    asyncio.run(main()) if driver.is_async else run()
    assert len(server.requests) == 2
    assert b"cookie" not in server.requests[1].lower()


def test_a_redirect_takes_no_credentials_along(driver, server: RawServer) -> None:
    elsewhere = RawServer()
    elsewhere.says(HEAD, b"content-length: 2\r\n\r\nok")
    server.says(
        b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: " + elsewhere.url.encode() + b"/x\r\n\r\n"
    )
    try:
        request = driver.request(headers={"authorization": "Bearer secret"})
        assert driver.send_to(server.url, request).content == b"ok"
    finally:
        elsewhere.close()
    assert b"Bearer secret" in server.requests[0]
    assert b"secret" not in elsewhere.requests[0]


def test_the_length_of_a_file_goes_before_it(driver, server: RawServer, tmp_path) -> None:
    (tmp_path / "blob").write_bytes(b"body")
    server.says(HEAD, b"content-length: 0\r\n\r\n")
    driver.send_to(server.url, driver.request(method="POST", body=tmp_path / "blob"))
    head = server.requests[0].lower()
    assert b"content-length: 4\r\n" in head
    assert b"transfer-encoding" not in head


def test_a_procedure_without_a_body_says_so(driver, server: RawServer) -> None:
    server.says(HEAD, b"content-length: 0\r\n\r\n")
    driver.send_to(server.url, driver.request(method="POST"))
    head = server.requests[0].lower()
    assert b"content-length: 0\r\n" in head
    assert b"content-type" not in head


def test_what_a_body_raises_reaches_the_caller(driver, server: RawServer) -> None:
    def body() -> Iterator[bytes]:
        yield b"one"
        raise LookupError("the caller's own")

    with pytest.raises(LookupError, match="the caller's own"):
        driver.send_to(server.url, driver.request(method="POST", body=body()))
    with pytest.raises(InputError, match="made of bytes"):
        driver.send_to(server.url, driver.request(method="POST", body=["text"]))


# aiohttp keeps a connection that has something left to send for as long as it can, and this loop ends before.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_write_that_stalls_is_a_fetch_error(driver, server: RawServer) -> None:
    """The server reads the head and no more, so that its side fills up."""
    done = threading.Event()
    server.answer = lambda _: done.wait(10) and None
    body = [bytes(1 << 20)] * 64
    # Long enough for a busy machine to connect.
    request = driver.request(method="POST", body=body, timeout=1)
    server.reads_bodies = False
    try:
        with pytest.raises(XrpcFetchError, match=r"didn't respond within 1 s") as caught:
            driver.send_to(server.url, request)
    finally:
        done.set()
    assert caught.value.sent
    gc.collect()


def test_a_server_without_tls_is_no_server_for_https(driver, server: RawServer) -> None:
    server.reads_bodies = False
    with pytest.raises(XrpcFetchError, match="No connection to") as caught:
        driver.send_to(server.url.replace("http:", "https:"), driver.request())
    assert not caught.value.sent


class TestDeadline:
    def test_an_answer_that_trickles_is_cut_off(self, driver, server: RawServer) -> None:
        """Each byte comes within the timeout, and all of them never do.

        A machine that is busy may not even connect before the deadline, which then has a sentence of its own.
        """
        gone = threading.Event()

        def trickle(connection: socket.socket) -> None:
            connection.sendall(HEAD + b"\r\n")
            with contextlib.suppress(OSError):
                while not gone.wait(0.01):
                    connection.sendall(b"x")

        server.answer = trickle
        try:
            with pytest.raises(XrpcFetchError, match=r"within|deadline"):
                driver.send_to(server.url, driver.request(deadline=time.monotonic() + 0.2))
        finally:
            gone.set()

    def test_it_bounds_the_wait_for_an_answer(self, driver, server: RawServer) -> None:
        done = threading.Event()
        server.answer = lambda _: done.wait(10) and None
        try:
            with pytest.raises(XrpcFetchError, match=r"within|deadline"):
                driver.send_to(server.url, driver.request(deadline=time.monotonic() + 0.1))
        finally:
            done.set()

    def test_after_it_nothing_is_sent(self, driver, server: RawServer) -> None:
        with pytest.raises(XrpcFetchError, match="deadline"):
            driver.send_to(server.url, driver.request(deadline=time.monotonic() - 1))
        assert server.requests == []

    def test_an_answer_before_it_is_there(self, driver, server: RawServer) -> None:
        server.says(HEAD, b"content-length: 2\r\n\r\nok")
        assert driver.send_to(server.url, driver.request(deadline=time.monotonic() + 60)).content == b"ok"
