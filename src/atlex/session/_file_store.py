"""A session in a file."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final, cast

from atlex._file_lock import lock_file
from atlex._files import replacing, sync_folder
from atlex._options import check_options
from atlex.errors import InputError, SessionStoreError
from atlex.session._data import Secret, SessionData
from atlex.session._options import WAIT
from atlex.session._store import LARGEST, LOCK_TIMEOUT, read_session, write_session

__all__ = ["FileSessionStore"]

# Windows has neither: there, opening a link is prevented by a look before, and a pipe can't have a file's
# name.
_OPEN_FLAGS: Final = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
)


class FileSessionStore:
    """A session in a file, as JSON, for the processes of one machine.

    The file appears whole or not at all, whatever happens while it is written, and only its owner can read it
    (mode 0600). One that others could read or write is refused, and so is a symbolic link: anybody who can
    place one here could make another account's session out of this one. Windows has no such modes, and they
    aren't looked at there. Beside it lies the lock, a file of the same name and ``.lock``, which stays.

    Args:
        path: The file's path. Its folder must be there, and belongs on a local disk: locks on network drives
            are only as good as the drive.
        lock_timeout: Seconds to wait for another process that is using the session.

    Raises:
        InputError: The path isn't one, or the timeout isn't a number of seconds.
    """

    def __init__(self, path: str | os.PathLike[str], *, lock_timeout: float = LOCK_TIMEOUT) -> None:
        check_options({"lock_timeout": lock_timeout}, {"lock_timeout": WAIT})
        if not isinstance(cast("object", path), str | os.PathLike):
            raise InputError("path must be a str or a path")
        # A later change of the working directory doesn't move it.
        self._path = Path(path).absolute()
        self._lock_timeout = lock_timeout

    @property
    def path(self) -> Path:
        """The file's absolute path."""
        return self._path

    def load(self) -> SessionData | None:
        """The session in the file, or None where there is no file.

        Raises:
            SessionStoreError: The file can't be read, belongs to somebody else, could be read by others, is a
                symbolic link, or doesn't hold a session.
        """
        with self._explaining("read"):
            if self._path.is_symlink():
                raise SessionStoreError(f"{self._path} is a symbolic link, which isn't followed")
            try:
                descriptor = os.open(self._path, _OPEN_FLAGS)
            except FileNotFoundError:
                return None
            with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no Path
                self._check(os.fstat(descriptor))
                text = Secret(file.read(LARGEST + 1))
        return read_session(text, str(self._path))

    def save(self, data: SessionData, /) -> None:
        """Write the session: to a new file in the same folder, which then takes the old one's place.

        One of more than a mebibyte is written without its DID document and the fields that nobody knows.

        Raises:
            SessionStoreError: The file can't be written, or its tokens alone are too large to be read again;
                the old one is as it was.
        """
        text = write_session(data)
        with self._explaining("written"), replacing(self._path) as file:
            file.write(text.reveal())

    def clear(self) -> None:
        """Delete the file, if there is one.

        Raises:
            SessionStoreError: It can't be deleted.
        """
        with self._explaining("deleted"):
            self._path.unlink(missing_ok=True)
            sync_folder(self._path.parent)

    def update_limits(self, change: Callable[[str], str], /) -> None:
        """Change what clients with ``pace=True`` know of the server's rate limits.

        It lies beside the session, in files of the same name and ``.limits`` and ``.limits.lock``.

        Args:
            change: Gives the new text for the stored one, which is "" at first.

        Raises:
            SessionStoreError: It can't be locked, read or written.
        """
        path = f"{self._path}.limits"
        with self._locked(f"{path}.lock"), self._explaining("read"):
            descriptor = os.open(path, _OPEN_FLAGS | os.O_RDWR | os.O_CREAT, 0o600)
            with open(descriptor, "r+b") as file:  # noqa: PTH123 - a descriptor has no Path
                self._check(os.fstat(descriptor))
                # Not by a new file: what an interruption spoils is known again with the next response.
                text = change(file.read(LARGEST).decode(errors="replace"))
                file.seek(0)
                file.truncate()
                file.write(text.encode())

    @contextlib.contextmanager
    def lock(self) -> Generator[None]:
        """The lock, to be entered once.

        Entering it raises SessionStoreError when another process has held it for all of ``lock_timeout``.
        """
        with self._locked(f"{self._path}.lock"):
            yield

    @contextlib.contextmanager
    def _locked(self, path: str) -> Generator[None]:
        try:
            with self._explaining("locked"):
                release = lock_file(path, self._lock_timeout)
        except TimeoutError as error:
            message = f"{self._path} has been locked by another process for {self._lock_timeout:g} s"
            raise SessionStoreError(message) from error
        try:
            yield
        finally:
            release()

    def _check(self, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode):
            raise SessionStoreError(f"{self._path} isn't a file")
        if sys.platform == "win32":
            return
        if found.st_uid != os.geteuid():
            raise SessionStoreError(
                f"{self._path} belongs to another user (number {found.st_uid}), "
                "who could put any session there"
            )
        if found.st_mode & 0o077:
            mode = stat.S_IMODE(found.st_mode)
            raise SessionStoreError(
                f"{self._path} is open to others (mode {mode:04o}): whoever reads it is logged in. "
                "Make it yours alone with chmod 600"
            )

    @contextlib.contextmanager
    def _explaining(self, done: str) -> Generator[None]:
        try:
            yield
        except FileNotFoundError as error:
            folder = self._path.parent
            raise SessionStoreError(f"{self._path} can't be {done}: there is no folder {folder}") from error
        except TimeoutError:
            # The lock's, which has a sentence of its own.
            raise
        except OSError as error:
            raise SessionStoreError(f"{self._path} can't be {done}: {error.strerror or error}") from error

    def __repr__(self) -> str:
        return f"FileSessionStore({str(getattr(self, '_path', None))!r})"
