"""When a failed call is worth another try, and how long to wait before it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from atlex._agent import Request
from atlex._rate_limit import RateLimit, retry_after
from atlex.errors import XrpcError, XrpcFetchError, XrpcInvalidResponseError, XrpcResponseError
from atlex.xrpc._descriptors import Method

__all__ = ["RetryPolicy", "retry_delay"]

_PASSING: Final = frozenset({408, 425, 429})
# A method that isn't there now won't be in a second.
_LASTING: Final = frozenset({501, 505})


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Decides whether a failed call is tried again.

    It is after a failure of the network, and after status 408, 425, 429 and those from 500 on (501 and 505 aside). Of
    the network's failures a procedure is only tried again after those that came before anything was sent. A body that
    can't be sent twice is never sent twice.

    Attributes:
        queries: How many times a query is tried again.
        procedures: How many times a procedure is. A server that answers with one of the states above may have done
            what was asked all the same, so it may then be done twice.
        first_delay: Seconds to wait before the first of these.
        factor: How much longer each wait is than the one before.
        longest_delay: Seconds that a wait takes at most. A server that asks for longer (``Retry-After``; else
            ``RateLimit-Reset``, where the status is 429 or nothing remains) isn't asked again: the failure goes to
            the caller, who knows from it when to.
        random: Gives numbers from 0 up to 1: each wait that no server asked for is shortened by up to its half.
        clock: Gives the seconds since 1970.
    """

    queries: int = 2
    procedures: int = 0
    first_delay: float = 0.5
    factor: float = 2.0
    longest_delay: float = 30.0
    random: Callable[[], float] = random.random
    clock: Callable[[], float] = time.time

    def delay(
        self, method: Method[Any, Any, Any], request: Request, failure: XrpcError, attempt: int
    ) -> float | None:
        """How long to wait before the next try.

        Args:
            method: The method called.
            request: What was sent.
            failure: What came of it.
            attempt: How many times it has been sent, from 1.

        Returns:
            Seconds, or None to give up.
        """
        allowed = self.procedures if method.kind == "procedure" else self.queries
        if attempt > allowed or not request.replayable or not _passes(method, failure):
            return None
        asked = None
        if isinstance(failure, XrpcResponseError | XrpcInvalidResponseError):
            asked = _asked(failure, self.clock())
        if asked is not None:
            return asked if asked <= self.longest_delay else None
        longest = min(self.longest_delay, self.first_delay * self.factor ** (attempt - 1))
        return longest * (1 - self.random() / 2)


def retry_delay(
    method: Method[Any, Any, Any],
    request: Request,
    failure: XrpcError,
    attempt: int,
    *,
    retries: int | None = None,
) -> float | None:
    """How long to wait before the next try, under the default policy.

    Args:
        method: The method called.
        request: What was sent.
        failure: What came of it.
        attempt: How many times it has been sent, from 1.
        retries: How many times it is tried again. None: a query twice, a procedure not at all.

    Returns:
        Seconds, or None to give up.
    """
    policy = RetryPolicy() if retries is None else RetryPolicy(queries=retries, procedures=retries)
    return policy.delay(method, request, failure, attempt)


def _passes(method: Method[Any, Any, Any], failure: XrpcError) -> bool:
    if isinstance(failure, XrpcResponseError | XrpcInvalidResponseError):
        return failure.status in _PASSING or (failure.status >= 500 and failure.status not in _LASTING)
    return isinstance(failure, XrpcFetchError) and not (method.kind == "procedure" and failure.sent)


def _asked(failure: XrpcResponseError | XrpcInvalidResponseError, now: float) -> float | None:
    """The seconds that a server asks to wait, or None where it asks for nothing that lies ahead."""
    seconds = retry_after(failure.headers, now)
    if seconds is None:
        figures = RateLimit.of(failure.headers)
        # Servers send it with every answer: it asks for nothing while there are requests left.
        if figures.reset is not None and (failure.status == 429 or figures.remaining == 0):
            seconds = figures.reset - now
    return seconds if seconds is not None and seconds > 0 else None
