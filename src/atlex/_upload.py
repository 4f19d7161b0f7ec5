"""A request's body as an HTTP library takes it: bytes, or chunks and their number of bytes where it is known."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any, BinaryIO, Final, Protocol, Self, TypeGuard, cast

from atlex.errors import InputError

__all__ = ["Content", "open_body", "open_body_async", "peek"]

_CHUNK: Final = 64 * 1024


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


class _File(Protocol):
    def read(self, size: int, /) -> Any: ...
    def tell(self) -> int: ...
    def seek(self, offset: int, whence: int, /) -> int: ...
    def seekable(self) -> bool: ...
    def close(self) -> None: ...


def open_body(body: object) -> Content:
    """Open a body for sending.

    Args:
        body: One of the kinds of `atlex._agent.SyncBody`, or None. Anything else is refused.

    Raises:
        InputError: The body can't be read, or holds something other than bytes.
    """
    if body is None or isinstance(body, bytes):
        return Content(body)
    if isinstance(body, os.PathLike):
        file, length = _open_to_send(cast("os.PathLike[str]", body))
        return Content(_chunks(file), length, file)
    if _is_file(body):
        return Content(_chunks(body), _length(body))
    if isinstance(body, Iterable):
        return Content(map(_bytes, cast("Iterable[object]", body)))
    raise InputError(f"A synchronous call can't send a body of type {type(body).__name__}")


async def open_body_async(body: object) -> Content:
    """Open a body for sending; the asynchronous form of `open_body`. Files are read in a worker thread.

    Args:
        body: One of the kinds of `atlex._agent.Body`, or None. Anything else is refused.

    Raises:
        InputError: The body can't be read, or holds something other than bytes.
    """
    if body is None or isinstance(body, bytes):
        return Content(body)
    if isinstance(body, os.PathLike):
        from anyio import to_thread

        file, length = await to_thread.run_sync(_open_to_send, cast("os.PathLike[str]", body))
        return Content(_chunks_async(file), length, file)
    if _is_file(body):
        return Content(_chunks_async(body), _length(body))
    if isinstance(body, Iterable | AsyncIterable):
        return Content(_each(cast("Iterable[object] | AsyncIterable[object]", body)))
    raise InputError(f"An asynchronous call can't send a body of type {type(body).__name__}")


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
        # What a pipe gives it gives once.
        if not os.path.isfile(path):  # noqa: PTH113 - any path-like
            return b""
        with _open(path) as file:
            return _read(file, size)
    if not _is_file(body) or _length(body) is None:
        return b""
    try:
        position = body.tell()
        head = _read(body, size)
        body.seek(position, os.SEEK_SET)
    except (OSError, ValueError) as error:
        raise InputError(f"The file to send can't be read: {error}") from error
    return head


def _is_file(body: object) -> TypeGuard[_File]:
    return hasattr(body, "read") and hasattr(body, "seekable")


def _open(path: os.PathLike[str]) -> BinaryIO:
    try:
        return open(path, "rb")  # noqa: PTH123 - any path-like; the caller closes it
    except (OSError, ValueError) as error:
        raise InputError(f"{os.fspath(path)!r} can't be opened: {error}") from error


def _open_to_send(path: os.PathLike[str]) -> tuple[BinaryIO, int | None]:
    file = _open(path)
    try:
        return file, _length(file)
    except InputError:
        file.close()
        raise


def _length(file: _File) -> int | None:
    """The number of bytes from where the file stands, or None for a pipe and its like."""
    try:
        if not file.seekable():
            return None
        position = file.tell()
        end = file.seek(0, os.SEEK_END)
        file.seek(position, os.SEEK_SET)
    except (OSError, ValueError) as error:
        raise InputError(f"The file to send can't be read: {error}") from error
    return max(0, end - position)


def _chunks(file: _File) -> Iterator[bytes]:
    while chunk := _read(file):
        yield chunk


async def _chunks_async(file: _File) -> AsyncIterator[bytes]:
    from anyio import to_thread

    while chunk := await to_thread.run_sync(_read, file):
        yield chunk


async def _each(body: Iterable[object] | AsyncIterable[object]) -> AsyncIterator[bytes]:
    if isinstance(body, AsyncIterable):
        async for chunk in body:
            yield _bytes(chunk)
    else:
        for chunk in body:
            yield _bytes(chunk)


def _read(file: _File, size: int = _CHUNK) -> bytes:
    try:
        chunk = file.read(size)
    except (OSError, ValueError) as error:
        raise InputError(f"The file to send can't be read: {error}") from error
    return _bytes(chunk)


def _bytes(chunk: object) -> bytes:
    if isinstance(chunk, bytes | bytearray):
        return bytes(chunk)
    raise InputError(f"A body is made of bytes, and this one has {type(chunk).__name__} in it")
