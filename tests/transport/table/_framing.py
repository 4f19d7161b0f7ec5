"""Where a body ends: lengths, chunks, the end of the connection, and bytes that come after."""

from __future__ import annotations

from typing import Final

from tests.transport.table._rows import BROKEN, HEAD, Answered, Row, chunked, lenient, row, sized
from tests.transport.table._server import Again, Do, Drip

__all__ = ["ROWS"]

_OK: Final = Answered(b"ok")
_SMUGGLED: Final = sized(b"wrong")


def _length(*values: bytes, body: bytes = b"ok") -> bytes:
    return HEAD + b"".join(b"content-length: " + value + b"\r\n" for value in values) + b"\r\n" + body


def _coded(*codings: bytes, body: bytes = b"2\r\nok\r\n0\r\n\r\n") -> bytes:
    return HEAD + b"".join(b"transfer-encoding: " + each + b"\r\n" for each in codings) + b"\r\n" + body


def _empty(status: int, *lines: bytes) -> bytes:
    head = b"HTTP/1.1 %d x\r\n" % status
    return head + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


_LENGTHS: Final = [
    row("a length of zero", sized(b""), Answered(b"")),
    row("a length with zeros before it", _length(b"0002"), lenient("the same number")),
    row("a length twice", [_length(b"2", b"2"), Do.CLOSE], lenient("RFC 9110, 8.6 allows both")),
    row("a length twice in one line", [_length(b"2, 2"), Do.CLOSE], lenient("as above")),
    row("two lengths", [_length(b"2", b"3", body=b"okk"), Do.CLOSE], BROKEN),
    row("two lengths, the longer first", [_length(b"3", b"2", body=b"okk"), Do.CLOSE], BROKEN),
    row("two lengths in one line", [_length(b"2, 3", body=b"okk"), Do.CLOSE], BROKEN),
    row("a length below zero", [_length(b"-2"), Do.CLOSE], BROKEN),
    row("a length with a plus", [_length(b"+2"), Do.CLOSE], BROKEN),
    row("a length with a point", [_length(b"2.0"), Do.CLOSE], BROKEN),
    row("a length with an underscore", [_length(b"1_0"), Do.CLOSE], BROKEN),
    row("a length in hexadecimal", [_length(b"0x2"), Do.CLOSE], BROKEN),
    row("a length in two parts", [_length(b"2 2"), Do.CLOSE], BROKEN),
    row("a length in letters", [_length(b"two"), Do.CLOSE], BROKEN),
    row("a length in other digits", [_length("٢".encode()), Do.CLOSE], BROKEN),
    row("an empty length", [_length(b""), Do.CLOSE], BROKEN),
    row("a length of 2**63", [_length(b"9223372036854775808"), Do.CLOSE], BROKEN),
    row("a length of 2**64 + 2", [_length(b"18446744073709551618"), Do.CLOSE], BROKEN),
    row("a length of 40 digits", [_length(b"9" * 40), Do.CLOSE], BROKEN),
    row("a length of 5,000 digits", [_length(b"9" * 5000), Do.CLOSE], BROKEN),
    row("a length of a petabyte", [_length(b"1" + b"0" * 15), Do.CLOSE], BROKEN),
    row("a body that is cut off", [_length(b"10"), Do.CLOSE], BROKEN),
    row("a body that is cut off before it begins", [_length(b"10", body=b""), Do.CLOSE], BROKEN),
    row("a body that is cut off by one byte", [_length(b"3"), Do.CLOSE], BROKEN),
    row("a body that is cut off by a reset", [_length(b"10"), Do.PAUSE, Do.RESET], BROKEN),
    row("a body that is cut off by half", [_length(b"10"), Do.HALF], BROKEN),
    row("a long body that is cut off", [_length(b"1000000", body=b"x" * 999_999), Do.CLOSE], BROKEN),
    row("a stream that is cut off", [_length(b"10"), Do.CLOSE], BROKEN, stream=True),
    row("a body and more", [_length(b"2", body=b"okmore"), Do.CLOSE], BROKEN),
    row("a body and more, and no end", [_length(b"2", body=b"okmore"), Do.HALF], BROKEN),
    row(
        "a body, and more by itself",
        [sized(), Do.PAUSE, b"more", Do.PAUSE, Do.CLOSE],
        lenient("it may come too late to be seen"),
    ),
    row("a body and the answer to no request", sized() + _SMUGGLED, _OK),
    row("a body, and the answer to no request by itself", [sized(), Do.PAUSE, _SMUGGLED, Do.PAUSE], _OK),
    row("a body and half an answer to no request", [sized() + HEAD, Do.HALF], _OK),
    row("a body and an empty line", sized() + b"\r\n", _OK),
    row("no body and the answer to no request", sized(b"") + _SMUGGLED, Answered(b"")),
    row("more than no body", [sized(b"") + b"more", Do.CLOSE], BROKEN),
    row(
        "a timeout of the server after the answer",
        [sized(), Do.PAUSE, _empty(408, b"content-length: 0"), Do.PAUSE, Do.CLOSE],
        _OK,
    ),
]

