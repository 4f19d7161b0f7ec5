"""Waits after failures grow, differ, and are as long as a server asks for."""

from __future__ import annotations

import pytest

from atlex.errors import (
    Issue,
    LoggedOutError,
    RateLimitError,
    RefreshError,
    XrpcAuthenticationError,
    XrpcFetchError,
    XrpcInvalidResponseError,
    XrpcResponseError,
    XrpcResponseValidationError,
)
from atlex_bsky._following import wait_after

_NOW = 1_700_000_000.0


def _wait(error, failures=0, poll=2.0, chance=0.0):
    return wait_after(error, failures, poll, chance=lambda: chance, clock=lambda: _NOW)


def _response(status, **headers):
    kind = RateLimitError if status == 429 else XrpcResponseError
    return kind(
        "Error",
        "message",
        status=status,
        headers={name.replace("_", "-"): text for name, text in headers.items()},
    )


@pytest.mark.parametrize(
    "error",
    [
        XrpcFetchError("No connection"),
        RefreshError("Not now"),
        XrpcInvalidResponseError("No JSON", status=200),
        _response(408),
        _response(429),
        _response(500),
        _response(502),
        _response(599),
    ],
    ids=repr,
)
def test_a_failure_that_may_pass_is_waited_out(error):
    assert _wait(error) == 4.0


@pytest.mark.parametrize(
    "error",
    [
        LoggedOutError(),
        XrpcAuthenticationError("AuthMissing", "message", status=401),
        XrpcResponseValidationError([Issue("feed", "required")]),
        _response(400),
        _response(404),
        _response(501),
    ],
    ids=repr,
)
def test_a_lasting_failure_is_not(error):
    assert _wait(error) is None


def test_waits_double_up_to_five_minutes():
    error = XrpcFetchError("No connection")
    assert [_wait(error, failures) for failures in range(9)] == [4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert _wait(error, 10_000) == 300
    # Who polls more seldom doesn't come sooner after a failure.
    assert _wait(error, poll=1000.0) == 1000


def test_waits_differ_by_up_to_half():
    error = XrpcFetchError("No connection")
    assert [_wait(error, chance=chance) for chance in (0.0, 0.5, 0.999)] == [4, 3, pytest.approx(2, abs=0.01)]


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"retry_after": "30"}, 30),
        ({"retry_after": "3600"}, 3600),
        ({"retry_after": "99999999999"}, 86400),
        ({"ratelimit_reset": str(int(_NOW) + 120)}, 120),
        ({"retry_after": "7", "ratelimit_reset": str(int(_NOW) + 120)}, 7),
        ({"ratelimit_reset": str(int(_NOW) - 5)}, 0),
        ({"retry_after": "soon"}, 0),
        ({"retry_after": "-5"}, 0),
        ({"retry_after": "9" * 400}, 0),
        ({"retry_after": "\N{SUPERSCRIPT TWO}"}, 0),
    ],
)
def test_a_server_is_not_asked_sooner_than_it_says(headers, asked):
    assert _wait(_response(429, **headers)) == asked + 4
