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
from atlex_codegen._plugins import MANIFEST_FILE, plugins_of

__all__ = ["Side", "read_side", "read_sides"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two sets that are compared.

    Attributes:
        lexicons: The documents.
        source: The documents with the tables beside them.
        is_package: Whether they come from a generated package, which has no overlay.
        plugins: The plugins that the package was made with.
    """

    lexicons: Lexicons
    source: Source
    is_package: bool
    plugins: tuple[str, ...]


def read_sides(old: str | os.PathLike[str], new: str | os.PathLike[str]) -> tuple[Side, Side]:
    """Read two sets of documents, as `read_side` does. What a package was made with holds for a folder beside it."""
    before, after = read_side(old), read_side(new)
    if before.is_package == after.is_package:
        return before, after
    plugins = before.plugins or after.plugins
    return replace(before, plugins=plugins), replace(after, plugins=plugins)


def read_side(place: str | os.PathLike[str], *, revisions: bool = True) -> Side:
    """Read a set of documents, with the tables beside them.

    Args:
        place: A folder of documents; a generated package, by its folder or by the name that it is imported by, without
            importing it; or ``REVISION:PATH`` as git has it.
        revisions: Whether it may be the last.

    Raises:
        LexiconError: There is nothing of the kind, or a document is broken.
    """
    name = os.fspath(place)
    folder = Path(name)
    data = manifest = None
    try:
        if name and folder.is_dir():
            if (folder / DATA_FILE).is_file():
                data = read_file(folder / DATA_FILE, MAX_TOTAL_SIZE)
                if (folder / MANIFEST_FILE).is_file():
                    manifest = read_file(folder / MANIFEST_FILE, MAX_TOTAL_SIZE)
            source = load_source(folder, None) if data is None else _package(data)
        elif revisions and name.partition(":")[0] and ":" in name:
            source = _revision(name)
        else:
            data = package_file(name, DATA_FILE)
            if data is None:
                raise LexiconError(_nothing(name, revisions=revisions))
            manifest = package_file(name, MANIFEST_FILE)
            source = _package(data)
    except OSError as error:
        raise LexiconError(f"{error.filename or name} can't be read: {error.strerror}.") from error
    if errors := sum(diagnostic.is_error for diagnostic in source.diagnostics):
        plural = "error" if errors == 1 else "errors"
        raise LexiconError(f"The documents of {name} have {errors} {plural}.", source.diagnostics)
    return Side(Lexicons(source.documents), source, is_package=data is not None, plugins=plugins_of(manifest))


def _nothing(name: str, *, revisions: bool) -> str:
    if not revisions:
        return f"There is no folder and no installed package of atlex's making {name!r}."
    return (
        f"There is no folder, no installed package of atlex's making and no git revision {name!r}: "
        "write a revision as REVISION:PATH."
    )


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
