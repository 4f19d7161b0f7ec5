from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex.errors import InputError
from atlex.syntax import format_datetime, is_valid_datetime, now, parse_datetime

EAST = dt.timezone(dt.timedelta(hours=5, minutes=30))


class Zoneless(dt.tzinfo):
    """A zone that doesn't know its offset: Python calls such a datetime naive."""

    def utcoffset(self, _when: dt.datetime | None) -> None:
        return None

    tzname = dst = utcoffset


def test_now_is_in_utc_with_milliseconds() -> None:
    text = now()
    assert len(text) == len("2024-01-15T12:30:00.123Z")
    assert is_valid_datetime(text)
    assert abs(parse_datetime(text) - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.datetime(2024, 1, 15, 12, 30, tzinfo=dt.UTC), "2024-01-15T12:30:00.000Z"),
        (dt.datetime(2024, 1, 15, 12, 30, 0, 120_000, tzinfo=dt.UTC), "2024-01-15T12:30:00.120Z"),
        (dt.datetime(2024, 1, 15, 12, 30, 0, 120_001, tzinfo=dt.UTC), "2024-01-15T12:30:00.120001Z"),
        (dt.datetime(2024, 1, 15, 12, 30, tzinfo=EAST), "2024-01-15T07:00:00.000Z"),
        (dt.datetime(1, 1, 1, tzinfo=dt.UTC), "0001-01-01T00:00:00.000Z"),
    ],
)
def test_format(value: dt.datetime, text: str) -> None:
    assert format_datetime(value) == text


@pytest.mark.parametrize(
    "value",
    [dt.datetime(2024, 1, 15), dt.datetime(2024, 1, 15, tzinfo=Zoneless())],  # noqa: DTZ001  # that is the point
)
def test_format_refuses_a_datetime_without_a_zone(value: dt.datetime) -> None:
    with pytest.raises(InputError, match=r"The datetime 2024-01-15T00:00:00 has no time zone: give it one"):
        format_datetime(value)


@pytest.mark.parametrize(
    "value",
    [
        dt.datetime(1, 1, 1, tzinfo=EAST),
        dt.datetime(9999, 12, 31, 23, tzinfo=dt.timezone(-dt.timedelta(hours=5))),
    ],
)
def test_format_refuses_what_utc_cannot_hold(value: dt.datetime) -> None:
    with pytest.raises(InputError, match="outside the years 1 to 9999"):
        format_datetime(value)


@pytest.mark.parametrize("value", [None, "2024-01-15T12:30:00Z", 5, dt.date(2024, 1, 15)])
def test_format_refuses_what_is_not_a_datetime(value: object) -> None:
    with pytest.raises(InputError, match=type(value).__name__):
        format_datetime(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-01-15T12:30:00Z", dt.datetime(2024, 1, 15, 12, 30, tzinfo=dt.UTC)),
        ("2024-01-15T12:30:00.5Z", dt.datetime(2024, 1, 15, 12, 30, 0, 500_000, tzinfo=dt.UTC)),
        ("2024-01-15T12:30:00.123456999Z", dt.datetime(2024, 1, 15, 12, 30, 0, 123_456, tzinfo=dt.UTC)),
        ("2024-01-15T12:30:00.000000999Z", dt.datetime(2024, 1, 15, 12, 30, tzinfo=dt.UTC)),
        ("2024-01-15T12:30:00+05:30", dt.datetime(2024, 1, 15, 12, 30, tzinfo=EAST)),
        ("2024-01-15T12:30:00-05:30", dt.datetime(2024, 1, 15, 18, 0, tzinfo=dt.UTC)),
        ("2024-01-15T12:30:00-00:00", dt.datetime(2024, 1, 15, 12, 30, tzinfo=dt.UTC)),
        ("2024-01-15T12:30:00", dt.datetime(2024, 1, 15, 12, 30, tzinfo=dt.UTC)),
        ("2024-01-15T12:30", dt.datetime(2024, 1, 15, 12, 30, tzinfo=dt.UTC)),
        ("20240115T123000+0530", dt.datetime(2024, 1, 15, 12, 30, tzinfo=EAST)),
        ("2024-01-15T12:30:00+05", dt.datetime(2024, 1, 15, 7, 30, tzinfo=dt.UTC)),
        ("0001-01-01T00:00:00Z", dt.datetime(1, 1, 1, tzinfo=dt.UTC)),
        (
            "9999-12-31T23:59:59-23:59",
            dt.datetime.max.replace(microsecond=0, tzinfo=dt.timezone(-dt.timedelta(minutes=1439))),
        ),
    ],
)
def test_parse(text: str, value: dt.datetime) -> None:

    assert parse_datetime(text) == value


