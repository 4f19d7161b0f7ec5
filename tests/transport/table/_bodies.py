"""Compressed bodies, right and wrong, and limits."""

from __future__ import annotations

import gzip
import zlib
from typing import Final

from tests.transport.table._rows import BROKEN, HEAD, Answered, Row, chunked, refused, row, sized
from tests.transport.table._server import Again, Do, Drip

__all__ = ["ROWS"]

_TEXT: Final = b"answer " * 1000
_GZIP: Final = gzip.compress(_TEXT)
_ZLIB: Final = zlib.compress(_TEXT)
_RAW: Final = _ZLIB[2:-4]
_WHOLE: Final = Answered(_TEXT)
_BOMB: Final = gzip.compress(bytes(20_000_000))
_MISMATCH: Final = refused("doesn't match its content encoding")
_CUT: Final = refused("isn't complete")
_LARGE: Final = refused("more than 1000 bytes")
_UNASKED: Final = refused("wasn't asked for")


def _coded(encoding: bytes, *more: bytes) -> bytes:
    return HEAD + b"".join(b"content-encoding: %s\r\n" % each for each in (encoding, *more))


def _packed(encoding: bytes, body: bytes) -> bytes:
    return sized(body, _coded(encoding))


def _forged(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


_KINDS: Final = [
    row("gzip", _packed(b"gzip", _GZIP), _WHOLE),
    row("gzip in capitals", _packed(b"GZIP", _GZIP), _WHOLE),
    row("gzip by its old name", _packed(b"x-gzip", _GZIP), _WHOLE),
    row("gzip in chunks", chunked(_GZIP[:9], _GZIP[9:], head=_coded(b"gzip")), _WHOLE),
    row(
        "gzip in chunks of a byte", chunked(*(bytes([each]) for each in _GZIP), head=_coded(b"gzip")), _WHOLE
    ),
    row("gzip byte by byte", [Drip(_packed(b"gzip", _GZIP))], _WHOLE),
    row("gzip to the end", [_coded(b"gzip") + b"\r\n" + _GZIP, Do.CLOSE], _WHOLE),
    row("gzip in a stream", _packed(b"gzip", _GZIP), _WHOLE, stream=True),
    row(
        "gzip of two members",
        _packed(b"gzip", gzip.compress(b"one ") + gzip.compress(b"two")),
        Answered(b"one two"),
    ),
    row("gzip of nothing", _packed(b"gzip", gzip.compress(b"")), Answered(b"")),
    row("gzip and no body", sized(b"", _coded(b"gzip")), Answered(b"")),
    row("gzip and more", _packed(b"gzip", _GZIP + b"more"), _WHOLE),
    row("gzip and zeros", _packed(b"gzip", _GZIP + bytes(512)), _WHOLE),
    row("gzip of an error", _packed(b"gzip", _GZIP).replace(b"200 OK", b"400 No", 1), Answered(_TEXT, 400)),
    row("gzip and 204", b"HTTP/1.1 204 x\r\ncontent-encoding: gzip\r\n\r\n", Answered(b"", 204)),
    row("deflate", _packed(b"deflate", _ZLIB), _WHOLE),
    row("deflate without a header", _packed(b"deflate", _RAW), _WHOLE),
    row("deflate byte by byte", [Drip(_packed(b"deflate", _ZLIB))], _WHOLE),
    row("identity", _packed(b"identity", b"ok"), Answered(b"ok")),
    row("an empty encoding", _packed(b"", b"ok"), Answered(b"ok")),
]

_WRONG: Final = [
    row("gzip that isn't", _packed(b"gzip", b"ok" * 20), _MISMATCH),
    row("gzip that isn't, in a stream", _packed(b"gzip", b"ok" * 20), _MISMATCH, stream=True),
    row(
        "gzip of an error that isn't",
        _packed(b"gzip", b"ok" * 20).replace(b"200 OK", b"500 No", 1),
        _MISMATCH,
    ),
    row("gzip that is zlib's", _packed(b"gzip", _ZLIB), _WHOLE),
    row("gzip that is cut off", _packed(b"gzip", _GZIP[:-10]), _CUT),
    row("gzip that is cut off in its header", _packed(b"gzip", _GZIP[:5]), _CUT),
    row("gzip that is cut off by one byte", _packed(b"gzip", _GZIP[:-1]), _CUT),
    row("gzip that is cut off in the second member", _packed(b"gzip", _GZIP + _GZIP[:-10]), _CUT),
    row("gzip with a wrong checksum", _packed(b"gzip", _forged(_GZIP, -6)), _MISMATCH),
    row("gzip with a wrong size", _packed(b"gzip", _forged(_GZIP, -2)), _MISMATCH),
    row("gzip with a wrong byte", _packed(b"gzip", _forged(_GZIP, 12)), _MISMATCH),
    row(
        "gzip whose connection breaks",
        [_coded(b"gzip") + b"content-length: 9999\r\n\r\n" + _GZIP, Do.CLOSE],
        BROKEN,
    ),
    row(
        "gzip with the length of what is in it",
        [_coded(b"gzip") + b"content-length: %d\r\n\r\n" % len(_TEXT) + _GZIP, Do.CLOSE],
        BROKEN,
    ),
    row("deflate that isn't", _packed(b"deflate", b"\xff" * 40), _MISMATCH),
    row("deflate that is cut off", _packed(b"deflate", _ZLIB[:-8]), _CUT),
    row("deflate of one byte", _packed(b"deflate", b"x"), _CUT),
    row("br that nobody asked for", _packed(b"br", b"\x0b\x02\x80hello\x03"), _UNASKED),
    row("zstd that nobody asked for", _packed(b"zstd", b"\x28\xb5\x2f\xfd\x20\x05\x29\0\0hello"), _UNASKED),
    row("two encodings", _packed(b"gzip, gzip", gzip.compress(_GZIP)), _UNASKED),
    row("two encodings in two lines", sized(gzip.compress(_GZIP), _coded(b"gzip", b"gzip")), _UNASKED),
    row("an encoding that nobody knows", _packed(b"rot13", b"bx"), _UNASKED),
    row("an encoding of a kilobyte", _packed(b"x" * 1000, b"ok"), _UNASKED),
]

_LIMITS: Final = [
    row("as much as is allowed", sized(b"x" * 1000), Answered(b"x" * 1000), max_response_size=1000),
    row("one byte more than is allowed", sized(b"x" * 1001), _LARGE, max_response_size=1000),
    row(
        "far more than is allowed",
        [HEAD + b"content-length: 90000000\r\n\r\n", Again(b"x" * 4096)],
        _LARGE,
        max_response_size=1000,
    ),
    row(
        "more than is allowed in chunks",
        [HEAD + b"transfer-encoding: chunked\r\n\r\n", Again(b"100\r\n" + b"x" * 256 + b"\r\n")],
        _LARGE,
        max_response_size=1000,
    ),
    row(
        "more than is allowed to the end",
        [HEAD + b"\r\n", Again(b"x" * 4096)],
        _LARGE,
        max_response_size=1000,
    ),
    row(
        "more than is allowed in an error",
        [HEAD.replace(b"200 OK", b"500 No") + b"\r\n", Again(b"x" * 4096)],
        _LARGE,
        max_response_size=1000,
    ),
    row(
        "more than is allowed in an error of a stream",
        [HEAD.replace(b"200 OK", b"500 No") + b"\r\n", Again(b"x" * 4096)],
        _LARGE,
        max_response_size=1000,
        stream=True,
    ),
    row(
        "a stream of more than is allowed",
        sized(b"x" * 2000),
        Answered(b"x" * 2000),
        max_response_size=1000,
        stream=True,
    ),
    row("a bomb", [_packed(b"gzip", _BOMB), Do.CLOSE], _LARGE, max_response_size=1000),
    row(
        "a bomb in an error",
        [_packed(b"gzip", _BOMB).replace(b"200 OK", b"502 No", 1), Do.CLOSE],
        _LARGE,
        max_response_size=1000,
    ),
    row(
        "a bomb of deflate",
        [_packed(b"deflate", zlib.compress(bytes(20_000_000))), Do.CLOSE],
        _LARGE,
        max_response_size=1000,
    ),
    row(
        "a bomb of empty members",
        [_coded(b"gzip") + b"\r\n", Again(gzip.compress(b"") * 100)],
        _LARGE,
        max_response_size=1000,
    ),
    row(
        "a gzip header without end",
        [_coded(b"gzip") + b"\r\n\x1f\x8b\x08\x08\0\0\0\0\0\x03", Again(b"a" * 4096)],
        _LARGE,
        max_response_size=1000,
    ),
]

ROWS: Final[list[Row]] = [*_KINDS, *_WRONG, *_LIMITS]