_STATUSES: Final = [
    row("204", _empty(204), Answered(b"", 204)),
    row("204 with a length", _empty(204, b"content-length: 0"), Answered(b"", 204)),
    row(
        "204 with a length of a body that isn't there", _empty(204, b"content-length: 5"), Answered(b"", 204)
    ),
    row("204 with a body", [_empty(204, b"content-length: 5") + b"wrong", Do.CLOSE], BROKEN),
    row(
        "204 in chunks",
        [_empty(204, b"transfer-encoding: chunked") + b"0\r\n\r\n", Do.CLOSE],
        BROKEN,
    ),
    row("304", _empty(304, b"content-length: 5"), Answered(b"", 304)),
    row("304 with a body", [_empty(304, b"content-length: 5") + b"wrong", Do.CLOSE], BROKEN),
    row("205 with a body", _empty(205, b"content-length: 2") + b"ok", Answered(b"ok", 205)),
    row(
        "206 that nobody asked for",
        _empty(206, b"content-range: bytes 0-1/9", b"content-length: 2") + b"ok",
        Answered(b"ok", 206),
    ),
    row("500 that is cut off", [_empty(500, b"content-length: 9") + b"half", Do.CLOSE], BROKEN),
]

_ENDS: Final = [
    row("a body to the end", [HEAD + b"\r\nok", Do.CLOSE], _OK),
    row("a body to the half-closed end", [HEAD + b"\r\nok", Do.HALF], _OK),
    row("an empty body to the end", [HEAD + b"\r\n", Do.CLOSE], Answered(b"")),
    row("a body to a reset", [HEAD + b"\r\nok", Do.PAUSE, Do.RESET], BROKEN),
    row(
        "a long body to the end",
        [HEAD + b"\r\n", Again(b"x" * 1000, 1000), Do.CLOSE],
        Answered(b"x" * 1_000_000),
    ),
    row("a stream to the end", [HEAD + b"\r\nok", Do.CLOSE], _OK, stream=True),
    row(
        "the end said, and an end",
        [HEAD + b"connection: close\r\ncontent-length: 2\r\n\r\nok", Do.CLOSE],
        _OK,
    ),
    row("the end said, and none", [HEAD + b"connection: close\r\ncontent-length: 2\r\n\r\nok", Do.HANG], _OK),
    row(
        "the end said in capitals", [HEAD + b"Connection: Close\r\ncontent-length: 2\r\n\r\nok", Do.HANG], _OK
    ),
    row("no end said, and an end", [sized(), Do.CLOSE], _OK),
    row("no end said, and a reset", [sized(), Do.PAUSE, Do.RESET], _OK),
    row("no end said, and half an end", [sized(), Do.HALF], _OK),
    row(
        "a connection kept and closed",
        [HEAD + b"connection: keep-alive, close\r\ncontent-length: 2\r\n\r\nok", Do.CLOSE],
        _OK,
    ),
    row(
        "a connection kept for no time",
        [HEAD + b"keep-alive: timeout=0, max=0\r\ncontent-length: 2\r\n\r\nok", Do.CLOSE],
        _OK,
    ),
    row("a chunked body and an end", [chunked(b"ok"), Do.CLOSE], _OK),
]

