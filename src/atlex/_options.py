"""Options that are given by keyword: what each may be, and the check of those given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from atlex.errors import InputError

__all__ = [
    "ANYTHING",
    "COUNT",
    "FLAG",
    "FUNCTION",
    "SECONDS",
    "SIZE",
    "TEXT",
    "Kind",
    "check_options",
    "is_integer",
]

_SHOWN: Final = 60
_MAX_SECONDS: Final = 1e9
"""About thirty years. Operating systems refuse to wait for longer at some point, each at another."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an option may be.

    Attributes:
        fits: Whether a value is of this kind.
        text: The kind in words: "a number …".
        is_word: Whether it is one of a few words, so that a text in its place can be shown; others may be secret.
    """

    fits: Callable[[object], bool]
    text: str
    is_word: bool = False


def _is_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _MAX_SECONDS


def is_integer(value: object) -> TypeGuard[int]:
    """Whether a value is a whole number, which True and False aren't."""
    return isinstance(value, int) and not isinstance(value, bool)


ANYTHING: Final = Kind(lambda _: True, "anything")
TEXT: Final = Kind(lambda value: value is None or isinstance(value, str), "a str, or None")
FUNCTION: Final = Kind(lambda value: value is None or callable(value), "a function, or None")
FLAG: Final = Kind(lambda value: isinstance(value, bool), "True or False")
COUNT: Final = Kind(
    lambda value: value is None or (is_integer(value) and value >= 0), "a whole number of 0 or more, or None"
)
SECONDS: Final = Kind(
    lambda value: value is None or _is_seconds(value),
    "a number of seconds above 0 and at most a billion, or None for no limit",
)
SIZE: Final = Kind(
    lambda value: value is None or (is_integer(value) and value > 0),
    "a whole number of bytes above 0, or None for no limit",
)


def check_options(given: Mapping[str, Any], kinds: Mapping[str, Kind]) -> None:
    """Make sure that options have names that there are, and values of their kinds.

    Raises:
        InputError: One doesn't; the message names it. Its value is shown only where it is a number or should be one
            of a few words.
    """
    for name, value in given.items():
        kind = kinds.get(name)
        if kind is None:
            from difflib import get_close_matches

            near = get_close_matches(name, kinds, n=1)
            raise InputError(
                f"There is no option {name!r} here" + (f"; did you mean {near[0]!r}?" if near else "")
            )
        if not kind.fits(value):
            shown = repr(value) if isinstance(value, bool | float) else type(value).__name__
            shown = str(value) if is_integer(value) and abs(value) < 10**20 else shown
            shown = repr(value[:_SHOWN]) if kind.is_word and isinstance(value, str) else shown
            raise InputError(f"{name} must be {kind.text}, not {shown}")
