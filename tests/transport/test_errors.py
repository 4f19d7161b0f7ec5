from __future__ import annotations

import copy
import pickle

import pytest

from atlex import errors
from atlex._agent import Headers
from atlex._rate_limit import RateLimit
from atlex.errors import Issue, RateLimitError, XrpcAuthenticationError
from atlex.lexicon import Diagnostic

RESPONSE = {"status": 400, "headers": Headers({"X-Y": "z"}), "body": b"{}", "method": "com.example.test"}

EVERY = [
    errors.AtlexError("sentence"),
    errors.InputError("sentence", [Issue("a.b", "too long", raw="x")]),
    errors.FileError(28, "sentence"),
    errors.LexiconError("sentence", ["fault"]),
    errors.InterfaceVersionError("sentence", name="module", path="file"),
    errors.BasePackageError("sentence", name="module", path="file"),
    errors.XrpcError("Code", "sentence", method="com.example.test"),
    errors.XrpcResponseError("Code", "sentence", expected=True, **RESPONSE),
    errors.XrpcAuthenticationError("Code", "sentence", **RESPONSE),
    errors.RateLimitError("Code", "sentence", **RESPONSE),
    errors.LexAuthFactorError("Code", "sentence", **RESPONSE),
    errors.InvalidSwapError("InvalidSwap", "sentence", **RESPONSE),
    errors.RecordNotFoundError("RecordNotFound", "sentence", **RESPONSE),
    errors.XrpcInvalidResponseError("sentence", **RESPONSE),
    errors.XrpcResponseValidationError([Issue("a", "not a string", raw=1)], **RESPONSE),
    errors.CidMismatchError("bafkreiexpected", "bafkreifound", status=200, method="com.example.test"),
    errors.XrpcInternalError("sentence", method="com.example.test"),
    errors.XrpcFetchError("sentence", method="com.example.test"),
    errors.RefreshError("sentence", method="com.example.test"),
    errors.LoggedOutError(method="com.example.test"),
    errors.SessionStoreError("sentence"),
    errors.CursorStoreError("sentence"),
    errors.FetchError("sentence"),
    errors.FetchRefusedError("sentence"),
    errors.IdentityError("sentence", identifier="alice.test"),
    errors.IdentityNotFoundError("sentence", identifier="alice.test"),
    errors.IdentityAmbiguousError("sentence", identifier="alice.test"),
    errors.IdentityMismatchError("sentence", identifier="alice.test"),
    errors.IdentityFailedError("sentence", identifier="alice.test"),
]


def test_the_list_above_is_complete() -> None:
    declared = {getattr(errors, name) for name in errors.__all__} - {Issue}
    assert {type(error) for error in EVERY} == declared


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("how", ["copy", "deepcopy", *range(2, pickle.HIGHEST_PROTOCOL + 1)])
def test_errors_are_copied_and_pickled_whole(error: errors.AtlexError, how: str | int) -> None:
    error.add_note("seen at noon")
    other = getattr(copy, how)(error) if isinstance(how, str) else pickle.loads(pickle.dumps(error, how))
    assert type(other) is type(error)
    assert str(other) == str(error)
    assert repr(other) == repr(error)
    assert other.args == error.args
    assert vars(other) == vars(error)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.XrpcInternalError("x"), "NoResponse"),
        (errors.XrpcFetchError("x"), "NetworkError"),
        (errors.XrpcFetchError("x", error="Timeout"), "Timeout"),
        (errors.RefreshError("x"), "RefreshFailed"),
        (errors.LoggedOutError("x"), "LoggedOut"),
    ],
)
def test_what_no_server_said_has_a_code_that_no_server_has(error: errors.XrpcError, code: str) -> None:
    assert error.error == code
    assert str(error) == f"{code}: x"


def test_a_lexicon_error_says_what_is_wrong_and_leaves_warnings_out() -> None:
    faults = [
        Diagnostic(severity="warning", message="odd"),
        *(Diagnostic(severity="error", file="a.json", message=f"fault\x1b {n}") for n in range(7)),
    ]
    error = errors.LexiconError("There are faults:", faults)

    lines = str(error).splitlines()
    assert lines[0] == "There are faults:"
    assert lines[1:6] == [f"  a.json: error: fault\\x1b {n}" for n in range(5)]
    assert lines[6:] == ["  and 2 more"]
    assert str(errors.LexiconError("plain", faults[:1])) == str(errors.LexiconError("plain")) == "plain"


def test_an_import_error_keeps_its_own_attributes() -> None:
    error = pickle.loads(pickle.dumps(errors.InterfaceVersionError("sentence", name="module", path="file")))
    assert (error.msg, error.name, error.path) == ("sentence", "module", "file")


def test_challenges_are_read_from_the_headers() -> None:
    headers = Headers({"WWW-Authenticate": 'DPoP algs="ES256", Bearer realm="x"'})
    error = XrpcAuthenticationError("InvalidToken", "no", status=401, headers=headers)
    assert error.www_authenticate == {"DPoP": {"algs": "ES256"}, "Bearer": {"realm": "x"}}


@pytest.mark.parametrize("headers", [{}, {"www-authenticate": 'Bearer realm="open'}])
def test_no_challenge_that_can_be_read_is_an_empty_mapping(headers: dict[str, str]) -> None:
    assert XrpcAuthenticationError("InvalidToken", "no", status=401, headers=headers).www_authenticate == {}


def test_a_rate_limit_error_has_the_servers_figures() -> None:
    headers = Headers(
        {
            "RateLimit-Limit": "3000",
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": "1700000000",
            "RateLimit-Policy": "3000;w=300",
            "Retry-After": "17",
        },
    )
    error = RateLimitError("RateLimitExceeded", "no", status=429, headers=headers)
    assert (error.limit, error.remaining, error.reset, error.policy) == (3000, 0, 1700000000, "3000;w=300")
    assert error.retry_after == "17"
    assert error.rate_limit == RateLimit(3000, 0, 1700000000, "3000;w=300")


@pytest.mark.parametrize("figure", ["", "-1", "1.5", "many", "\uff19", "1" * 5000])
def test_a_figure_that_is_no_number_counts_as_not_given(figure: str) -> None:
    error = RateLimitError("RateLimitExceeded", "no", status=429, headers={"ratelimit-limit": figure})
    assert error.limit is None
    assert error.retry_after is None