_CHUNKS: Final = [
    row("one chunk", chunked(b"ok"), _OK),
    row("two chunks", chunked(b"o", b"k"), _OK),
    row("no chunk", chunked(), Answered(b"")),
    row("chunks byte by byte", [Drip(chunked(b"o", b"k"))], _OK),
    row("5,000 chunks of two bytes", chunked(*[b"ab"] * 5000), Answered(b"ab" * 5000)),
    row("a chunk of a megabyte", chunked(b"x" * 1_000_000), Answered(b"x" * 1_000_000)),
    row("a stream in chunks", chunked(b"o", b"k"), _OK, stream=True),
    row(
        "a size in capitals",
        _coded(b"chunked", body=b"A\r\n0123456789\r\n0\r\n\r\n"),
        Answered(b"0123456789"),
    ),
    row("a size with zeros before it", _coded(b"chunked", body=b"0002\r\nok\r\n000\r\n\r\n"), _OK),
    row("the coding in capitals", _coded(b"Chunked"), _OK),
    row("an extension", _coded(b"chunked", body=b"2;a=b\r\nok\r\n0;c\r\n\r\n"), _OK),
    row("an extension in quotes", _coded(b"chunked", body=b'2;a="b;c"\r\nok\r\n0\r\n\r\n'), _OK),
    row(
        "an extension after a space",
        _coded(b"chunked", body=b"2 ;a=b\r\nok\r\n0\r\n\r\n"),
        lenient("RFC 9112, 7.1.1"),
    ),
    row(
        "an extension of 1,000 bytes",
        _coded(b"chunked", body=b"2;" + b"a" * 1000 + b"\r\nok\r\n0\r\n\r\n"),
        _OK,
    ),
    row("an extension without end", [_coded(b"chunked", body=b"2;"), Again(b"a" * 4096)], BROKEN),
    row("a trailer", chunked(b"ok", end=b"0\r\nx: y\r\n\r\n"), Answered(b"ok", headers={"x": None})),
    row("two trailers", chunked(b"ok", end=b"0\r\nx: y\r\nz: a\r\n\r\n"), _OK),
    row(
        "a trailer that is a length",
        chunked(b"ok", end=b"0\r\ncontent-length: 9\r\n\r\n"),
        lenient("RFC 9110, 6.5.1 forbids it"),
    ),
    row(
        "a trailer that is a status",
        chunked(b"ok", end=b"0\r\ncontent-type: c/d\r\n\r\n"),
        Answered(b"ok", headers={"content-type": "a/b"}),
    ),
    row("trailers without end", [chunked(b"ok", end=b"0\r\n"), Again(b"x: y\r\n" * 700)], BROKEN),
    row(
        "a trailer that is none",
        [chunked(b"ok", end=b"0\r\nx\r\n\r\n"), Do.CLOSE],
        lenient("the body is whole"),
    ),
    row("no last chunk", [chunked(b"ok", end=b""), Do.CLOSE], BROKEN),
    row("no last chunk in a stream", [chunked(b"ok", end=b""), Do.CLOSE], BROKEN, stream=True),
    row("no last chunk and a reset", [chunked(b"ok", end=b""), Do.PAUSE, Do.RESET], BROKEN),
    row("no last empty line", [chunked(b"ok", end=b"0\r\n"), Do.CLOSE], BROKEN),
    row("half a chunk", [_coded(b"chunked", body=b"5\r\nhal"), Do.CLOSE], BROKEN),
    row("half a size", [_coded(b"chunked", body=b"5"), Do.CLOSE], BROKEN),
    row("chunks that never begin", [_coded(b"chunked", body=b""), Do.CLOSE], BROKEN),
    row("a size below zero", [_coded(b"chunked", body=b"-2\r\nok\r\n0\r\n\r\n"), Do.CLOSE], BROKEN),
    row("a size with a plus", [_coded(b"chunked", body=b"+2\r\nok\r\n0\r\n\r\n"), Do.CLOSE], BROKEN),
    row("a size with 0x", [_coded(b"chunked", body=b"0x2\r\nok\r\n0\r\n\r\n"), Do.CLOSE], BROKEN),
    row("a size with an underscore", [_coded(b"chunked", body=b"0_2\r\nok\r\n0\r\n\r\n"), Do.CLOSE], BROKEN),
    row("a size in letters", [_coded(b"chunked", body=b"xy\r\nok\r\n0\r\n\r\n"), Do.CLOSE], BROKEN),
    row("an empty size", [_coded(b"chunked", body=b"\r\nok\r\n0\r\n\r\n"), Do.CLOSE], BROKEN),
    row("a space before a size", [_coded(b"chunked", body=b" 2\r\nok\r\n0\r\n\r\n"), Do.CLOSE], BROKEN),
    row(
        "a size of 16 digits", [_coded(b"chunked", body=b"f" * 16 + b"\r\nok\r\n0\r\n\r\n"), Do.CLOSE], BROKEN
    ),
    row(
        "a size of 17 digits",
        [_coded(b"chunked", body=b"1" + b"0" * 15 + b"2\r\nok\r\n0\r\n\r\n"), Do.CLOSE],
        BROKEN,
    ),
    row(
        "a size of 100 digits",
        [_coded(b"chunked", body=b"f" * 100 + b"\r\nok\r\n0\r\n\r\n"), Do.CLOSE],
        BROKEN,
    ),
    row("a size without end", [_coded(b"chunked", body=b""), Again(b"0" * 4096)], BROKEN),
    row(
        "a chunk larger than its size", [_coded(b"chunked", body=b"2\r\nokk\r\n0\r\n\r\n"), Do.CLOSE], BROKEN
    ),
    row(
        "a chunk smaller than its size", [_coded(b"chunked", body=b"4\r\nok\r\n0\r\n\r\n"), Do.CLOSE], BROKEN
    ),
    row("a chunk without its end", [_coded(b"chunked", body=b"2\r\nok0\r\n\r\n"), Do.CLOSE], BROKEN),
    row("chunks whose lines end without CR", [_coded(b"chunked", body=b"2\nok\n0\n\n"), Do.CLOSE], BROKEN),
    row("a chunked body and the answer to no request", chunked(b"ok") + _SMUGGLED, _OK),
    row("a chunked body and more", [chunked(b"ok") + b"more", Do.CLOSE], BROKEN),
    row("a body that only says that it is chunked", [_coded(b"chunked", body=b"ok"), Do.CLOSE], BROKEN),
]

