"""When a failed call is worth another try, and how long to wait before it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, Final

from atlex._agent import Request
from atlex._rate_limit import RateLimit, retry_after
from atlex.errors import XrpcError, XrpcFetchError, XrpcInvalidResponseError, XrpcResponseError
from atlex.xrpc._descriptors import Method

__all__ = ["retry_delay"]

_PASSING: Final = frozenset({408, 425, 429})
# A method that isn't there now won't be in a second.
_LASTING: Final = frozenset({501, 505})
_QUERY_RETRIES: Final = 2
_FIRST_DELAY: Final = 0.5
_LONGEST_DELAY: Final = 30.0


def retry_delay(
    method: Method[Any, Any, Any],
    request: Request,
    failure: XrpcError,
    attempt: int,
    *,
    retries: int | None = None,
    chance: Callable[[], float] = random.random,
    clock: Callable[[], float] = time.time,
) -> float | None:
    """How long to wait before the next try of a failed call.

    The table in docs/transport.md says after which failures there is one. A server that asks for more than the
    longest wait isn't asked again: the failure goes to the caller, who knows from it when to.

    Args:
        method: The method called.
        request: What was sent.
        failure: What came of it.
        attempt: How many times it has been sent, from 1.
        retries: How many times it is tried again. None: a query twice, a procedure not at all; a server that fails
            may have done what was asked all the same, so a procedure may be done twice.
        chance: Gives numbers from 0 up to 1: each wait that no server asked for is shortened by up to its half.
        clock: Gives the seconds since 1970.

    Returns:
        Seconds, or None to give up.
    """
    if retries is None:
        retries = 0 if method.kind == "procedure" else _QUERY_RETRIES
    if attempt > retries or not request.replayable or not _passes(method, failure):
        return None
    asked = None
    if isinstance(failure, XrpcResponseError | XrpcInvalidResponseError):
        asked = _asked(failure, clock())
    if asked is not None:
        return asked if asked <= _LONGEST_DELAY else None
    longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** min(attempt - 1, 16))
    return longest * (1 - chance() / 2)


def _passes(method: Method[Any, Any, Any], failure: XrpcError) -> bool:
    if isinstance(failure, XrpcResponseError | XrpcInvalidResponseError):
        return failure.status in _PASSING or (failure.status >= 500 and failure.status not in _LASTING)
    return isinstance(failure, XrpcFetchError) and not (method.kind == "procedure" and failure.sent)


def _asked(failure: XrpcResponseError | XrpcInvalidResponseError, now: float) -> float | None:
    """The seconds that a server asks to wait, or None where it asks for nothing that lies ahead."""
    seconds = retry_after(failure.headers, now)
    if seconds is None:
        figures = RateLimit.of(failure.headers)
        # Servers send it with every response: it asks for nothing while there are requests left.
        if figures.reset is not None and (failure.status == 429 or figures.remaining == 0):
            seconds = figures.reset - now
    return seconds if seconds is not None and seconds > 0 else None
