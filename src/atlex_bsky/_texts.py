"""Texts that callers give, one or several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

__all__ = ["Texts", "several"]

Texts: TypeAlias = str | Iterable[str]
"""One text or several."""


def several(texts: Texts | None) -> list[str]:
    """The texts; one alone isn't taken apart into its letters. None is none."""
    return [texts] if isinstance(texts, str) else list(texts or ())
