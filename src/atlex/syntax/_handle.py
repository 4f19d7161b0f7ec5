from __future__ import annotations

import re
from typing import Final, TypeGuard

__all__ = ["is_valid_handle"]

_MAX_LENGTH: Final = 253
_HANDLE: Final = re.compile(
    r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
)


def is_valid_handle(value: object) -> TypeGuard[str]:
    """Whether a value is a handle: a domain name of two labels or more, such as ``alice.bsky.social``.

    At most 253 ASCII characters, at most 63 in a label; the last label begins with a letter. Either case is valid.
    Top-level domains that the protocol reserves (``.invalid``, ``.local``) are valid here: they have the right syntax.

    Args:
        value: Anything; what isn't a string is not a handle.

    Source: https://atproto.com/specs/handle
    """
    return isinstance(value, str) and len(value) <= _MAX_LENGTH and _HANDLE.fullmatch(value) is not None
