"""Writing and removing files so that nobody ever sees half of one, and nothing outside of a folder is touched."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from pathlib import Path
from typing import Final

from atlex._files import leads_out_of
from atlex.errors import LexiconError

__all__ = ["check_places", "remove_file", "replace_file"]

_FLAGS: Final = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)


def check_places(paths: Collection[str | Path], root: Path) -> None:
    """Make sure that files can be written and removed without leaving a folder, and that they are files.

    Args:
        paths: The files; they needn't be there.
        root: The folder, which needn't be there either.

    Raises:
        LexiconError: A link leads out of the folder, or something that is no file or no folder is in the way.
        OSError: A folder can't be searched.
    """
    for folder in map(Path, {os.path.dirname(path) for path in paths}):
        if leads_out_of(folder, root):
            raise LexiconError(f"{folder} leads out of {root}: remove the link.")
        place = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
        if not place.is_dir():
            raise LexiconError(f"{folder} can't be written: {place} isn't a folder.")
    for path in paths:
        if os.path.lexists(path) and not stat.S_ISREG(os.lstat(path).st_mode):
            raise LexiconError(f"{path} can't be written or removed: it isn't a regular file.")


def replace_file(path: str | Path, data: bytes) -> None:
    """Make a file hold some bytes, in one step. Folders that are missing are made.

    Raises:
        OSError: The file or its folder can't be written; an older file is still whole.
    """
    folder, name = os.path.split(path)
    # Nobody can tell the name beforehand, and put a link there.
    temporary = os.path.join(folder, f".{name}.{os.urandom(8).hex()}")
    try:
        mode = os.stat(path).st_mode & 0o777
        handle = os.open(temporary, _FLAGS, 0o600)
    except FileNotFoundError:
        mode = None
        handle = _new_file(temporary, folder)
    try:
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(handle, left) :]
        finally:
            os.close(handle)
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _new_file(path: str, folder: str) -> int:
    """Open a new file; the folders are asked for only where they are missing, since mostly they aren't."""
    try:
        return os.open(path, _FLAGS, 0o666)
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)
        return os.open(path, _FLAGS, 0o666)


def remove_file(path: Path, root: Path) -> None:
    """Remove a file if it is there, and each folder between it and ``root`` that is then empty.

    Raises:
        OSError: The file can't be removed.
    """
    path.unlink(missing_ok=True)
    folder = path.parent
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
