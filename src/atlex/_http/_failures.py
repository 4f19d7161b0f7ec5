"""What goes wrong on the way, turned into errors of atlex's tree."""

from __future__ import annotations

from types import TracebackType
from typing import Final
from urllib.parse import urlsplit

import httpx

from atlex._agent import DEADLINE_PASSED, Headers, Request
from atlex.errors import XrpcError, XrpcFetchError, XrpcInternalError, XrpcInvalidResponseError

__all__ = ["closed", "failures", "headers_of", "late", "too_many_redirects", "undecodable"]

# All that httpx raises, and what is known to pass through it: socket and TLS errors of other transports, host names
# that the resolver's codec refuses, event loops and clients that have been closed.
_FAILURES: Final = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpx.CookieConflict,
    OSError,
    RuntimeError,
    UnicodeError,
)
# After these the server can't have seen anything of the request.
_BEFORE_SENDING: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.InvalidURL,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class failures:  # noqa: N801 - used like a function
    """Raise what httpx raises in here as an `XrpcFetchError`, and name the method in errors of atlex's own.

    One object serves for any number of blocks.

    Args:
        request: What is being sent or answered.
        url: Where it goes.
    """

    # A class, since contextlib's generators take a fair part of what a call costs.
    __slots__ = ("_request", "_url")

    def __init__(self, request: Request, url: str) -> None:
        self._request = request
        self._url = url

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, _FAILURES):
            sent = not isinstance(error, _BEFORE_SENDING)
            host = urlsplit(self._url).netloc
            raise XrpcFetchError(_sentence(error, host), method=self._request.nsid, sent=sent) from error
        if isinstance(error, XrpcError):
            error.method = error.method or self._request.nsid


def _sentence(error: BaseException, host: str) -> str:
    # Most texts of httpx's errors stay out: some quote URLs and headers.
    match error:
        case httpx.ConnectTimeout():
            return f"{host} accepted no connection in time"
        case httpx.PoolTimeout():
            return "No connection became free in time"
        case httpx.TimeoutException():
            return f"{host} didn't answer in time"
        case httpx.ConnectError() | httpx.ProxyError():
            return f"No connection to {host}: {error}"
        case httpx.NetworkError() | httpx.RemoteProtocolError():
            return f"The connection to {host} broke before the answer was complete"
        case _:
            return f"The request to {host} failed ({type(error).__name__})"


def headers_of(answer: httpx.Response) -> Headers:
    """The headers of an answer."""
    # httpx looks for the encoding of all of them, each time that one is asked for.
    raw = answer.headers.raw
    try:
        return Headers([(name.decode("ascii"), value.decode("ascii")) for name, value in raw])
    except UnicodeDecodeError:
        return Headers(answer.headers.multi_items())


def undecodable(request: Request, answer: httpx.Response, message: str) -> XrpcInvalidResponseError:
    """The error for a body that isn't encoded as its headers say."""
    return XrpcInvalidResponseError(
        message, status=answer.status_code, headers=headers_of(answer), method=request.nsid
    )


def late(request: Request) -> XrpcFetchError:
    """The error for an answer that isn't there when it has to be."""
    return XrpcFetchError(DEADLINE_PASSED, method=request.nsid)


def too_many_redirects(request: Request, most: int) -> XrpcFetchError:
    """The error for a request that is sent on and on."""
    return XrpcFetchError(f"The request was redirected more than {most} times", method=request.nsid)


def closed(request: Request) -> XrpcInternalError:
    """The error for a call after ``close()``."""
    return XrpcInternalError("The connection has been closed", method=request.nsid)
