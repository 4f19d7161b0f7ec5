from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex  # type: ignore[import-untyped]  # its types come apart from it, and mypy alone misses them

__all__ = ["count_graphemes", "exceeds_graphemes", "iter_graphemes", "utf8_length"]


def utf8_length(text: str) -> int:
    """The length of a text in bytes of UTF-8, which is what a lexicon's ``maxLength`` counts.

    Args:
        text: Any text. A lone surrogate, which UTF-8 can't write, counts as 3 bytes.
    """
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def count_graphemes(text: str) -> int:
    r"""The length of a text in characters as people see them, which is what a lexicon's ``maxGraphemes`` counts.

    These are the extended grapheme clusters of Unicode (UAX #29): a family emoji is one, and so is ``\r\n``.
    """
    if text.isascii():
        return len(text) - text.count("\r\n")
    return _count(text, None)


def exceeds_graphemes(text: str, limit: int) -> bool:
    """Whether a text has more than so many characters as people see them. Cheaper than counting them all.

    Args:
        text: Any text.
        limit: The most graphemes allowed, 0 or more.
    """
    if len(text) <= limit:
        return False
    if text.isascii():
        return count_graphemes(text) > limit
    return _count(text, limit + 1) > limit


def iter_graphemes(text: str) -> Iterator[str]:
    """Give the characters of a text as people see them, one by one, as `count_graphemes` counts them."""
    return (match[0] for match in _cluster().finditer(text))


@cache
def _cluster() -> regex.Pattern[str]:
    import regex

    # \X alone looks back over the whole run for each flag, which makes a long run of them quadratic.
    return regex.compile(r"[\U0001F1E6-\U0001F1FF]{1,2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*|\X")


def _count(text: str, at_most: int | None) -> int:
    return sum(1 for _ in islice(_cluster().finditer(text), at_most))
