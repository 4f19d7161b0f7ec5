"""The files of a program: found, read, and replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

__all__ = ["MAX_SIZE", "UnreadableError", "program_files", "read_program", "replace_file"]

MAX_SIZE: Final = 2 * 1024 * 1024
"""How large a file may be, in bytes. A larger one is no program that somebody wrote."""

_SKIPPED: Final = frozenset({"__pycache__", "build", "dist", "node_modules", "site-packages", "venv"})


class UnreadableError(Exception):
    """A file can't be migrated; the text says why."""


def program_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Find the Python files below some paths, each once, in order.

    Hidden folders, environments and symbolic links are left out; a path that is given is taken as it is.
    """
    seen: set[Path] = set()
    for path in paths:
        for file in sorted(_below(path)) if path.is_dir() else [path]:
            if file not in seen:
                seen.add(file)
                yield file


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if _is_own(Path(place, name))]
        for name in names:
            file = Path(place, name)
            if file.suffix == ".py" and not file.is_symlink():
                yield file


def _is_own(folder: Path) -> bool:
    name = folder.name
    return not (name.startswith(".") or name in _SKIPPED or folder.joinpath("pyvenv.cfg").exists())


def read_program(file: Path) -> bytes:
    """Read a file.

    Raises:
        UnreadableError: It can't be read, is no regular file, or is too large.
    """
    try:
        found = file.lstat()
        if stat.S_ISLNK(found.st_mode):
            raise UnreadableError("is a symbolic link: give the file that it leads to")
        if not stat.S_ISREG(found.st_mode):
            raise UnreadableError("is no file")
        if found.st_size > MAX_SIZE:
            raise UnreadableError(f"is larger than {MAX_SIZE // 2**20} MiB")
        return file.read_bytes()
    except OSError as error:
        raise UnreadableError(f"can't be read: {error.strerror}") from error


def replace_file(file: Path, data: bytes) -> None:
    """Replace a file's content, whole or not at all, and keep its permissions.

    Raises:
        UnreadableError: It can't be written; it is as it was.
    """
    written: str | None = None
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        descriptor, written = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(written).chmod(mode)
        Path(written).replace(file)
    except OSError as error:
        if written is not None:
            with contextlib.suppress(OSError):
                Path(written).unlink()
        raise UnreadableError(f"can't be written: {error.strerror}") from error
