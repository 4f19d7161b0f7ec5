"""HTTP: the only module that imports httpx.

A connection sends one request to one origin and answers with a response, or raises an error of atlex's tree. The names
of httpx that the test kit and type annotations need are handed on from here.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

import httpx

from atlex._agent import Headers, Request, Response
from atlex._service_url import check_service_url
from atlex._upload import open_body, open_body_async
from atlex.errors import InputError, XrpcFetchError, XrpcInternalError, XrpcInvalidResponseError

AsyncBaseTransport = httpx.AsyncBaseTransport
AsyncHttpClient = httpx.AsyncClient
BaseTransport = httpx.BaseTransport
ConnectError = httpx.ConnectError
HttpClient = httpx.Client
HttpRequest = httpx.Request
HttpResponse = httpx.Response
ReadError = httpx.ReadError
ReadTimeout = httpx.ReadTimeout

__all__ = [
    "CONNECT_TIMEOUT",
    "MAX_REDIRECTS",
    "AsyncBaseTransport",
    "AsyncHttpClient",
    "AsyncHttpConnection",
    "AsyncServiceAgent",
    "BaseTransport",
    "ConnectError",
    "HttpClient",
    "HttpConnection",
    "HttpRequest",
    "HttpResponse",
    "ReadError",
    "ReadTimeout",
    "ServiceAgent",
]

CONNECT_TIMEOUT: Final = 10.0
"""Seconds that connecting may take, where a request's own timeout isn't shorter or None."""

MAX_REDIRECTS: Final = 20
"""How many redirects of one request are followed."""

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
# What another origin may see of a request: nothing that could be a credential.
_HARMLESS_HEADERS: Final = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})


class _Hop(NamedTuple):
    """Where a request goes next, and with what."""

    url: str
    headers: Mapping[str, str]
    own_origin: bool

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


@cache
def _user_agent() -> str:
    from importlib import metadata

    try:
        return f"atlex/{metadata.version('atlex')}"
    except metadata.PackageNotFoundError:
        # Bundlers leave the metadata out.
        return "atlex"


def _first_hop(origin: str, request: Request) -> _Hop:
    return _Hop(check_service_url(origin) + request.path, request.headers, own_origin=True)


def _next_hop(request: Request, hop: _Hop, answer: httpx.Response) -> _Hop | None:
    """Where a redirect leads, or None for an answer that is to be taken as it is.

    httpx's own way of following would turn procedures into GET, send their bodies (a password, say) to any origin, and
    keep the authorization on the way from http to https.
    """
    following = answer.next_request
    if following is None or following.method != request.method:
        return None
    here, there = answer.request.url, following.url
    if there.scheme not in {"http", "https"} or there.userinfo:
        return None
    if (here.scheme, here.host, _port(here)) == (there.scheme, there.host, _port(there)):
        return _Hop(str(there), hop.headers, hop.own_origin) if request.replayable else None
    if request.body is not None or (here.scheme, there.scheme) == ("https", "http"):
        return None
    harmless = {name: value for name, value in hop.headers.items() if name in _HARMLESS_HEADERS}
    return _Hop(str(there), harmless, own_origin=False)


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _outgoing(
    client: httpx.Client | httpx.AsyncClient, request: Request, hop: _Hop, content: Any, length: int | None
) -> httpx.Request:
    headers = dict(hop.headers)
    if "user-agent" not in headers and client.headers.get("user-agent", "").startswith("python-httpx/"):
        headers["user-agent"] = _user_agent()
    if length is not None:
        headers["content-length"] = str(length)
    connect = None if request.timeout is None else min(CONNECT_TIMEOUT, request.timeout)
    timeout = httpx.Timeout(request.timeout, connect=connect)
    return client.build_request(request.method, hop.url, headers=headers, content=content, timeout=timeout)


def _auth(hop: _Hop) -> Any:
    # The user's client may have credentials of its own, which are for the first origin only.
    return httpx.USE_CLIENT_DEFAULT if hop.own_origin else None


@contextmanager
def _failures(request: Request, hop: _Hop, answer: httpx.Response | None = None) -> Generator[None]:
    try:
        yield
    except _FAILURES as error:
        if answer is not None and isinstance(error, httpx.DecodingError):
            raise XrpcInvalidResponseError(
                "The body doesn't match its content encoding",
                status=answer.status_code,
                headers=_headers(answer),
                method=request.nsid,
            ) from error
        raise XrpcFetchError(_sentence(error, hop.host), method=request.nsid) from error


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


def _headers(answer: httpx.Response) -> Headers:
    return Headers(answer.headers.multi_items())


class _Chunks:
    """The body of an answer that the caller reads."""

    def __init__(self, request: Request, hop: _Hop, answer: httpx.Response) -> None:
        self._request = request
        self._hop = hop
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _failures(self._request, self._hop, self._answer):
            yield from self._answer.iter_bytes()

    def close(self) -> None:
        with _failures(self._request, self._hop):
            self._answer.close()


class _AsyncChunks:
    """The body of an answer that the caller reads asynchronously."""

    def __init__(self, request: Request, hop: _Hop, answer: httpx.Response) -> None:
        self._request = request
        self._hop = hop
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _failures(self._request, self._hop, self._answer):
            async for chunk in self._answer.aiter_bytes():
                yield chunk

    async def aclose(self) -> None:
        with _failures(self._request, self._hop):
            await self._answer.aclose()


def _too_many_redirects(request: Request) -> XrpcFetchError:
    return XrpcFetchError(f"The request was redirected more than {MAX_REDIRECTS} times", method=request.nsid)


def _closed(request: Request) -> XrpcInternalError:
    return XrpcInternalError("The connection has been closed", method=request.nsid)


class HttpConnection:
    """Sends requests through httpx.

    Args:
        http_client: The user's own client, with its proxies, TLS settings and transport; ``close()`` leaves it open.
            Timeouts and redirects are as the requests and this module say. None opens a client with httpx's defaults
            (the environment's proxies included) when the first request is sent.
    """

    def __init__(self, http_client: httpx.Client | None = None) -> None:
        if isinstance(http_client, httpx.AsyncClient):
            raise InputError(
                "An asynchronous http_client can't serve synchronous calls: give an httpx.Client"
            )
        self._client = http_client
        self._owns_client = http_client is None
        self._is_closed = False
        self._lock = threading.Lock()

    def send(self, origin: str, request: Request) -> Response:
        """Send a request.

        Args:
            origin: The service's URL; a path in it is put before the request's.
            request: What to send.

        Returns:
            The answer, whatever its status. Redirects are followed within an origin; to another one only without a
            body and without credentials; never from https to http, nor where the method would change.

        Raises:
            XrpcFetchError: There was no answer.
            XrpcInvalidResponseError: The body can't be decoded.
            XrpcInternalError: The connection has been closed.
            InputError: The origin isn't the URL of a service, or the body can't be read.
        """
        client = self._open(request)
        hop = _first_hop(origin, request)
        for _ in range(MAX_REDIRECTS + 1):
            with _failures(request, hop), open_body(request.body) as (content, length):
                outgoing = _outgoing(client, request, hop, content, length)
                answer = client.send(outgoing, auth=_auth(hop), stream=True, follow_redirects=False)
            following = _next_hop(request, hop, answer)
            chunks = _Chunks(request, hop, answer)
            if following is None:
                response = Response(answer.status_code, _headers(answer), stream=chunks)
                if not request.stream:
                    response.read()
                return response
            chunks.close()
            hop = following
        raise _too_many_redirects(request)

    def close(self) -> None:
        """Close what was opened here; the user's own client stays open."""
        with self._lock:
            self._is_closed = True
            if self._owns_client and self._client is not None:
                self._client.close()

    def _open(self, request: Request) -> httpx.Client:
        with self._lock:
            if self._is_closed:
                raise _closed(request)
            if self._client is None:
                self._client = httpx.Client()
            return self._client


class AsyncHttpConnection:
    """Sends requests through httpx, asynchronously.

    Args:
        http_client: The user's own client, with its proxies, TLS settings and transport; ``aclose()`` leaves it open.
            Timeouts and redirects are as the requests and this module say. None opens a client with httpx's defaults
            (the environment's proxies included) when the first request is sent.
    """

    def __init__(self, http_client: httpx.AsyncClient | None = None) -> None:
        if isinstance(http_client, httpx.Client):
            raise InputError(
                "A synchronous http_client can't serve asynchronous calls: give an httpx.AsyncClient"
            )
        self._client = http_client
        self._owns_client = http_client is None
        self._is_closed = False

    async def send(self, origin: str, request: Request) -> Response:
        """Send a request; the asynchronous form of ``HttpConnection.send``.

        Args:
            origin: The service's URL; a path in it is put before the request's.
            request: What to send.

        Returns:
            The answer, whatever its status. Redirects are followed within an origin; to another one only without a
            body and without credentials; never from https to http, nor where the method would change.

        Raises:
            XrpcFetchError: There was no answer.
            XrpcInvalidResponseError: The body can't be decoded.
            XrpcInternalError: The connection has been closed.
            InputError: The origin isn't the URL of a service, or the body can't be read.
        """
        client = self._open(request)
        hop = _first_hop(origin, request)
        for _ in range(MAX_REDIRECTS + 1):
            with _failures(request, hop):
                async with open_body_async(request.body) as (content, length):
                    outgoing = _outgoing(client, request, hop, content, length)
                    answer = await client.send(outgoing, auth=_auth(hop), stream=True, follow_redirects=False)
            following = _next_hop(request, hop, answer)
            chunks = _AsyncChunks(request, hop, answer)
            if following is None:
                response = Response(answer.status_code, _headers(answer), stream=chunks)
                if not request.stream:
                    await response.aread()
                return response
            await chunks.aclose()
            hop = following
        raise _too_many_redirects(request)

    async def aclose(self) -> None:
        """Close what was opened here; the user's own client stays open."""
        self._is_closed = True
        if self._owns_client and self._client is not None:
            await self._client.aclose()

    def _open(self, request: Request) -> httpx.AsyncClient:
        if self._is_closed:
            raise _closed(request)
        if self._client is None:
            self._client = httpx.AsyncClient()
        return self._client


class ServiceAgent:
    """An agent without credentials for one service.

    Args:
        service: The service's URL: http or https, without user name, password, query string and fragment.
        headers: Headers for every request; a request's own win.
        http_client: As `HttpConnection` has it.

    Raises:
        InputError: The URL isn't that of a service.
    """

    def __init__(
        self,
        service: str,
        *,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.Client | None = None,
    ) -> None:
        self.service: Final = check_service_url(service)
        self._headers = Headers(headers or {})
        self._connection = HttpConnection(http_client)

    @property
    def did(self) -> None:
        """None: the agent speaks for nobody."""
        return

    def send(self, request: Request, /) -> Response:
        """Send a request to the service.

        Raises:
            XrpcFetchError: There was no answer.
            XrpcInvalidResponseError: The body can't be decoded.
            XrpcInternalError: The agent has been closed.
        """
        return self._connection.send(self.service, _with_defaults(request, self._headers))

    def close(self) -> None:
        """Close the connections; an ``http_client`` that was given stays open."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ServiceAgent({self.service!r})"


class AsyncServiceAgent:
    """An asynchronous agent without credentials for one service.

    Args:
        service: The service's URL: http or https, without user name, password, query string and fragment.
        headers: Headers for every request; a request's own win.
        http_client: As `AsyncHttpConnection` has it.

    Raises:
        InputError: The URL isn't that of a service.
    """

    def __init__(
        self,
        service: str,
        *,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        self.service: Final = check_service_url(service)
        self._headers = Headers(headers or {})
        self._connection = AsyncHttpConnection(http_client)

    @property
    def did(self) -> None:
        """None: the agent speaks for nobody."""
        return

    async def send(self, request: Request, /) -> Response:
        """Send a request to the service.

        Raises:
            XrpcFetchError: There was no answer.
            XrpcInvalidResponseError: The body can't be decoded.
            XrpcInternalError: The agent has been closed.
        """
        return await self._connection.send(self.service, _with_defaults(request, self._headers))

    async def close(self) -> None:
        """Close the connections; an ``http_client`` that was given stays open."""
        await self._connection.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncServiceAgent({self.service!r})"


def _with_defaults(request: Request, headers: Headers) -> Request:
    return replace(request, headers=Headers({**headers, **request.headers})) if headers else request
