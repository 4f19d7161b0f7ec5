"""Requests and responses of the server, whichever face they came through; the log; and how a method refuses a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import parse_qsl

from atlex._agent import Headers
from atlex.data import write_json
from atlex.errors import AtlexError

__all__ = [
    "JSON_TYPE",
    "Drop",
    "LoggedRequest",
    "PdsError",
    "PdsFault",
    "WireRequest",
    "WireResponse",
    "error_response",
    "json_response",
    "without_secrets",
]

_SECRET: Final = frozenset({"authorization", "proxy-authorization", "cookie", "dpop"})
JSON_TYPE: Final = "application/json; charset=utf-8"

_STATUS_NAMES: Final = {
    400: ("InvalidRequest", "Invalid Request"),
    401: ("AuthenticationRequired", "Authentication Required"),
    403: ("Forbidden", "Forbidden"),
    404: ("XRPCNotSupported", "XRPC Not Supported"),
    413: ("PayloadTooLarge", "Payload Too Large"),
    415: ("UnsupportedMediaType", "Unsupported Media Type"),
    429: ("RateLimitExceeded", "Rate Limit Exceeded"),
    500: ("InternalServerError", "Internal Server Error"),
    501: ("MethodNotImplemented", "Method Not Implemented"),
    502: ("UpstreamFailure", "Upstream Failure"),
    503: ("NotEnoughResources", "Not Enough Resources"),
    504: ("UpstreamTimeout", "Upstream Timeout"),
}


class PdsError(AtlexError):
    """A handler's refusal: the server answers with this status, error code and message.

    Args:
        status: The HTTP status, 400 to 599.
        error: The error code, such as ``InvalidRequest``; None for the status's own.
        message: The sentence that goes with it; None for the status's own.
        headers: Headers of the response.
    """

    def __init__(
        self,
        status: int = 400,
        error: str | None = None,
        message: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        own_error, own_message = _STATUS_NAMES.get(status, _STATUS_NAMES[400 if status < 500 else 500])
        self.status = status
        self.error: str = own_error if error is None else error
        self.message: str = own_message if message is None else message
        self.headers: Mapping[str, str] = {} if headers is None else dict(headers)
        super().__init__(f"{status} {self.error}: {self.message}")


class PdsFault(AtlexError, AssertionError):  # noqa: N818 - the test's fault, not the caller's error
    """The server itself, or a handler that was added to it, did what it mustn't.

    It returned something that its Lexicon document doesn't allow, or raised something other than `PdsError`. The
    caller gets status 500, and the test that owns the server is told: see `FakePds.faults_found`.

    Attributes:
        nsid: The method at fault.
        reason: What was wrong.
    """

    def __init__(self, nsid: str, reason: str) -> None:
        super().__init__(f"{nsid}: {reason}")
        self.nsid = nsid
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """One HTTP request.

    Attributes:
        method: ``GET`` or ``POST``, or whatever came.
        target: The path and the query string.
        headers: The headers.
        body: The body; None when the request had none at all (no length and no chunks).
    """

    method: str
    target: str
    headers: Headers
    body: bytes | None = None

    @property
    def path(self) -> str:
        """The path, as it came."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query string, as it came."""
        return self.target.partition("?")[2]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query string's names and values, decoded."""
        return parse_qsl(self.query, keep_blank_values=True)

    @property
    def nsid(self) -> str | None:
        """The method that the path names, which may be anything; None outside ``/xrpc/``."""
        return self.path.removeprefix("/xrpc/").removesuffix("/") if self.path.startswith("/xrpc/") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WireResponse:
    """One HTTP response.

    Attributes:
        status: The HTTP status.
        headers: The headers. A ``content-length`` above the body's own makes the connection break after the body.
        body: The body.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Drop:
    """No response: the connection breaks.

    Attributes:
        when: Whether that is ``before`` or ``after`` the request took effect.
    """

    when: Literal["before", "after"]


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> WireResponse:
    """A response with a JSON body."""
    return WireResponse(
        status=status, headers={"content-type": JSON_TYPE, **(headers or {})}, body=write_json(value)
    )


def error_response(error: PdsError) -> WireResponse:
    """The response that a refusal makes."""
    return json_response({"error": error.error, "message": error.message}, error.status, error.headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """One request that came, without its body, which may hold a password.

    Attributes:
        nsid: The method that its path named; empty outside ``/xrpc/``.
        method: ``GET`` or ``POST``, or whatever came.
        host: What it took the server's name for.
        query: Its query string, as it came.
        headers: Its headers; of those with secrets only the scheme is kept, as in ``Bearer …``.
        did: The account whose token it brought, where the method looks at tokens and this one was good.
        status: The status of the response; None when the connection was broken instead.
        error: The error code of the response, or None.
    """

    nsid: str
    method: str
    host: str
    query: str
    headers: Headers
    did: str | None
    status: int | None
    error: str | None


def without_secrets(headers: Headers) -> Headers:
    """The headers as the log keeps them."""
    return Headers({name: _shortened(value) if name in _SECRET else value for name, value in headers.items()})


def _shortened(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} …" if space else "…"
