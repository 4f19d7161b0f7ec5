"""The figures that a server gives about its rate limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["RateLimit"]


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How much a server still allows, as its ``RateLimit`` headers say; None where it doesn't say.

    Attributes:
        limit: How many requests the window allows.
        remaining: How many requests the window has left.
        reset: When the window ends, in seconds since 1970.
        policy: The policy as it came, such as ``3000;w=300`` (3000 requests in 300 seconds).
    """

    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None
    policy: str | None = None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> RateLimit:
        """The figures of an answer.

        Args:
            headers: The answer's headers; look-ups ignore case. A figure that isn't a whole number counts as not given.
        """
        return cls(
            limit=_figure(headers, "ratelimit-limit"),
            remaining=_figure(headers, "ratelimit-remaining"),
            reset=_figure(headers, "ratelimit-reset"),
            policy=headers.get("ratelimit-policy"),
        )


def _figure(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else None
