"""Bringing documents from somewhere else into the folder that a package is built from."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlex._bases import DATA_FILE, package_file
from atlex._files import read_file
from atlex._printable import is_unicode
from atlex.errors import LexiconError
from atlex.lexicon import (
    Diagnostic,
    Document,
    load_documents,
    parse_document,
    schema_digest,
    strip_prose,
)
from atlex_codegen._bases import load_bases
from atlex_codegen._files import check_places, remove_file, replace_file
from atlex_codegen._pins import PINS_FILE, Pin, pins_text, read_pins

__all__ = ["Installation", "document_path", "document_text", "install"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What an installation did.

    Attributes:
        installed: The NSID of every document that the source has under the prefixes, sorted.
        written: Those among them whose file is new or changed.
        removed: The NSIDs of documents installed earlier under the prefixes that the source has no more, sorted.
        warnings: What was found in the source that doesn't stand in the way.
    """

    installed: tuple[str, ...]
    written: tuple[str, ...]
    removed: tuple[str, ...]
    warnings: tuple[Diagnostic, ...]


def document_path(nsid: str) -> Path:
    """Where a document is kept below the folder of documents: one folder for each segment but the last."""
    return Path(*nsid.split(".")).with_suffix(".json")


def document_text(document: Mapping[str, Any]) -> str:
    """Write a document's JSON with two spaces of indentation and its keys in their own order."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def install(
    source: str | os.PathLike[str],
    prefixes: Collection[str],
    *,
    lexicons: str | os.PathLike[str],
    origin: str | None = None,
    keep_prose: bool = False,
) -> Installation:
    """Copy documents into a folder of documents and pin them in its ``lexicons.json``.

    Before anything is written, all documents and places are checked. Files that already hold what they should stay
    untouched. A document that was installed earlier under one of the prefixes and isn't in the source any more is
    removed. A file that was never installed, or isn't what its pin says any more, is neither overwritten nor removed:
    it is an error.

    Args:
        source: The folder that holds the documents, in any arrangement; or the name of an installed package, whose
            documents and those of the packages that it is built on are taken.
        prefixes: What to take: ``app.bsky`` means that NSID and all below it, ``app.bsky.feed.post`` and
            ``app.bsky.actor.defs`` among them, but not ``app.bskyx.foo``. Each must match at least one document.
        lexicons: The folder to bring them to. It is made if need be.
        origin: Where the documents come from, for the pins: a name that means something on every machine, such as a
            package with its version. None: it isn't recorded.
        keep_prose: Whether descriptions, and a permission set's title and details, come along. Without it only the
            schema does.

    Raises:
        LexiconError: A document under the prefixes is broken, a prefix matches nothing, the folder has one of the
            documents under another path, something that wasn't installed is in the way, a link leads out of the folder,
            the pins are broken, there is no such source, ``origin`` isn't text, or a file can't be written. Only in the last case some files may
            have been written.
    """
    loaded, diagnostics = _documents_of(source)
    documents = [document for document in loaded if _is_below(document.id, prefixes)]
    # Of a file without a readable NSID nobody can say that it isn't below the prefixes.
    found = [item for item in diagnostics if not item.nsid or _is_below(item.nsid, prefixes)]
    _refuse([*found, *_unmatched(source, prefixes, documents, found)])
    if origin is not None and not is_unicode(origin):
        raise LexiconError(f"The origin {origin!r} isn't text that UTF-8 can write.")
    folder = Path(lexicons)
    try:
        check_places([folder / PINS_FILE], folder)
        pins = read_pins(folder)
        fresh = {
            document.id: Pin(origin=origin, schema_sha256=schema_digest(document)) for document in documents
        }
        removed = tuple(sorted(nsid for nsid in pins if _is_below(nsid, prefixes) and nsid not in fresh))
        contents = {document.id: _content(document, keep_prose=keep_prose) for document in documents}
        check_places([folder / document_path(nsid) for nsid in (*contents, *removed)], folder)
        there = {nsid: _read(folder / document_path(nsid)) for nsid in (*contents, *removed)}
        written = tuple(nsid for nsid, content in contents.items() if there[nsid] != content)
        _refuse([*_twins(folder, contents), *_losses(folder, there, (*written, *removed), pins)])
        _write(folder, {nsid: contents[nsid] for nsid in written}, removed)
        kept = {nsid: pin for nsid, pin in pins.items() if nsid not in removed} | fresh
        if kept != pins:
            replace_file(folder / PINS_FILE, pins_text(kept).encode())
    except OSError as error:
        raise LexiconError(
            f"The documents can't be installed: {error.filename}: {error.strerror}."
        ) from error
    return Installation(installed=tuple(fresh), written=written, removed=removed, warnings=tuple(found))


def _documents_of(source: str | os.PathLike[str]) -> tuple[Iterable[Document], Iterable[Diagnostic]]:
    name = os.fspath(source)
    if not os.path.lexists(name) and package_file(name, DATA_FILE) is not None:
        (package,) = load_bases([name])
        return package.all_lexicons().values(), ()
    if not os.path.lexists(name):
        raise LexiconError(f"There is no folder and no installed package of atlex's making {name!r}.")
    loaded = load_documents(source)
    return loaded.documents, loaded.diagnostics


def _write(folder: Path, contents: Mapping[str, bytes], removed: Iterable[str]) -> None:
    for nsid, content in contents.items():
        replace_file(folder / document_path(nsid), content)
    for nsid in removed:
        remove_file(folder / document_path(nsid), folder)


def _read(file: Path) -> bytes | None:
    try:
        return read_file(file)
    except FileNotFoundError:
        return None


def _losses(
    folder: Path, there: Mapping[str, bytes | None], touched: Iterable[str], pins: Mapping[str, Pin]
) -> Iterator[Diagnostic]:
    """Find the files that nobody could get back: those that aren't what was installed."""
    for nsid in touched:
        data = there[nsid]
        if data is None:
            continue
        found = parse_document(data)[0]
        pin = pins.get(nsid)
        if pin is None:
            message = "a file that was never installed is in the way"
        elif found is None or found.id != nsid or schema_digest(found) != pin.schema_sha256:
            message = f"changed since it was installed: it isn't what {PINS_FILE} says"
        else:
            continue
        file = str(folder / document_path(nsid))
        yield Diagnostic(
            severity="error", file=file, nsid=nsid, message=message, hint="move it away, or remove it"
        )


