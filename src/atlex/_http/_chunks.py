"""The body of an answer on its way, unpacked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final, cast

import httpx

from atlex._agent import Request
from atlex._http._decoding import Decoder, EncodingError
from atlex._http._failures import failures, late, undecodable

__all__ = ["AsyncChunks", "Chunks"]


class _Body:
    """What both kinds share.

    Args:
        request: What is answered.
        guard: Turns the failures of reading into errors.
        answer: The answer.
        encoding: Its ``Content-Encoding``; empty for none.
        clock: Gives the moments that the deadline is compared with.
    """

    __slots__ = ("_answer", "_clock", "_deadline", "_encoding", "_guard", "_request")

    def __init__(
        self,
        request: Request,
        guard: failures,
        answer: httpx.Response,
        encoding: str,
        clock: Callable[[], float],
    ) -> None:
        self._request: Final = request
        self._guard: Final = guard
        self._answer: Final = answer
        self._encoding: Final = encoding
        self._clock: Final = clock
        # Who asked for a stream reads it in their own time, unless it is of no use to them.
        self._deadline: Final = None if request.stream and answer.is_success else request.deadline

    def _check_time(self) -> None:
        if self._deadline is not None and self._clock() >= self._deadline:
            raise late(self._request)


class Chunks(_Body):
    """The body of an answer."""

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
                    self._check_time()
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
    """The body of an answer, asynchronously."""

    __slots__ = ()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            with self._guard:
                if self._answer.is_stream_consumed:
                    yield self._answer.content
                    return
                decoder = Decoder(self._encoding) if self._encoding else None
                async for data in cast("httpx.AsyncByteStream", self._answer.stream):
                    self._check_time()
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
