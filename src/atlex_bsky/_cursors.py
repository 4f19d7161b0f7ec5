"""Stores for the position of a program that follows something."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from atlex.errors import AtlexError

__all__ = ["CursorStore", "CursorStoreError", "FileCursorStore", "MemoryCursorStore"]

LARGEST: Final = 4 * 1024 * 1024
"""The most bytes that a stored position may have."""

_inherited: Final[list[object]] = []
_FLAGS: Final = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
)


class CursorStoreError(AtlexError):
    """A stored position can't be read, written or locked, or isn't the expected one."""


class CursorStore(Protocol):
    """A place for one position. Any object with these methods is one.

    The methods may block; the asynchronous layer calls `load`, `save` and the lock's entry in worker threads.
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
        with self._explaining("written"):
            descriptor, name = tempfile.mkstemp(
                prefix=f".{self._path.name}.", suffix=".tmp", dir=self._path.parent
            )
            try:
                with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no Path
                    file.write(cursor.encode())
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, self._path)  # noqa: PTH105 - the temporary file has no Path
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name)  # noqa: PTH108 - as above
                raise

    @contextlib.contextmanager
    def lock(self) -> Generator[None]:
        """The lock, to be entered once.

        Entering it raises CursorStoreError when another process has held it for all of ``lock_timeout``.
        """
        if TYPE_CHECKING:
            # They would follow the import to the sixty modules of filelock, in every user's project.
            filelock: Any = None
        else:
            import filelock
        # It may be given back in another thread.
        lock = filelock.FileLock(f"{self._path}.lock", timeout=self._lock_timeout, thread_local=False)
        try:
            with self._explaining("locked"):
                # filelock would make the folder, wherever a mistyped path leads.
                self._path.parent.stat()
                lock.acquire(poll_interval=0.05)
        except filelock.Timeout as error:
            raise CursorStoreError(
                f"Something else follows from {self._path} already, and has for {self._lock_timeout:g} s"
            ) from error
        pid = os.getpid()
        try:
            yield
        finally:
            if os.getpid() == pid:
                lock.release()
            else:
                # A child that was forked meanwhile would take it from its parent, even by forgetting it.
                _inherited.append(lock)

    @contextlib.contextmanager
    def _explaining(self, done: str) -> Generator[None]:
        try:
            yield
        except TimeoutError:
            # filelock's, which has a sentence of its own.
            raise
        except OSError as error:
            raise CursorStoreError(f"{self._path} can't be {done}: {error.strerror or error}") from error

    def __repr__(self) -> str:
        return f"FileCursorStore({str(self._path)!r})"
