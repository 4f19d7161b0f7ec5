from __future__ import annotations

import re
from typing import Final, TypeGuard

__all__ = ["is_valid_at_identifier", "is_valid_did", "is_valid_handle", "is_valid_record_key"]

_MAX_DID: Final = 2048
_DID: Final = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")
_MAX_HANDLE: Final = 253
_HANDLE: Final = re.compile(
    r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
)
_RECORD_KEY: Final = re.compile(r"(?!\.{1,2}\Z)[a-zA-Z0-9_~.:-]{1,512}")


def is_valid_did(value: object) -> TypeGuard[str]:
    """Whether a value is a DID of any method, such as ``did:plc:ewvi7nxzyoun6zhxrhs64oiz``.

    At most 2048 characters. Percent signs are allowed anywhere but at the end, and what follows them isn't looked
    at: the protocol leaves escapes to each DID method. A method that the protocol doesn't support is still valid here.

    Args:
        value: Anything; what isn't a string is not a DID.

    Source: https://atproto.com/specs/did
    """
    return isinstance(value, str) and len(value) <= _MAX_DID and _DID.fullmatch(value) is not None


def is_valid_handle(value: object) -> TypeGuard[str]:
    """Whether a value is a handle: a domain name of two labels or more, such as ``alice.bsky.social``.

    At most 253 ASCII characters, at most 63 in a label; the last label begins with a letter. Either case is valid.
    Top-level domains that the protocol reserves (``.invalid``, ``.local``) are valid here: they have the right syntax.

    Args:
        value: Anything; what isn't a string is not a handle.

    Source: https://atproto.com/specs/handle
    """
    return isinstance(value, str) and len(value) <= _MAX_HANDLE and _HANDLE.fullmatch(value) is not None


def is_valid_record_key(value: object) -> TypeGuard[str]:
    """Whether a value is a record key: 1 to 512 of ``A-Z a-z 0-9 . _ : ~ -``, and neither ``.`` nor ``..``.

    Args:
        value: Anything; what isn't a string is not a record key.

    Source: https://atproto.com/specs/record-key
    """
    return isinstance(value, str) and _RECORD_KEY.fullmatch(value) is not None


def is_valid_at_identifier(value: object) -> TypeGuard[str]:
    """Whether a value is a DID or a handle.

    Args:
        value: Anything; what isn't a string is neither.

    Source: https://atproto.com/specs/lexicon#at-identifier
    """
    return is_valid_did(value) or is_valid_handle(value)
