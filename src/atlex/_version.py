"""The version of what is installed."""

from __future__ import annotations

from importlib import metadata
from typing import Final

__all__ = ["__version__"]


def _installed() -> str:
    try:
        return metadata.version("atlex")
    except metadata.PackageNotFoundError:
        # Bundlers leave the metadata out.
        return "0+unknown"


__version__: Final = _installed()
"""The version of atlex, such as ``0.1.0``; ``0+unknown`` where its metadata wasn't installed."""
