"""The one sentinel: an argument that was left out, where None would be sent as null."""

from __future__ import annotations

from enum import Enum
from typing import Final

__all__ = ["OMIT", "Omit"]


class Omit(Enum):
    """The type of `OMIT`. An enumeration, so that type checkers can narrow ``value is OMIT``."""

    OMIT = "OMIT"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "OMIT"


OMIT: Final = Omit.OMIT
"""Leave the argument out. Only where a lexicon says nullable, since there None is a value of its own."""
