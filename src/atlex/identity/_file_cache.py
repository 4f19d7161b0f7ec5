"""Identities in the files of a folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from pathlib import Path
from typing import Final, cast

from atlex._files import fault_of_folder, read_file, replacing
from atlex._options import check_options
from atlex.errors import InputError
from atlex.identity._cache import CACHE_OPTIONS, LARGEST

__all__ = ["FileIdentityCache"]

# A name that is usable at all is so for a day.
_OLDEST: Final = 2 * 86_400
_BETWEEN: Final = 500


class FileIdentityCache:
    """Keeps what was found in a folder, in one small file a name, for the processes of one machine.

    Each file appears whole or not at all, and one that is broken is as good as none. The folder is made, for its owner
    alone. One that others can write to is refused: what lies there decides where accounts are, and so which server gets a
    password at the next login by handle. Windows has no such modes, and they aren't looked at there.

    Args:
        path: The folder. The one above it must be there.
        size: About how many names to keep, each with at most 16 KiB. Those that were found longest ago go first.

    Raises:
        InputError: An argument can't be used, or the folder can't be made or isn't one's own.
    """

    def __init__(self, path: str | os.PathLike[str], *, size: int = 20_000) -> None:
        if not isinstance(cast("object", path), str | os.PathLike):
            raise InputError("path must be a str or a path")
        check_options({"size": size}, CACHE_OPTIONS)
        # A later change of the working directory doesn't move it.
        self._path = Path(path).absolute()
        self._size = size
        # The first process that saves something here tidies up.
        self._saved = _BETWEEN - 1
        try:
            self._path.mkdir(mode=0o700, exist_ok=True)
            _check(self._path)
        except OSError as error:
            raise InputError(f"{self._path} can't be a cache's folder: {error.strerror or error}") from error

    def load(self, name: str, /) -> str | None:
        """The text under a name, or None."""
        try:
            return read_file(self._file(name), 4 * LARGEST).decode(errors="replace")
        except FileNotFoundError:
            return None

    def save(self, name: str, text: str, _: float, /) -> None:
        """Keep a text: in a new file, which then takes the old one's place."""
        # What an interruption spoils is looked up again.
        with replacing(self._file(name), lasting=False) as file:
            file.write(text.encode(errors="replace"))
        self._saved += 1
        if self._saved % _BETWEEN == 0:
            self._tidy()

    def delete(self, name: str, /) -> None:
        """Forget the text under a name, if there is one."""
        self._file(name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._path / f"{hashlib.sha256(name.encode()).hexdigest()}.json"

    def _tidy(self) -> None:
        """Delete what is too old to be used, and the oldest of too many; what isn't a cache's stays."""
        ages: list[tuple[float, str]] = []
        for entry in os.scandir(self._path):
            if entry.name.endswith((".json", ".tmp")):
                # Another process may have deleted it.
                with contextlib.suppress(FileNotFoundError):
                    ages.append((entry.stat(follow_symlinks=False).st_mtime, entry.path))
        ages.sort()
        oldest = time.time() - _OLDEST
        spare = len(ages) - self._size
        for place, (changed, path) in enumerate(ages):
            if place < spare or changed < oldest:
                Path(path).unlink(missing_ok=True)

    def __repr__(self) -> str:
        return f"FileIdentityCache({str(self._path)!r})"


def _check(path: Path) -> None:
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise InputError(f"{path} isn't a folder")
    if fault := fault_of_folder(path, found):
        raise InputError(fault)
