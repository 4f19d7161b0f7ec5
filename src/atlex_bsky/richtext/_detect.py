"""Finds mentions, links and tags in a text as the official apps do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from atlex.syntax import is_valid_handle
from atlex_bsky.richtext._features import Link, Tag, UnresolvedMention, is_valid_tag, is_web_link
from atlex_bsky.richtext._space import INVISIBLE, SPACE
from atlex_bsky.richtext._spans import Span

if TYPE_CHECKING:
    import regex  # type: ignore[import-untyped]  # its types come apart from it, and mypy alone misses them

__all__ = ["found_in"]

_IN_TAG: Final = rf"[^{SPACE}{INVISIBLE}\u20e2]"
_BEGIN: Final = rf"(?<![^{SPACE}(])"

# Everything below takes time in proportion to the text: a match begins behind white space or a parenthesis,
# and what has to be given back of it never reaches back to an earlier one.
_MENTION: Final = re.compile(rf"{_BEGIN}@([a-zA-Z0-9.-]+)\b", re.ASCII)
_LINK: Final = re.compile(
    rf"{_BEGIN}(?:[hH][tT][tT][pP][sS]?://[^{SPACE}]+|([a-zA-Z][a-zA-Z0-9]*(?:\.[a-zA-Z0-9]+)+)[^{SPACE}]*)"
)
_CASHTAG: Final = re.compile(rf"{_BEGIN}\$([a-zA-Z][a-zA-Z0-9]{{0,4}})(?![^{SPACE}.,;:!?)\"'\u2019])")


@cache
def _hashtag() -> regex.Pattern[str]:
    import regex

    # It holds something that is neither a digit nor punctuation, and doesn't end in punctuation.
    return regex.compile(
        rf"(?<![^{SPACE}])[#\uff03](?!\ufe0f)"
        rf"((?={_IN_TAG}*[^0-9\p{{P}}{SPACE}{INVISIBLE}\u20e2]){_IN_TAG}*[^\p{{P}}{SPACE}{INVISIBLE}\u20e2])"
    )


@cache
def _top_level_domains() -> frozenset[str]:
    return frozenset((files("atlex_bsky.richtext") / "tlds.txt").read_text("ascii").split())


def _is_domain(name: str) -> bool:
    """Whether a name ends in a top-level domain, in lower case as the official apps want it."""
    _, dot, last = name.rpartition(".")
    return dot != "" and last in _top_level_domains()


def found_in(text: str) -> Iterator[Span]:
    """All that a text has, one kind after another; in some texts they overlap.

    Source: https://docs.bsky.app/docs/advanced-guides/post-richtext, and what the official library does.
    """
    yield from _mentions(text)
    yield from _links(text)
    yield from _hashtags(text)
    yield from _cashtags(text)


def _mentions(text: str) -> Iterator[Span]:
    for match in _MENTION.finditer(text):
        handle = match[1]
        if (_is_domain(handle) or handle.endswith(".test")) and is_valid_handle(handle):
            yield Span(match.start(), match.end(), (UnresolvedMention(handle),))


def _links(text: str) -> Iterator[Span]:
    for match in _LINK.finditer(text):
        shown, domain = match[0], match[1]
        if domain is None:
            if not shown.startswith("http"):
                continue
        elif not _is_domain(domain):
            continue
        # One sign of punctuation ends the sentence, and one parenthesis closes what an earlier one opened.
        shown = shown[:-1] if shown[-1] in ".,;:!?" else shown
        shown = shown[:-1] if shown[-1] == ")" and "(" not in shown else shown
        uri = shown if domain is None else f"https://{shown}"
        if is_web_link(uri):
            yield Span(match.start(), match.start() + len(shown), (Link(uri),))


def _hashtags(text: str) -> Iterator[Span]:
    for match in _hashtag().finditer(text):
        if is_valid_tag(match[1]):
            yield Span(match.start(), match.end(), (Tag(match[1]),))


def _cashtags(text: str) -> Iterator[Span]:
    for match in _CASHTAG.finditer(text):
        yield Span(match.start(), match.end(), (Tag(f"${match[1].upper()}"),))
