"""Finding the documents of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atlex.lexicon._diagnostic import Diagnostic, fault_diagnostics
from atlex.lexicon._json import read_json
from atlex.lexicon._language import Document
from atlex.lexicon._parse import document_from_json

__all__ = ["LoadResult", "StrPath", "load_documents"]

StrPath = str | os.PathLike[str]

_MANIFEST: Final = "lexicons.json"


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
    JSON is an error.

    Args:
        paths: A folder or a file, or several.
    """
    roots: Iterable[StrPath] = [paths] if isinstance(paths, str | os.PathLike) else paths
    diagnostics: list[Diagnostic] = []
    documents: dict[str, Document] = {}
    for file in _files(roots, diagnostics):
        document, found = _read(file)
        diagnostics.extend(found)
        if document is None:
            continue
        first = documents.setdefault(document.id, document)
        if first is not document:
            message, hint = f"the same id as in {first.source}", "remove one of the two files"
            diagnostics += fault_diagnostics([("/id", message, hint)], file=document.source, nsid=document.id)
    return LoadResult(tuple(documents[nsid] for nsid in sorted(documents)), tuple(diagnostics))


def _files(roots: Iterable[StrPath], diagnostics: list[Diagnostic]) -> Iterator[Path]:
    seen: set[Path] = set()
    for root in map(Path, roots):
        if root.is_dir():
            found = _json_files(root)
        elif root.exists():
            found = [root]
        else:
            message, hint = "no such file or folder", "give the folder that holds the documents"
            diagnostics += fault_diagnostics([("", message, hint)], file=str(root))
            continue
        for file in found:
            if file not in seen:
                seen.add(file)
                yield file


def _json_files(root: Path) -> list[Path]:
    found: list[Path] = []
    for folder, folders, names in os.walk(root):
        # What is taken out here isn't walked into.
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            Path(folder, name)
            for name in names
            if name.endswith(".json") and name != _MANIFEST and not name.startswith((".", "~", "#"))
        ]
    return sorted(found, key=lambda path: path.parts)


def _read(file: Path) -> tuple[Document | None, list[Diagnostic]]:
    source = str(file)
    try:
        data = file.read_bytes()
    except OSError as error:
        message = f"can't be read: {error.strerror}"
        return None, fault_diagnostics([("", message, "make it readable")], file=source)
    value, faults = read_json(data)
    if faults:
        return None, fault_diagnostics(faults, file=source)
    if not (isinstance(value, Mapping) and "lexicon" in value and "id" in value):
        return None, []
    return document_from_json(value, source=source)
