"""The version of what is installed."""

from __future__ import annotations

from importlib import metadata
from typing import Final

__all__ = ["__version__", "installed_version", "user_agent"]


def installed_version() -> str | None:
    """The version in the metadata of what is installed, or None where bundlers left that out."""
    try:
        return metadata.version("atlex")
    except metadata.PackageNotFoundError:
        return None


def user_agent() -> str:
    """The ``User-Agent`` of requests, such as ``atlex/0.1.0``."""
    version = installed_version()
    return f"atlex/{version}" if version else "atlex"


__version__: Final = installed_version() or "0+unknown"
"""The version of atlex, such as ``0.1.0``; ``0+unknown`` where its metadata wasn't installed."""
