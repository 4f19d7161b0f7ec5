from __future__ import annotations

import re
from typing import Final, TypeGuard

from atlex.syntax._text import utf8_length

__all__ = ["is_valid_uri"]

_MAX_BYTES: Final = 8192
# Characters beyond ASCII pass, though RFC 3986 wants them escaped: servers take them, and records are full of them.
# \ufeff is white space to the servers' language, and lone surrogates can't be sent at all.
_URI: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?!//\Z)[^\s\x00-\x1f\x7f\ufeff\ud800-\udfff]+")


def is_valid_uri(value: object) -> TypeGuard[str]:
    """Whether a value is a URI of any scheme: a scheme, a colon, and something without white space.

    At most 8192 bytes of UTF-8. What follows the colon is not looked at further, but ``//`` alone is too little.

    Args:
        value: Anything; what isn't a string is not a URI.

    Source: https://atproto.com/specs/lexicon#uri
    """
    return (
        isinstance(value, str)
        and len(value) <= _MAX_BYTES
        and _URI.fullmatch(value) is not None
        and utf8_length(value) <= _MAX_BYTES
    )
