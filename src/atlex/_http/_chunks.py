"""The body of a response on its way, unpacked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final, cast

import httpx

from atlex._agent import Request, too_large
from atlex._http._decoding import Decoder, EncodingError
from atlex._http._failures import FailureGuard, headers_of, late, undecodable

__all__ = ["AsyncChunks", "Chunks"]

# What an encoding may add to a body that it can't make smaller.
_OVERHEAD: Final = 64 * 1024


class _Body:
    """What both kinds share.

    Args:
        request: What is answered.
        guard: Turns the failures of reading into errors.
        answer: The response.
        encoding: Its ``Content-Encoding``; empty for none.
        clock: Gives the moments that the deadline is compared with.
    """

    __slots__ = ("_answer", "_clock", "_deadline", "_encoding", "_guard", "_limit", "_received", "_request")

    def __init__(
        self,
        request: Request,
        guard: FailureGuard,
        answer: httpx.Response,
        encoding: str,
        clock: Callable[[], float],
    ) -> None:
        self._request: Final = request
        self._guard: Final = guard
        self._answer: Final = answer
        self._encoding: Final = encoding
        self._clock: Final = clock
        # Whoever asked for a stream reads it in their own time and as far as they like, unless it is an error.
        is_bounded = not (request.stream and answer.is_success)
        self._deadline: Final = request.deadline if is_bounded else None
        self._limit: Final = request.max_response_size if is_bounded else None
        self._received = 0

    def _check(self, data: bytes) -> None:
        """Check what has arrived against the deadline and the limit: it may well unpack to nothing."""
        if self._deadline is not None and self._clock() >= self._deadline:
            raise late(self._request)
        self._received += len(data)
        if self._limit is not None and self._received > self._limit + _OVERHEAD:
            raise too_large(self._answer.status_code, headers_of(self._answer), self._limit)


class Chunks(_Body):
    """The body of a response."""

    __slots__ = ()

    def __iter__(self) -> Iterator[bytes]:
        try:
            with self._guard:
                if self._answer.is_stream_consumed:
                    # A transport that answers from memory: httpx has unpacked it.
                    yield self._answer.content
                    return
                decoder = Decoder(self._encoding) if self._encoding else None
                for data in cast("httpx.SyncByteStream", self._answer.stream):
                    self._check(data)
                    if decoder is None:
                        yield data
                    else:
                        yield from decoder.feed(data)
                if decoder is not None:
                    decoder.finish()
        except EncodingError as error:
            raise undecodable(self._request, self._answer, str(error)) from error

    def close(self) -> None:
        """Give the connection back."""
        with self._guard:
            self._answer.close()


class AsyncChunks(_Body):
    """The body of a response, asynchronously."""

    __slots__ = ()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            with self._guard:
                if self._answer.is_stream_consumed:
                    yield self._answer.content
                    return
                decoder = Decoder(self._encoding) if self._encoding else None
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
            raise undecodable(self._request, self._answer, str(error)) from error

    async def aclose(self) -> None:
        """Give the connection back."""
        with self._guard:
            await self._answer.aclose()
