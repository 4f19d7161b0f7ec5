"""The first stage: documents and what is said beside them from a folder, with everything that is wrong with them."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from atlex._files import leads_out_of, read_file
from atlex.lexicon import Diagnostic, Document, Procedure, Query, load_documents
from atlex.syntax import is_valid_did
from atlex_codegen._prose import known_keys
from atlex_codegen._select import choose, leaving_out

__all__ = ["DESCRIPTIONS_FILE", "Source", "load_source", "read_tables", "stale_descriptions"]

DESCRIPTIONS_FILE: Final = "descriptions.toml"
"""The overlay's name in a folder of documents."""

_PAGES_FILE: Final = "pages.toml"
_PAGE_HINT: Final = 'write lines such as "com.example.listThings" = "things"'
_PROXIES_FILE: Final = "proxies.toml"
_PROXY_HINT: Final = 'write lines such as "com.example" = "did:web:api.example.com#example_view"'
_MAX_TABLE: Final = 1024 * 1024
_MAX_DOTS: Final = 1000
_SERVICE_ID: Final = re.compile(r"[A-Za-z0-9._~-]+")


@dataclass(frozen=True, slots=True)
class Source:
    """What a package is made from.

    Attributes:
        documents: The documents without errors, sorted by NSID.
        descriptions: The overlay: descriptions that come before the documents' own.
        proxies: The services that methods go to where no proxy is given, by namespace.
        pages: The array that is the page, by method, where a method answers with more than one.
        diagnostics: Everything that was found, errors and warnings.
    """

    documents: tuple[Document, ...]
    descriptions: Mapping[str, str]
    proxies: Mapping[str, str]
    pages: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]


def load_source(
    lexicons: Path,
    descriptions: Path | None,
    *,
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    skip_invalid: bool = False,
) -> Source:
    """Read the documents of a folder, the overlay, and ``proxies.toml`` and ``pages.toml`` where the folder has them.

    Args:
        lexicons: The folder.
        descriptions: The overlay's file, which must be there; None for ``descriptions.toml`` in the folder, which
            needn't.
        include: What to take of the documents, and what they refer to, as for `choose`.
        exclude: What not to take of these.
        skip_invalid: Whether a document with errors is left out with a warning.
    """
    loaded = load_documents(lexicons)
    broken = leaving_out(loaded.diagnostics) if skip_invalid else loaded.diagnostics
    documents, diagnostics = choose(loaded.documents, broken, include, exclude)
    if not documents and not any(diagnostic.is_error for diagnostic in diagnostics):
        message, hint = "there are no Lexicon documents", "give the folder that holds them"
        diagnostics.append(Diagnostic(severity="error", file=str(lexicons), message=message, hint=hint))
    tables = read_tables(lexicons, descriptions)
    diagnostics += tables.diagnostics
    diagnostics += stale_descriptions(lexicons, descriptions, tables.descriptions, loaded.documents)
    diagnostics += _proxy_faults(lexicons / _PROXIES_FILE, tables.proxies, loaded.documents)
    diagnostics += _page_faults(lexicons / _PAGES_FILE, tables.pages, loaded.documents)
    return replace(tables, documents=documents, diagnostics=tuple(diagnostics))


def read_tables(lexicons: Path, descriptions: Path | None) -> Source:
    """Read what stands beside the documents, for `load_source`; whether it is about any of them isn't looked at."""
    hint = 'write lines such as "com.example.getThing" = "What it does."'
    file = descriptions or lexicons / DESCRIPTIONS_FILE
    overlay, found = _read_table(file, hint, must_exist=descriptions is not None)
    proxies, of_proxies = _read_table(lexicons / _PROXIES_FILE, _PROXY_HINT)
    pages, of_pages = _read_table(lexicons / _PAGES_FILE, _PAGE_HINT)
    return Source((), overlay, proxies, pages, (*found, *of_proxies, *of_pages))


def _read_table(
    file: Path, hint: str, *, must_exist: bool = False
) -> tuple[Mapping[str, str], list[Diagnostic]]:
    """Read a TOML file of texts; it needn't be there unless it must."""
    if not must_exist:
        if not os.path.lexists(file):
            return {}, []
        if leads_out_of(file, file.parent):
            return {}, [_broken(file, "a link that leads out of the folder", "put the file itself there")]
    try:
        text = read_file(file, _MAX_TABLE).decode("utf-8-sig")
        # Python takes a key apart in time that grows with the square of its dots.
        if any(line.count(".") > _MAX_DOTS for line in text.splitlines()):
            return {}, [_broken(file, f"a line with more than {_MAX_DOTS} dots", hint)]
        table = tomllib.loads(text)
    except OSError as error:
        return {}, [_broken(file, f"can't be read: {error.strerror}", hint)]
    except (ValueError, RecursionError) as error:
        return {}, [_broken(file, f"isn't TOML: {error}", hint)]
    faults = [
        _broken(file, f'"{key}" has no text', hint)
        for key, text in table.items()
        if not isinstance(text, str)
    ]
    return {key: text for key, text in table.items() if isinstance(text, str)}, faults


def _broken(file: Path, message: str, hint: str) -> Diagnostic:
    return Diagnostic(severity="error", file=str(file), message=message, hint=hint)


def _page_faults(
    file: Path, pages: Mapping[str, str], documents: tuple[Document, ...]
) -> Iterator[Diagnostic]:
    mains = {document.id: document.main for document in documents}
    for nsid in pages:
        if not isinstance(mains.get(nsid), Query | Procedure):
            yield _useless(file, f'"{nsid}" is no query and no procedure')


def _useless(file: Path, message: str) -> Diagnostic:
    hint = "remove it, or correct the name"
    return Diagnostic(severity="warning", file=str(file), message=message, hint=hint)


def stale_descriptions(
    lexicons: Path, descriptions: Path | None, overlay: Mapping[str, str], documents: Iterable[Document]
) -> list[Diagnostic]:
    """Find descriptions of what isn't in the documents.

    Args:
        lexicons: As for `load_source`.
        descriptions: Likewise.
        overlay: The descriptions.
        documents: All documents that they may be about.
    """
    file = descriptions or lexicons / DESCRIPTIONS_FILE
    known = {key for document in documents for key in known_keys(document)}
    return [
        _useless(file, f'"{key}" describes nothing in the documents')
        for key in sorted(overlay.keys() - known)
    ]


def _proxy_faults(
    file: Path, proxies: Mapping[str, str], documents: tuple[Document, ...]
) -> Iterator[Diagnostic]:
    for namespace, service in proxies.items():
        did, _, service_id = service.partition("#")
        if not is_valid_did(did) or not _SERVICE_ID.fullmatch(service_id):
            yield _broken(file, f"{service!r} isn't a DID and a service's ID", _PROXY_HINT)
        if not any(document.id.startswith(f"{namespace}.") for document in documents):
            yield _useless(file, f'"{namespace}" is the namespace of no document')
