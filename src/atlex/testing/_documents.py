"""Which Lexicon documents a server goes by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from importlib.util import find_spec, module_from_spec
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeAlias

from atlex._bases import DATA_FILE, base_names
from atlex.errors import LexiconError
from atlex.lexicon import Diagnostic, Document, Lexicons, load_documents, parse_document

__all__ = ["DATA_FILE", "LexiconSource", "find_lexicons"]

_SomeDocument: TypeAlias = Document | Mapping[str, Any] | bytes | str

LexiconSource: TypeAlias = Lexicons | str | PathLike[str] | ModuleType | Iterable[_SomeDocument]
"""Documents (parsed, as JSON values or as JSON text), the path of a folder or file, or a generated package or its name."""

_OFFICIAL: Final = "atlex_sdk"


def find_lexicons(source: LexiconSource | None) -> Lexicons:
    """The documents of a source, and those of the official package that it doesn't have.

    The server's own methods are official ones, so a source of other documents alone couldn't check them.

    Args:
        source: Where the documents are; None for the official package alone.

    Raises:
        LexiconError: Documents are broken or missing.
    """
    official = _official_lexicons()
    if source is None:
        if official is None:
            raise LexiconError(
                f"There are no Lexicon documents: the package {_OFFICIAL!r} isn't there, so give lexicons=…"
            )
        return official
    given = _given(source)
    if official is None:
        return given
    rest = [document for nsid, document in official.items() if nsid not in given]
    return Lexicons([*given.values(), *rest]) if rest else given


def _given(source: LexiconSource) -> Lexicons:
    if isinstance(source, Lexicons):
        return source
    if isinstance(source, ModuleType):
        return _package_lexicons(source)
    if isinstance(source, str) and not Path(source).exists() and (package := _package(source)) is not None:
        return _package_lexicons(package)
    if isinstance(source, str | PathLike):
        # References aren't checked: they may lead to official documents.
        result = load_documents(source)
        if result.errors:
            raise _refusal(result.errors)
        return Lexicons(result.documents)
    # mypy doesn't take modules out of the union.
    return Lexicons([_document(item) for item in source])  # type: ignore[union-attr]


def _document(item: _SomeDocument) -> Document:
    if isinstance(item, Document):
        return item
    document, diagnostics = parse_document(item)
    if document is None:
        raise _refusal([diagnostic for diagnostic in diagnostics if diagnostic.is_error])
    return document


def _refusal(errors: Sequence[Diagnostic]) -> LexiconError:
    return LexiconError("The Lexicon documents can't be used", errors)


@cache
def _official_lexicons() -> Lexicons | None:
    """The documents of the official package, which isn't imported; None where it isn't installed."""
    package = _package(_OFFICIAL)
    return None if package is None else _package_lexicons(package)


def _package(name: str) -> ModuleType | None:
    """An empty module in the place of a package, which is enough to read its files; None where there is none."""
    try:
        spec = find_spec(name) if name.replace(".", "_").isidentifier() else None
    except ModuleNotFoundError:
        # A package that it would be in isn't there.
        return None
    return None if spec is None else module_from_spec(spec)


def _package_lexicons(package: ModuleType) -> Lexicons:
    """The documents of a generated package and of those that it is built on."""
    documents = dict(_own_lexicons(package))
    for name in base_names(package.__name__):
        base = _package(name)
        if base is None:
            raise LexiconError(
                f"{package.__name__!r} is built on the package {name!r}, which isn't installed"
            )
        documents = {**_package_lexicons(base), **documents}
    return Lexicons(documents.values())


def _own_lexicons(package: ModuleType) -> Lexicons:
    # Not by a path: the package may be inside a zip file.
    data = files(package) / DATA_FILE if hasattr(package, "__path__") else None
    if data is None or not data.is_file():
        raise LexiconError(f"{package.__name__!r} isn't a generated package: it has no {DATA_FILE}")
    return _read(data.read_bytes())


@lru_cache(maxsize=4)
def _read(data: bytes) -> Lexicons:
    # A test may make hundreds of values, and reading the documents takes longer than making one.
    return Lexicons.from_package_data(data)
