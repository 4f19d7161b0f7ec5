"""Files of folders that anybody may have filled: only regular ones of a limited size are read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

__all__ = ["MAX_FILES", "MAX_FILE_SIZE", "MAX_TOTAL_SIZE", "files_below", "leads_out_of", "read_file"]

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


def read_file(path: Path, limit: int = MAX_FILE_SIZE) -> bytes:
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


def files_below(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder but hidden ones, and what is no folder otherwise; links aren't followed.

    Raises:
        OSError: A folder below can't be read, or there are too many inside each other.
    """
    for place, folders, names in os.walk(folder, onerror=_raise):
        # What is taken out here isn't walked into.
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = Path(place)
        if len(here.parts) - len(folder.parts) > _MAX_DEPTH:
            raise OSError(errno.ENAMETOOLONG, f"more than {_MAX_DEPTH} folders inside each other", place)
        # A link to a folder is no folder here: whoever means to write at its place has to know of it.
        yield from (here / name for name in folders if (here / name).is_symlink())
        yield from (here / name for name in names if not name.startswith("."))


def _raise(error: OSError) -> None:
    raise error


def leads_out_of(path: Path, folder: Path) -> bool:
    """Whether a path, past all links in it, isn't below a folder. Neither needs to be there."""
    # Path.resolve raises where links go in a circle, but not on every Python.
    home, target = os.path.realpath(folder), os.path.realpath(path)
    return os.path.commonpath([home, target]) != home if _same_drive(home, target) else True


def _same_drive(one: str, other: str) -> bool:
    return os.path.splitdrive(one)[0] == os.path.splitdrive(other)[0]