def test_parse_keeps_the_zone_that_was_written() -> None:
    assert parse_datetime("2024-01-15T12:30:00+05:30").utcoffset() == dt.timedelta(hours=5, minutes=30)


def test_parse_refuses_year_0_with_the_reason() -> None:
    assert is_valid_datetime("0000-01-01T00:00:00Z")
    with pytest.raises(InputError, match="Python has no year 0"):
        parse_datetime("0000-01-01T00:00:00Z")


@pytest.mark.parametrize("text", ["", "2024-01-15", "2023-02-29T00:00:00Z", "2016-12-31T23:59:60Z"])
def test_parse_refuses_what_is_not_valid(text: str) -> None:
    with pytest.raises(InputError, match="is not a valid datetime"):
        parse_datetime(text)


@pytest.mark.parametrize("value", [None, 5, dt.datetime(2024, 1, 15, tzinfo=dt.UTC)])
def test_parse_refuses_what_is_not_a_string(value: object) -> None:
    with pytest.raises(InputError, match=rf"type {type(value).__name__} is not a valid datetime"):
        parse_datetime(value)  # type: ignore[arg-type]


ZONES = st.integers(-1439, 1439).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
DATETIMES = st.datetimes(dt.datetime(1, 1, 3), dt.datetime(9999, 12, 29), timezones=ZONES)  # noqa: DTZ001  # zones are given


@given(DATETIMES)
def test_what_is_formatted_is_valid_and_reads_back_the_same(value: dt.datetime) -> None:
    text = format_datetime(value)
    assert is_valid_datetime(text)
    assert parse_datetime(text) == value
    assert format_datetime(parse_datetime(text)) == text


@given(DATETIMES)
def test_the_standard_librarys_own_form_is_valid(value: dt.datetime) -> None:
    text = value.isoformat()
    assert is_valid_datetime(text)
    assert parse_datetime(text) == value
    assert parse_datetime(text).utcoffset() == value.utcoffset()


@given(st.integers(0, 9999), st.integers(0, 14), st.integers(0, 33))
def test_a_date_is_valid_exactly_where_the_calendar_has_it(year: int, month: int, day: int) -> None:
    try:
        # The Gregorian calendar repeats after 400 years, and Python has no year 0.
        dt.date(year or 400, month, day)
    except ValueError:
        exists = False
    else:
        exists = True
    assert is_valid_datetime(f"{year:04}-{month:02}-{day:02}T00:00:00Z") is exists
    assert is_valid_datetime(f"{year:04}{month:02}{day:02}T0000", lenient=True) is exists


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_a_time_is_valid_exactly_where_the_clock_has_it(hour: int, minute: int, second: int) -> None:
    exists = hour < 24 and minute < 60 and second < 60
    assert is_valid_datetime(f"2024-01-15T{hour:02}:{minute:02}:{second:02}Z") is exists


@given(st.text(max_size=40))
def test_parse_raises_only_its_own_error(text: str) -> None:
    valid = is_valid_datetime(text, lenient=True)
    try:
        parse_datetime(text)
    except InputError:
        assert not valid or text.startswith("0000")
    else:
        assert valid
