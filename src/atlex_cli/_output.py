"""What commands print: lines and JSON that a terminal shows and doesn't obey, and one sentence where they fail."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any, Final, NoReturn

from atlex_codegen._say import failing_with_a_sentence, say

__all__ = ["fail", "failing_with_a_sentence", "print_json", "say", "uses_colour"]

# Escaped by hand, since Python's own JSON leaves them: what a terminal may take for orders (C1, DEL), and what turns
# the order of a line or can't be seen.
_INVISIBLE: Final = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_TOKEN: Final = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d[\d.eE+-]*)')
_COLOURS: Final = ("34", "32", "35", "36")
"""Of member names, strings, words and numbers, in the terminal's own shades."""


def fail(message: str, code: int = 1) -> NoReturn:
    """End the command with one line on standard error.

    Args:
        message: The sentence. What doesn't print in it is escaped.
        code: The exit code: 1 where something failed, 2 where the command wasn't understood.

    Raises:
        SystemExit: Always.
    """
    say([message], err=True)
    raise SystemExit(code)


def print_json(value: Any, *, compact: bool | None = None) -> None:
    """Print a value as JSON, which stays the same value whatever its strings hold.

    Args:
        value: What `json.dumps` takes.
        compact: Whether it is one line. None for one line unless standard output is a terminal.
    """
    if sys.stdout is None:
        return
    if compact is None:
        compact = not sys.stdout.isatty()
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 2}
    text = _INVISIBLE.sub(_escaped, json.dumps(value, ensure_ascii=False, **layout))
    if not _can_write(text):
        text = json.dumps(value, **layout)
    if uses_colour():
        text = _TOKEN.sub(_coloured, text)
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def uses_colour() -> bool:
    """Whether what is printed is coloured: on a terminal, unless ``NO_COLOR`` is set; ``FORCE_COLOR`` says always."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _can_write(text: str) -> bool:
    """Whether standard output can write it: its encoding may be any, and lone surrogates have none."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _coloured(found: re.Match[str]) -> str:
    string, colon, word, number = found.groups()
    if string is not None and colon is not None:
        return f"\x1b[{_COLOURS[0]}m{string}\x1b[0m{colon}"
    colour = _COLOURS[1] if string is not None else _COLOURS[2] if word is not None else _COLOURS[3]
    return f"\x1b[{colour}m{string or word or number}\x1b[0m"
