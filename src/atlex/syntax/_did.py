from __future__ import annotations

import re
from typing import Final, TypeGuard

__all__ = ["is_valid_did"]

_MAX_LENGTH: Final = 2048
_DID: Final = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")


def is_valid_did(value: object) -> TypeGuard[str]:
    """Whether a value is a DID of any method, such as ``did:plc:ewvi7nxzyoun6zhxrhs64oiz``.

    At most 2048 characters. Percent signs are allowed anywhere but at the end, and what follows them isn't looked
    at: the protocol leaves escapes to each DID method. A method that the protocol doesn't support is still valid here.

    Args:
        value: Anything; what isn't a string is not a DID.

    Source: https://atproto.com/specs/did
    """
    return isinstance(value, str) and len(value) <= _MAX_LENGTH and _DID.fullmatch(value) is not None
