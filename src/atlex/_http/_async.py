"""Sending through httpx, asynchronously, and unpacking the body of the response on its way."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final, Self, cast

import httpx

from atlex._agent import Headers, Request, Response, too_large
from atlex._http._clients import OWN_CLIENT, Transport, check_client, choose_transport, open_client_async
from atlex._http._decoding import Decoder, EncodingError
from atlex._http._exchange import MAX_REDIRECTS, client_headers, first_hop, next_hop, outgoing
from atlex._http._failures import FailureGuard, headers_of, late
from atlex._service_url import check_service_url
from atlex._upload import open_body_async
from atlex.errors import XrpcFetchError, XrpcInternalError, XrpcInvalidResponseError

__all__ = ["AsyncHttpConnection", "AsyncServiceAgent"]

# How many bytes an encoding may add to a body that it can't make smaller.
_OVERHEAD: Final = 64 * 1024


class AsyncHttpConnection:
    """Sends requests through httpx.

    Args:
        http_client: The user's own client, with its proxies, TLS settings and transport; ``aclose()`` leaves
            it open. Timeouts and redirects are as the requests and this module say. None opens a client with
            httpx's defaults (the environment's proxies included) when the first request is sent.
        transport: ``httpx`` or ``aiohttp``. None: aiohttp where the extra is installed, it runs under
            asyncio, and the environment names no proxy; else httpx.
        clock: Gives the moments that deadlines are compared with.

    Raises:
        InputError: The HTTP client is none, or one for the other kind of calls; or the transport can't be
            used.
    """

    def __init__(
        self,
        http_client: httpx.AsyncClient | None = None,
        *,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_client(http_client, transport, asynchronous=True)
        self._clock = clock
        self._transport: Transport | None = transport
        self._client = http_client
        self._owns_client = http_client is None
        # The headers of a client that was opened here.
        self._defaults: list[tuple[bytes, bytes]] = []
        self._is_closed = False
        self._lock = threading.Lock()

    @property
    def transport(self) -> str:
        """The transport of the requests, for a repr: a transport, or ``http_client`` for the user's own."""
        return choose_transport(self._transport, asynchronous=True) if self._owns_client else OWN_CLIENT

    async def send(self, origin: str, request: Request, headers: Headers | None = None) -> Response:
        """Send a request.

        Args:
            origin: The service's URL; a path in it is put before the request's.
            request: What to send.
            headers: The headers to send in place of the request's; None for the request's.

        Returns:
            The response, whatever its status. Redirects are followed within an origin; to another one only
            without a body and without credentials; never from https to http, nor where the method would
            change.

        Raises:
            XrpcFetchError: There was no response, or none before the deadline.
            XrpcInvalidResponseError: The body can't be decoded, or is larger than the request allows.
            XrpcInternalError: The connection has been closed.
            InputError: The origin isn't the URL of a service, or the body can't be read; nothing was sent.
            FileError: The body can't be read to its end.
        """
        client = self._open(request)
        if request.deadline is not None:  # async only
            from anyio import move_on_after

            with move_on_after(request.deadline - self._clock()):
                return await self._send(client, origin, request, headers)
            raise late(request)
        return await self._send(client, origin, request, headers)

    async def aclose(self) -> None:
        """Close what was opened here; the user's own client stays open."""
        with self._lock:
            self._is_closed = True
            client = self._client if self._owns_client else None
        if client is not None:
            await client.aclose()

    async def _send(
        self, client: httpx.AsyncClient, origin: str, request: Request, headers: Headers | None
    ) -> Response:
        # A user's client may have others by now.
        defaults = self._defaults or client_headers(client)
        hop = first_hop(origin, request, headers)
        for _ in range(MAX_REDIRECTS + 1):
            guard = FailureGuard(request, hop.url, client)
            with guard, await open_body_async(request.body) as content:
                sent = outgoing(client, defaults, request, hop, content, self._clock)
                # The user's client may have credentials, which are for the first origin only.
                auth = httpx.USE_CLIENT_DEFAULT if hop.own_origin else None
                answer = await client.send(sent, auth=auth, stream=True, follow_redirects=False)
            following = next_hop(request, hop, answer)
            received = headers_of(answer)
            chunks = _AsyncChunks(request, guard, answer, received, self._clock)
            if following is None:
                limit = request.max_response_size
                response = Response(answer.status_code, received, stream=chunks, limit=limit)
                if not request.stream:
                    with guard:
                        await response.aread()
                return response
            await chunks.aclose()
            hop = following
        raise XrpcFetchError(
            f"The request was redirected more than {MAX_REDIRECTS} times", method=request.nsid
        )

    def _open(self, request: Request) -> httpx.AsyncClient:
        with self._lock:
            if self._is_closed:
                raise XrpcInternalError("The connection has been closed", method=request.nsid)
            if self._client is None:
                # The choice depends on what runs here; the repr gives this one from now on.
                self._transport = choose_transport(self._transport, asynchronous=True)
                self._client = open_client_async(self._transport)
                self._defaults = client_headers(self._client)
            return self._client


