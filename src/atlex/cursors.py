"""Stores for the position of a program that follows something, such as notifications, across its restarts."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Protocol

from atlex._file_lock import lock_file
from atlex._files import replacing
from atlex.errors import CursorStoreError

__all__ = ["CursorStore", "FileCursorStore", "MemoryCursorStore"]

LARGEST: Final = 4 * 1024 * 1024
"""The most bytes that a stored position may have."""

_FLAGS: Final = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
)


class CursorStore(Protocol):
    """A place for one position. Any object with these methods is one.

    The methods may block; asynchronous code calls `load`, `save` and the lock's entry in worker threads.
    """

    def load(self) -> str | None:
        """The position that is stored, or None where there is none.

        Raises:
            CursorStoreError: It can't be read.
        """
        ...

    def save(self, cursor: str, /) -> None:
        """Store a position in place of the one that is there: wholly, or not at all.

        Raises:
            CursorStoreError: It couldn't be stored.
        """
        ...

    def lock(self) -> AbstractContextManager[object]:
        """A lock on this position, to be entered once and held for as long as somebody follows from it.

        It may be entered in one thread and left in another. Entering it raises CursorStoreError when somebody
        else holds it.
        """
        ...


class MemoryCursorStore:
    """A position in memory, which ends with the process.

    Args:
        cursor: The position to begin with; None for none.
    """

    def __init__(self, cursor: str | None = None) -> None:
        self._cursor = cursor
        self._lock = threading.Lock()

    def load(self) -> str | None:
        """The position, or None where there is none."""
        return self._cursor

    def save(self, cursor: str, /) -> None:
        """Keep a position."""
        self._cursor = cursor

    @contextlib.contextmanager
    def lock(self) -> Generator[None]:
        """The lock. Entering it raises CursorStoreError when somebody else holds it."""
        if not self._lock.acquire(blocking=False):
            raise CursorStoreError("Something else follows from this position already")
        try:
            yield
        finally:
            self._lock.release()

    def __repr__(self) -> str:
        return f"MemoryCursorStore({self._cursor!r})"


class FileCursorStore:
    """A position in a file, for the processes of one machine.

    The file appears whole or not at all, whatever happens while it is written. Beside it lies the lock, a
    file of the same name and ``.lock``, which stays; the system gives it back when its process ends, however
    that ends.

    Args:
        path: The file's path. Its folder must be there, and belongs on a local disk: locks on network drives
            are only as good as the drive.
        lock_timeout: Seconds to wait for another process that follows from this position, as one does that is
            being replaced by a newer version of the program.
    """

    def __init__(self, path: str | os.PathLike[str], *, lock_timeout: float = 10.0) -> None:
        # A later change of the working directory doesn't move it.
        self._path = Path(path).absolute()
        self._lock_timeout = lock_timeout

    @property
    def path(self) -> Path:
        """The file's absolute path."""
        return self._path

    def load(self) -> str | None:
        """The position in the file, or None where there is no file.

        Raises:
            CursorStoreError: The file can't be read, is a symbolic link or no regular file, or is too large.
        """
        with self._explaining("read"):
            try:
                descriptor = os.open(self._path, _FLAGS)
            except FileNotFoundError:
                return None
            with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no Path
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise CursorStoreError(f"{self._path} isn't a file")
                data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise CursorStoreError(f"{self._path} is too large for a position")
        # Bytes that aren't text are no position either, and are refused as such.
        return data.decode(errors="replace")

    def save(self, cursor: str, /) -> None:
        """Write the position: to a new file in the same folder, which then takes the old one's place.

        Raises:
            CursorStoreError: The file can't be written; the old one is as it was.
        """
        with self._explaining("written"), replacing(self._path) as file:
            file.write(cursor.encode())

    @contextlib.contextmanager
    def lock(self) -> Generator[None]:
        """The lock, to be entered once.

        Entering it raises CursorStoreError when another process has held it for all of ``lock_timeout``.
        """
        try:
            with self._explaining("locked"):
                release = lock_file(f"{self._path}.lock", self._lock_timeout)
        except TimeoutError as error:
            raise CursorStoreError(
                f"Something else follows from {self._path} already, and has for {self._lock_timeout:g} s"
            ) from error
        try:
            yield
        finally:
            release()

    @contextlib.contextmanager
    def _explaining(self, done: str) -> Generator[None]:
        try:
            yield
        except TimeoutError:
            # The lock's, which has a sentence of its own.
            raise
        except OSError as error:
            raise CursorStoreError(f"{self._path} can't be {done}: {error.strerror or error}") from error

    def __repr__(self) -> str:
        return f"FileCursorStore({str(self._path)!r})"
