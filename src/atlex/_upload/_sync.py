# Made from _async.py by tools/unasync.py: change that file, and run the tool.
"""Opening the body of a synchronous call."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
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

__all__ = ["open_body"]


def open_body(body: object) -> Content:
    """Open a body for sending, and read its first chunk.

    Args:
        body: One of the kinds of `atlex.SyncBody`, or None. Anything else is refused.

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
        opened = open_file(cast("os.PathLike[str]", body))
        body = opened
    try:
        if is_file(body):
            length = length_of(body)
            chunks = _read(body)
        elif isinstance(body, Iterable):
            chunks = _each(cast("Iterable[object]", body))
        else:
            raise InputError(f"A synchronous call can't send a body of type {type(body).__name__}")
        first = _next(chunks, InputError)
        left = left_after(length, first)
    except BaseException:
        if opened is not None:
            opened.close()
        raise
    return Content(_all(first, chunks, left), length, opened)


def _read(file: BinaryIO) -> Iterator[object]:

    # An empty str, say, isn't the end but an error.
    while (chunk := file.read(CHUNK)) != b"":
        yield chunk


def _each(body: Iterable[object]) -> Iterator[object]:
    for chunk in body:
        yield chunk


def _all(chunk: bytes | None, others: Iterator[object], left: int | None) -> Iterator[bytes]:
    while chunk is not None:
        yield chunk
        chunk = _next(others, FileError)
        left = left_after(left, chunk)


def _next(chunks: Iterator[object], failure: type[InputError | FileError]) -> bytes | None:
    with reading(failure):
        chunk = next(chunks, END)
    return None if chunk is END else as_bytes(chunk, failure)
