"""Files to send, in the forms that callers have them in."""

from __future__ import annotations

import io
import os
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO, TypeAlias, cast

from atlex.errors import InputError

__all__ = ["Source", "check_source", "naming", "naming_file", "opened", "read", "reason_of"]

Source: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO
"""A path, the bytes themselves, or an open binary file, which is read from where it stands."""


def check_source(source: object, what: str) -> None:
    """Refuse a value that isn't a source.

    Args:
        source: The value.
        what: The thing that it should hold, as the beginning of a sentence.

    Raises:
        InputError: It isn't a source.
    """
    if not isinstance(source, str | bytes | os.PathLike) and not hasattr(source, "read"):
        raise InputError(
            f"{what} must be a path, bytes or an open binary file, and not {type(source).__name__}"
        )


@contextmanager
def naming(place: str) -> Generator[None]:
    """A block whose `InputError` begins with the place that it is about, unless that is empty."""
    try:
        yield
    except InputError as error:
        if not place:
            raise
        raise InputError(f"{place}: {error}") from error


def naming_file(source: object) -> AbstractContextManager[None]:
    """`naming` for the path of a source, if it is one."""
    is_path = isinstance(source, str | os.PathLike)
    return naming(repr(os.fspath(cast("str | os.PathLike[str]", source))) if is_path else "")


@contextmanager
def opened(source: Source, what: str) -> Generator[BinaryIO]:
    """Open a source to read. A file that the caller opened stays open.

    Args:
        source: The source.
        what: The thing that it holds, as the beginning of a sentence.

    Raises:
        InputError: It can't be opened.
    """
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, str | os.PathLike):
        try:
            file = open(source, "rb")  # noqa: PTH123, SIM115 - any path-like; closed below
        except (OSError, ValueError) as error:
            raise InputError(f"{what} can't be opened: {reason_of(error)}") from error
        with file:
            yield file
    else:
        yield source


def read(source: Source, what: str, *, limit: int) -> bytes:
    """Read a source whole.

    Args:
        source: The source.
        what: The thing that it holds, as the beginning of a sentence.
        limit: The most bytes that it may have.

    Raises:
        InputError: It can't be read, has more bytes, or isn't binary.
    """
    with opened(source, what) as file:
        try:
            data = cast("object", file.read(limit + 1))
        except (OSError, ValueError) as error:
            raise InputError(f"{what} can't be read: {reason_of(error)}") from error
    if not isinstance(data, bytes):
        raise InputError(f"{what} must be opened as a binary file: this one gives {type(data).__name__}")
    if len(data) > limit:
        raise InputError(f"{what} has more than {limit:,} bytes")
    return data


def reason_of(error: Exception) -> str:
    """Why a file can't be used, without its path once more."""
    if isinstance(error, UnicodeError):
        return "it was opened as a text, and not with 'rb'"
    return (isinstance(error, OSError) and error.strerror) or str(error)
