"""When a token expires, and when a refresh is tried again after one that failed.

Clocks differ. What counts is how long a token lives (``exp`` less ``iat``, both by the server's clock), from
when it came (by ours). How far the clocks are apart is learned from each token that comes, for the sake of
those that another process got; until then they are taken to agree. So a wrong clock costs one needless
refresh, and not one a call.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from atlex._rate_limit import retry_after
from atlex.data import JsonError, is_object, parse_json

__all__ = ["Backoff", "Expiry", "Lifetime", "read_claims", "read_lifetime"]

_MARGIN: Final = 60.0
_MARGIN_SHARE: Final = 0.1
_LONGEST_TOKEN: Final = 16_384
_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 60.0
_LONGEST_ASKED: Final = 600.0


class Lifetime(NamedTuple):
    """The lifetime that a token states, in seconds since 1970 by the server's clock."""

    issued: float
    expires: float


def read_claims(token: str) -> Mapping[str, object]:
    """The claims of a JSON Web Token (RFC 7519), unverified; none for a token that is something else."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _LONGEST_TOKEN:
        return {}
    payload = parts[1]
    try:
        claims: object = parse_json(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, JsonError):
        return {}
    return claims if is_object(claims) else {}


def read_lifetime(token: str) -> Lifetime | None:
    """The lifetime that a token states, unverified; None for a token that doesn't say."""
    claims = read_claims(token)
    issued, expires = _time(claims, "iat"), _time(claims, "exp")
    return (
        Lifetime(issued, expires) if issued is not None and expires is not None and issued < expires else None
    )


def _time(claims: Mapping[str, object], name: str) -> float | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Neither NaN nor infinite, and far beyond any date.
    return float(value) if 0 <= value < 1e12 else None


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a token expires, by our clock; None for one that doesn't say.

    Attributes:
        near: From when on it is time for a refresh: a tenth of its life before the end, at most a minute.
        skew: How far our clock is ahead of the server's, in seconds.
    """

    near: float | None = None
    skew: float = 0.0

    def received(self, token: str, now: float) -> Expiry:
        """The expiry of a token that has come from the server just now."""
        life = read_lifetime(token)
        return Expiry(None, self.skew) if life is None else Expiry(None, now - life.issued).found(token)

    def found(self, token: str) -> Expiry:
        """The expiry of a token that came at an unknown time."""
        life = read_lifetime(token)
        if life is None:
            return Expiry(None, self.skew)
        margin = min(_MARGIN, _MARGIN_SHARE * (life.expires - life.issued))
        return Expiry(life.expires + self.skew - margin, self.skew)

    def is_near(self, now: float) -> bool:
        """Whether it is time for a refresh."""
        return self.near is not None and now >= self.near


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to leave the server alone after failures in a row: 1 s, 2 s, 4 s and so on, up to a minute.

    A server that asks for more in ``Retry-After`` gets it, up to ten minutes.

    Attributes:
        error: The last failure; None after a success.
        since: When it happened.
        wait: How many seconds to wait from then.
        failures: How many there have been in a row.
    """

    error: Exception | None = None
    since: float = 0.0
    wait: float = 0.0
    failures: int = 0

    def after(self, error: Exception, now: float) -> Backoff:
        """The back-off after one more failure."""
        wait = min(_FIRST_WAIT * 2 ** min(self.failures, 16), _LONGEST_WAIT)
        asked = retry_after(getattr(error, "headers", {}), now) or 0.0
        return Backoff(error, now, max(wait, min(asked, _LONGEST_ASKED)), self.failures + 1)

    def lasts(self, now: float) -> bool:
        """Whether it is too early for another try. A clock that was set back ends it."""
        return self.error is not None and 0 <= now - self.since < self.wait
