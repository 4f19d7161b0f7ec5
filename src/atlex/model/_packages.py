"""The package that a class was generated into, and the class that it has for a Lexicon type."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from typing import Any, cast

from atlex.syntax import is_valid_nsid

__all__ = ["class_for", "package_of"]

_SEPARATORS = re.compile("[-_]")


def _plain(segment: str) -> str:
    """A segment of an NSID, or the name of the module that stands for it."""
    return _SEPARATORS.sub("", segment).lower()


@lru_cache(maxsize=4096)
def package_of(model: Any) -> str:
    """The package that a class was generated into: its module without the segments of its NSID.

    The package of a class that stands elsewhere is its own module.
    """
    module: str = model.__module__
    segments = model.lex_type.partition("#")[0].split(".")
    parts = module.split(".")
    if len(parts) > len(segments) and [*map(_plain, parts[-len(segments) :])] == [*map(_plain, segments)]:
        return ".".join(parts[: -len(segments)])
    return module


@lru_cache(maxsize=4096)
def class_for(package: str, lex_type: str) -> Any | None:
    """The class that a package has for a Lexicon type, or None. It doesn't matter what has been imported before."""
    nsid = lex_type.partition("#")[0]
    if not is_valid_nsid(nsid):
        return None
    module: Any = import_module(package)
    for segment in nsid.split(".") if hasattr(module, "__path__") else ():
        name = next((name for name in dir(module) if _plain(name) == _plain(segment)), None)
        found = None if name is None else getattr(module, name, None)
        if not hasattr(found, "__spec__"):
            return None
        module = found
    values = list(cast("dict[str, Any]", vars(module)).values())
    named = [value for value in values if getattr(value, "lex_type", None) == lex_type]
    return next((value for value in named if value.__module__ == module.__name__), None)