class _AsyncChunks:
    """The body of a response, unpacked.

    Args:
        request: The request that the response belongs to.
        guard: Turns the failures of reading into errors.
        answer: The response.
        headers: Its headers.
        clock: Gives the moments that the deadline is compared with.
    """

    __slots__ = ("_answer", "_clock", "_deadline", "_guard", "_headers", "_limit", "_received", "_request")

    def __init__(
        self,
        request: Request,
        guard: FailureGuard,
        answer: httpx.Response,
        headers: Headers,
        clock: Callable[[], float],
    ) -> None:
        self._request: Final = request
        self._guard: Final = guard
        self._answer: Final = answer
        self._headers: Final = headers
        self._clock: Final = clock
        # The limits don't apply to a stream, which the caller reads at their own pace, unless it is an error.
        is_bounded = not (request.stream and answer.is_success)
        self._deadline: Final = request.deadline if is_bounded else None
        self._limit: Final = request.max_response_size if is_bounded else None
        self._received = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            with self._guard:
                if self._answer.is_stream_consumed:
                    # A transport that responds from memory: httpx has unpacked it.
                    yield self._answer.content
                    return
                encoding = self._headers.get("content-encoding", "")
                decoder = Decoder(encoding) if encoding else None
                async for data in cast("httpx.AsyncByteStream", self._answer.stream):
                    self._check(data)
                    if decoder is None:
                        yield data
                    else:
                        for piece in decoder.feed(data):
                            yield piece
                if decoder is not None:
                    decoder.finish()
        except EncodingError as error:
            raise XrpcInvalidResponseError(
                str(error), status=self._answer.status_code, headers=self._headers, method=self._request.nsid
            ) from error

    async def aclose(self) -> None:
        """Give the connection back."""
        with self._guard:
            await self._answer.aclose()

    def _check(self, data: bytes) -> None:
        """Check what has arrived against the deadline and the limit: it may well unpack to nothing."""
        if self._deadline is not None and self._clock() >= self._deadline:
            raise late(self._request)
        self._received += len(data)
        if self._limit is not None and self._received > self._limit + _OVERHEAD:
            raise too_large(self._answer.status_code, self._headers, self._limit)


class AsyncServiceAgent:
    """An asynchronous agent for one service, without credentials.

    Args:
        service: The service's URL: http or https, without user name, password, query string and fragment.
        headers: Headers for every request; a request's own win.
        http_client: As `AsyncHttpConnection` has it.
        transport: As `AsyncHttpConnection` has it.

    Raises:
        InputError: The URL isn't that of a service, or one of the others can't be used.
    """

    def __init__(
        self,
        service: str,
        *,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.AsyncClient | None = None,
        transport: Transport | None = None,
    ) -> None:
        self.service: Final = check_service_url(service)
        self._headers = Headers(headers or {})
        self._connection = AsyncHttpConnection(http_client, transport=transport)

    @property
    def did(self) -> None:
        """None: the agent has no account."""
        return

    async def send(self, request: Request, /) -> Response:
        """Send a request to the service.

        Raises:
            XrpcFetchError: There was no response.
            XrpcInvalidResponseError: The body can't be decoded, or is larger than the request allows.
            XrpcInternalError: The agent has been closed.
        """
        headers = self._headers.merged(request.headers) if self._headers else None
        return await self._connection.send(self.service, request, headers)

    async def aclose(self) -> None:
        """Close the connections; an ``http_client`` that was given stays open."""
        await self._connection.aclose()

    async def close(self) -> None:  # async only
        """Close the connections: another name of `aclose`."""
        await self.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        if "_connection" not in vars(self):
            return "AsyncServiceAgent(…)"
        return f"AsyncServiceAgent({self.service!r}, transport={self._connection.transport!r})"
