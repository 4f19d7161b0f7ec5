from __future__ import annotations

import datetime as dt
import re
from typing import Final, TypeGuard

from atlex.errors import InputError
from atlex.syntax._errors import refusal

__all__ = ["format_datetime", "is_valid_datetime", "now", "parse_datetime"]

_MAX_LENGTH: Final = 64
_STRICT: Final = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:Z|(?!-00:00)[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_LENIENT: Final = re.compile(
    r"([0-9]{4})(-?)(0[1-9]|1[0-2])\2(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3])(:?)([0-5][0-9])(?:\6([0-5][0-9])(?:\.([0-9]+))?)?"
    r"(?:Z|([+-])([01][0-9]|2[0-3])(?::?([0-5][0-9]))?)?"
)


def is_valid_datetime(value: object, *, lenient: bool = False) -> TypeGuard[str]:
    """Whether a value is a datetime of the protocol, such as ``1985-04-12T23:20:50.123Z``.

    At most 64 characters, of which any number are digits after the point. Date, ``T``, hours, minutes, seconds and
    time zone are all required; the zone is ``Z`` or ``+hh:mm`` or ``-hh:mm``, but not ``-00:00``. The day must exist
    in the Gregorian calendar, and the year be 0000 to 9999, as written and in UTC. Leap seconds (``:60``) and ``24:00``
    are not valid.

    Args:
        value: Anything; what isn't a string is not a datetime.
        lenient: Also take other forms of ISO 8601 that have a date and a time: no zone, no seconds, no separators, the
            zones ``+hhmm``, ``+hh`` and ``-00:00``, and zones that put it into another year than 0000 to 9999.

    Source: https://atproto.com/specs/lexicon#datetime
    """
    if not isinstance(value, str) or len(value) > _MAX_LENGTH:
        return False
    if _STRICT.fullmatch(value) is not None:
        exists = value[8:10] <= "28" or _exists(int(value[:4]), int(value[5:7]), int(value[8:10]))
        return exists and (lenient or not _is_outside(value))
    if not lenient:
        return False
    match = _LENIENT.fullmatch(value)
    return match is not None and _exists(int(match[1]), int(match[3]), int(match[4]))


def _exists(year: int, month: int, day: int) -> bool:
    """Whether a day of 1 to 31 is in its month. The standard library's calendar has no year 0, the protocol's has."""
    if month == 2:
        return day <= 28 or (day == 29 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return day <= 30 or month not in {4, 6, 9, 11}


def _is_outside(value: str) -> bool:
    """Whether the zone puts a strict datetime before the year 0000 or after 9999 in UTC."""
    sign = value[-6]
    if (value[:10], sign) not in {("0000-01-01", "+"), ("9999-12-31", "-")}:
        return False
    clock, offset = (int(text[:2]) * 60 + int(text[3:]) for text in (value[11:16], value[-5:]))
    return clock < offset if sign == "+" else clock + offset >= 24 * 60


def now() -> str:
    """The present time as the protocol prefers to write it: in UTC, with milliseconds, ``2024-01-15T12:30:00.123Z``."""
    return f"{dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def format_datetime(value: dt.datetime) -> str:
    """Write a point in time as the protocol prefers it: in UTC, ending in ``Z``.

    Three digits follow the point, or six where the value has microseconds that three can't show.

    Args:
        value: The time, with a time zone.

    Raises:
        InputError: The time has no zone, or is before the year 1 or after 9999 in UTC.
    """
    if not isinstance(value, dt.datetime):  # pyright: ignore[reportUnnecessaryIsInstance]  # for callers without types
        raise InputError(f"A datetime is needed, not a value of type {type(value).__name__}")
    if value.utcoffset() is None:
        raise InputError(
            f"The datetime {value.isoformat()} has no time zone: give it one, as datetime.now(UTC) does"
        )
    try:
        utc = value.astimezone(dt.UTC).replace(tzinfo=None)
    except OverflowError:
        raise InputError(f"The datetime {value.isoformat()} is outside the years 1 to 9999 in UTC") from None
    return f"{utc.isoformat(timespec='microseconds' if utc.microsecond % 1000 else 'milliseconds')}Z"


def parse_datetime(value: str) -> dt.datetime:
    """Read a datetime of the protocol, strict or lenient.

    The result can't always be written back as the same string: keep the string where that matters.

    Args:
        value: The text, in any form that `is_valid_datetime` takes when lenient.

    Returns:
        A datetime with the time zone that was written, or UTC where none was. Digits beyond microseconds are cut off.

    Raises:
        InputError: The text is not a datetime, or its year is 0000, which Python has no datetime for.
    """
    match = _LENIENT.fullmatch(value) if is_valid_datetime(value, lenient=True) else None
    if match is None:
        raise refusal("datetime", value)
    year, _, month, day, hour, _, minute, second, fraction, sign, zone_hours, zone_minutes = match.groups()
    if year == "0000":
        raise InputError(f"{value!r} can't be read as a datetime: Python has no year 0")
    offset = dt.timedelta(hours=int(zone_hours or 0), minutes=int(zone_minutes or 0))
    return dt.datetime(
        int(year),
        int(month),
        int(day),
        int(hour),
        int(minute),
        int(second or 0),
        int((fraction or "")[:6].ljust(6, "0")),
        tzinfo=dt.timezone(-offset if sign == "-" else offset),
    )
