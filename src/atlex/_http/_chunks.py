"""The body of a response on its way: the checks of both kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import httpx

from atlex._agent import Request, too_large
from atlex._http._failures import FailureGuard, headers_of, late

__all__ = ["Body"]

# What an encoding may add to a body that it can't make smaller.
_OVERHEAD: Final = 64 * 1024


class Body:
    """A response's body, read through its transport.

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
