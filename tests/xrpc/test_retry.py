from __future__ import annotations

from pathlib import Path

import pytest

from atlex._agent import Request
from atlex.errors import (
    InputError,
    LoggedOutError,
    RateLimitError,
    XrpcAuthenticationError,
    XrpcError,
    XrpcFetchError,
    XrpcInternalError,
    XrpcInvalidResponseError,
    XrpcResponseError,
    XrpcResponseValidationError,
)
from atlex.xrpc import Procedure, Query, retry_delay

QUERY: Query[None, None] = Query("com.example.get")
PROCEDURE: Procedure[None, None, None] = Procedure("com.example.put")
NOW = 1_700_000_000.0

FETCH = XrpcFetchError("no connection", sent=False)
BROKEN = XrpcFetchError("broken")


def request(body=None) -> Request:
    return Request(method="GET" if body is None else "POST", nsid="com.example.get", body=body)


def failed(status: int = 503, **headers: str) -> XrpcResponseError:
    return XrpcResponseError(
        "Code", "x", status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def delay(failure: XrpcError, attempt: int = 1, *, method=QUERY, sent=None, **changes) -> float | None:
    fixed = {"chance": lambda: 0.0, "clock": lambda: NOW}
    return retry_delay(method, sent or request(), failure, attempt, **{**fixed, **changes})


class TestWhether:
    @pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 522, 524, 599])
    def test_a_passing_status_is_worth_another_try(self, status: int) -> None:
        assert delay(failed(status)) is not None
        assert delay(XrpcInvalidResponseError("x", status=status)) is not None

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 501, 505])
    def test_a_lasting_one_isnt(self, status: int) -> None:
        assert delay(failed(status)) is None
        assert delay(XrpcInvalidResponseError("x", status=status)) is None

    def test_a_failure_of_the_network_is(self) -> None:
        assert delay(FETCH) is not None

    @pytest.mark.parametrize(
        "failure",
        [
            XrpcAuthenticationError("x", "x", status=401),
            XrpcResponseValidationError([]),
            XrpcInvalidResponseError("x", status=302),
            XrpcInternalError("x"),
            LoggedOutError(),
        ],
        ids=lambda failure: type(failure).__name__,
    )
    def test_other_failures_arent(self, failure: XrpcError) -> None:
        assert delay(failure) is None

    def test_a_query_is_tried_again_twice(self) -> None:
        assert [delay(FETCH, attempt) is not None for attempt in (1, 2, 3)] == [True, True, False]

    def test_a_procedure_isnt_unless_it_is_asked_for(self) -> None:
        assert delay(FETCH, method=PROCEDURE) is None
        assert delay(FETCH, method=PROCEDURE, retries=1) is not None
        assert delay(FETCH, 2, method=PROCEDURE, retries=1) is None

    def test_a_procedure_that_may_have_arrived_isnt_sent_again(self) -> None:
        assert delay(BROKEN, method=PROCEDURE, retries=1) is None
        assert delay(BROKEN, method=QUERY) is not None

    @pytest.mark.parametrize(("body", "again"), [(b"x", True), (Path("x"), True), ([b"x"], False)])
    def test_a_body_that_cant_be_sent_twice_isnt(self, body, again: bool) -> None:
        assert (delay(FETCH, method=PROCEDURE, retries=1, sent=request(body)) is not None) is again

    def test_a_declared_error_with_status_429_is(self) -> None:
        class BothError(TooOftenError, RateLimitError):
            pass

        assert delay(BothError("x", "x", status=429)) is not None


class TooOftenError(XrpcResponseError):
    pass


class TestHowLong:
    def test_each_wait_is_longer_up_to_the_longest(self) -> None:
        waits = [delay(FETCH, attempt, retries=9) for attempt in range(1, 10)]
        assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
        assert delay(FETCH, 5000, retries=5000) == 30

    def test_chance_takes_up_to_half_of_it(self) -> None:
        assert delay(FETCH, chance=lambda: 0.999) == pytest.approx(0.25, rel=0.01)
        assert 0.25 <= (retry_delay(QUERY, request(), FETCH, 1) or 0) <= 0.5

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"retry_after": "7"}, 7),
            ({"retry_after": " 7 "}, 7),
            ({"retry_after": "30"}, 30),
            ({"retry_after": "Tue, 14 Nov 2023 22:13:40 GMT"}, 20),
            ({"ratelimit_reset": "1700000012"}, 12),
            ({"retry_after": "Tue, 14 Nov 2023 22:13:40 -0000"}, 20),
            ({"retry_after": "7", "ratelimit_reset": "1700000012"}, 7),
            ({"retry_after": "soon", "ratelimit_reset": "1700000012"}, 12),
        ],
    )
    def test_a_server_says_how_long(self, headers: dict[str, str], seconds: float) -> None:
        assert delay(failed(429, **headers), chance=lambda: 0.9) == seconds
        broken = XrpcInvalidResponseError(
            "x", status=503, headers={"ratelimit-remaining": "0", **failed(503, **headers).headers}
        )
        assert delay(broken) == seconds

    def test_the_end_of_a_window_that_has_requests_left_isnt_waited_for(self) -> None:
        headers = {"ratelimit_remaining": "2900", "ratelimit_reset": "1700000250"}
        assert delay(failed(503, **headers)) == 0.5
        assert delay(failed(429, **headers)) is None
        assert delay(failed(429, **{**headers, "ratelimit_reset": "1700000025"})) == 25

    @pytest.mark.parametrize(
        "headers",
        [
            {"retry_after": "31"},
            {"retry_after": "999999999"},
            {"retry_after": "Tue, 14 Nov 2033 22:13:40 GMT"},
            {"ratelimit_reset": "1700000031"},
        ],
    )
    def test_one_that_asks_for_too_long_isnt_asked_again(self, headers: dict[str, str]) -> None:
        assert delay(failed(429, **headers)) is None

    @pytest.mark.parametrize(
        "headers",
        [
            {"retry_after": "0"},
            {"retry_after": "-5"},
            {"retry_after": ""},
            {"retry_after": "soon"},
            {"retry_after": "1.5"},
            {"retry_after": "9" * 5000},
            {"retry_after": "Tue, 14 Nov 2003 22:13:40 GMT"},
            {"retry_after": "Tue, 99 Nov 2023 22:13:40 GMT"},
            {"retry_after": "Tue, 14 Nov 0000 22:13:40 GMT"},
            {"retry_after": "Mon, 01 Jan 0001 00:00:00 +2359"},
            {"ratelimit_reset": "1600000000"},
            {"ratelimit_reset": "later"},
        ],
    )
    def test_one_that_says_nothing_usable_is_asked_again_as_usual(self, headers: dict[str, str]) -> None:
        assert delay(failed(429, **headers)) == 0.5


class TestByNumber:
    def test_by_default_a_query_has_two_and_a_procedure_none(self) -> None:
        assert retry_delay(QUERY, request(), FETCH, 2) is not None
        assert retry_delay(QUERY, request(), FETCH, 3) is None
        assert retry_delay(PROCEDURE, request(), FETCH, 1) is None

    @pytest.mark.parametrize("method", [QUERY, PROCEDURE])
    def test_a_number_is_for_both(self, method) -> None:
        assert retry_delay(method, request(), FETCH, 3, retries=3) is not None
        assert retry_delay(method, request(), FETCH, 4, retries=3) is None
        assert retry_delay(method, request(), FETCH, 1, retries=0) is None


def test_a_refused_input_is_no_failed_call() -> None:
    assert not issubclass(InputError, XrpcError)
