"""Compressed bodies are unpacked in small pieces, whole or not at all."""

from __future__ import annotations

import contextlib
import gzip
import tracemalloc
import zlib
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex._agent import Response
from atlex._decoding import Decoder, EncodingError
from atlex.errors import XrpcInvalidResponseError

BIG = bytes(range(256)) * 4096


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": (" X-GZIP ", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without a header": ("deflate", raw_deflate),
    "identity": ("identity", bytes),
    "none": ("", bytes),
    "two members": ("gzip", lambda data: gzip.compress(data[:5]) + gzip.compress(data[5:])),
    "empty members": ("gzip", lambda data: gzip.compress(b"") * 2 + gzip.compress(data) + gzip.compress(b"")),
    "gzip and noise": ("gzip", lambda data: gzip.compress(data) + b"more"),
    "gzip and padding": ("gzip", lambda data: gzip.compress(data) + bytes(600)),
    "gzip and half a magic number": ("gzip", lambda data: gzip.compress(data) + b"\x1f\x8b"),
    "gzip and another": ("gzip", lambda data: gzip.compress(data) + b"\n" + gzip.compress(b"other")),
    "zlib and noise": ("deflate", lambda data: zlib.compress(data) + b"\r\n"),
    "zlib and another": ("deflate", lambda data: zlib.compress(data) + zlib.compress(b"other")),
    "raw deflate and noise": ("deflate", lambda data: raw_deflate(data) + b"\0more"),
}
packed = pytest.mark.parametrize(("encoding", "pack"), PACKERS.values(), ids=PACKERS)


def unpack(encoding: str, *arriving: bytes) -> bytes:
    decoder = Decoder(encoding)
    pieces = [piece for data in arriving for piece in decoder.feed(data)]
    decoder.finish()
    return b"".join(pieces)


@packed
@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 400), max_size=5))
def test_what_was_packed_is_unpacked_however_it_is_cut(
    encoding: str, pack, data: bytes, cuts: list[int]
) -> None:
    whole = pack(data)
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    assert unpack(encoding, *(whole[a:b] for a, b in pairwise(edges))) == data


@packed
def test_a_large_one_too(encoding: str, pack) -> None:
    assert unpack(encoding, pack(BIG)) == BIG


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, raw_deflate], ids=["gzip", "zlib", "raw"])
def test_a_bomb_comes_in_small_pieces(pack) -> None:
    decoder = Decoder("gzip" if pack is gzip.compress else "deflate")
    size = 0
    for piece in decoder.feed(pack(bytes(20_000_000))):
        assert len(piece) <= 65536
        size += len(piece)
    decoder.finish()
    assert size == 20_000_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_nothing_is_nothing(encoding: str) -> None:
    assert unpack(encoding) == unpack(encoding, b"") == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "x" * 5000])
def test_an_encoding_that_wasnt_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(EncodingError, match="wasn't asked for") as caught:
        Decoder(encoding)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("gzip", b"plain", "doesn't match"),
        ("deflate", b"plain", "doesn't match"),
        ("gzip", gzip.compress(b"x") + b"\x1f\x8b\x08\xff" + bytes(9), "doesn't match"),
        ("gzip", gzip.compress(b"x") + gzip.compress(b"y")[:-1], "isn't complete"),
        ("gzip", gzip.compress(BIG)[:-9], "isn't complete"),
        ("gzip", gzip.compress(b"x")[:-1], "isn't complete"),
    ],
    ids=["no gzip", "no deflate", "bad member", "half a member", "half", "almost"],
)
def test_a_broken_body_is_refused(driver, encoding: str, body: bytes, words: str) -> None:
    stream = httpx.ByteStream(body)
    answer = httpx.Response(200, headers={"content-encoding": encoding}, stream=stream)
    with pytest.raises(XrpcInvalidResponseError, match=words) as caught:
        driver.send(lambda _: answer, driver.request())
    assert (caught.value.status, caught.value.method) == (200, "com.example.test")


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate"]))
def test_any_bytes_are_unpacked_or_refused(data: bytes, encoding: str) -> None:
    with contextlib.suppress(EncodingError):
        unpack(encoding, data)


class TestSize:
    @pytest.mark.parametrize("status", [200, 400, 500])
    def test_the_limit_itself_is_allowed_and_no_more(self, driver, status: int) -> None:
        def answer(_: httpx.Request) -> httpx.Response:
            return httpx.Response(status, stream=httpx.ByteStream(bytes(100)))

        assert len(driver.send(answer, driver.request(max_response_size=100)).content) == 100
        assert len(driver.send(answer, driver.request(max_response_size=None)).content) == 100
        with pytest.raises(XrpcInvalidResponseError, match="more than 99 bytes") as caught:
            driver.send(answer, driver.request(max_response_size=99))
        assert (caught.value.status, caught.value.method) == (status, "com.example.test")

    @pytest.mark.parametrize(
        "stuff",
        [
            (b"\x1f\x8b\x08\x08" + bytes(6), b"endless name"),
            (b"", gzip.compress(b"")),
            (gzip.compress(b"{}"), b"noise"),
            (b"\x78\x9c", b"\0\0\0\xff\xff"),
        ],
        ids=["name", "members", "noise", "blocks"],
    )
    def test_what_unpacks_to_nothing_counts(self, driver, stuff: tuple[bytes, bytes]) -> None:
        class Endless(httpx.SyncByteStream, httpx.AsyncByteStream):
            sent = 0

            def __iter__(self):
                yield stuff[0]
                while True:
                    self.sent += 1
                    assert self.sent < 50
                    yield stuff[1] * 1000

            async def __aiter__(self):
                for data in self:
                    yield data

        def answer(_: httpx.Request) -> httpx.Response:
            encoding = "deflate" if stuff[0][:1] == b"\x78" else "gzip"
            return httpx.Response(400, headers={"content-encoding": encoding}, stream=Endless())

        with pytest.raises(XrpcInvalidResponseError, match="more than 1000 bytes") as caught:
            driver.send(answer, driver.request(max_response_size=1000))
        assert (caught.value.status, caught.value.method) == (400, "com.example.test")

    def test_small_chunks_take_no_more_memory_than_their_bytes(self, driver) -> None:
        class Small(httpx.SyncByteStream, httpx.AsyncByteStream):
            def __iter__(self):
                for _ in range(200_000):
                    yield b"ab"[:2]

            async def __aiter__(self):
                for data in self:
                    yield data

        tracemalloc.start()
        try:
            response = driver.send(lambda _: httpx.Response(200, stream=Small()), driver.request())
            assert tracemalloc.get_traced_memory()[1] < 4 * len(response.content)
        finally:
            tracemalloc.stop()

    def test_the_body_of_a_redirect_isnt_read(self, driver) -> None:
        class Endless(httpx.SyncByteStream, httpx.AsyncByteStream):
            def __iter__(self):
                raise AssertionError

            async def __aiter__(self):
                raise AssertionError
                yield b""

        answers = [httpx.Response(302, headers={"location": "/x"}, stream=Endless()), httpx.Response(200)]
        assert driver.send(lambda _: answers.pop(0), driver.request()).status == 200

    def test_a_stream_has_none_and_reading_it_whole_has(self) -> None:
        class Chunks(list):
            def close(self) -> None:
                self.closed = True

        assert sum(map(len, Response(200, stream=Chunks([b"ab"] * 9), limit=4).iter_bytes())) == 18
        chunks = Chunks([b"ab"] * 9)
        response = Response(200, stream=chunks, limit=4)
        with pytest.raises(XrpcInvalidResponseError):
            response.read()
        assert chunks.closed
        assert not response.is_read
