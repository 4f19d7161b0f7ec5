"""Texts for the web: as HTML and as Markdown, in which nobody else's text is markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Final
from urllib.parse import quote

from atlex_bsky.richtext._features import is_web_link
from atlex_bsky.richtext._spans import Segment

__all__ = ["to_html", "to_markdown"]

_BREAK: Final = re.compile(r"\r\n?|\n")
_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>&~|]|!\Z")
_IN_ADDRESS: Final = re.compile(r"[\\()<>&`]")
# White space that would be dropped or make code, and what begins a heading, a list or a rule.
_LINE_START: Final = re.compile(r"^(?:[ \t]+|[#+=-]|[0-9]+[.)])")
_PARAGRAPH: Final = re.compile(r"(?:\\\n){2,}")
_HARD_BREAK: Final = "\\\n"


def _address_of(segment: Segment, base: str) -> str | None:
    if segment.link is not None and is_web_link(segment.link):
        return segment.link
    if segment.mention is not None:
        return f"{base}/profile/{segment.mention}"
    if segment.tag is not None:
        return f"{base}/hashtag/{quote(segment.tag, safe='')}"
    return None


def to_html(segments: Iterable[Segment], base: str) -> str:
    """The text as HTML, as `RichText.to_html` has it."""
    return "".join(_html_of(segment, base) for segment in segments)


def _html_of(segment: Segment, base: str) -> str:
    text = _BREAK.sub("<br>\n", escape(segment.text))
    address = _address_of(segment, base)
    return text if address is None else f'<a href="{escape(address)}" rel="nofollow noopener">{text}</a>'


def to_markdown(segments: Iterable[Segment], base: str) -> str:
    """The text as Markdown, as `RichText.to_markdown` has it."""
    written: list[str] = []
    is_line_start = True
    for segment in segments:
        lines = [_escaped(line) for line in _BREAK.split(segment.text)]
        guarded = [_LINE_START.sub(_guarded, line) for line in lines]
        text = _HARD_BREAK.join([guarded[0] if is_line_start else lines[0], *guarded[1:]])
        address = _address_of(segment, base)
        if address is None:
            written.append(_PARAGRAPH.sub(lambda breaks: "\n" * (len(breaks[0]) // 2), text))
        else:
            written.append(f"[{text}]({_IN_ADDRESS.sub(_backslashed, address)})")
        is_line_start = lines[-1] == "" and address is None
    whole = "".join(written)
    # At the end of a paragraph it would be a backslash.
    return whole.removesuffix(_HARD_BREAK) + "\n" if whole.endswith(_HARD_BREAK) else whole


def _backslashed(character: re.Match[str]) -> str:
    return f"\\{character[0]}"


def _escaped(line: str) -> str:
    return _SPECIAL.sub(_backslashed, line)


def _guarded(start: re.Match[str]) -> str:
    if start[0].isspace():
        return "".join(f"&#{ord(space)};" for space in start[0])
    return f"{start[0][:-1]}\\{start[0][-1]}"
