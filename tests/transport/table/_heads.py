"""Status lines, answers ahead of the answer, and connections that end too early."""

from __future__ import annotations

import time
from typing import Final

from tests.transport.table._rows import BROKEN, HEAD, LATE, Answered, Row, lenient, row, sized
from tests.transport.table._server import Again, Do, Drip

__all__ = ["ROWS"]

_REST: Final = b"content-type: a/b\r\ncontent-length: 2\r\n\r\nok"


def _line(line: bytes, rest: bytes = _REST) -> bytes:
    return line + b"\r\n" + rest


def _soon() -> float:
    return time.monotonic() + 0.2


_OK: Final = Answered(b"ok")

ROWS: Final[list[Row]] = [
    row("a plain answer", sized(), Answered(b"ok", headers={"content-type": "a/b", "content-length": "2"})),
    row("a plain answer byte by byte", [Drip(sized())], _OK),
    row(
        "a head and a body by themselves",
        [HEAD, Do.PAUSE, b"content-length: 2\r\n\r\n", Do.PAUSE, b"ok"],
        _OK,
    ),
    row("no reason, and no space", _line(b"HTTP/1.1 200"), _OK),
    row("no reason, and a space", _line(b"HTTP/1.1 200 "), _OK),
    row("a reason in UTF-8", _line("HTTP/1.1 200 gut gemächt".encode()), _OK),
    row("a reason in Latin-1", _line(b"HTTP/1.1 200 caf\xe9"), _OK),
    row("a reason of bytes that are no text", _line(b"HTTP/1.1 200 \xff\xfe\x80"), _OK),
    row("a reason with a tab", _line(b"HTTP/1.1 200 a\tb"), _OK),
    row("a reason with NUL", _line(b"HTTP/1.1 200 a\0b"), lenient("no parser looks at reasons alike")),
    row("a reason with an escape sequence", _line(b"HTTP/1.1 200 \x1b[2J"), lenient("as above")),
    row("a reason of 4,000 bytes", _line(b"HTTP/1.1 200 " + b"a" * 4000), _OK),
    row("a reason of 200,000 bytes", [_line(b"HTTP/1.1 200 " + b"a" * 200_000), Do.CLOSE], BROKEN),
    row("a reason without end", [b"HTTP/1.1 200 ", Again(b"a" * 4096)], BROKEN),
    row("a status of an error", _line(b"HTTP/1.1 418 Teapot"), Answered(b"ok", 418)),
    row("a status of 599", _line(b"HTTP/1.1 599 x"), Answered(b"ok", 599)),
    row("a status of 999", _line(b"HTTP/1.1 999 x"), Answered(b"ok", 999)),
    row("a status of two digits", [_line(b"HTTP/1.1 20 OK"), Do.CLOSE], BROKEN),
    row("a status of four digits", [_line(b"HTTP/1.1 2000 OK"), Do.CLOSE], BROKEN),
    row("a status of zeros", [_line(b"HTTP/1.1 000 OK"), Do.CLOSE], BROKEN),
    row("a status of 099", [_line(b"HTTP/1.1 099 OK"), Do.CLOSE], BROKEN),
    row("a negative status", [_line(b"HTTP/1.1 -200 OK"), Do.CLOSE], BROKEN),
    row("a status in letters", [_line(b"HTTP/1.1 abc OK"), Do.CLOSE], BROKEN),
    row("a status in other digits", [_line("HTTP/1.1 ٢٠٠ OK".encode()), Do.CLOSE], BROKEN),
    row("no status", [_line(b"HTTP/1.1"), Do.CLOSE], BROKEN),
    row("no version", [_line(b"200 OK"), Do.CLOSE], BROKEN),
    row("a version in small letters", [_line(b"http/1.1 200 OK"), Do.CLOSE], BROKEN),
    row("another protocol", [_line(b"ICY 200 OK"), Do.CLOSE], BROKEN),
    row("a version of two digits", [_line(b"HTTP/1.10 200 OK"), Do.CLOSE], BROKEN),
    row("a version without a dot", [_line(b"HTTP/11 200 OK"), Do.CLOSE], BROKEN),
    row("HTTP/2.0 in a line of HTTP/1", [_line(b"HTTP/2.0 200 OK"), Do.CLOSE], lenient("versions to come")),
    row("HTTP/3.7", [_line(b"HTTP/3.7 200 OK"), Do.CLOSE], lenient("versions to come")),
    row("HTTP/1.0", [_line(b"HTTP/1.0 200 OK"), Do.CLOSE], _OK),
    row("HTTP/1.0 that keeps the connection", _line(b"HTTP/1.0 200 OK\r\nconnection: keep-alive"), _OK),
    row("HTTP/1.0 to the end", [b"HTTP/1.0 200 OK\r\n\r\nok", Do.CLOSE], _OK),
    row("two spaces before the status", [_line(b"HTTP/1.1  200 OK"), Do.CLOSE], lenient("harmless")),
    row("a tab before the status", [_line(b"HTTP/1.1\t200 OK"), Do.CLOSE], lenient("harmless")),
    row(
        "an empty line before the status line",
        [b"\r\n" + sized(), Do.CLOSE],
        lenient("left by a body before"),
    ),
    row(
        "ends of lines without CR",
        [sized().replace(b"\r", b""), Do.CLOSE],
        lenient("RFC 9112, 2.2 allows it"),
    ),
    row("ends of lines without LF", [sized().replace(b"\n", b""), Do.CLOSE], BROKEN),
    row("nothing at all", [Do.CLOSE], BROKEN),
    row("nothing but an empty line", [b"\r\n", Do.CLOSE], BROKEN),
    row("a reset in place of an answer", [Do.RESET], BROKEN),
    row("a half-closed connection in place of an answer", [Do.HALF], BROKEN),
    row("half a status line", [b"HTTP/1.1 2", Do.CLOSE], BROKEN),
    row("half a status line and a reset", [b"HTTP/1.1 2", Do.PAUSE, Do.RESET], BROKEN),
    row("half a head", [HEAD, Do.CLOSE], BROKEN),
    row("half a header", [HEAD + b"x: ", Do.CLOSE], BROKEN),
    row("half a head and a reset", [HEAD, Do.PAUSE, Do.RESET], BROKEN),
    row("half a head and a half-closed connection", [HEAD, Do.HALF], BROKEN),
    row("a page without a head", [b"<!doctype html><title>Hi</title>", Do.CLOSE], BROKEN),
    row("a greeting of SSH", [b"SSH-2.0-OpenSSH_9.2\r\n", Do.CLOSE], BROKEN),
    row("a greeting of SMTP", [b"220 mail.example ESMTP\r\n", Do.CLOSE], BROKEN),
    row("an alert of TLS", [b"\x15\x03\x01\x00\x02\x02\x28", Do.CLOSE], BROKEN),
    row("a preface of HTTP/2", [b"\0\0\0\x04\0\0\0\0\0", Do.CLOSE], BROKEN),
    row("bytes of every kind", [bytes(range(256)) * 8, Do.CLOSE], BROKEN),
    row("bytes without end or line", [Again(b"\0" * 4096)], BROKEN),
    row("a request in place of an answer", [b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", Do.CLOSE], BROKEN),
    # Answers ahead of the answer.
    row("100 ahead of the answer", b"HTTP/1.1 100 Continue\r\n\r\n" + sized(), _OK),
    row(
        "102 with headers ahead of the answer",
        b"HTTP/1.1 102 P\r\nx: y\r\n\r\n" + sized(),
        Answered(b"ok", 200, {"x": None}),
    ),
    row(
        "103 ahead of the answer",
        b"HTTP/1.1 103 E\r\nlink: </a>\r\n\r\n" + sized(),
        Answered(b"ok", 200, {"link": None}),
    ),
    row("199 ahead of the answer", b"HTTP/1.1 199 x\r\n\r\n" + sized(), _OK),
    row("five ahead of the answer", b"HTTP/1.1 102 P\r\n\r\n" * 5 + sized(), _OK),
    row(
        "ahead of the answer, one after the other",
        [b"HTTP/1.1 100 C\r\n\r\n", Do.PAUSE, b"HTTP/1.1 103 E\r\n\r\n", Do.PAUSE, sized()],
        _OK,
    ),
    row("100 and no more", [b"HTTP/1.1 100 Continue\r\n\r\n", Do.CLOSE], BROKEN),
    row("100 and a reset", [b"HTTP/1.1 100 Continue\r\n\r\n", Do.PAUSE, Do.RESET], BROKEN),
    row("100 without end", [Again(b"HTTP/1.1 100 Continue\r\n\r\n" * 2, slowly=True)], LATE, deadline=_soon),
    row(
        "101 that nobody asked for",
        [b"HTTP/1.1 101 S\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", Do.CLOSE],
        BROKEN,
    ),
    # Waiting.
    row("no answer", [Do.HANG], LATE, timeout=0.15),
    row("no more than half a head", [HEAD, Do.HANG], LATE, timeout=0.15),
    row("no more than half a body", [HEAD + b"content-length: 9\r\n\r\nhalf", Do.HANG], LATE, timeout=0.15),
    row(
        "no more than a chunk",
        [HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\nok\r\n", Do.HANG],
        LATE,
        timeout=0.15,
    ),
    row("no more than 100", [b"HTTP/1.1 100 C\r\n\r\n", Do.HANG], LATE, timeout=0.15),
    row("no end where only it tells the length", [HEAD + b"\r\nok", Do.HANG], LATE, timeout=0.15),
    row("a status line in drips", [b"HTTP/1.1 200 ", Again(b"a", slowly=True)], LATE, deadline=_soon),
    row("a head in drips", [HEAD + b"x: ", Again(b"a", slowly=True)], LATE, deadline=_soon),
    row("headers in drips", [HEAD, Again(b"x: y\r\n", slowly=True)], LATE, deadline=_soon),
    row(
        "a chunk extension in drips",
        [HEAD + b"transfer-encoding: chunked\r\n\r\n1;", Again(b"a", slowly=True)],
        LATE,
        deadline=_soon,
    ),
    row(
        "trailers in drips",
        [HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n", Again(b"a: b\r\n", slowly=True)],
        LATE,
        deadline=_soon,
    ),
    row(
        "a body in drips",
        [HEAD + b"content-length: 99999\r\n\r\n", Again(b"a", slowly=True)],
        LATE,
        deadline=_soon,
    ),
    row(
        "a compressed body in drips",
        [HEAD + b"content-encoding: gzip\r\n\r\n\x1f\x8b\x08\x08\0\0\0\0\0\x03", Again(b"a", slowly=True)],
        LATE,
        deadline=_soon,
    ),
    row("no answer before the deadline", [Do.HANG], LATE, deadline=_soon),
    row(
        "no body before the deadline",
        [HEAD + b"content-length: 9\r\n\r\nhalf", Do.HANG],
        LATE,
        deadline=_soon,
    ),
]
