"""What a package was last made from, so that a build finds out at the price of reading that nothing has changed.

It lies in the user's folder of caches: the package's own may be anybody's, and holds the same on every machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from atlex._bases import base_names, package_place
from atlex._files import MAX_TOTAL_SIZE, files_below, read_file
from atlex.errors import BasePackageError
from atlex_codegen._settings import Settings

if TYPE_CHECKING:
    from atlex.lexicon import Diagnostic

__all__ = ["State"]

_KEPT: Final = 100
"""How many packages are remembered."""

_FIELDS: Final = frozenset({"severity", "file", "nsid", "pointer", "message", "hint"})
_GENERATOR: Final = ("atlex_codegen", "atlex.lexicon", "atlex.syntax")


class State:
    """The state of one package.

    Args:
        out: The package's folder.
        made_from: The digest of all that goes into it; empty where that isn't known.
    """

    def __init__(self, out: Path, made_from: str) -> None:
        self._out = out
        self._made_from = made_from
        name = hashlib.sha256(os.fsencode(out.absolute())).hexdigest()
        self._file = _caches() / "atlex" / f"{name}.json"

    @classmethod
    def of(cls, package: Settings) -> State:
        """The state of a package that is to be made."""
        if package.plugin:
            # Nobody knows what their answers depend on.
            return cls(package.out, "")
        try:
            return cls(package.out, _made_from(package))
        except (OSError, BasePackageError):
            # The build says what can't be read, and nothing is remembered of it.
            return cls(package.out, "")

    def remembered(self) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]] | None:
        """The package's files, and what was found in its documents; None where anything has changed since."""
        try:
            return self._known(json.loads(read_file(self._file, MAX_TOTAL_SIZE)))
        except (OSError, ValueError, RecursionError):
            return None

    def _known(self, content: Any) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]] | None:
        match content:
            case {"made_from": made_from, "tree": tree, "files": [*names], "found": [*found]} if (
                made_from == self._made_from != ""
                and all(isinstance(name, str) for name in names)
                and all(isinstance(each, dict) and each.keys() == _FIELDS for each in found)
                and tree == _digest(_tree(self._out))
            ):
                return tuple(names), tuple(_diagnostic(**each) for each in found)
            case _:
                return None

    def remember(self, names: Iterable[str], diagnostics: Iterable[Diagnostic]) -> None:
        """Write down what the package is now.

        Args:
            names: Its files.
            diagnostics: What was found in its documents.
        """
        from atlex_codegen._files import replace_file

        if not (self._made_from and self._file.is_absolute()):
            return
        content = {
            "made_from": self._made_from,
            "tree": _digest(_tree(self._out)),
            "files": sorted(names),
            "found": [{name: getattr(each, name) for name in sorted(_FIELDS)} for each in diagnostics],
        }
        # Where nothing can be remembered, the next build takes longer and does the same.
        with suppress(OSError):
            replace_file(self._file, json.dumps(content).encode())
            others = sorted(self._file.parent.glob("*.json"), key=lambda path: path.stat().st_mtime)
            for path in others[:-_KEPT]:
                path.unlink()


def _caches() -> Path:
    """The user's folder of caches; a relative path where there is none."""
    if sys.platform == "win32":
        place = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        place = "~/Library/Caches"
    else:
        place = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.path.expanduser(place))  # noqa: PTH111 - Path's own raises where there is no home


def _made_from(package: Settings) -> str:
    """The digest of all that goes into a package, the generator among it."""
    files = [path for path in files_below(package.lexicons) if path.suffix in {".json", ".toml"}]
    files += [] if package.descriptions is None else [package.descriptions]
    installed = [*_GENERATOR, *package.base]
    for name in installed:
        installed += [base for base in base_names(name) if base not in installed]
    return _digest(
        [
            ("", repr(replace(package, lexicons=Path(), out=Path())).encode(errors="surrogateescape")),
            *(stamp for name in installed for stamp in _stamps(name)),
            *((path.as_posix(), read_file(path, MAX_TOTAL_SIZE)) for path in sorted(files)),
        ]
    )


def _diagnostic(**fields: Any) -> Diagnostic:
    from atlex.lexicon import Diagnostic

    return Diagnostic(**fields)


def _stamps(package: str) -> Iterator[tuple[str, bytes]]:
    """The files of an installed package with their sizes and times; it isn't imported."""
    place = package_place(package)
    for path in () if place is None else sorted(files_below(Path(place))):
        if "__pycache__" not in path.parts:
            found = path.stat()
            yield str(path), f"{found.st_size} {found.st_mtime_ns}".encode()


def _tree(out: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(files_below(out)):
        name = path.relative_to(out)
        if "__pycache__" not in name.parts:
            yield name.as_posix(), read_file(path, MAX_TOTAL_SIZE)


def _digest(parts: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, data in parts:
        for piece in (name.encode(errors="surrogateescape"), data):
            digest.update(len(piece).to_bytes(8, "big"))
            digest.update(piece)
    return digest.hexdigest()
