"""Headers: how many, how large, and which bytes."""

from __future__ import annotations

from typing import Final

from tests.transport.table._rows import BROKEN, HEAD, Answered, Row, lenient, row
from tests.transport.table._server import Again, Do, Drip

__all__ = ["ROWS"]


def _with(*lines: bytes) -> bytes:
    return HEAD + b"".join(line + b"\r\n" for line in lines) + b"content-length: 2\r\n\r\nok"


def _header(value: str | None) -> Answered:
    return Answered(b"ok", headers={"x": value})


_OK: Final = Answered(b"ok")
_HARMLESS: Final = "RFC 9112, 5 lets a client refuse it"

ROWS: Final[list[Row]] = [
    row("a header of 4,000 bytes", _with(b"x: " + b"a" * 4000), _header("a" * 4000)),
    row("a header of 16,000 bytes", _with(b"x: " + b"a" * 16_000), _header("a" * 16_000)),
    row("a header of 60,000 bytes", _with(b"x: " + b"a" * 60_000), _header("a" * 60_000)),
    row("a header of 200,000 bytes", [_with(b"x: " + b"a" * 200_000), Do.CLOSE], BROKEN),
    row("a header without end", [HEAD + b"x: ", Again(b"a" * 4096)], BROKEN),
    row("a name of 200,000 bytes", [_with(b"a" * 200_000 + b": x"), Do.CLOSE], BROKEN),
    row("100 headers", _with(*(b"x-%d: y" % n for n in range(100))), Answered(b"ok", headers={"x-99": "y"})),
    row("200 headers", _with(*(b"x-%d: y" % n for n in range(200))), Answered(b"ok", headers={"x-199": "y"})),
    row(
        "2,000 headers",
        _with(*(b"x-%d: y" % n for n in range(2000))),
        Answered(b"ok", headers={"x-1999": "y"}),
    ),
    row("20,000 headers", [_with(*(b"x-%d: y" % n for n in range(20_000))), Do.CLOSE], BROKEN),
    row("headers without end", [HEAD, Again(b"x: y\r\n" * 700)], BROKEN),
    row("headers byte by byte", [Drip(_with(b"x: a  b"))], _header("a  b")),
    row("a name in capitals", _with(b"X: y"), _header("y")),
    row(
        "a name of odd characters",
        _with(b"!#$%&'*+-.^_`|~: y"),
        Answered(b"ok", headers={"!#$%&'*+-.^_`|~": "y"}),
    ),
    row("an empty value", _with(b"x:"), _header("")),
    row("a value of spaces", _with(b"x:  \t "), _header("")),
    row("a value between spaces", _with(b"x: \t a b \t"), _header("a b")),
    row("a value with colons", _with(b"x: a: b:c"), _header("a: b:c")),
    row("a value twice", _with(b"x: a", b"X: b"), _header("a, b")),
    row("a value twice, the first empty", _with(b"x:", b"x: b"), _header(", b")),
    row(
        "two cookies",
        _with(b"set-cookie: a=b", b"set-cookie: c=d; expires=Thu, 01 Jan 1970 00:00:00 GMT"),
        _OK,
    ),
    row("a value in UTF-8", _with("x: grün".encode()), _header("grün")),
    row("a value in Latin-1", _with(b"x: gr\xfcn"), _header("grün")),
    row("a value of high bytes", _with(b"x: \xff\xfe\x80"), _header("\xff\xfe\x80")),
    row(
        "values in UTF-8 and in Latin-1",
        _with("x: grün".encode(), b"y: gr\xfcn"),
        Answered(b"ok", headers={"x": "grün", "y": "grün"}),
    ),
    row("a value with an emoji", _with("x: 🙂".encode()), _header("🙂")),
    row("a value with a surrogate in UTF-8", _with(b"x: \xed\xa0\x80"), _header("\xed\xa0\x80")),
    row("a name in Latin-1", [_with(b"x\xfc: y"), Do.CLOSE], BROKEN),
    row("a name with a space", [_with(b"x y: z"), Do.CLOSE], BROKEN),
    row("a space before the colon", [_with(b"x : y"), Do.CLOSE], BROKEN),
    row(
        "a space before the first name",
        [HEAD.replace(b"content-type", b" content-type") + b"content-length: 2\r\n\r\nok", Do.CLOSE],
        lenient(_HARMLESS),
    ),
    row("a name without a colon", [_with(b"x"), Do.CLOSE], BROKEN),
    row("a colon without a name", [_with(b": y"), Do.CLOSE], BROKEN),
    row("a name with brackets", [_with(b"x(y): z"), Do.CLOSE], BROKEN),
    row("a name with NUL", [_with(b"x\0y: z"), Do.CLOSE], BROKEN),
    row("a value with NUL", [_with(b"x: a\0b"), Do.CLOSE], BROKEN),
    row("a value with CR", [_with(b"x: a\rb"), Do.CLOSE], BROKEN),
    row("a value with an escape sequence", [_with(b"x: \x1b[2J"), Do.CLOSE], lenient(_HARMLESS)),
    row("a value with DEL", [_with(b"x: a\x7fb"), Do.CLOSE], lenient(_HARMLESS)),
    row("a folded header", [_with(b"x: a", b" b"), Do.CLOSE], lenient("RFC 9112, 5.2 allows both")),
    row("a folded header with a tab", [_with(b"x: a", b"\tb"), Do.CLOSE], lenient("as above")),
    row("a header folded without end", [HEAD + b"x: a\r\n", Again(b" b\r\n" * 1000)], BROKEN),
    row(
        "a content type twice",
        _with(b"content-type: c/d"),
        Answered(b"ok", headers={"content-type": "a/b, c/d"}),
    ),
    row("a location that redirects nothing", _with(b"location: http://@there@/x"), _OK),
    row("a date that is none", _with(b"date: yesterday", b"retry-after: soon", b"age: -1"), _OK),
    row(
        "an offer of another protocol",
        _with(b"upgrade: h2c", b'alt-svc: h2="evil.example:1"', b"connection: upgrade"),
        _OK,
    ),
    row("a refresh, and a redirect by HTML", _with(b"refresh: 0; url=http://@there@/x"), _OK),
]
