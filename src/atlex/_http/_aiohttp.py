"""aiohttp under httpx: the extra ``aiohttp``. Nothing else imports aiohttp, and this is loaded only where it is used.

httpx-aiohttp does the work. What is added holds the promises that httpx's own transport keeps: no cookies, a limit on
a write that stalls, the exception of a body that fails, httpx's class for each failure, and quiet when it is forgotten.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Final, Self, TypeVar, cast

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport as _AiohttpTransport

__all__ = ["AiohttpTransport"]

T = TypeVar("T")

# From the particular to the general.
_CLASSES: Final[tuple[tuple[type[Exception], type[httpx.TransportError]], ...]] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (TimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
    (aiohttp.ClientConnectionError, httpx.ReadError),
    (aiohttp.ClientPayloadError, httpx.ReadError),
    (aiohttp.ClientError, httpx.RemoteProtocolError),
)
_FAILURES: Final = (TimeoutError, httpx.TransportError, aiohttp.ClientError)


class AiohttpTransport(_AiohttpTransport):
    """Sends httpx's requests through aiohttp."""

    def get_client(self) -> aiohttp.ClientSession:
        """Open the session that everything is sent through."""
        connector = aiohttp.TCPConnector(
            ssl=self.ssl_context,
            limit=self.limits.max_connections or 0,
            keepalive_timeout=self.limits.keepalive_expiry,
        )
        session = aiohttp.ClientSession(
            connector=connector,
            # It would keep what a server sets for everybody who shares the session.
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("content-type", "user-agent"),
        )
        weakref.finalize(self, _close, session)
        return session

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and raise what httpx's own transport would raise."""
        body: _Body | None = None
        failure: Exception
        try:
            if _is_empty(request):
                answer = await super().handle_async_request(request)
            else:
                body = _Body(request)
                async with body.watched():
                    answer = await super().handle_async_request(body.carried())
        except _FAILURES as error:
            # aiohttp says of a body that raised that the connection broke.
            failure = _translated(error) if body is None or body.error is None else body.error
        else:
            answer.stream = _Answer(cast("httpx.AsyncByteStream", answer.stream))
            return answer
        raise failure


def _close(session: aiohttp.ClientSession) -> None:
    """Close the session of a transport that was forgotten, where aiohttp would complain on the error log."""
    if not session.closed:
        connector = session.connector
        session.detach()
        if connector is not None:
            # Its first step closes the connections, and the others wait for their last words.
            closing = connector.close().__await__()
            next(closing, None)
            closing.close()


class _Body(httpx.AsyncByteStream):
    """A request's body, which notes what it raises, and ends a write that stalls."""

    def __init__(self, request: httpx.Request) -> None:
        self.error: Exception | None = None
        self._request = request
        self._stream = request.stream
        self._seconds: float | None = request.extensions.get("timeout", {}).get("write")
        self._timeout: asyncio.Timeout | None = None

    def carried(self) -> httpx.Request:
        """The request with this body in place of its own."""
        request = self._request
        return httpx.Request(
            request.method, request.url, headers=request.headers, stream=self, extensions=request.extensions
        )

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in cast("AsyncIterable[bytes]", self._stream):
                self._expect(self._seconds)
                yield chunk
                self._expect(None)
        except Exception as error:
            self.error = error
            raise

    @asynccontextmanager
    async def watched(self) -> AsyncGenerator[None]:
        """A block in which no chunk takes longer to be written than the request allows."""
        timeout = asyncio.timeout(None)
        try:
            async with timeout:
                self._timeout = timeout
                try:
                    yield
                finally:
                    # The rest of a body may still be on its way when the response has come.
                    self._timeout = None
        except TimeoutError as error:
            if timeout.expired():
                raise httpx.WriteTimeout("A write stalled") from error
            raise

    def _expect(self, seconds: float | None) -> None:
        if self._timeout is not None:
            when = None if seconds is None else asyncio.get_running_loop().time() + seconds
            self._timeout.reschedule(when)


class _Answer(httpx.AsyncByteStream):
    """A response's body, whose failures are httpx's.

    It is its own iterator: the event loop would keep track of an asynchronous generator.
    """

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream
        self._pieces = aiter(stream)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        return await _translating(anext(self._pieces))

    async def aclose(self) -> None:
        await _translating(self._stream.aclose())


async def _translating(step: Awaitable[T]) -> T:
    failure: Exception
    try:
        return await step
    except _FAILURES as error:
        failure = _translated(error)
    raise failure


def _translated(error: Exception) -> Exception:
    """The exception of httpx that says the same.

    It has to be raised outside the clause that caught the other, so that nothing is attached to it: some of aiohttp's
    errors hold the headers of the request, and with them the token.
    """
    if isinstance(error, httpx.WriteTimeout):
        return error
    # httpx-aiohttp takes every connection that breaks for one that wasn't made in time.
    origin = error.__cause__ if isinstance(error, httpx.TransportError) else error
    for kind, class_ in _CLASSES:
        if isinstance(origin, kind):
            return class_(str(getattr(origin, "os_error", type(origin).__name__)))
    return error


def _is_empty(request: httpx.Request) -> bool:
    try:
        return not request.content
    except httpx.RequestNotRead:
        return False
