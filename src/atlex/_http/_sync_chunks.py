# Made from _async_chunks.py by tools/unasync.py: change that file, and run the tool.
"""The body of a response on its way: unpacked, and checked against what the request allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, cast

import httpx

from atlex._agent import Headers, Request, too_large
from atlex._http._decoding import Decoder, EncodingError
from atlex._http._failures import FailureGuard, late
from atlex.errors import XrpcInvalidResponseError

__all__ = ["Chunks"]

# How many bytes an encoding may add to a body that it can't make smaller.
_OVERHEAD: Final = 64 * 1024


class Chunks:
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

    def __iter__(self) -> Iterator[bytes]:
        try:
            with self._guard:
                if self._answer.is_stream_consumed:
                    # A transport that responds from memory: httpx has unpacked it.
                    yield self._answer.content
                    return
                encoding = self._headers.get("content-encoding", "")
                decoder = Decoder(encoding) if encoding else None
                for data in cast("httpx.SyncByteStream", self._answer.stream):
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

    def close(self) -> None:
        """Give the connection back."""
        with self._guard:
            self._answer.close()

    def _check(self, data: bytes) -> None:
        """Check what has arrived against the deadline and the limit: it may well unpack to nothing."""
        if self._deadline is not None and self._clock() >= self._deadline:
            raise late(self._request)
        self._received += len(data)
        if self._limit is not None and self._received > self._limit + _OVERHEAD:
            raise too_large(self._answer.status_code, self._headers, self._limit)
