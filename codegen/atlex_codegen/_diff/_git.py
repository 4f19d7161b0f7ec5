"""Bringing the documents of a git revision into a folder, without touching a working tree."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atlex._files import MAX_FILE_SIZE, MAX_FILES, MAX_TOTAL_SIZE
from atlex.errors import LexiconError

__all__ = ["export_revision"]

_FILE_MODES: Final = frozenset({"100644", "100755"})
_ENVIRONMENT: Final = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True, slots=True)
class _Blob:
    name: str
    size: int
    path: str


def export_revision(place: str, folder: Path) -> dict[str, str]:
    """Write the documents of a revision, and the tables beside them, into a folder; links are passed over.

    Args:
        place: ``REVISION:PATH`` as git has it: the path goes from the root of the repository, or from the current folder
            where it begins with ``./``.
        folder: An empty folder.

    Returns:
        By the name of each file that was written, where it is in git.

    Raises:
        LexiconError: There is no git, no repository, or no such folder in it.
    """
    try:
        tree = _git("rev-parse", "--verify", "--quiet", "--end-of-options", place).decode().strip()
        blobs = list(_blobs(_git("ls-tree", "-r", "-z", "-l", tree)))
        origins: dict[str, str] = {}
        for number, (blob, data) in enumerate(_contents(blobs)):
            # A repository may hold any path, so none becomes a file name here.
            name = f"{number:05}.json" if blob.path.endswith(".json") else blob.path
            (folder / name).write_bytes(data)
            origins[name] = f"{place.removesuffix('/')}{'' if place.endswith(':') else '/'}{blob.path}"
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise LexiconError(
            f"git has no folder {place!r} here: give a revision, a colon, and a path from the repository's root."
        ) from error
    return origins


def _git(*arguments: str, input_: bytes = b"") -> bytes:
    done = subprocess.run(  # noqa: S603 - a revision can't be taken for an option
        ["git", *arguments],  # noqa: S607 - git is where the user has it
        input=input_,
        capture_output=True,
        check=True,
        env=os.environ | _ENVIRONMENT,
    )
    return done.stdout


def _blobs(listing: bytes) -> Iterator[_Blob]:
    """The files of a tree that the loader would look at."""
    for line in listing.split(b"\0")[:-1]:
        about, _, path = line.decode(errors="replace").partition("\t")
        mode, _, name, size = about.split()
        parts = path.split("/")
        is_document = parts[-1].endswith(".json") and parts[-1] != "lexicons.json"
        is_hidden = parts[-1].startswith(("~", "#")) or any(part.startswith(".") for part in parts)
        if mode in _FILE_MODES and ((is_document and not is_hidden) or path in _TABLES):
            yield _Blob(name, int(size), path)


_TABLES: Final = frozenset({"descriptions.toml", "pages.toml", "proxies.toml"})


def _contents(blobs: Sequence[_Blob]) -> Iterator[tuple[_Blob, bytes]]:
    """The contents of files, up to the limits of the loader; a file that is too large has none of its own."""
    total = 0
    small: list[_Blob] = []
    for blob in blobs[: MAX_FILES + 1]:
        if blob.size > MAX_FILE_SIZE:
            yield blob, bytes(MAX_FILE_SIZE + 1)
        elif total <= MAX_TOTAL_SIZE:
            total += blob.size
            small.append(blob)
    names = "".join(f"{blob.name}\n" for blob in small)
    rest = memoryview(_git("cat-file", "--batch", input_=names.encode()))
    for blob in small:
        # Git writes a header line, the content, and a line feed.
        start = len(f"{blob.name} blob {blob.size}\n")
        yield blob, bytes(rest[start : start + blob.size])
        rest = rest[start + blob.size + 1 :]
