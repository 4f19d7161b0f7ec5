"""Sending over a carrier, asynchronously: redirects, deadlines, and unpacking the body on its way."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator

from atlex._agent import Headers, Request, Response
from atlex._decoding import EncodingError
from atlex._home import end_reading
from atlex._http._carrier import Answer
from atlex._http._choice import AsyncHttpClient, Transport
from atlex._http._connection import BaseChunks, BaseConnection
from atlex._http._exchange import MAX_REDIRECTS, Hop, Route, exchange_of, first_hop, next_hop
from atlex._http._failures import FailureGuard, late
from atlex._upload import open_body_async
from atlex.errors import XrpcFetchError

__all__ = ["AsyncHttpConnection"]


class AsyncHttpConnection(BaseConnection):
    """Sends requests asynchronously, as `BaseConnection` has it."""

    def __init__(
        self, http_client: AsyncHttpClient | None = None, *, transport: Transport | None = None
    ) -> None:
        super().__init__(http_client, transport, asynchronous=True)

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
        return await self.follow(request, first_hop(service, request, headers), next_hop)

    async def follow(self, request: Request, hop: Hop, route: Route) -> Response:
        """Do what `send` does, on another way.

        Args:
            request: What to send.
            hop: Where it goes first.
            route: Says where a redirect leads, as `next_hop` does.
        """
        if request.deadline is not None:  # async only
            from anyio import move_on_after

            with move_on_after(request.deadline - time.monotonic()):
                return await self._follow(request, hop, route)
            raise late(request)
        return await self._follow(request, hop, route)

    async def aclose(self) -> None:
        """Close what was opened here; the user's own client stays open."""
        carrier = self._closing()
        if carrier is not None:
            await carrier.close()

    async def _follow(self, request: Request, hop: Hop, route: Route) -> Response:
        carrier = self._carrier(request)
        for _ in range(MAX_REDIRECTS + 1):
            guard = FailureGuard(request, hop.origin, carrier)
            with guard, await open_body_async(request.body) as content:
                answer: Answer = await carrier.exchange(exchange_of(request, hop, content))
            following = route(request, hop, answer)
            received = Headers.from_bytes(answer.headers)
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


class _AsyncChunks(BaseChunks):
    __slots__ = ()

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._pieces = pieces = self._unpacked()
        return pieces

    async def _unpacked(self) -> AsyncGenerator[bytes]:
        try:
            with self._guard:
                decoder = self._decoder()
                async for data in self._answer.stream:
                    self._check(data)
                    for piece in decoder.feed(data) if decoder else (data,):
                        yield piece
                if decoder:
                    decoder.finish()
        except EncodingError as error:
            raise self._refused(error) from error

    async def aclose(self) -> None:
        """Give the connection back."""
        with self._guard:
            if self._pieces is not None:  # async only
                await end_reading(self._pieces)
            await self._answer.stream.aclose()
