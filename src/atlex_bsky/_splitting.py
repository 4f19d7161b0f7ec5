"""Cuts a long text into the posts of a thread, where a reader would pause."""

from __future__ import annotations

from itertools import accumulate
from typing import Final

import regex  # type: ignore[import-untyped]  # its types come apart from it, and mypy alone misses them

from atlex.syntax import iter_graphemes, utf8_length
from atlex_bsky.richtext import RichText

__all__ = ["MAX_BYTES", "MAX_GRAPHEMES", "fits", "split"]

MAX_GRAPHEMES: Final = 300
"""The most graphemes of a post's text (app.bsky.feed.post)."""
MAX_BYTES: Final = 3000
"""The most bytes of UTF-8 of a post's text (app.bsky.feed.post)."""

# How good a place is to cut at. A better one is taken even if it leaves a post half empty.
_IN_FACET, _ANYWHERE, _WORD, _SENTENCE, _LINE, _PARAGRAPH = range(6)
_SENTENCE_END: Final = regex.compile(r"""[.!?…。！？]["'”’»)\]]*\Z""")  # noqa: RUF001
_LONGEST_END: Final = 8
_WIDE_SENTENCE_END: Final = regex.compile(r"[。！？]")  # noqa: RUF001


def fits(text: RichText) -> bool:
    """Whether a text is short enough for one post: 300 graphemes and 3,000 bytes of UTF-8."""
    return text.bytes <= MAX_BYTES and text.graphemes <= MAX_GRAPHEMES


def split(text: RichText) -> list[RichText]:
    """Cut a text into parts that fit into a post each.

    It is cut between paragraphs, lines or sentences if that leaves a part at least half full, else between
    words, and between graphemes only where a word is longer than a post. Mentions, links and tags stay whole,
    unless one is longer than a post. White space at a cut is left out; all other stays as it is.
    """
    if fits(text):
        return [text]
    # Every grapheme, and the place in characters where it begins; the end of the text comes last.
    graphemes = [*iter_graphemes(text.plain)]
    places = [0, *accumulate(map(len, graphemes))]
    strengths = _strengths(text, graphemes, places)
    parts: list[RichText] = []
    start, end = _trimmed(graphemes, 0, len(graphemes))
    while start < end:
        cut = _cut(strengths, start, _reach(graphemes, start, end), end)
        first, last = _trimmed(graphemes, start, cut)
        parts.append(text.slice(places[first], places[last]))
        start, _ = _trimmed(graphemes, cut, end)
    return parts


def _trimmed(graphemes: list[str], start: int, end: int) -> tuple[int, int]:
    """The range without the white space at its ends."""
    while start < end and graphemes[start].isspace():
        start += 1
    while end > start and graphemes[end - 1].isspace():
        end -= 1
    return start, end


def _reach(graphemes: list[str], start: int, end: int) -> int:
    """How far a post that begins at ``start`` can go, one grapheme at least."""
    stop, size = start, 0
    while stop < end and stop - start < MAX_GRAPHEMES:
        size += utf8_length(graphemes[stop])
        if size > MAX_BYTES and stop > start:
            break
        stop += 1
    return stop


def _cut(strengths: list[int], start: int, reach: int, end: int) -> int:
    """The best place for the end of a post that begins at ``start`` and can go to ``reach``."""
    if reach == end:
        return end
    half = start + (reach - start) // 2
    for least, floor in (
        (_PARAGRAPH, half),
        (_LINE, half),
        (_SENTENCE, half),
        (_WORD, start),
        (_ANYWHERE, start),
    ):
        for place in range(reach, floor, -1):
            if strengths[place] >= least:
                return place
    return reach


def _strengths(text: RichText, graphemes: list[str], places: list[int]) -> list[int]:
    """How good a place to cut at the beginning of each grapheme is."""
    inside = bytearray(len(text.plain) + 1)
    cursor = 0
    for segment in text.segments:
        if segment.features:
            inside[cursor + 1 : cursor + len(segment.text)] = b"\1" * (len(segment.text) - 1)
        cursor += len(segment.text)
    return [
        _IN_FACET if inside[place] else _strength(text.plain, graphemes, index, place)
        for index, place in enumerate(places)
    ]


def _strength(plain: str, graphemes: list[str], index: int, place: int) -> int:
    before = plain[max(0, place - _LONGEST_END) : place]
    if index == len(graphemes) or not graphemes[index].isspace():
        return _SENTENCE if _WIDE_SENTENCE_END.fullmatch(before[-1:]) else _ANYWHERE
    if before[-1:].isspace():
        # Only the beginning of white space is a place to cut at.
        return _ANYWHERE
    breaks, following = 0, index
    while following < len(graphemes) and graphemes[following].isspace():
        breaks += graphemes[following] in {"\n", "\r\n", "\r"}
        following += 1
    if breaks:
        return _PARAGRAPH if breaks > 1 else _LINE
    return _SENTENCE if _SENTENCE_END.search(before) else _WORD
