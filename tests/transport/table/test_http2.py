"""One meaning over HTTP/2 too, which httpx and httpx2 speak where their user's client asks for it."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, TypeVar

import pytest
import trustme
from tests.transport.table._http2 import Answer, Http2Server, Stream
from tests.transport.table._rows import BROKEN, LATE, SECRET, Answered, refused

from atlex import AsyncServiceAgent, AtlexError, ServiceAgent
from atlex._agent import Request, Response

_AUTHORITY = trustme.CA()
_WAYS = [f"{way}-{library}" for way in ("sync", "async") for library in ("httpx", "httpx2")]

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


@pytest.fixture(scope="module")
def server() -> Iterator[Http2Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _AUTHORITY.issue_cert("localhost").configure_cert(context)
    server = Http2Server(context)
    yield server
    server.close()


def request(**changes: Any) -> Request:
    headers = {"authorization": f"Bearer {SECRET}"}
    return Request(
        **{"method": "GET", "nsid": "com.example.test", "headers": headers, "timeout": 5, **changes}
    )


def options() -> dict[str, Any]:
    context = ssl.create_default_context()
    _AUTHORITY.configure_trust(context)
    return {"http2": True, "verify": context, "trust_env": False}


def send(way: str, url: str, *requests: Request) -> list[Answered | AtlexError]:
    """What comes of requests over one client.

    They are under way at once: in tasks, or else in one thread, which reads the bodies of streamed responses when all
    have begun. (Where threads share a connection, both libraries mix calls up.)
    """
    kind, library = way.split("-")
    module: Any = import_module(library)
    if kind == "sync":
        with module.Client(**options()) as http_client:
            agent = ServiceAgent(url, http_client=http_client)
            begun = [_caught(agent.send, each) for each in requests]
            return [each if isinstance(each, AtlexError) else _caught(_read, each) for each in begun]

    async def main() -> list[Answered | AtlexError]:
        async with module.AsyncClient(**options()) as http_client:
            agent = AsyncServiceAgent(url, http_client=http_client)

            async def ask(each: Request) -> Answered | AtlexError:
                try:
                    response = await agent.send(each)
                    return Answered(await response.aread(), response.status, dict(response.headers))
                except AtlexError as error:
                    return error

            return await asyncio.gather(*(ask(each) for each in requests))

    return asyncio.run(main())


def _read(response: Response) -> Answered:
    return Answered(response.read(), response.status, dict(response.headers))


def _caught(step: Callable[[_Given], _Made], given: _Given) -> _Made | AtlexError:
    try:
        return step(given)
    except AtlexError as error:
        return error


def says(data: bytes, *headers: tuple[str, str | bytes], status: int = 200) -> Answer:
    """A response."""

    def answer(stream: Stream) -> None:
        stream.head(status, *headers)
        stream.data(data)

    return answer


def _early_hints(stream: Stream) -> None:
    stream.head(103, ("link", "</a>"))
    stream.head()
    stream.data(b"ok")


def _trailers(stream: Stream) -> None:
    stream.head()
    stream.data(b"ok", is_end=False)
    stream.connection.send_headers(stream.number, [("x-check", "1")], end_stream=True)


def _reset(stream: Stream) -> None:
    stream.connection.reset_stream(stream.number, 2)


def _reset_amid_the_body(stream: Stream) -> None:
    stream.head()
    stream.data(b"o", is_end=False)
    stream.connection.reset_stream(stream.number, 2)


def _goodbye(stream: Stream) -> None:
    stream.connection.close_connection()


def _end(_: Stream) -> None:
    raise EOFError


def _end_amid_the_body(stream: Stream) -> None:
    stream.head()
    stream.data(b"o", is_end=False)
    raise EOFError


def _moved(location: bytes) -> Answer:
    return says(b"", ("location", location), status=302)


ROWS: dict[str, tuple[list[Answer], Any]] = {
    "a length": ([says(b"ok", ("content-length", "2"))], Answered(b"ok")),
    "no length": ([says(b"ok")], Answered(b"ok")),
    "an empty body": ([says(b"")], Answered(b"")),
    "an error": ([says(b"no", status=404)], Answered(b"no", 404)),
    "gzip": ([says(gzip.compress(b"ok"), ("content-encoding", "gzip"))], Answered(b"ok")),
    "gzip that is none": ([says(b"ok", ("content-encoding", "gzip"))], refused("content encoding")),
    "a repeated header": ([says(b"ok", ("x-a", "1"), ("x-a", "2"))], Answered(b"ok", 200, {"x-a": "1, 2"})),
    "a header that isn't ASCII": (
        [says(b"ok", ("x-a", "é".encode()))],
        Answered(b"ok", 200, {"x-a": "é"}),
    ),
    "early hints": ([_early_hints], Answered(b"ok", 200, {"link": None})),
    "trailers": ([_trailers], Answered(b"ok")),
    "a longer body": ([says(b"okay", ("content-length", "2"))], BROKEN),
    "a shorter body": ([says(b"ok", ("content-length", "4"))], BROKEN),
    "a stream that is reset": ([_reset], BROKEN),
    "a stream that is reset amid its body": ([_reset_amid_the_body], BROKEN),
    "a connection that is over": ([_goodbye], BROKEN),
    "a connection that breaks": ([_end], BROKEN),
    "a connection that breaks amid a body": ([_end_amid_the_body], BROKEN),
    "a redirect": ([_moved(b"/a%27b?x=%2F|y")], Answered(b"/a%27b?x=%2F|y")),
    "a redirect to http": ([_moved(b"http://localhost:1/b")], Answered(b"", 302)),
    "no answer": ([lambda _: None], LATE),
}


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("name", ROWS)
def test_a_row_means_the_same_as_over_http_1(way: str, name: str, server: Http2Server) -> None:
    answers, expected = ROWS[name]
    sent = request(timeout=0.2) if name == "no answer" else request()
    with server.playing(*answers):
        (outcome,) = send(way, server.url, sent)
    if not expected.fits(outcome):
        pytest.fail(f"{outcome!r} in place of {expected!r}", pytrace=False)
    assert SECRET not in repr(outcome)


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("size", [1, 16_384, 65_536, 1_000_000])
def test_bodies_larger_than_a_frame_or_a_window_go_up(way: str, size: int, server: Http2Server) -> None:
    body = b"x" * size
    with server.playing(lambda stream: says(b"%d" % len(stream.body))(stream)) as seen:
        (outcome,) = send(way, server.url, request(method="POST", body=body))
    assert Answered(b"%d" % size).fits(outcome), outcome
    assert bytes(seen[0].body) == body


@pytest.mark.parametrize("way", _WAYS)
def test_requests_at_once_share_connections_and_get_no_answer_but_their_own(
    way: str, server: Http2Server
) -> None:
    before = server.connections
    outcomes = send(way, server.url, *[request(query=f"n={number}", stream=True) for number in range(20)])
    for number, outcome in enumerate(outcomes):
        assert Answered(f"/xrpc/com.example.test?n={number}".encode()).fits(outcome), outcome
    assert server.connections - before == 1


@pytest.mark.parametrize("way", _WAYS)
def test_a_failed_stream_leaves_the_others_be(way: str, server: Http2Server) -> None:
    with server.playing(_reset, says(b"ok"), says(b"ok"), _reset_amid_the_body, says(b"ok")):
        outcomes = send(way, server.url, *[request(stream=True)] * 5)
    assert sorted("ok" if Answered(b"ok").fits(each) else "broken" for each in outcomes) == [
        *["broken"] * 2,
        *["ok"] * 3,
    ]
