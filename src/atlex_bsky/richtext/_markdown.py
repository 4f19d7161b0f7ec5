"""Reads the links of Markdown."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from atlex_bsky.richtext._features import Link, is_web_link
from atlex_bsky.richtext._spans import Span

__all__ = ["read_markdown"]

_ESCAPE: Final = r"\\[!-/:-@\[-`{-~\n]"
_REFERENCE: Final = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"
# Nothing in it gives back what it took, and a parenthesis opens at most one more: what is no address after
# all has been gone over once or twice, and not by each of those before it.
_ADDRESS: Final = rf"<((?:{_ESCAPE}|[^\s<>\\])*+)>|((?:{_ESCAPE}|[^\s()]|\((?:{_ESCAPE}|[^\s()])*+\))*+)"
_TOKEN: Final = re.compile(
    rf"{_ESCAPE}|{_REFERENCE}|<([hH][tT][tT][pP][sS]?://[^\s<>]*+)>|\[|\](?:\((?:{_ADDRESS})\))?"
)
_CHARACTER: Final = re.compile(rf"{_ESCAPE}|{_REFERENCE}")


def read_markdown(source: str) -> tuple[str, list[Span]]:
    """What a text in Markdown says, and the spans of its links, as `RichText.markdown` has it."""
    pieces: list[str] = []
    spans: list[Span] = []
    # The brackets that may begin a link: which piece each is, and where in the text it stands.
    open_brackets: list[tuple[int, int]] = []
    length = cursor = 0
    for token in _TOKEN.finditer(source):
        before = source[cursor : token.start()]
        pieces.append(before)
        length += len(before)
        cursor = token.end()
        written = _plain(token[0])
        if token[0] == "[":
            open_brackets.append((len(pieces), length))
        elif token[1] is not None and is_web_link(token[1]):
            written = token[1]
            spans.append(Span(length, length + len(written), (Link(written),)))
            open_brackets.clear()
        elif token[0].startswith("]") and open_brackets:
            piece, start = open_brackets.pop()
            address = _CHARACTER.sub(lambda character: _plain(character[0]), token[2] or token[3] or "")
            if is_web_link(address) and "".join(pieces[piece + 1 :]).strip():
                pieces[piece] = written = ""
                length -= 1
                spans.append(Span(start, length, (Link(address),)))
                # A link has none inside it.
                open_brackets.clear()
        pieces.append(written)
        length += len(written)
    pieces.append(source[cursor:])
    return "".join(pieces), spans


def _plain(token: str) -> str:
    """What an escape or a reference to a character stands for; any other token as it is."""
    if token.startswith("\\"):
        return token[1:]
    return unescape(token) if token.startswith("&") else token
