"""The package that a class was generated into, and the class that it has for a Lexicon type."""

from __future__ import annotations

import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib import import_module
from typing import Any, cast

from atlex.syntax import is_valid_nsid

__all__ = ["class_for", "module_for", "owned_by", "owner_package", "package_of"]

_SEPARATORS = re.compile("[-_]")

_OWNER: ContextVar[Any] = ContextVar("_OWNER", default=None)


@contextmanager
def owned_by(model: Any) -> Generator[None]:
    """Let `owner_package` be that of a class, while the schemas of its fields are made."""
    token = _OWNER.set(model)
    try:
        yield
    finally:
        _OWNER.reset(token)


def owner_package() -> str | None:
    """The package of the class whose field's schema is being made; None for a type that stands by itself."""
    owner = _OWNER.get()
    return None if owner is None else package_of(owner)


def _plain(segment: str) -> str:
    """A segment of an NSID, or the name of the module that stands for it."""
    return _SEPARATORS.sub("", segment).lower()


@lru_cache(maxsize=4096)
def package_of(model: Any) -> str:
    """The package that a class was generated into: its module without the segments of its document's NSID.

    The package of a class that stands elsewhere is its own module.
    """
    module: str = model.__module__
    segments = (model.lex_type or _document_of(module)).partition("#")[0].split(".")
    parts = module.split(".")
    if len(parts) > len(segments) and [*map(_plain, parts[-len(segments) :])] == [*map(_plain, segments)]:
        return ".".join(parts[: -len(segments)])
    return module


def _document_of(module: str) -> str:
    """The NSID of the document that a module was made from, as its method or one of its classes has it, or empty."""
    values: dict[str, Any] = getattr(sys.modules.get(module), "__dict__", {})
    method = getattr(values.get("METHOD"), "nsid", "")
    types = (
        getattr(cast("Any", value), "lex_type", "") for value in values.values() if isinstance(value, type)
    )
    named = (lex_type for lex_type in types if lex_type)
    return cast("str", method or next(named, ""))


@lru_cache(maxsize=4096)
def class_for(package: str, lex_type: str) -> Any | None:
    """The class that a package has for a Lexicon type, or None. It doesn't matter what has been imported before."""
    module = module_for(package, lex_type.partition("#")[0])
    if module is None:
        return None
    values = list(cast("dict[str, Any]", vars(module)).values())
    named = [value for value in values if getattr(value, "lex_type", None) == lex_type]
    found = next((value for value in named if value.__module__ == module.__name__), None)
    # What isn't there may be handed on from a package that this one is built on.
    return found or next((value for value in _handed_on(module) if value.lex_type == lex_type), None)


def module_for(package: str, nsid: str) -> Any | None:
    """The module that a package has for a document, or for those whose NSIDs begin with its; None where it has none.

    A package that is one module has that for all.
    """
    if not is_valid_nsid(nsid):
        return None
    module: Any = import_module(package)
    for segment in nsid.split(".") if hasattr(module, "__path__") else ():
        name = next((name for name in dir(module) if _plain(name) == _plain(segment)), None)
        found = None if name is None else getattr(module, name, None)
        if not hasattr(found, "__spec__"):
            return None
        module = found
    return module


def _handed_on(module: Any) -> list[Any]:
    """The classes that a module shows and that aren't its own."""
    own = cast("dict[str, Any]", vars(module))
    shown = [getattr(module, name) for name in set(dir(module)) - own.keys()]
    return [value for value in shown if isinstance(value, type) and hasattr(value, "lex_type")]