_CODINGS: Final = [
    row(
        "a coding and a length",
        [HEAD + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", Do.CLOSE],
        lenient("RFC 9112, 6.3 allows both"),
    ),
    row(
        "a coding and another length",
        [HEAD + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", Do.CLOSE],
        lenient("RFC 9112, 6.3 allows both"),
    ),
    row(
        "a coding and the length of its bytes",
        [HEAD + b"transfer-encoding: chunked\r\ncontent-length: 12\r\n\r\n2\r\nok\r\n0\r\n\r\n", Do.CLOSE],
        lenient("RFC 9112, 6.3 allows both"),
    ),
    row("a coding twice", [_coded(b"chunked", b"chunked"), Do.CLOSE], BROKEN),
    row("a coding twice in one line", [_coded(b"chunked, chunked"), Do.CLOSE], BROKEN),
    row("gzip as a coding", [_coded(b"gzip", body=b"ok"), Do.CLOSE], BROKEN),
    row("gzip, then chunked", [_coded(b"gzip, chunked"), Do.CLOSE], BROKEN),
    row("chunked, then gzip", [_coded(b"chunked, gzip"), Do.CLOSE], BROKEN),
    row("identity as a coding", [_coded(b"identity", body=b"ok"), Do.CLOSE], BROKEN),
    row("a coding that nobody knows", [_coded(b"xyz", body=b"ok"), Do.CLOSE], BROKEN),
    row("a coding that is nearly chunked", [_coded(b"xchunked"), Do.CLOSE], BROKEN),
    row("a coding with a vertical tab", [_coded(b"\x0bchunked"), Do.CLOSE], BROKEN),
    row("an empty coding", [_coded(b"", body=b"ok"), Do.CLOSE], lenient("as if there were none")),
    row(
        "a coding in HTTP/1.0",
        [_coded(b"chunked").replace(b"1.1", b"1.0", 1), Do.CLOSE],
        lenient("RFC 9112, 6.1"),
    ),
]

ROWS: Final[list[Row]] = [*_LENGTHS, *_STATUSES, *_ENDS, *_CHUNKS, *_CODINGS]
