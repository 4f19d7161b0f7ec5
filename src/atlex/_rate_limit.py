"""What a server says about its rate limits, and how long it asks to wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

__all__ = ["RateLimit", "retry_after"]


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
        """The figures of a response.

        Args:
            headers: The response's headers; look-ups ignore case. A figure that isn't a whole number counts as not given.
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


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that a ``Retry-After`` header asks to wait (RFC 9110, section 10.2.3).

    Args:
        headers: A response's headers; look-ups ignore case.
        now: The present time, in seconds since 1970. A date in the header is compared with it.

    Returns:
        The seconds, 0 for a date that has passed; None where there is no such header, or none that can be read.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return float(text)
    if not text or len(text) > 64:
        return None
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
        # HTTP's dates are in UTC, whatever is said of the zone or left out.
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, OverflowError):
        return None
