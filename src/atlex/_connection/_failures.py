"""Failures of HTTP libraries and the network, turned into errors of atlex's tree."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Final, cast
from urllib.parse import urlsplit

from atlex._agent import DEADLINE_PASSED, Request
from atlex._connection._exchange import CONNECT_TIMEOUT
from atlex._http import Carrier
from atlex._printable import printable
from atlex.errors import AtlexError, XrpcError, XrpcFetchError

__all__ = ["FailureGuard", "late"]

_LIBRARIES: Final = frozenset(
    {"httpx", "httpx2", "httpcore", "httpcore2", "h11", "h2", "hpack", "socksio", "anyio", "trio", "aiohttp"}
)
# What is known to pass through the libraries: socket and TLS errors, host names that the resolver's codec refuses, event
# loops and clients that have been closed, several of anyio's at once.
_FOREIGN: Final = (cast("type", ExceptionGroup), OSError, RuntimeError, OverflowError, ValueError)

_UNREACHED: Final = "No connection to {place}: {why}"
_NOT_CONNECTED: Final = "No connection to {place} {in_time}"
_NO_ROOM: Final = "No connection became free {in_time}"
_UNUSABLE: Final = "The request to {host} can't be sent ({name})"
_LATE: Final = "{host} didn't respond {in_time}"
_BROKEN: Final = "The connection to {host} broke before the response was complete"
_OTHER: Final = "The request to {host} failed ({name})"
_BEFORE_SENDING: Final = frozenset({_UNREACHED, _NOT_CONNECTED, _NO_ROOM, _UNUSABLE})
_TIMEOUTS: Final = frozenset({_NOT_CONNECTED, _NO_ROOM, _LATE})
# By the names of classes, as httpx, httpx2 and what is under them use the same; the nearest base class counts.
_CLASSES: Final = {
    _UNREACHED: "ClientConnectorError ClientHttpProxyError ConnectError ProxyError",
    _NOT_CONNECTED: "ConnectTimeout ConnectionTimeoutError",
    _NO_ROOM: "PoolTimeout",
    _UNUSABLE: "InvalidURL UnsupportedProtocol",
    _LATE: "ServerTimeoutError TimeoutError TimeoutException",
    _BROKEN: "BrokenAnswerError ClientConnectionError ClientPayloadError ClientResponseError NetworkError "
    "RemoteProtocolError",
}
_SENTENCES: Final = {name: sentence for sentence, names in _CLASSES.items() for name in names.split()}


class FailureGuard:
    """Raise what a library raises in here as an `XrpcFetchError`, and name the method in errors of atlex's own.

    One object serves for any number of blocks.
    """

    # A class, since contextlib's generators take a fair part of what a call costs.
    __slots__ = ("_carrier", "_origin", "_request")

    def __init__(self, request: Request, origin: str, carrier: Carrier) -> None:
        self._carrier = carrier
        self._origin = origin
        self._request = request

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return
        if isinstance(error, XrpcError):
            error.method = error.method or self._request.nsid
        elif isinstance(error, AtlexError) or not isinstance(error, Exception):
            # Cancellations are the libraries' too.
            return
        elif (
            isinstance(error, _FOREIGN)
            or _library_of(error) in _LIBRARIES
            # httpcore's HTTP/2 loses a KeyError now and then, where threads share a connection.
            or _raised_in(trace) in _LIBRARIES
        ):
            failure = self._failure(error)
            # Some of aiohttp's hold the headers of the request, and with them the token.
            cause = None if _library_of(error) == "aiohttp" else error
            try:
                raise failure from cause
            finally:
                failure.__context__ = cause

    def _failure(self, error: Any) -> XrpcFetchError:
        classes = (each.__name__ for each in type(error).__mro__)
        sentence = next((_SENTENCES[each] for each in classes if each in _SENTENCES), _OTHER)
        request, sent, is_timeout = self._request, sentence not in _BEFORE_SENDING, sentence in _TIMEOUTS
        if is_timeout and request.deadline is not None and time.monotonic() >= request.deadline:
            return late(request.nsid, sent=sent)
        host, proxy = urlsplit(self._origin).netloc, self._carrier.proxy(self._origin)
        limit = request.timeout
        if limit and sentence == _NOT_CONNECTED:
            limit = min(limit, CONNECT_TIMEOUT)
        # Most texts of the libraries' errors stay out: some quote URLs and headers.
        is_status = hasattr(error, "status") and hasattr(error, "message")
        why = f"{error.status} {error.message}" if is_status else getattr(error, "os_error", error)
        message = sentence.format(
            host=host,
            place=f"{host} through the proxy {proxy}" if proxy else host,
            # Without a timeout the operating system's own has passed.
            in_time="in time" if limit is None else f"within {limit:g} s",
            why=printable(str(why)),
            name=type(error).__name__,
        )
        code = "Timeout" if is_timeout else "NetworkError"
        return XrpcFetchError(message, method=request.nsid, error=code, sent=sent)


def _library_of(error: BaseException) -> str:
    return type(error).__module__.partition(".")[0]


def _raised_in(trace: TracebackType | None) -> str:
    """The package whose code raised, and not what it called: the body of a request, say."""
    name = ""
    while trace is not None:
        name, trace = trace.tb_frame.f_globals.get("__name__", ""), trace.tb_next
    return str(name).partition(".")[0]


def late(method: str | None = None, *, sent: bool = True) -> XrpcFetchError:
    """The error for a response that isn't there when it has to be."""
    return XrpcFetchError(DEADLINE_PASSED, method=method, error="Timeout", sent=sent)
