"""The last stage: files that have changed are written, those that no document accounts for are removed.

Only what a manifest of ours lists is ever removed, and a folder that holds something else is refused: a wrong ``--out``
must not cost anybody a file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from atlex.errors import LexiconError
from atlex.lexicon import package_data_digest
from atlex_codegen._files import remove_file, replace_file
from atlex_codegen._render import INTERFACE_VERSION

__all__ = ["DATA_FILE", "MANIFEST_FILE", "Comparison", "Folder", "manifest"]

DATA_FILE: Final = "lexicons.bin"
"""The documents, as the validator and the test kit read them."""

MANIFEST_FILE: Final = "MANIFEST.json"
"""What the generator wrote, each file with its SHA-256; the data file with that of its content."""

_FORMAT: Final = 1
_LISTED: Final = re.compile(r"(?:[A-Za-z0-9_]+/)*[A-Za-z0-9_]+\.[a-z]+")


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a folder differs from what it should hold; all of it paths below the folder, sorted.

    Attributes:
        missing: Files that it lacks.
        different: Files that hold something else.
        unchanged: Files that are as they should be.
        obsolete: Files that the generator wrote earlier, and would not write today.
        strange: Other files.
    """

    missing: tuple[str, ...]
    different: tuple[str, ...]
    unchanged: tuple[str, ...]
    obsolete: tuple[str, ...]
    strange: tuple[str, ...]


def manifest(files: Mapping[str, bytes]) -> bytes:
    """The manifest of a package. It names no version but the interface's, which is the only one that changes the files."""
    return _manifest({name: _digest(name, data) for name, data in files.items()})


def _manifest(digests: Mapping[str, str]) -> bytes:
    content = {
        "files": dict(sorted(digests.items())),
        "format": _FORMAT,
        "generator": "atlex",
        "interface": INTERFACE_VERSION,
    }
    return (json.dumps(content, indent=2) + "\n").encode()


class Folder:
    """A package's folder as it is before a build; what it holds is read once.

    Args:
        path: The folder. It needn't be there.

    Attributes:
        is_new: Whether no build has been there.

    Raises:
        OSError: It can't be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found = _found(path)
        self._listed = _listed(path)
        self._same: dict[str, bool] = {}
        self.is_new = not self._listed

    def refuse_strangers(self) -> None:
        """Make sure that a build may write here.

        Raises:
            LexiconError: There is something that isn't a build of atlex.
        """
        if self._path.exists() and not self._path.is_dir():
            raise LexiconError(f"{self._path} is no folder: give --out another place.")
        if self._found and self.is_new:
            raise LexiconError(
                f"{self._path} holds files, and no {MANIFEST_FILE} of atlex's: give --out a new or an empty folder."
            )

    def holds(self, name: str, data: bytes) -> bool:
        """Whether a file is as it should be.

        Args:
            name: The file, by its path below the folder.
            data: What it should hold; the same at every call.
        """
        if name not in self._same:
            self._same[name] = name in self._found and _is_same(name, data, self._path / name)
        return self._same[name]

    def compare(self, files: Mapping[str, bytes]) -> Comparison:
        """Find out how the folder differs from a package.

        Args:
            files: The package's files by their paths, the manifest among them.
        """
        same = {name for name, data in files.items() if self.holds(name, data)}
        others = self._found - files.keys()
        return Comparison(
            missing=tuple(sorted(files.keys() - self._found)),
            different=tuple(sorted((files.keys() & self._found) - same)),
            unchanged=tuple(sorted(same)),
            obsolete=tuple(sorted(others & self._listed)),
            strange=tuple(sorted(others - self._listed)),
        )

    def write(self, files: Mapping[str, bytes]) -> Comparison:
        """Make the folder hold a package, all of whose changed files have been proved.

        Args:
            files: The package's files by their paths, the manifest among them.

        Returns:
            How the folder differed before.

        Raises:
            OSError: The folder can't be written.
            LexiconError: A link leads out of it.
        """
        out = self._path
        comparison = self.compare(files)
        changed = [name for name in (*comparison.missing, *comparison.different) if name != MANIFEST_FILE]
        if changed or comparison.obsolete:
            # Whatever interrupts the work, the next run knows every file as the generator's.
            replace_file(out / MANIFEST_FILE, _manifest(dict.fromkeys([*files, *comparison.obsolete], "")))
        for name in changed:
            _refuse_detour(out / name, out)
            replace_file(out / name, files[name])
        for name in comparison.obsolete:
            _remove(out / name, out)
        replace_file(out / MANIFEST_FILE, files[MANIFEST_FILE])
        return comparison


def _digest(name: str, data: bytes) -> str:
    return package_data_digest(data) if name == DATA_FILE else hashlib.sha256(data).hexdigest()


def _is_same(name: str, data: bytes, file: Path) -> bool:
    found = file.read_bytes()
    if name != DATA_FILE:
        # Git on Windows checks texts out with the line ends of the system.
        return found.replace(b"\r\n", b"\n") == data
    try:
        return package_data_digest(found) == package_data_digest(data)
    except LexiconError:
        return False


def _found(out: Path) -> set[str]:
    """The files below a folder, without hidden ones and what Python itself leaves there."""
    if not out.is_dir():
        return set()
    paths = {path.relative_to(out) for path in out.rglob("*") if path.is_file()}
    return {
        path.as_posix()
        for path in paths
        if not any(part == "__pycache__" or part.startswith(".") for part in path.parts)
    }


def _listed(out: Path) -> frozenset[str]:
    """The files that a folder's manifest lists; none where there is no manifest of ours.

    A manifest is a file like any other, and may have been changed: only names that the generator could have written
    count.
    """
    try:
        content: Any = json.loads((out / MANIFEST_FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return frozenset()
    if not isinstance(content, dict):
        return frozenset()
    fields = cast("dict[str, Any]", content)
    files = fields.get("files")
    if fields.get("generator") != "atlex" or not isinstance(files, dict):
        return frozenset()
    return frozenset(name for name in cast("dict[str, Any]", files) if _LISTED.fullmatch(name)) | {
        MANIFEST_FILE
    }


def _refuse_detour(path: Path, out: Path) -> None:
    """A link to another folder would lead writing and removing out of the package."""
    if not path.parent.resolve().is_relative_to(out.resolve()):
        raise LexiconError(f"{path.parent} leads out of {out}: remove the link.")


def _remove(path: Path, out: Path) -> None:
    """Remove a file, its compiled forms, and the folders that are empty then."""
    _refuse_detour(path, out)
    cache = path.parent / "__pycache__"
    if path.suffix == ".py" and cache.is_dir():
        for compiled in sorted(cache.glob(f"{path.stem}.*.pyc")):
            compiled.unlink()
        if not any(cache.iterdir()):
            cache.rmdir()
    remove_file(path, out)
