"""One meaning over Unix sockets too, which each library has for a client of its user's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from gzip import compress
from importlib import import_module
from itertools import count
from typing import Any

import aiohttp
import pytest
from tests.transport.table._columns import COLUMNS
from tests.transport.table._rows import BROKEN, HEAD, SECRET, Answered, Row, chunked, row, sized
from tests.transport.table._server import Do, RawServer

from atlex import AsyncServiceAgent, AtlexError, ServiceAgent
from atlex._agent import Request

ROWS = [
    row("a length", sized(), Answered(b"ok")),
    row("chunks", chunked(b"o", b"k"), Answered(b"ok")),
    row("no length", [HEAD + b"\r\nok", Do.CLOSE], Answered(b"ok")),
    row("an error", sized(b"no", b"HTTP/1.1 404 x\r\n"), Answered(b"no", 404)),
    row("gzip", sized(compress(b"ok"), HEAD + b"content-encoding: gzip\r\n"), Answered(b"ok")),
    row("a shorter body", [HEAD + b"content-length: 4\r\n\r\nok", Do.CLOSE], BROKEN),
    row("chunks without an end", [chunked(b"ok", end=b""), Do.CLOSE], BROKEN),
    row("no answer", [Do.CLOSE], BROKEN),
    row("no HTTP", [b"hello\r\n\r\n", Do.CLOSE], BROKEN),
    row("a body", sized(), Answered(b"ok"), method="POST", body=lambda: b"x" * 100_000),
]
_numbers = count()


class Client:
    """A user's own client over a Unix socket, and an agent that sends through it."""

    def __init__(self, way: str, library: str, server: RawServer, path: str) -> None:
        self._runner = asyncio.Runner() if way == "async" else None
        self.server = server
        if self._runner is not None:
            self._http_client, self.agent = self._runner.run(self._open(library, path))
            return
        module: Any = import_module(library)
        self._http_client = module.Client(transport=module.HTTPTransport(uds=path))
        self.agent = ServiceAgent(server.url, http_client=self._http_client)

    async def _open(self, library: str, path: str) -> tuple[Any, Any]:
        module: Any = import_module(library)
        http_client = (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(path))
            if library == "aiohttp"
            else module.AsyncClient(transport=module.AsyncHTTPTransport(uds=path))
        )
        return http_client, AsyncServiceAgent(self.server.url, http_client=http_client)

    def call(self, request: Request) -> Answered | AtlexError:
        try:
            sent = self.agent.send(request)
            response = self._runner.run(sent) if self._runner else sent
        except AtlexError as error:
            return error
        return Answered(response.content, response.status, dict(response.headers))

    def settle(self) -> None:
        if self._runner:
            self._runner.run(asyncio.to_thread(self.server.settle))
            self._runner.run(asyncio.sleep(0))
        else:
            self.server.settle()

    def close(self) -> None:
        if self._runner is None:
            self._http_client.close()
        else:
            aclose = getattr(self._http_client, "aclose", None) or self._http_client.close
            self._runner.run(aclose())
            self._runner.close()


@pytest.fixture(scope="module", params=COLUMNS, ids=["-".join(column) for column in COLUMNS])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path = str(tmp_path_factory.mktemp("s") / "s")
    server = RawServer(host=path)
    way, library = request.param
    client = Client(way, library, server, path)
    yield client
    client.close()
    server.close()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_means_the_same_as_over_tcp(client: Client, row: Row) -> None:
    changes = {n: value() if n in {"body", "deadline"} else value for n, value in row.request.items()}
    headers = {"authorization": f"Bearer {SECRET}", **changes.pop("headers", {})}
    request = Request(**{"method": "GET", "nsid": "com.example.test", "headers": headers, **changes})
    with client.server.playing(*row.scripts) as seen:
        outcome = client.call(request)
        client.settle()
    if not row.outcome.fits(outcome):
        pytest.fail(f"{outcome!r} in place of {row.outcome!r}", pytrace=False)
    assert seen[0].body == request.body or request.body is None
    assert b"\r\nhost: pds.example\r\n" in seen[0].head.lower()
    question = f"n={next(_numbers)}"
    after = client.call(Request(method="GET", nsid="com.example.after", query=question))
    if not Answered(question.encode()).fits(after):
        pytest.fail(f"{after!r} to the question after it", pytrace=False)
