"""What a package was last made from, so that a build finds out at the price of reading what has changed since.

It lies in the user's folder of caches: the package's own may be anybody's, and holds the same on every machine. It says
nothing but which files are as they were. Where it is lost, damaged or out of date, a build makes the whole package.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from atlex._bases import base_names, package_place
from atlex._files import MAX_TOTAL_SIZE, files_below, read_file
from atlex.errors import BasePackageError
from atlex_codegen._settings import Settings

if TYPE_CHECKING:
    from atlex.lexicon import Diagnostic

__all__ = ["LastBuild", "State"]

_KEPT: Final = 100
"""How many packages are remembered."""

_FIELDS: Final = frozenset({"severity", "file", "nsid", "pointer", "message", "hint"})
_GENERATOR: Final = ("atlex_codegen", "atlex.lexicon", "atlex.syntax")


@dataclass(frozen=True, slots=True)
class LastBuild:
    """The last build of a package, all of whose files are still as it left them.

    Attributes:
        inputs: The JSON files of the documents' folder with their digests.
        outputs: The files of the package's folder with theirs.
        files: The files that are the package's.
        documents: The NSID of each file that is a document.
        outlines: What others go by in a document without referring to it, by NSID.
        diagnostics: What was found in the documents.
        is_current: Whether the documents and what is beside them haven't changed either.
    """

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    files: tuple[str, ...]
    documents: Mapping[str, str]
    outlines: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]
    is_current: bool


class State:
    """The state of one package.

    Args:
        package: How it is made.

    Attributes:
        contents: The JSON files of the documents' folder, as they were read.
        inputs: The same with their digests.
    """

    def __init__(self, package: Settings) -> None:
        self._out = package.out
        name = hashlib.sha256(os.fsencode(package.out.absolute())).hexdigest()
        self._file = _caches() / "atlex" / f"{name}.json"
        self.contents: Mapping[str, bytes] = {}
        self._rest = ""
        # Nobody knows what the answers of plugins depend on.
        if not package.plugin:
            # The build says what can't be read, and nothing is remembered of it.
            with suppress(OSError, BasePackageError):
                self.contents, self._rest = _made_from(package)
        self.inputs = {path: _digest(data) for path, data in self.contents.items()}

    def last_build(self) -> LastBuild | None:
        """The last build, or None where the package or what it is made with is another now."""
        try:
            return self._last(json.loads(read_file(self._file, MAX_TOTAL_SIZE)))
        except (OSError, ValueError, RecursionError):
            return None

    def _last(self, content: Any) -> LastBuild | None:
        match content:
            case {
                "rest": rest,
                "inputs": inputs,
                "outputs": outputs,
                "files": [*names],
                "documents": documents,
                "outlines": outlines,
                "found": [*found],
            } if (
                rest == self._rest != ""
                and all(isinstance(name, str) for name in names)
                and all(map(_is_table, (inputs, outputs, documents, outlines)))
                and all(isinstance(each, dict) and each.keys() == _FIELDS for each in found)
                and outputs == dict(_tree(self._out, {}))
            ):
                diagnostics = tuple(_diagnostic(**each) for each in found)
                is_current = inputs == self.inputs
                return LastBuild(inputs, outputs, tuple(names), documents, outlines, diagnostics, is_current)
            case _:
                return None

    def remember(
        self,
        files: Iterable[str],
        documents: Mapping[str, str],
        outlines: Mapping[str, str],
        diagnostics: Iterable[Diagnostic],
        known: Mapping[str, str],
    ) -> None:
        """Write down what the package is now.

        Args:
            files: Its files.
            documents: The NSID of each file that is a document.
            outlines: What others go by in a document without referring to it, by NSID.
            diagnostics: What was found in the documents.
            known: The digests of files that were just written, or found to be unchanged.
        """
        from atlex_codegen._files import replace_file

        if not (self._rest and self._file.is_absolute()):
            return
        content = {
            "rest": self._rest,
            "inputs": dict(self.inputs),
            "outputs": dict(_tree(self._out, known)),
            "files": sorted(files),
            "documents": dict(documents),
            "outlines": dict(outlines),
            "found": [{name: getattr(each, name) for name in sorted(_FIELDS)} for each in diagnostics],
        }
        # Where nothing can be remembered, the next build takes longer and does the same.
        with suppress(OSError):
            replace_file(self._file, json.dumps(content).encode())
            others = sorted(self._file.parent.glob("*.json"), key=lambda path: path.stat().st_mtime)
            for path in others[:-_KEPT]:
                path.unlink()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _caches() -> Path:
    """The user's folder of caches; a relative path where there is none."""
    if sys.platform == "win32":
        place = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        place = "~/Library/Caches"
    else:
        place = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.path.expanduser(place))  # noqa: PTH111 - Path's own raises where there is no home


def _made_from(package: Settings) -> tuple[dict[str, bytes], str]:
    """The JSON files that a package is made from, and the digest of all else that goes into it; empty where unknown."""
    contents: dict[str, bytes] = {}
    parts = [("", repr(replace(package, lexicons=Path(), out=Path())).encode(errors="surrogateescape"))]
    size = 0
    for name in files_below(package.lexicons):
        if not name.endswith((".json", ".toml")):
            continue
        path = str(package.lexicons / name)
        data = read_file(path, MAX_TOTAL_SIZE)
        size += len(data)
        if size > MAX_TOTAL_SIZE or os.path.islink(path):  # noqa: PTH114 - Path's own takes longer
            # A build refuses the one, and looks at where the other leads.
            return {}, ""
        if name.endswith(".json"):
            contents[path] = data
        else:
            parts.append((path, data))
    if package.descriptions is not None:
        parts.append((package.descriptions.as_posix(), read_file(package.descriptions, MAX_TOTAL_SIZE)))
    installed = [*_GENERATOR, *package.base]
    for name in installed:
        installed += [base for base in base_names(name) if base not in installed]
    parts += [stamp for name in installed for stamp in _stamps(name)]
    digest = hashlib.sha256()
    for name, data in sorted(parts):
        for piece in (name.encode(errors="surrogateescape"), data):
            digest.update(len(piece).to_bytes(8, "big"))
            digest.update(piece)
    return contents, digest.hexdigest()


def _is_table(value: object) -> bool:
    # The keys of an object in JSON are strings.
    return isinstance(value, dict) and all(
        isinstance(each, str) for each in cast("dict[str, object]", value).values()
    )


def _diagnostic(**fields: Any) -> Diagnostic:
    from atlex.lexicon import Diagnostic

    return Diagnostic(**fields)


def _stamps(package: str) -> Iterator[tuple[str, bytes]]:
    """The files of an installed package with their sizes and times; it isn't imported."""
    place = package_place(package)
    for name in () if place is None else files_below(Path(place), "__pycache__"):
        path = f"{place}/{name}"
        found = os.stat(path)  # noqa: PTH116 - a Path for each file takes longer than this
        yield path, f"{found.st_size} {found.st_mtime_ns}".encode()


def _tree(out: Path, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The files of a folder with their digests; those that are known aren't read."""
    for name in files_below(out, "__pycache__"):
        yield name, known.get(name) or _digest(read_file(f"{out}/{name}", MAX_TOTAL_SIZE))
