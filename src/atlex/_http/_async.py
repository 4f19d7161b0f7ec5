"""Sending over a carrier, asynchronously: redirects, deadlines, and unpacking the body on its way."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from typing import Final, Self

from atlex._agent import Headers, Request, Response, too_large
from atlex._http._carrier import Answer, AsyncCarrier
from atlex._http._choice import (
    AsyncHttpClient,
    Home,
    Transport,
    check_client,
    choose_transport,
    here_async,
    is_gone,
    open_carrier_async,
)
from atlex._http._decoding import Decoder, EncodingError
from atlex._http._exchange import MAX_REDIRECTS, exchange_of, first_hop, headers_of, next_hop
from atlex._http._failures import FailureGuard, late
from atlex._service_url import check_service_url
from atlex._upload import open_body_async
from atlex.errors import XrpcFetchError, XrpcInternalError, XrpcInvalidResponseError

__all__ = ["AsyncHttpConnection", "AsyncServiceAgent"]

# How many bytes an encoding may add to a body that it can't make smaller.
_OVERHEAD: Final = 64 * 1024


class AsyncHttpConnection:
    """Sends requests over a carrier, which is opened with the first one.

    In another process (after a fork) and in another event loop it opens another one: the connections of the
    first can't be used there.

    Args:
        http_client: The user's own client, with its proxies, TLS settings and transport; ``aclose()`` leaves
            it open. Timeouts and redirects are as the requests and this module say. None for one of our own,
            for which the environment's proxies and certificates count.
        transport: The library to send with. None: docs/transport.md has the choice.

    Raises:
        InputError: The HTTP client is none, or one for the other kind of calls; or the transport can't be
            used.
    """

    def __init__(
        self, http_client: AsyncHttpClient | None = None, *, transport: Transport | None = None
    ) -> None:
        check_client(http_client, transport, asynchronous=True)
        self._http_client = http_client
        self._transport = transport
        # By process and event loop. Looking up and `setdefault` are single steps, so that no lock is needed, which a
        # fork could leave locked.
        self._carriers: dict[Home, AsyncCarrier] = {}
        self._is_closed = False

    @property
    def transport(self) -> str:
        """The transport of the requests, for a repr: a library, or ``http_client`` for the user's own."""
        if self._http_client is not None:
            return "http_client"
        return choose_transport(self._transport, asynchronous=True)

    async def send(self, service: str, request: Request, headers: Headers | None = None) -> Response:
        """Send a request.

        Args:
            service: The service's URL; a path in it is put before the request's.
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
            InputError: The service's URL isn't one, a setting of the environment can't be used, or the body
                can't be read; nothing was sent.
            FileError: The body can't be read to its end.
        """
        if request.deadline is not None:  # async only
            from anyio import move_on_after

            with move_on_after(request.deadline - time.monotonic()):
                return await self._send(service, request, headers)
            raise late(request)
        return await self._send(service, request, headers)

    async def aclose(self) -> None:
        """Close what was opened here; the user's own client stays open."""
        self._is_closed = True
        while self._carriers:
            home, carrier = self._carriers.popitem()
            if home == here_async():
                await carrier.aclose()
            else:
                carrier.abandon()

    async def _send(self, service: str, request: Request, headers: Headers | None) -> Response:
        carrier = self._carriers.get(here_async()) or self._open()
        if self._is_closed:
            raise XrpcInternalError("The connection has been closed", method=request.nsid)
        hop = first_hop(service, request, headers)
        for _ in range(MAX_REDIRECTS + 1):
            guard = FailureGuard(request, hop.origin, carrier)
            with guard, await open_body_async(request.body) as content:
                answer = await carrier.exchange(exchange_of(request, hop, content))
            following = next_hop(request, hop, answer)
            received = headers_of(answer)
            chunks = _AsyncChunks(request, guard, answer, received)
            if following is None:
                limit = request.max_response_size
                response = Response(answer.status, received, stream=chunks, limit=limit)
                if not request.stream:
                    with guard:
                        await response.aread()
                return response
            await chunks.aclose()
            hop = following
        raise XrpcFetchError(
            f"The request was redirected more than {MAX_REDIRECTS} times", method=request.nsid
        )

    def _open(self) -> AsyncCarrier:
        # The choice depends on what runs here; the repr gives this one from now on.
        self._transport = choose_transport(self._transport, asynchronous=True)
        for home in list(self._carriers):
            if is_gone(home) and (carrier := self._carriers.pop(home, None)):
                carrier.abandon()
        return self._carriers.setdefault(here_async(), open_carrier_async(self._transport, self._http_client))


class _AsyncChunks:
    """The body of a response, unpacked.

    Args:
        request: The request that the response belongs to.
        guard: Turns the failures of reading into errors.
        answer: The response.
        headers: Its headers.
    """

    __slots__ = ("_answer", "_deadline", "_guard", "_headers", "_limit", "_received", "_request")

    def __init__(self, request: Request, guard: FailureGuard, answer: Answer, headers: Headers) -> None:
        self._request: Final = request
        self._guard: Final = guard
        self._answer: Final = answer
        self._headers: Final = headers
        # The limits don't apply to a stream, which the caller reads at their own pace, unless it is an error.
        is_bounded = not (request.stream and 200 <= answer.status < 300)
        self._deadline: Final = request.deadline if is_bounded else None
        self._limit: Final = request.max_response_size if is_bounded else None
        self._received = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            with self._guard:
                encoding = "" if self._answer.is_unpacked else self._headers.get("content-encoding", "")
                decoder = Decoder(encoding) if encoding else None
                async for data in self._answer.body:
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
                str(error), status=self._answer.status, headers=self._headers, method=self._request.nsid
            ) from error

    async def aclose(self) -> None:
        """Give the connection back."""
        with self._guard:
            await self._answer.owner.aclose()

    def _check(self, data: bytes) -> None:
        """Check what has arrived against the deadline and the limit: it may well unpack to nothing."""
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise late(self._request)
        self._received += len(data)
        if self._limit is not None and self._received > self._limit + _OVERHEAD:
            raise too_large(self._answer.status, self._headers, self._limit)


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
        http_client: AsyncHttpClient | None = None,
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
