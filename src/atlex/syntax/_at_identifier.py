from __future__ import annotations

from typing import TypeGuard

from atlex.syntax._did import is_valid_did
from atlex.syntax._handle import is_valid_handle

__all__ = ["is_valid_at_identifier"]


def is_valid_at_identifier(value: object) -> TypeGuard[str]:
    """Whether a value is a DID or a handle.

    Args:
        value: Anything; what isn't a string is neither.

    Source: https://atproto.com/specs/lexicon#at-identifier
    """
    return is_valid_did(value) or is_valid_handle(value)
