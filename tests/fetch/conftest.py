"""Runs a fetch with both fetchers and under both event loops."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpcore
import pytest
import trio
import trustme
from tests._listening import Listening

from atlex.errors import AtlexError
from atlex.fetch import AsyncPublicFetcher, Fetched, PublicFetcher

# httpcore leaves generators of its own unfinished where a body isn't read to its end.
ABANDONED = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <async_generator object .*HTTP11:pytest.PytestUnraisableExceptionWarning"
)


@dataclass(frozen=True)
class Driver:
    """One of the ways to fetch."""

    name: str

    def get(self, url: Any, *, max_bytes: Any = 10_000, fetcher: Any = None, **options: Any) -> Fetched:
        """Fetch one URL with a fetcher of its own."""
        (outcome,) = self.get_each([url], fetcher=fetcher, max_bytes=max_bytes, **options)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def get_each(self, urls: Iterable[Any], *, fetcher: Any = None, **options: Any) -> list[Any]:
        """Fetch URLs, one after the other, with one fetcher; what comes of each, errors included."""
        given = fetcher or {}
        outcomes: list[Any] = []
        if self.name == "sync":
            with PublicFetcher(**given) as opened:
                for url in urls:
                    try:
                        outcomes.append(opened.get(url, **options))
                    except AtlexError as error:
                        outcomes.append(error)
            return outcomes

        async def main() -> list[Any]:
            async with AsyncPublicFetcher(**given) as opened:
                for url in urls:
                    try:
                        outcomes.append(await opened.get(url, **options))
                    except AtlexError as error:
                        outcomes.append(error)
            return outcomes

        return asyncio.run(main()) if self.name == "asyncio" else trio.run(main)


@pytest.fixture(params=["sync", "asyncio", "trio"])
def driver(request: pytest.FixtureRequest) -> Driver:
    return Driver(request.param)


class Names:
    """Stands in for the system's resolver: the addresses of each name, and what was looked up."""

    def __init__(self) -> None:
        self.addresses: dict[str, list[str]] = {}
        self.asked: list[str] = []

    def look_up(self, host: Any, port: Any, *given: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in self.addresses or is_numeric_only(given, named):
            return _getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)
        self.asked.append(name)
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in self.addresses[name]
        ]


def is_numeric_only(given: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Whether a look-up is for addresses alone, with the arguments behind host and port as they were given."""
    flags = named.get("flags", given[3] if len(given) > 3 else 0)
    return bool(flags & socket.AI_NUMERICHOST)


_getaddrinfo = socket.getaddrinfo


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    fake = Names()
    monkeypatch.setattr(socket, "getaddrinfo", fake.look_up)
    return fake


class Server(Listening):
    """Answers each request with what a function makes of its head; with TLS if there is a context."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answer: Callable[[str], bytes] = lambda _: page(b"hello")
        self.heads: list[str] = []
        self.server_names: list[str | None] = []
        self._context = context
        if context is not None:
            context.sni_callback = lambda _, name, __: self.server_names.append(name)
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"

    def serve(self, connection: socket.socket) -> None:
        """Answer one request after the other."""
        stream = self._context.wrap_socket(connection, server_side=True) if self._context else connection
        with stream:
            while head := self._head(stream):
                self.heads.append(head)
                stream.sendall(self.answer(head))

    @staticmethod
    def _head(stream: socket.socket) -> str:
        received = b""
        while b"\r\n\r\n" not in received:
            more = stream.recv(65536)
            if not more:
                return ""
            received += more
        return received.decode()


def page(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n{lines}\r\n".encode() + body


def leading_to(location: str) -> bytes:
    return page(b"", "302 Found", location=location)


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server()
    yield served
    served.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.LeafCert, Path]:
    """A certificate for the hosts of the tests, and the file of the authority that it is from."""
    authority = trustme.CA()
    place = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(place)
    return authority.issue_cert(
        "example.com", "www.example.com", "alice.example.com", "www.example.net"
    ), place


@pytest.fixture
def tls(certificate: tuple[trustme.LeafCert, Path], monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server shakes hands with; clients trust it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate[0].configure_cert(context)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    return context


@pytest.fixture
def site(tls: ssl.SSLContext) -> Iterator[Server]:
    """A server that has a certificate for example.com and www.example.com."""
    served = Server(tls)
    yield served
    served.close()


class Wires:
    """What addresses lead to: the ports of servers on this machine, None for any. Stands in for the network."""

    def __init__(self) -> None:
        self.ports: dict[str, int | None] = {}
        self.connected: list[str] = []

    def lead(self, options: dict[str, Any]) -> dict[str, Any]:
        host = options["host"]
        self.connected.append(host)
        if host not in self.ports:
            raise httpcore.ConnectError(f"no way to {host}")
        return {**options, "host": "127.0.0.1", "port": self.ports[host] or options["port"]}


@pytest.fixture
def wires(monkeypatch: pytest.MonkeyPatch) -> Wires:
    laid = Wires()
    monkeypatch.setattr("atlex._http._choice._has", lambda library: library == "httpx")
    for kind in (httpcore.SyncBackend, httpcore.AnyIOBackend):
        connect = kind.connect_tcp
        monkeypatch.setattr(
            kind,
            "connect_tcp",
            lambda self, *, _connect=connect, **options: _connect(self, **laid.lead(options)),
        )
    return laid
