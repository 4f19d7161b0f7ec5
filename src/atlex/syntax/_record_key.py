from __future__ import annotations

import re
from typing import Final, TypeGuard

__all__ = ["is_valid_record_key"]

_RECORD_KEY: Final = re.compile(r"(?!\.{1,2}\Z)[a-zA-Z0-9_~.:-]{1,512}")


def is_valid_record_key(value: object) -> TypeGuard[str]:
    """Whether a value is a record key: 1 to 512 of ``A-Z a-z 0-9 . _ : ~ -``, and neither ``.`` nor ``..``.

    Args:
        value: Anything; what isn't a string is not a record key.

    Source: https://atproto.com/specs/record-key
    """
    return isinstance(value, str) and _RECORD_KEY.fullmatch(value) is not None
