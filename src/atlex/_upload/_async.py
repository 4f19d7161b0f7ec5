"""Opening the body of an asynchronous call."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import BinaryIO, cast

from atlex._upload._files import (
    CHUNK,
    END,
    Content,
    as_bytes,
    is_file,
    left_after,
    length_of,
    open_file,
    reading,
)
from atlex.errors import FileError, InputError

__all__ = ["open_body_async"]


async def open_body_async(body: object) -> Content:
    """Open a body for sending, and read its first chunk.

    Args:
        body: One of the kinds of `atlex.Body`, or None. Anything else is refused.

    Raises:
        InputError: The body can't be read, or its first chunk isn't bytes. The chunks raise `FileError` for
            what comes later.
        FileError: It has another length than it says.
    """
    if body is None or isinstance(body, bytes):
        return Content(body)
    length: int | None = None
    opened = None
    if isinstance(body, os.PathLike):
        from anyio import to_thread

        opened = await to_thread.run_sync(open_file, cast("os.PathLike[str]", body))
        body = opened
    try:
        if is_file(body):
            length = length_of(body)
            chunks = _read(body)
        elif isinstance(body, AsyncIterable):  # async only
            chunks = aiter(cast("AsyncIterable[object]", body))
        elif isinstance(body, Iterable):
            chunks = _each(cast("Iterable[object]", body))
        else:
            raise InputError(f"An asynchronous call can't send a body of type {type(body).__name__}")
        first = await _next(chunks, InputError)
        left = left_after(length, first)
    except BaseException:
        if opened is not None:
            opened.close()
        raise
    return Content(_all(first, chunks, left), length, opened)


async def _read(file: BinaryIO) -> AsyncIterator[object]:
    from anyio import to_thread

    # An empty str, say, isn't the end but an error.
    while (chunk := await to_thread.run_sync(file.read, CHUNK)) != b"":
        yield chunk


async def _each(body: Iterable[object]) -> AsyncIterator[object]:
    for chunk in body:
        yield chunk


async def _all(chunk: bytes | None, others: AsyncIterator[object], left: int | None) -> AsyncIterator[bytes]:
    while chunk is not None:
        yield chunk
        chunk = await _next(others, FileError)
        left = left_after(left, chunk)


async def _next(chunks: AsyncIterator[object], failure: type[InputError | FileError]) -> bytes | None:
    with reading(failure):
        chunk = await anext(chunks, END)
    return None if chunk is END else as_bytes(chunk, failure)
