"""Files of folders that anybody may have filled: only regular ones of a limited size are read, and none is half written."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

__all__ = [
    "MAX_FILES",
    "MAX_FILE_SIZE",
    "MAX_TOTAL_SIZE",
    "fault_of_folder",
    "files_below",
    "leads_out_of",
    "read_file",
    "reason_of",
    "replacing",
    "sync_folder",
]

MAX_FILE_SIZE: Final = 512 * 1024
"""How large a document may be, in bytes. The largest official one has 31 kB."""

MAX_TOTAL_SIZE: Final = 64 * 1024 * 1024
"""How large all documents together may be, in bytes: what a package's data may hold."""

MAX_FILES: Final = 20_000
"""How many documents are read at once."""

_MAX_DEPTH: Final = 50
# Without O_NONBLOCK, opening a pipe waits for its other end. Windows has no such files in folders.
_FLAGS: Final = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)


def reason_of(error: Exception) -> str:
    """Why a file can't be used, in the operating system's words, without its number and the path once more."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def read_file(path: str | Path, limit: int = MAX_FILE_SIZE) -> bytes:
    """Read a regular file.

    Args:
        path: The file.
        limit: How many bytes it may have.

    Raises:
        OSError: It can't be read, isn't a regular file or is larger; ``strerror`` says which.
    """
    with open(os.open(path, _FLAGS), "rb") as file:  # noqa: PTH123 - a descriptor has no Path
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        # A file may have grown meanwhile, or not tell its size.
        data = file.read(min(found.st_size, limit) + 1)
        if len(data) > found.st_size:
            data += file.read(max(limit + 1 - len(data), 0))
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"larger than {limit >> 10} KiB", str(path))
    return data


@contextmanager
def replacing(path: Path, *, lasting: bool = True) -> Generator[BinaryIO]:
    """Give a new file in the same folder to write, which then takes the place of the old one; only its owner can read it.

    Args:
        path: The file. Its folder must be there.
        lasting: Whether it has to be on the disk at the end of the block.

    Raises:
        OSError: It can't be written; the old one is as it was.
    """
    # It loads half of the standard library's archives, and most commands and clients replace nothing.
    import tempfile

    # Made with mode 0600.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no Path
            yield file
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if lasting:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk.

    Raises:
        OSError: They can't be written.
    """
    # Windows can't open a folder, and makes a rename last by itself.
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fault_of_folder(path: Path, found: os.stat_result) -> str:
    """Why others could change what is in a folder, and what to do; empty where only its owner can, who is this user.

    Args:
        path: The folder, for the sentence.
        found: What the system knows of it. On Windows that says nothing of users.
    """
    if sys.platform == "win32":
        return ""
    if found.st_uid != os.geteuid():
        return f"{path} belongs to another user (number {found.st_uid}), who could put anything there"
    if found.st_mode & 0o022:
        mode = stat.S_IMODE(found.st_mode)
        return f"Others can write to {path} (mode {mode:04o}): make it yours alone with chmod 700"
    return ""


def files_below(folder: Path, without: str = "") -> Iterator[str]:
    """Yield every file below a folder but hidden ones, and what is no folder otherwise; links aren't followed.

    Args:
        folder: The folder.
        without: The name of folders to leave out as well; empty for none.

    Returns:
        Paths below the folder, with forward slashes.

    Raises:
        OSError: A folder below can't be read, or there are too many inside each other.
    """
    top = os.fspath(folder)
    for place, folders, names in os.walk(top, onerror=_raise):
        # What is taken out here isn't walked into.
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != without)
        inside = place[len(top) :].replace(os.sep, "/").strip("/")
        prefix = f"{inside}/" if inside else ""
        if prefix.count("/") > _MAX_DEPTH:
            raise OSError(errno.ENAMETOOLONG, f"more than {_MAX_DEPTH} folders inside each other", place)
        # A link to a folder is no folder here: whoever means to write at its place has to know of it.
        yield from (prefix + name for name in folders if Path(place, name).is_symlink())
        yield from (prefix + name for name in names if not name.startswith("."))


def _raise(error: OSError) -> None:
    raise error


def leads_out_of(path: Path, folder: Path) -> bool:
    """Whether a path, past all links in it, isn't below a folder. Neither needs to be there."""
    # Path.resolve raises where links go in a circle, but not on every Python.
    home, target = os.path.realpath(folder), os.path.realpath(path)
    return os.path.commonpath([home, target]) != home if _same_drive(home, target) else True


def _same_drive(one: str, other: str) -> bool:
    return os.path.splitdrive(one)[0] == os.path.splitdrive(other)[0]
