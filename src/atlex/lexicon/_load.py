"""Finding the documents of a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from atlex._files import (
    MAX_FILES,
    MAX_TOTAL_SIZE,
    files_below,
    leads_out_of,
    read_file,
)
from atlex.lexicon._diagnostic import Diagnostic, fault_diagnostics
from atlex.lexicon._json import read_json
from atlex.lexicon._language import Document
from atlex.lexicon._parse import document_from_json

__all__ = ["LoadResult", "StrPath", "load_documents"]

StrPath = str | os.PathLike[str]

_MANIFEST: Final = "lexicons.json"
_MAX_DIAGNOSTICS: Final = 1000
"""How many findings one file may bring."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a folder holds.

    Attributes:
        documents: The documents without errors, sorted by NSID.
        diagnostics: Everything that was found, errors and warnings, file by file.
    """

    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that are errors."""
        return tuple(diagnostic for diagnostic in self.diagnostics if diagnostic.is_error)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that are warnings."""
        return tuple(diagnostic for diagnostic in self.diagnostics if not diagnostic.is_error)


def load_documents(paths: StrPath | Iterable[StrPath]) -> LoadResult:
    """Read all Lexicon documents under one or more paths.

    Folders are searched for ``*.json``, with their subfolders; links to folders are not followed, unless given. Hidden
    files and folders are passed over, those that begin with ``~`` or ``#``, as editors leave them, and JSON files that
    are no documents: ``lexicons.json``, and whatever isn't an object with ``lexicon`` and ``id``. A file that isn't
    JSON is an error, and so is one that can't be read, isn't a regular file, is a link out of the folder, or has more
    than 512 KiB; a folder that can't be read; and more than 20,000 files or 64 MiB in all.

    Args:
        paths: A folder or a file, or several.
    """
    roots: Iterable[StrPath] = [paths] if isinstance(paths, str | os.PathLike) else paths
    diagnostics: list[Diagnostic] = []
    documents: dict[str, Document] = {}
    for file, data in _contents(roots, diagnostics):
        document, found = _document(data, str(file))
        diagnostics.extend(_cut(found))
        if document is None:
            continue
        first = documents.setdefault(document.id, document)
        if first is not document:
            message, hint = f"the same id as in {first.source}", "remove one of the two files"
            diagnostics += fault_diagnostics([("/id", message, hint)], file=document.source, nsid=document.id)
    return LoadResult(tuple(documents[nsid] for nsid in sorted(documents)), tuple(diagnostics))


def _contents(roots: Iterable[StrPath], diagnostics: list[Diagnostic]) -> Iterator[tuple[Path, bytes]]:
    """Read file after file, as many as there may be."""
    total = 0
    for number, file in enumerate(_files(roots, diagnostics)):
        if number == MAX_FILES:
            diagnostics += _fault(file, f"one of more than {MAX_FILES} files", "give smaller folders")
            return
        try:
            data = read_file(file)
        except OSError as error:
            diagnostics += _unreadable(file, error)
            continue
        total += len(data)
        if total > MAX_TOTAL_SIZE:
            message = f"the files have more than {MAX_TOTAL_SIZE >> 20} MiB together"
            diagnostics += _fault(file, message, "give smaller folders")
            return
        yield file, data


def _files(roots: Iterable[StrPath], diagnostics: list[Diagnostic]) -> Iterator[Path]:
    seen: set[Path] = set()
    for root in map(Path, roots):
        try:
            is_folder = stat.S_ISDIR(root.stat().st_mode)
            found = _json_files(root, diagnostics) if is_folder else [root]
        except FileNotFoundError:
            diagnostics += _fault(root, "no such file or folder", "give the folder that holds the documents")
            continue
        except OSError as error:
            diagnostics += _unreadable(Path(error.filename or root), error)
            continue
        for file in found:
            if file not in seen:
                seen.add(file)
                yield file


def _json_files(root: Path, diagnostics: list[Diagnostic]) -> list[Path]:
    found: list[Path] = []
    for place in sorted(files_below(root), key=lambda place: place.split("/")):
        name = place.rpartition("/")[2]
        if not name.endswith(".json") or name == _MANIFEST or name.startswith(("~", "#")):
            continue
        file = root / place
        if os.path.islink(file) and leads_out_of(file, root):  # noqa: PTH114 - Path's own takes longer, for hundreds of files
            hint = "put the file itself there, or give its own folder as well"
            diagnostics += _fault(file, f"a link that leads out of {root}", hint)
        else:
            found.append(file)
    return found


def _fault(file: Path, message: str, hint: str) -> list[Diagnostic]:
    return fault_diagnostics([("", message, hint)], file=str(file))


def _unreadable(file: Path, error: OSError) -> list[Diagnostic]:
    return _fault(file, f"can't be read: {error.strerror}", "make it readable, or take it away")


def _document(data: bytes, source: str) -> tuple[Document | None, list[Diagnostic]]:
    value, faults = read_json(data)
    if faults:
        return None, fault_diagnostics(faults, file=source)
    if not (isinstance(value, Mapping) and "lexicon" in value and "id" in value):
        return None, []
    return document_from_json(value, source=source)


def _cut(found: list[Diagnostic]) -> list[Diagnostic]:
    """The first findings of a file: a hostile one has as many as it has bytes."""
    if len(found) <= _MAX_DIAGNOSTICS:
        return found
    # An error stays among them, whatever else is left out.
    kept = sorted(found, key=lambda diagnostic: not diagnostic.is_error)[:_MAX_DIAGNOSTICS]
    rest = replace(kept[-1], pointer="", message=f"and {len(found) - len(kept)} more faults", hint="")
    return [*kept, rest]
