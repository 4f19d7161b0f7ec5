"""Requests with bodies, and answers that come before the server has read them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from tests.transport.table._rows import BROKEN, LATE, Answered, Either, Failed, Outcome, Row, sized
from tests.transport.table._server import Do, Script, Seen

from atlex.errors import FileError, InputError

__all__ = ["ROWS"]

_SMALL: Final = b"body"
_LARGE: Final = b"x" * (8 << 20)
_FULL: Final = b"HTTP/1.1 413 x\r\ncontent-length: 4\r\n\r\nfull"
_ENOUGH: Final = Answered(b"full", 413)
_YES: Final = sized()
_OK: Final = Answered(b"ok")
# The reset may be faster than the answer before it.
_RACE: Final = Either("a reset takes what hasn't been read along", (_ENOUGH, BROKEN))


class _Liar(io.BytesIO):
    """A file that says another size than it has."""

    def __init__(self, said: int, real: int) -> None:
        super().__init__(b"x" * real)
        self._said = said

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if whence == io.SEEK_END:
            super().seek(0)
            return self._said
        return super().seek(offset, whence)


def _broken(error: Exception) -> Callable[[], Iterable[bytes]]:
    def body() -> Iterable[bytes]:
        yield b"one"
        raise error

    return body


def _got(body: bytes) -> Callable[[Sequence[Seen]], bool]:
    return lambda seen: [each.body for each in seen] == [body]


def _up(
    name: str,
    body: Callable[[], Any],
    script: Script = _YES,
    outcome: Outcome = _OK,
    check: Callable[[Sequence[Seen]], bool] | None = None,
    **request: Any,
) -> Row:
    return Row(f"upload: {name}", [script], outcome, {"method": "POST", "body": body, **request}, None, check)


def _parts(part: bytes = b"x" * 65536, times: int = 128) -> Callable[[], Iterable[bytes]]:
    return lambda: iter([part] * times)


_SENT: Final = [
    _up("bytes", lambda: _SMALL, check=_got(_SMALL)),
    _up("no bytes", lambda: b"", check=_got(b"")),
    _up("8 MiB", lambda: _LARGE, check=_got(_LARGE)),
    _up("nothing", lambda: None, check=lambda seen: b"\r\ncontent-length: 0\r\n" in seen[0].head.lower()),
    _up("an iterator", lambda: iter([b"one", b"two"]), check=_got(b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")),
    _up("an empty iterator", lambda: iter([]), check=_got(b"0\r\n\r\n")),
    _up(
        "an iterator with empty chunks",
        lambda: iter([b"", b"one", b""]),
        check=_got(b"3\r\none\r\n0\r\n\r\n"),
    ),
    _up("a file", lambda: io.BytesIO(_SMALL), check=_got(_SMALL)),
    _up("an empty file", io.BytesIO, check=_got(b"")),
    _up("100 ahead of the answer", lambda: _SMALL, [b"HTTP/1.1 100 C\r\n\r\n" + sized()]),
    _up("100 amid the body", _parts(), [b"HTTP/1.1 100 C\r\n\r\n", Do.READ, sized()]),
]

_EARLY: Final = [
    _up("a refusal, and the rest is read", _parts(), [_FULL, Do.READ], _ENOUGH),
    _up("a refusal of bytes, and the rest is read", lambda: _LARGE, [_FULL, Do.READ], _ENOUGH),
    _up("a refusal of a small body", lambda: _SMALL, [_FULL, Do.READ], _ENOUGH),
    _up("success, and the rest is read", _parts(), [sized(), Do.READ], _OK),
    _up("a refusal, and an end", _parts(), [_FULL, Do.HALF, Do.READ], _ENOUGH),
    _up("a refusal, the rest is read, and a reset", _parts(), [_FULL, Do.READ, Do.RESET], _ENOUGH),
    _up("a refusal and a reset", _parts(), [_FULL, Do.PAUSE, Do.RESET], _RACE),
    _up("a refusal of bytes and a reset", lambda: _LARGE, [_FULL, Do.PAUSE, Do.RESET], _RACE),
    _up("no answer, and an end", _parts(), [Do.CLOSE], BROKEN),
    _up("no answer, and a reset", _parts(), [Do.PAUSE, Do.RESET], BROKEN),
    _up("no answer to bytes, and a reset", lambda: _LARGE, [Do.PAUSE, Do.RESET], BROKEN),
    _up("half an answer, and a reset", _parts(), [b"HTTP/1.1 413 x\r\n", Do.PAUSE, Do.RESET], BROKEN),
    _up("nobody reads it", _parts(), [Do.HANG], LATE, timeout=0.2),
    _up("nobody reads its bytes", lambda: _LARGE, [Do.HANG], LATE, timeout=0.2),
    _up("nobody answers", lambda: _SMALL, [Do.READ, Do.HANG], LATE, timeout=0.2),
]

_LIES: Final = [
    _up(
        "a file that ends early",
        lambda: _Liar(1000, 900),
        [Do.READ, sized()],
        Failed(FileError, None, None, ""),
    ),
    _up(
        "a large file that ends early",
        lambda: _Liar(1 << 20, 900_000),
        [Do.READ, sized()],
        Failed(FileError, None, None, ""),
    ),
    _up(
        "a file that is empty by now",
        lambda: _Liar(1000, 0),
        [Do.READ, sized()],
        Failed(FileError, None, None, ""),
    ),
    _up(
        "a file that has grown",
        lambda: _Liar(1000, 1100),
        [Do.READ, sized()],
        Failed(FileError, None, None, ""),
    ),
    _up(
        "a large file that has grown",
        lambda: _Liar(900_000, 1 << 20),
        [Do.READ, sized()],
        Failed(FileError, None, None, ""),
    ),
    _up(
        "a file that was empty", lambda: _Liar(0, 500), [Do.READ, sized()], Failed(FileError, None, None, "")
    ),
    _up(
        "an OSError amid the body", _broken(OSError("disk")), [Do.READ], Failed(FileError, None, None, "disk")
    ),
    _up(
        "a ValueError amid the body",
        _broken(ValueError("closed file")),
        [Do.READ],
        Failed(FileError, None, None, "closed file"),
    ),
    _up(
        "text amid the body",
        lambda: iter([b"one", "two"]),
        [Do.READ],
        Failed(FileError, None, None, "made of bytes"),
    ),
    _up(
        "text in place of a body",
        lambda: iter(["one"]),
        [Do.READ],
        Failed(InputError, None, None, "made of bytes"),
    ),
]

ROWS: Final[list[Row]] = [*_SENT, *_EARLY, *_LIES]
