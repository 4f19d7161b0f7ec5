"""Finds the line breaks that are too many, as the official apps do before they post."""

from __future__ import annotations

import re
from typing import Final

from atlex_bsky.richtext._space import INVISIBLE, SPACE

__all__ = ["excess_newlines"]

_RUN: Final = re.compile(rf"[\r\n][{SPACE}{INVISIBLE}]*[\r\n]")
_MOST: Final = 2


def excess_newlines(text: str) -> list[tuple[int, int]]:
    """Where more than two line breaks have nothing visible between them, from the first to the last."""
    runs = ((run, run[0].count("\n") + run[0].count("\r")) for run in _RUN.finditer(text))
    return [run.span() for run, breaks in runs if breaks > _MOST]
