"""Time and chance, both in the hands of whoever starts the server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random
from typing import Final

__all__ = ["Clock", "Dice"]

_TID_ALPHABET: Final = "234567abcdefghijklmnopqrstuvwxyz"
_BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Dice:
    """Random names that are the same for the same seed."""

    def __init__(self, seed: str) -> None:
        # Not for secrets: two servers with one seed are meant to agree.
        self._random = Random(seed)  # noqa: S311 - repeatable names and keys of a test server, no secrets

    def did(self) -> str:
        """A DID in the form of the PLC directory's."""
        return "did:plc:" + self._text(_BASE32, 24)

    def public_key(self) -> str:
        """Something that looks like a public key as DID documents write them."""
        return "zQ3sh" + self._text(_BASE58, 44)

    def token_id(self) -> str:
        """The name of a refresh token."""
        return self._text(_BASE58, 43)

    def key(self) -> bytes:
        """The server's key."""
        return self._random.randbytes(32)

    def clock_id(self) -> int:
        """The part of a TID that tells clocks apart."""
        return self._random.randrange(1 << 10)

    def _text(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choices(alphabet, k=length))


class Clock:
    """The server's time. TIDs never repeat, even where the time stands still."""

    def __init__(self, now: Callable[[], float], clock_id: int) -> None:
        self._now = now
        self._clock_id = clock_id
        self._last = 0
        self._count = 0

    def now(self) -> float:
        """Seconds since 1970."""
        return self._now()

    def datetime(self, ahead: float = 0.0) -> str:
        """The time as records write it.

        Args:
            ahead: Seconds from now.
        """
        moment = _EPOCH + dt.timedelta(seconds=self._now() + ahead)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def count(self) -> int:
        """One more than the last time."""
        self._count += 1
        return self._count

    def tid(self) -> str:
        """A TID above all those before it."""
        self._last = max(int(self._now() * 1_000_000), self._last + 1)
        number = self._last << 10 | self._clock_id
        return "".join(_TID_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))