def _twins(folder: Path, fresh: Collection[str]) -> Iterator[Diagnostic]:
    """Find documents that the folder would hold twice, or whose files have one name where case doesn't count."""
    by_name: dict[str, str] = {}
    for nsid in fresh:
        other = by_name.setdefault(nsid.lower(), nsid)
        if other != nsid:
            message = f"its file would differ from that of {other} in upper and lower case alone"
            yield Diagnostic(severity="error", nsid=nsid, message=message, hint="install only one of them")
    for document in load_documents(folder).documents if folder.is_dir() else ():
        place = folder / document_path(document.id)
        if document.id in fresh and Path(document.source) != place:
            message, hint = f"it would stand a second time, in {place}", "move this file there, or remove it"
            yield Diagnostic(
                severity="error", file=document.source, nsid=document.id, message=message, hint=hint
            )


def _content(document: Document, *, keep_prose: bool) -> bytes:
    return document_text(document.raw if keep_prose else strip_prose(document.raw)).encode()


def _is_below(nsid: str, prefixes: Iterable[str]) -> bool:
    return any(nsid == prefix or nsid.startswith(f"{prefix}.") for prefix in prefixes)


def _unmatched(
    source: str | os.PathLike[str],
    prefixes: Iterable[str],
    documents: list[Document],
    found: list[Diagnostic],
) -> list[Diagnostic]:
    # A broken document is a match too: its own fault says enough.
    nsids = {document.id for document in documents} | {diagnostic.nsid for diagnostic in found}
    return [
        Diagnostic(
            severity="error",
            file=os.fspath(source),
            message=f'no document\'s NSID is "{prefix}" or below it',
            hint="check the prefix and the folder",
        )
        for prefix in prefixes
        if not any(_is_below(nsid, [prefix]) for nsid in nsids)
    ]


def _refuse(found: list[Diagnostic]) -> None:
    if errors := sum(diagnostic.is_error for diagnostic in found):
        count = "1 error" if errors == 1 else f"{errors} errors"
        raise LexiconError(f"Nothing was installed because of {count}.", found)
