"""The one way from a document's strings into Python source.

Documents are hostile input: whatever they hold must come out as the inside of a docstring, as a string literal, or as
one line of a comment, and as nothing else. The rules name code points, never Unicode's own tables, which change from
one Python to the next.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

__all__ = [
    "LINE_LENGTH",
    "clean",
    "comment",
    "docstring",
    "literal",
    "paragraphs",
    "shortened",
    "wrap",
]

LINE_LENGTH: Final = 110
"""How long a line of generated code may be, in characters, where it can be broken."""

_PROSE_LIMIT: Final = 4000
"""How much of one description is kept, in characters; official ones stay below 600."""

# Controls, surrogates, noncharacters, and the invisible characters that reorder or hide text in an editor.
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SPACES: Final = re.compile(r"[ \t\n]+")
_BLANK_LINES: Final = re.compile(r"\n[ \t]*\n[ \t\n]*")
_BREAKS: Final = re.compile(r"[\t\n\v\f\r]")
"""What `textwrap` changes in a line that fits, and doesn't end in a space."""

_PLAIN: Final = re.compile(r"[ !#-\[\]-~]*")
"""What stands in a literal as it is."""

_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def clean(text: str) -> str:
    """Make prose safe to show: no invisible or control characters, line feeds for line ends, and an end to it."""
    if _is_plain(text):
        return text
    plain = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip(" \t\n")
    return plain if len(plain) <= _PROSE_LIMIT else f"{plain[:_PROSE_LIMIT].rstrip()}…"


def paragraphs(text: str) -> list[str]:
    """Clean prose and cut it into paragraphs of one line each; a blank line separates them."""
    if _is_plain(text):
        return [text] if text else []
    return [_SPACES.sub(" ", part).strip() for part in _BLANK_LINES.split(clean(text)) if part.strip()]


def _is_plain(text: str) -> bool:
    """Whether prose is one clean line already, as most is: a shortcut, without which the outcome is the same."""
    return (
        text.isascii()
        and text.isprintable()
        and "  " not in text
        and len(text) <= _PROSE_LIMIT
        and not text.startswith(" ")
        and not text.endswith(" ")
    )


def shortened(text: str, limit: int = 80) -> str:
    """One line of cleaned text, cut to ``limit`` characters."""
    line = _SPACES.sub(" ", clean(text))
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def wrap(text: str, indent: int, hanging: int = 0) -> list[str]:
    """Break one paragraph into lines that fit after ``indent`` columns; all but the first begin with ``hanging``."""
    if text and len(text) <= LINE_LENGTH - indent and not text[-1].isspace() and not _BREAKS.search(text):
        return [text]
    # Most lines fit.
    import textwrap

    return textwrap.wrap(
        text,
        LINE_LENGTH - indent,
        subsequent_indent=" " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def literal(text: str) -> str:
    """A string literal that evaluates to the text, in ASCII."""
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_escaped(char, quote) for char in text) + quote


def _escaped(char: str, quote: str) -> str:
    if char == quote:
        return f"\\{char}"
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    if 0x20 <= code < 0x7F:
        return char
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def comment(text: str) -> str:
    """What may follow ``# ``: one line of cleaned text."""
    return shortened(text, LINE_LENGTH)


def docstring(lines: Sequence[str], indent: int) -> str:
    """A docstring of lines that have been cleaned already.

    Args:
        lines: Its lines; the first is the summary.
        indent: The columns before it.
    """
    margin = " " * indent
    body = "\n".join(f"{margin}{line}" if line else "" for line in lines)[indent:].replace("\\", "\\\\")
    if '""' in body or body.startswith('"') or body.endswith('"'):
        body = body.replace('"', '\\"')
    return f'"""{body}"""' if len(lines) == 1 else f'"""{body}\n{margin}"""'
