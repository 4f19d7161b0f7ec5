from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from atlex._agent import DEFAULT_TIMEOUT, Headers, Request, Response
from atlex.errors import InputError, XrpcInternalError


class Chunks:
    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks

    def close(self) -> None:
        self.closed += 1


class AsyncChunks:
    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks
        self.closed = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk

    async def aclose(self) -> None:
        self.closed += 1


def test_header_lookups_ignore_case() -> None:
    headers = Headers({"Content-Type": "text/plain"})
    assert headers["content-TYPE"] == "text/plain"
    assert "CONTENT-type" in headers
    assert 1 not in headers
    assert headers.get("other") is None
    assert list(headers) == ["content-type"]
    assert len(headers) == 1
    assert headers == {"content-type": "text/plain"}


def test_values_of_a_repeated_header_are_joined() -> None:
    headers = Headers([("WWW-Authenticate", "Bearer"), ("www-authenticate", "DPoP")])
    assert headers["www-authenticate"] == "Bearer, DPoP"


def test_headers_show_no_secrets() -> None:
    shown = repr(Headers({"Authorization": "Bearer secret", "set-cookie": "secret", "accept": "text/plain"}))
    assert "secret" not in shown
    assert "text/plain" in shown


def test_the_path_of_a_request_has_its_query() -> None:
    assert Request(method="GET", nsid="com.example.test").path == "/xrpc/com.example.test"
    assert Request(method="GET", nsid="com.example.test", query="a=1").path == "/xrpc/com.example.test?a=1"


def test_a_request_has_a_timeout_unless_told() -> None:
    assert Request(method="GET", nsid="com.example.test").timeout == DEFAULT_TIMEOUT == 30.0


def test_a_requests_headers_ignore_case() -> None:
    request = Request(method="GET", nsid="com.example.test", headers={"Accept": "a/b"})
    assert request.headers["accept"] == "a/b"
    assert isinstance(request.headers, Headers)


@pytest.mark.parametrize(
    ("body", "replayable"),
    [(None, True), (b"", True), (Path("x"), True), (io.BytesIO(b"x"), False), ([b"x"], False)],
)
def test_only_bytes_and_paths_can_be_sent_again(body: object, replayable: bool) -> None:
    request = Request(method="POST", nsid="com.example.test", body=body)  # type: ignore[arg-type] # any kind
    assert request.replayable is replayable


@pytest.mark.parametrize(
    "nsid", ["", "com.example/../other", "com.example?x", "com.example#x", "cöm.example"]
)
def test_an_nsid_cannot_change_the_path(nsid: str) -> None:
    with pytest.raises(InputError, match="isn't an NSID"):
        Request(method="GET", nsid=nsid)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "ä"])
def test_a_broken_header_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="isn't the name of an HTTP header"):
        Request(method="GET", nsid="com.example.test", headers={name: "x"})


@pytest.mark.parametrize("value", ["secret\r\nx: y", "secret\0", "secré", "secret\x7f"])
def test_a_broken_header_value_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(InputError) as caught:
        Request(method="GET", nsid="com.example.test", headers={"authorization": value})
    assert "authorization" in str(caught.value)
    assert "secr" not in str(caught.value)


@pytest.mark.parametrize("body", [b'{"password":"secret"}', None, [b"secret"]])
def test_a_request_shows_no_secrets(body: bytes | list[bytes] | None) -> None:
    headers = {"authorization": "Bearer secret", "dpop": "secret"}
    shown = repr(
        Request(method="POST", nsid="com.example.test", query="q=secret", headers=headers, body=body)
    )
    assert "secret" not in shown
    assert "com.example.test" in shown
    assert "authorization" in shown


def test_a_response_is_made_of_three_values() -> None:
    response = Response(200, {"Content-Type": "a/b"}, b"x")
    assert (response.status, response.headers["content-type"], response.content) == (200, "a/b", b"x")
    assert response.read() == b"x"
    assert list(response.iter_bytes()) == [b"x"]
    assert list(response.iter_bytes()) == [b"x"]
    assert list(Response(200).iter_bytes()) == []
    response.close()
    assert repr(response) == "<Response 200 a/b>"
    assert repr(Response(204)) == "<Response 204 without a content type>"


@pytest.mark.anyio
async def test_a_response_made_of_three_values_can_be_read_asynchronously() -> None:
    response = Response(200, {}, b"x")
    assert await response.aread() == b"x"
    assert [chunk async for chunk in response.aiter_bytes()] == [b"x"]
    assert [chunk async for chunk in Response(200).aiter_bytes()] == []
    await response.aclose()


def test_a_streamed_body_is_read_once_and_closed() -> None:
    stream = Chunks(b"a", b"b")
    response = Response(200, stream=stream)
    with pytest.raises(XrpcInternalError, match="hasn't been read"):
        _ = response.content
    assert response.read() == b"ab"
    assert response.read() == response.content == b"ab"
    assert list(response.iter_bytes()) == [b"ab"]
    response.close()
    assert stream.closed == 1


@pytest.mark.anyio
async def test_a_streamed_body_is_read_once_and_closed_asynchronously() -> None:
    stream = AsyncChunks(b"a", b"b")
    response = Response(200, stream=stream)
    assert await response.aread() == b"ab"
    assert await response.aread() == response.content == b"ab"
    await response.aclose()
    assert stream.closed == 1


@pytest.mark.parametrize(
    "sizes", [[0, 3, 0], [1] * 1000, [70_000] * 9, [1, 70_000] * 200, [70_000, *[2] * 500, 70_000]]
)
def test_a_body_is_read_whole_however_it_is_cut(sizes: list[int]) -> None:
    pieces = [bytes([number % 251]) * size for number, size in enumerate(sizes)]
    assert Response(200, stream=Chunks(*pieces)).read() == b"".join(pieces)


def test_a_stream_may_fill_the_same_buffer_anew() -> None:
    class Refilled(Chunks):
        def __iter__(self) -> Iterator[bytes]:
            buffer = bytearray(1)
            for number in range(100):
                buffer[0] = number
                yield buffer  # type: ignore[misc]

    assert Response(200, stream=Refilled()).read() == bytes(range(100))


def test_a_stream_left_in_the_middle_is_closed() -> None:
    stream = Chunks(b"a", b"b")
    response = Response(200, stream=stream)
    chunks = response.iter_bytes()
    assert next(chunks) == b"a"
    chunks.close()  # type: ignore[attr-defined] # a generator
    assert stream.closed == 1
    with pytest.raises(XrpcInternalError, match="already"):
        response.read()


def test_a_stream_can_be_closed_unread() -> None:
    stream = Chunks(b"a")
    response = Response(200, stream=stream)
    response.close()
    response.close()
    assert stream.closed == 1


@pytest.mark.anyio
async def test_a_stream_can_be_closed_unread_asynchronously() -> None:
    stream = AsyncChunks(b"a")
    response = Response(200, stream=stream)
    await response.aclose()
    await response.aclose()
    assert stream.closed == 1
    with pytest.raises(XrpcInternalError, match="already"):
        await response.aread()


@pytest.mark.anyio
async def test_a_stream_of_the_other_kind_is_named_as_such() -> None:
    with pytest.raises(XrpcInternalError, match="asynchronous agent"):
        Response(200, stream=AsyncChunks(b"a")).read()
    with pytest.raises(XrpcInternalError, match="synchronous agent"):
        await Response(200, stream=Chunks(b"a")).aread()
