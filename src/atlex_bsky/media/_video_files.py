"""A video's type, width and height, from the headers of its file.

Files come from anywhere: no more is read than headers, and no more of them than a real file has.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, Final, NamedTuple, cast

from atlex.errors import FileError, InputError
from atlex_bsky.media._sources import reason_of

__all__ = ["VideoFile", "inspect", "read_part"]

_MOST_BOXES: Final = 200
_TRACK_HEADER: Final = {0: 84, 1: 96}
"""How many bytes a track's header has by its version, up to and with the height."""


class VideoFile(NamedTuple):
    """A video's length in bytes, its media type, and its width and height, or None where they are unknown."""

    bytes: int
    media_type: str
    size: tuple[int, int] | None


class _Box(NamedTuple):
    kind: bytes
    start: int
    end: int


def inspect(file: BinaryIO) -> VideoFile:
    """Look at a video's file.

    Args:
        file: A binary file that can be moved in.

    Raises:
        InputError: It is empty, can't be read, or isn't of a type that the video service takes.
    """
    try:
        length = file.seek(0, os.SEEK_END)
        head = _read(file, 0, 16)
        if head[4:8] == b"ftyp":
            media_type = "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
            return VideoFile(length, media_type, _mp4_size(file, length))
    except (OSError, ValueError) as error:
        raise InputError(f"The video can't be read, or not from its beginning: {reason_of(error)}") from error
    if head.startswith((b"GIF87a", b"GIF89a")):
        size = int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
        return VideoFile(length, "image/gif", size if all(size) else None)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return VideoFile(length, "video/webm", None)
    if head.startswith((b"\0\0\1\xba", b"\0\0\1\xb3")):
        return VideoFile(length, "video/mpeg", None)
    raise InputError("The video must be an MP4, QuickTime, WebM, MPEG or GIF file, and this is none")


def read_part(file: BinaryIO, position: int, size: int) -> bytes:
    """Read one part of a video.

    Args:
        file: The file.
        position: Where the part begins, in bytes.
        size: How many bytes it has.

    Raises:
        FileError: The file can't be read, or has become shorter.
    """
    try:
        part = _read(file, position, size)
    except (OSError, ValueError) as error:
        raise FileError.of("The video can't be read", error) from error
    if len(part) != size:
        raise FileError("The video has become shorter while it was being sent")
    return part


def _read(file: BinaryIO, position: int, size: int) -> bytes:
    file.seek(position)
    data = cast("object", file.read(size))
    if not isinstance(data, bytes):
        raise ValueError("it isn't opened as a binary file")  # noqa: TRY004 - becomes an InputError above
    return data


def _mp4_size(file: BinaryIO, length: int) -> tuple[int, int] | None:
    """The width and height that the first track with any is shown with, turned as its header says."""
    found = [_Box(b"", 0, length)]
    for kind in (b"moov", b"trak", b"tkhd"):
        inside = (inner for outer in found for inner in _boxes(file, outer) if inner.kind == kind)
        found = list(islice(inside, _MOST_BOXES))
    sizes = (_track_size(_read(file, header.start, 96)) for header in found)
    return next((size for size in sizes if size), None)


def _boxes(file: BinaryIO, outer: _Box) -> Iterator[_Box]:
    _, start, stop = outer
    for _ in range(_MOST_BOXES):
        head = _read(file, start, 16) if stop - start >= 8 else b""
        if len(head) < 8:
            return
        size, body = int.from_bytes(head[:4]), start + 8
        if size == 1:
            size, body = int.from_bytes(head[8:16]), start + 16
        end = start + size if size else stop
        if end < body or end > stop:
            return
        yield _Box(head[4:8], body, end)
        start = end


def _track_size(header: bytes) -> tuple[int, int] | None:
    end = _TRACK_HEADER.get(header[0] if header else -1)
    if end is None or len(header) < end:
        return None
    # Two numbers of 16 bits before the point and 16 behind; the matrix before them tells turns by a quarter.
    width, height = int.from_bytes(header[end - 8 : end - 6]), int.from_bytes(header[end - 4 : end - 2])
    if not width or not height:
        return None
    turned = any(header[end - 40 : end - 36]) and not any(header[end - 44 : end - 40])
    return (height, width) if turned else (width, height)
