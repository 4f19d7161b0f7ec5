"""Reading the documents to compare: from a folder, a git revision, or a generated package."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from atlex._bases import DATA_FILE, package_file
from atlex._files import MAX_TOTAL_SIZE, read_file
from atlex.errors import LexiconError
from atlex.lexicon import Lexicons
from atlex_codegen._diff._git import export_revision
from atlex_codegen._load import Source, load_source

__all__ = ["Side", "read_side"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two sets that are compared.

    Attributes:
        lexicons: The documents.
        source: The documents with the tables beside them.
        is_package: Whether they come from a generated package, which has no overlay.
    """

    lexicons: Lexicons
    source: Source
    is_package: bool


def read_side(place: str | os.PathLike[str]) -> Side:
    """Read a set of documents, with the tables beside them.

    Args:
        place: A folder of documents; a generated package, by its folder or by the name that it is imported by, without
            importing it; or ``REVISION:PATH`` as git has it.

    Raises:
        LexiconError: There is nothing of the kind, or a document is broken.
    """
    name = os.fspath(place)
    folder = Path(name)
    data = None
    try:
        if name and folder.is_dir():
            if (folder / DATA_FILE).is_file():
                data = read_file(folder / DATA_FILE, MAX_TOTAL_SIZE)
            source = load_source(folder, None) if data is None else _package(data)
        elif name.partition(":")[0] and ":" in name:
            source = _revision(name)
        else:
            data = package_file(name, DATA_FILE)
            if data is None:
                raise LexiconError(
                    f"There is no folder, no installed package of atlex's making and no git revision {name!r}: "
                    "write a revision as REVISION:PATH."
                )
            source = _package(data)
    except OSError as error:
        raise LexiconError(f"{error.filename or name} can't be read: {error.strerror}.") from error
    if errors := sum(diagnostic.is_error for diagnostic in source.diagnostics):
        plural = "error" if errors == 1 else "errors"
        raise LexiconError(f"The documents of {name} have {errors} {plural}.", source.diagnostics)
    return Side(Lexicons(source.documents), source, is_package=data is not None)


def _revision(name: str) -> Source:
    with TemporaryDirectory(prefix="atlex-") as temporary:
        folder = Path(temporary)
        origins = export_revision(name, folder)
        source = load_source(folder, None)
    # Messages name the files in git, not these copies.
    copies = re.compile(rf"{re.escape(temporary)}(?:[/\\]([A-Za-z0-9.]+))?")

    def original(text: str) -> str:
        return copies.sub(lambda match: origins.get(match[1], name), text)

    return replace(
        source,
        documents=tuple(replace(document, source=original(document.source)) for document in source.documents),
        diagnostics=tuple(
            replace(found, file=original(found.file), message=original(found.message))
            for found in source.diagnostics
        ),
    )


def _package(data: bytes) -> Source:
    return Source(tuple(Lexicons.from_package_data(data).values()), {}, {}, {}, ())
