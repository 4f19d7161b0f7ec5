"""``Retry-After`` is read in one place, the same in every zone."""

from __future__ import annotations

import os
import time
from itertools import product

import pytest

from atlex._agent import Headers
from atlex._rate_limit import retry_after
from atlex.errors import RateLimitError
from atlex.session._expiry import Backoff

NOW = 1_700_000_000.0


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Tokyo", "Asia/Kathmandu"])
def zone(request):
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5", 5),
        ("0", 0),
        (" 17 ", 17),
        ("Tue, 14 Nov 2023 22:13:25 GMT", 5),
        ("Tue, 14 Nov 2023 22:13:25", 5),
        ("Tue, 14 Nov 2023 22:13:25 -0000", 5),
        ("Tue, 14 Nov 2023 17:13:25 -0500", 5),
        ("Tue, 14 Nov 2000 22:13:25 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("9" * 30, None),
        ("Tue, 14 Nov 99999 22:13:25 GMT", None),
        ("x" * 10_000, None),
    ],
)
@pytest.mark.usefixtures("zone")
@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows can't change its zone")
def test_what_a_server_asks_doesnt_depend_on_the_machines_zone(header, seconds):
    assert retry_after(Headers({"retry-after": header}), NOW) == seconds


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows can't change its zone")
def test_a_session_waits_as_long_as_it_was_asked_in_every_zone(zone):
    for form, ahead in product(("%s GMT", "%s", "%s -0000"), (5, 90)):
        date = time.strftime("%a, %d %b %Y %H:%M:%S", time.gmtime(NOW + ahead))
        error = RateLimitError("RateLimitExceeded", "No", status=429, headers={"retry-after": form % date})
        assert Backoff().after(error, NOW).wait == ahead, (zone, form)


def test_no_header_asks_for_nothing():
    assert retry_after({}, NOW) is None


@pytest.mark.parametrize(
    ("reset", "said"),
    [
        ("1737648164", " (until 2025-01-23T16:02:44Z)"),
        ("1893456000", " (until 2030-01-01T00:00:00Z)"),
        ("9999999999", " (until 2286-11-20T17:46:39Z)"),
        ("30", ""),
        ("9999999999999", ""),
        ("soon", ""),
    ],
)
@pytest.mark.usefixtures("zone")
def test_the_message_says_until_when(reset, said):
    error = RateLimitError("RateLimitExceeded", "No", status=429, headers={"ratelimit-reset": reset})
    assert str(error) == f"RateLimitExceeded: No{said}"
