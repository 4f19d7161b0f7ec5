"""Bodies and files to send: what both kinds of calls make of them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, Self, TypeGuard, cast

from atlex._files import reason_of
from atlex.errors import FileError, InputError

__all__ = [
    "CHUNK",
    "END",
    "Content",
    "as_bytes",
    "is_file",
    "left_after",
    "length_of",
    "open_file",
    "peek",
    "reading",
]

CHUNK: Final = 64 * 1024
"""How many bytes of a file are read at once."""

END: Final = object()
"""The sentinel for the end of a body."""


class Content:
    """A body to send, to be used as a block: a file that was opened for it is closed at the end.

    Attributes:
        chunks: The body; its chunks come asynchronously for an asynchronous call.
        length: How many bytes it has, where only that can tell it.
    """

    __slots__ = ("_file", "chunks", "length")

    def __init__(
        self,
        chunks: bytes | Iterator[bytes] | AsyncIterator[bytes] | None,
        length: int | None = None,
        file: BinaryIO | None = None,
    ) -> None:
        self.chunks = chunks
        self.length = length
        self._file = file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


def peek(body: object, size: int) -> bytes:
    """The first bytes of a body, which stays where it stands; empty where that can't be had.

    Args:
        body: A path, or an open file that can be moved in. Anything else isn't looked at.
        size: How many bytes to read at most.

    Raises:
        InputError: The file can't be read.
    """
    if isinstance(body, os.PathLike):
        path = cast("os.PathLike[str]", body)
        # A pipe can be read only once.
        if not os.path.isfile(path):  # noqa: PTH113 - any path-like
            return b""
        with open_file(path) as file, reading(InputError):
            return file.read(size)
    if not is_file(body) or length_of(body) is None:
        return b""
    with reading(InputError):
        position = body.tell()
        head = body.read(size)
        body.seek(position, os.SEEK_SET)
    return as_bytes(head, InputError)


def is_file(body: object) -> TypeGuard[BinaryIO]:
    """Whether a body is an open file, or something like one."""
    return hasattr(body, "read") and hasattr(body, "seekable")


def open_file(path: os.PathLike[str]) -> BinaryIO:
    """Open a file to read.

    Raises:
        InputError: It can't be opened.
    """
    try:
        return open(path, "rb")  # noqa: PTH123 - any path-like; the caller closes it
    except (OSError, ValueError) as error:
        raise InputError(f"{os.fspath(path)!r} can't be opened: {reason_of(error)}") from error


def length_of(file: BinaryIO) -> int | None:
    """The number of bytes from where the file stands, or None for a pipe and its like.

    Raises:
        InputError: It can't be asked.
    """
    with reading(InputError):
        if not file.seekable():
            return None
        position = file.tell()
        end = file.seek(0, os.SEEK_END)
        file.seek(position, os.SEEK_SET)
    return max(0, end - position)


def left_after(left: int | None, chunk: bytes | None) -> int | None:
    """How many bytes of the announced length are left after a chunk.

    Args:
        left: How many were left before it; None where no length was announced.
        chunk: What came; None for the end.

    Raises:
        FileError: It is longer than that, or the end comes before. The server would wait for the rest, or take it for
            the next request.
    """
    if left is None:
        return None
    left -= len(chunk or b"")
    if left < 0 or (chunk is None and left):
        raise FileError(
            "The file to send has another length than it said: it is being written, or can't tell"
        )
    return left


def as_bytes(chunk: object, failure: type[InputError | FileError]) -> bytes:
    """A chunk of a body.

    Args:
        chunk: What came.
        failure: The error to raise where it isn't bytes.
    """
    if isinstance(chunk, bytes):
        return chunk
    if isinstance(chunk, bytearray):
        return bytes(chunk)
    hint = ": open a file with 'rb', and encode a text" if isinstance(chunk, str) else ""
    raise failure(f"A body is made of bytes, and this one has {type(chunk).__name__} in it{hint}")


@contextmanager
def reading(failure: type[InputError | FileError]) -> Generator[None]:
    """A block that reads a file to send, and raises what goes wrong with it as an error of the kind given."""
    try:
        yield
    except (OSError, ValueError) as error:
        what = "The file to send can't be read"
        if isinstance(error, UnicodeError):
            raise failure(f"{what} as a text: open it with 'rb'") from error
        raise (FileError.of(what, error) if failure is FileError else failure(f"{what}: {error}")) from error
