"""Calls through proxies, over a socket: what the proxy is asked for, and what it is told."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import threading
from collections.abc import Iterator

import pytest
from tests.transport.conftest import Driver

from atlex import AsyncServiceAgent
from atlex.errors import InputError, XrpcFetchError

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"
NO_ACCESS = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Proxy:
    """Speaks as it was told, after each thing that it reads, and keeps what that was."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = answers
        self.seen: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.settimeout(1)
                with connection:
                    for answer in self.answers:
                        self.seen.append(connection.recv(65536))
                        connection.sendall(answer)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture(params=["sync-httpx", "sync-httpx2", "async-httpx", "async-httpx2", "async-aiohttp"])
def driver(request: pytest.FixtureRequest) -> Driver:
    return Driver(*request.param.split("-"))


@pytest.fixture
def proxy(monkeypatch) -> Iterator[Proxy]:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    proxy = Proxy(ANSWER)
    yield proxy
    proxy.close()


def test_a_call_over_http_asks_it_for_the_whole_url(driver: Driver, proxy: Proxy, monkeypatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://me:pass%40word@{proxy.place}")
    assert driver.send_to("http://pds.test", driver.request(query="a=%7E")).content == b"ok"
    head = proxy.seen[0]
    assert head.startswith(b"GET http://pds.test/xrpc/com.example.test?a=%7E HTTP/1.1\r\n")
    assert b"proxy-authorization: basic bwu6cgfzc0b3b3jk\r\n" in head.lower()


def test_a_call_over_https_asks_it_for_a_tunnel_and_tells_it_nothing_else(
    driver: Driver, proxy: Proxy, monkeypatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"http://me:secret@{proxy.place}")
    proxy.answers = (NO_ACCESS,)
    headers = {"authorization": "Bearer secret"}
    with pytest.raises(XrpcFetchError, match=f"through the proxy {proxy.place}: 407") as caught:
        driver.send_to("https://pds.test", driver.request(headers=headers))
    assert not caught.value.sent
    assert "secret" not in str(caught.value)
    (head,) = proxy.seen
    assert head.startswith(b"CONNECT pds.test:443 HTTP/1.1\r\n")
    assert b"proxy-authorization: basic bwu6c2vjcmv0\r\n" in head.lower()
    assert b"\r\nauthorization" not in head.lower()


def test_what_no_proxy_names_is_reached_without_it(driver: Driver, proxy: Proxy, monkeypatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "fd00::/8,[::1]:8080,127.0.0.0/8")
    assert driver.send_to(f"http://{proxy.place}", driver.request()).content == b"ok"
    assert proxy.seen[0].startswith(b"GET /xrpc/")


@pytest.fixture(params=["sync-httpx", "sync-httpx2", "async-httpx", "async-httpx2"])
def over_socks(request: pytest.FixtureRequest) -> Driver:
    return Driver(*request.param.split("-"))


class TestSocks:
    def test_a_call_goes_through_one(self, over_socks: Driver, proxy: Proxy, monkeypatch) -> None:
        monkeypatch.setenv("ALL_PROXY", f"socks5://{proxy.place}")
        proxy.answers = (b"\x05\x00", b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", ANSWER)
        assert over_socks.send_to("http://pds.test", over_socks.request()).content == b"ok"
        # It looks the name up.
        assert proxy.seen[1] == b"\x05\x01\x00\x03\x08pds.test\x00\x50"

    # httpcore leaves the connection to the garbage collector.
    @pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
    def test_one_that_is_silent_is_given_up(self, over_socks: Driver, proxy: Proxy, monkeypatch) -> None:
        monkeypatch.setenv("ALL_PROXY", f"socks5://{proxy.place}")
        proxy.answers = (b"", b"")
        with pytest.raises(XrpcFetchError) as caught:
            over_socks.send_to("http://pds.test", over_socks.request(timeout=0.1))
        assert caught.value.error == "Timeout"
        del caught
        gc.collect()

    def test_aiohttp_refuses_it(self, monkeypatch) -> None:
        monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
        with pytest.raises(InputError, match="SOCKS"):
            AsyncServiceAgent("http://pds.test", transport="aiohttp")

    def test_one_that_appears_later_is_refused_as_well(self, monkeypatch) -> None:
        agent = AsyncServiceAgent("http://pds.test", transport="aiohttp")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")

        async def main() -> None:
            async with agent:
                await agent.send(Driver.request())

        with pytest.raises(InputError, match="ALL_PROXY"):
            asyncio.run(main())
