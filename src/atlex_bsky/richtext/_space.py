r"""White space as the official apps know it.

They are written in JavaScript, whose classes aren't Python's: its ``\s`` has U+FEFF, and neither U+001C nor
U+0085.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["INVISIBLE", "SPACE", "is_blank"]

SPACE: Final = r"\t-\r\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""JavaScript's ``\\s``, for use inside a class."""
INVISIBLE: Final = r"\u00ad\u200b-\u200d\u2060"
"""Characters without a width that end a tag and hide between line breaks, for use inside a class."""
_BLANK: Final = re.compile(f"[{SPACE}]*")


def is_blank(text: str, start: int = 0, end: int | None = None) -> bool:
    """Whether a stretch of a text is white space alone, or empty. The apps show no link there."""
    return _BLANK.fullmatch(text, start, len(text) if end is None else end) is not None
