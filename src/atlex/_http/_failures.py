"""Failures of httpx and the network, turned into errors of atlex's tree."""

from __future__ import annotations

from types import TracebackType
from typing import Final, cast
from urllib.parse import urlsplit

import httpx

from atlex._agent import DEADLINE_PASSED, Headers, Request
from atlex._printable import printable
from atlex.errors import FileError, XrpcError, XrpcFetchError

__all__ = ["FailureGuard", "headers_of", "late"]

# All that httpx raises, and what is known to pass through it: socket and TLS errors of other transports, host names
# that the resolver's codec refuses, event loops and clients that have been closed, several of anyio's at once.
_FAILURES: Final = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpx.CookieConflict,
    cast("type[Exception]", ExceptionGroup),
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


class FailureGuard:
    """Raise what httpx raises in here as an `XrpcFetchError`, and name the method in errors of atlex's own.

    One object serves for any number of blocks.

    Args:
        request: What is being sent.
        url: Where it goes.
        client: What sends it.
    """

    # A class, since contextlib's generators take a fair part of what a call costs.
    __slots__ = ("_client", "_request", "_url")

    def __init__(self, request: Request, url: str, client: httpx.Client | httpx.AsyncClient) -> None:
        self._client = client
        self._request = request
        self._url = url

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, _FAILURES) and not isinstance(error, FileError):
            raise XrpcFetchError(
                _sentence(error, urlsplit(self._url).netloc, _proxy_of(self._client, self._url)),
                method=self._request.nsid,
                error="Timeout"
                if isinstance(error, httpx.TimeoutException | TimeoutError)
                else "NetworkError",
                sent=not isinstance(error, _BEFORE_SENDING),
            ) from error
        if isinstance(error, XrpcError):
            error.method = error.method or self._request.nsid


def _sentence(error: BaseException, host: str, proxy: str) -> str:
    # Most texts of httpx's errors stay out: some quote URLs and headers.
    match error:
        case httpx.ConnectTimeout():
            return f"{proxy or host} accepted no connection in time" + (f" (for {host})" if proxy else "")
        case httpx.PoolTimeout():
            return "No connection became free in time"
        case httpx.TimeoutException() | TimeoutError():
            return f"{host} didn't respond in time"
        case httpx.ConnectError() | httpx.ProxyError():
            through = f" through {proxy}" if proxy else ""
            return f"No connection to {host}{through}: {printable(str(error))}"
        case httpx.NetworkError() | httpx.RemoteProtocolError():
            return f"The connection to {host} broke before the response was complete"
        case _:
            return f"The request to {host} failed ({type(error).__name__})"


def _proxy_of(client: httpx.Client | httpx.AsyncClient, url: str) -> str:
    """The proxy that a client has for a URL, such as ``the proxy localhost:3128``; empty for none, or an unknown one."""
    # httpx has no public way to ask. Of its proxies only the host and port are told: the rest may be a password.
    find = getattr(client, "_transport_for_url", None)
    try:
        transport = find(httpx.URL(url)) if callable(find) else None
    except httpx.InvalidURL:
        return ""
    proxy = getattr(getattr(transport, "_pool", None), "_proxy_url", None)
    host, port = getattr(proxy, "host", None), getattr(proxy, "port", None)
    return f"the proxy {host.decode('ascii', 'replace')}:{port}" if isinstance(host, bytes) else ""


def headers_of(answer: httpx.Response) -> Headers:
    """The headers of a response."""
    # httpx looks for the encoding of all of them, each time that one is asked for.
    raw = answer.headers.raw
    try:
        return Headers([(name.decode("ascii"), value.decode("ascii")) for name, value in raw])
    except UnicodeDecodeError:
        return Headers(answer.headers.multi_items())


def late(request: Request) -> XrpcFetchError:
    """The error for a response that isn't there when it has to be."""
    return XrpcFetchError(DEADLINE_PASSED, method=request.nsid, error="Timeout")
