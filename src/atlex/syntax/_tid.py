from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass
from threading import Lock
from time import time_ns
from typing import Final, Self, TypeGuard

from atlex.syntax._errors import refusal

__all__ = ["Tid", "is_valid_tid"]

_ALPHABET: Final = "234567abcdefghijklmnopqrstuvwxyz"
_TO_INT: Final = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
_TID: Final = re.compile(r"[2-7a-j][2-7a-z]{12}")
_CLOCK_ID_BITS: Final = 10
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def is_valid_tid(value: object) -> TypeGuard[str]:
    """Whether a value is a TID, a timestamp as 13 characters, such as ``3jzfcijpj2z2a``.

    Args:
        value: Anything; what isn't a string is not a TID.

    Source: https://atproto.com/specs/tid
    """
    return isinstance(value, str) and _TID.fullmatch(value) is not None


class _Clock:
    """Hands out timestamps that never repeat in this process, whatever the system's clock does."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self._lock = Lock()
        self._last = 0
        self._id = int.from_bytes(os.urandom(2)) % (1 << _CLOCK_ID_BITS)

    def tick(self) -> int:
        with self._lock:
            self._last = max(time_ns() // 1000, self._last + 1)
            return self._last << _CLOCK_ID_BITS | self._id


_clock: Final = _Clock()

# A forked child would otherwise write the same TIDs as its parent, or wait for a lock that nobody holds there.
if hasattr(os, "register_at_fork"):  # pragma: no branch
    os.register_at_fork(after_in_child=_clock.restart)


@dataclass(frozen=True, slots=True, order=True)
class Tid:
    """A timestamp that serves as a record key. TIDs sort by time; ``str()`` gives one back as it was written.

    Whoever writes a record chooses its key, so the time in a TID from elsewhere may be any.

    Attributes:
        value: The TID as text.

    Raises:
        InputError: The text is not a TID.
    """

    value: str

    def __post_init__(self) -> None:
        if not is_valid_tid(self.value):
            raise refusal("tid", self.value)

    @classmethod
    def parse(cls, value: str) -> Self:
        """Read a TID (13 characters); calling the class does the same, with the same errors."""
        return cls(value)

    @classmethod
    def now(cls) -> Self:
        """Make a TID of the present time.

        Each is greater than every one made before it in this process, by any thread, even where the system's clock
        stands still or goes back. The clock identifier is drawn at random once for each process.
        """
        number = _clock.tick()
        return cls("".join(_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5)))

    @property
    def timestamp_us(self) -> int:
        """The time: microseconds since 1970-01-01 in UTC."""
        return self._number >> _CLOCK_ID_BITS

    @property
    def clock_id(self) -> int:
        """Which clock made it: 0 to 1023."""
        return self._number % (1 << _CLOCK_ID_BITS)

    @property
    def datetime(self) -> dt.datetime:
        """The time, in UTC."""
        return _EPOCH + dt.timedelta(microseconds=self.timestamp_us)

    @property
    def _number(self) -> int:
        return int(self.value.translate(_TO_INT), 32)

    def __str__(self) -> str:
        return self.value
