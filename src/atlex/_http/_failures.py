"""Failures of HTTP libraries and the network, turned into errors of atlex's tree."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Final, cast
from urllib.parse import urlsplit

from atlex._agent import DEADLINE_PASSED, Request
from atlex._http._carrier import Carrier
from atlex._http._exchange import CONNECT_TIMEOUT
from atlex._printable import printable
from atlex.errors import AtlexError, XrpcError, XrpcFetchError

__all__ = ["FailureGuard", "late"]

_LIBRARIES: Final = frozenset(
    {"httpx", "httpx2", "httpcore", "httpcore2", "h11", "h2", "hpack", "socksio", "anyio", "trio", "aiohttp"}
)
# What is known to pass through the libraries: socket and TLS errors, host names that the resolver's codec refuses, event
# loops and clients that have been closed, several of anyio's at once.
_FOREIGN: Final = (cast("type", ExceptionGroup), OSError, RuntimeError, OverflowError, ValueError)
_UNREACHED, _NOT_CONNECTED, _NO_ROOM, _UNUSABLE, _LATE, _BROKEN = range(6)
# By the names of classes, as httpx, httpx2 and what is under them use the same; the nearest base class counts.
_CLASSES: Final = (
    "ClientConnectorError ClientHttpProxyError ConnectError ProxyError",
    "ConnectTimeout ConnectionTimeoutError",
    "PoolTimeout",
    "InvalidURL UnsupportedProtocol",
    "ServerTimeoutError TimeoutError TimeoutException",
    "BrokenAnswerError ClientConnectionError ClientPayloadError ClientResponseError NetworkError RemoteProtocolError",
)
_KINDS: Final = {name: kind for kind, names in enumerate(_CLASSES) for name in names.split()}
_BEFORE_SENDING: Final = frozenset({_UNREACHED, _NOT_CONNECTED, _NO_ROOM, _UNUSABLE})
_TIMEOUTS: Final = frozenset({_NOT_CONNECTED, _NO_ROOM, _LATE})


class FailureGuard:
    """Raise what a library raises in here as an `XrpcFetchError`, and name the method in errors of atlex's own.

    One object serves for any number of blocks.

    Args:
        request: What is being sent.
        origin: Where it goes.
        carrier: What carries it.
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

    def _failure(self, error: BaseException) -> XrpcFetchError:
        kind = next((_KINDS[each.__name__] for each in type(error).__mro__ if each.__name__ in _KINDS), None)
        deadline = self._request.deadline
        if kind in _TIMEOUTS and deadline is not None and time.monotonic() >= deadline:
            return late(self._request, sent=kind not in _BEFORE_SENDING)
        host, proxy = urlsplit(self._origin).netloc, self._carrier.proxy(self._origin)
        return XrpcFetchError(
            _sentence(kind, error, host, f"the proxy {proxy}" if proxy else "", self._request.timeout),
            method=self._request.nsid,
            error="Timeout" if kind in _TIMEOUTS else "NetworkError",
            sent=kind not in _BEFORE_SENDING,
        )


def _library_of(error: BaseException) -> str:
    return type(error).__module__.partition(".")[0]


def _raised_in(trace: TracebackType | None) -> str:
    """The package whose code raised, and not what it called: the body of a request, say."""
    name = ""
    while trace is not None:
        name, trace = trace.tb_frame.f_globals.get("__name__", ""), trace.tb_next
    return str(name).partition(".")[0]


def _sentence(kind: int | None, error: Any, host: str, proxy: str, patience: float | None) -> str:
    limit = min(patience, CONNECT_TIMEOUT) if patience and kind == _NOT_CONNECTED else patience
    # Without a timeout the operating system's own has passed.
    in_time = "in time" if limit is None else f"within {limit:g} s"
    # Most texts of the libraries' errors stay out: some quote URLs and headers.
    if kind == _NOT_CONNECTED:
        return f"{proxy or host} accepted no connection {in_time}" + (f" (for {host})" if proxy else "")
    if kind == _NO_ROOM:
        return f"No connection became free {in_time}"
    if kind == _LATE:
        return f"{host} didn't respond {in_time}"
    if kind == _UNREACHED:
        through = f" through {proxy}" if proxy else ""
        status = getattr(error, "status", None)
        why = getattr(error, "os_error", error) if status is None else f"{status} {error.message}"
        return f"No connection to {host}{through}: {printable(str(why))}"
    if kind == _BROKEN:
        return f"The connection to {host} broke before the response was complete"
    return f"The request to {host} failed ({type(error).__name__})"


def late(request: Request, *, sent: bool = True) -> XrpcFetchError:
    """The error for a response that isn't there when it has to be."""
    return XrpcFetchError(DEADLINE_PASSED, method=request.nsid, error="Timeout", sent=sent)
