"""Writing and removing files so that nobody ever sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["remove_file", "replace_file"]


def replace_file(path: Path, data: bytes) -> bool:
    """Make a file hold some bytes: in one step, and only when it doesn't hold them already.

    Folders that are missing are made.

    Returns:
        Whether anything was written.

    Raises:
        OSError: The file or its folder can't be written; an older file is still whole.
    """
    try:
        if path.read_bytes() == data:
            return False
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The temporary file's own mode would keep it from everybody else.
        umask = os.umask(0)
        os.umask(umask)
        mode = 0o666 & ~umask
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True


def remove_file(path: Path, root: Path) -> bool:
    """Remove a file, and each folder between it and ``root`` that is then empty.

    Returns:
        Whether there was such a file.

    Raises:
        OSError: The file can't be removed.
    """
    if not path.is_file():
        return False
    path.unlink()
    folder = path.parent
    while folder != root and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
    return True
