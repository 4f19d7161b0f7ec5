"""The events that clients and sessions tell their hooks of.

None holds a header, a query string, a body or a message: whatever a program does with an event, no token and
no password gets into it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias, TypedDict

__all__ = [
    "AsyncEventHooks",
    "Event",
    "EventHooks",
    "RefreshEvent",
    "RequestEvent",
    "ResponseEvent",
    "RetryEvent",
    "WaitEvent",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent:
    """A request is about to be sent.

    Attributes:
        nsid: The NSID of the method called.
        attempt: Which attempt of the call this is, from 1.
        method: The HTTP method.
        size: The bytes of the body, 0 without one; None for a file or an iterable.
    """

    hook: ClassVar[str] = "request"
    nsid: str
    attempt: int
    method: Literal["GET", "POST"]
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseEvent:
    """An attempt is over: there is a response, or there won't be one.

    Attributes:
        nsid: The NSID of the method called.
        attempt: Which attempt of the call this was, from 1.
        status: The HTTP status; None where there was no usable response.
        error: The error code of a response of status 400 or above, or atlex's own code of a failure, such as
            ``NetworkError``; None for a success, and for an error whose body is still to be read.
        seconds: How long the attempt took, a refresh of the session included.
        size: The bytes of the body, unpacked; None for a stream, and without a response.
    """

    hook: ClassVar[str] = "response"
    nsid: str
    attempt: int
    status: int | None
    error: str | None
    seconds: float
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryEvent:
    """A failed call is going to be tried again.

    Attributes:
        nsid: The NSID of the method called.
        attempt: The attempt that failed, from 1.
        status: Its HTTP status; None without a response.
        error: Its error code, as in `ResponseEvent`.
        seconds: How long the wait before the next attempt is.
    """

    hook: ClassVar[str] = "retry"
    nsid: str
    attempt: int
    status: int | None
    error: str | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshEvent:
    """A session has been refreshed, or an attempt at that has failed.

    Attributes:
        nsid: ``com.atproto.server.refreshSession``.
        did: The account's DID.
        attempt: Which refresh of this session object it was, from 1.
        outcome: ``renewed``: the server gave new tokens. ``adopted``: another process had got some.
            ``failed``: it failed for now. ``ended``: the server refused for good, and the session has ended.
        status: The HTTP status of the failure; None for a success, and without a response.
        error: The error code of the failure; None for a success.
        seconds: How long it took, with the wait for a store's lock.
    """

    hook: ClassVar[str] = "refresh"
    nsid: str
    did: str
    attempt: int
    outcome: Literal["renewed", "adopted", "failed", "ended"]
    status: int | None
    error: str | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitEvent:
    """A request waits, because the server's rate limit is used up (``pace=True``).

    Attributes:
        nsid: The NSID of the method called.
        attempt: Which attempt of the call waits, from 1.
        seconds: How long it waits at the most.
        limit: How many requests the window allows; None where no limit is known yet and the call waits for
            another's response to tell.
        window: The window's length in seconds; None where the server doesn't say.
    """

    hook: ClassVar[str] = "wait"
    nsid: str
    attempt: int
    seconds: float
    limit: int | None
    window: int | None


Event: TypeAlias = RequestEvent | ResponseEvent | RetryEvent | RefreshEvent | WaitEvent


class EventHooks(TypedDict, total=False):
    """The hooks of a synchronous client or session: plain functions, by the event that they are called with.

    Attributes:
        request: Called before each attempt.
        response: Called after each attempt, whether there was a response or not.
        retry: Called before the wait for another attempt.
        refresh: Called after each refresh of the session.
        wait: Called before each wait for the rate limit.
    """

    request: Sequence[Callable[[RequestEvent], None]]
    response: Sequence[Callable[[ResponseEvent], None]]
    retry: Sequence[Callable[[RetryEvent], None]]
    refresh: Sequence[Callable[[RefreshEvent], None]]
    wait: Sequence[Callable[[WaitEvent], None]]


class AsyncEventHooks(TypedDict, total=False):
    """The hooks of an asynchronous client or session: functions and coroutine functions, as in `EventHooks`."""

    request: Sequence[Callable[[RequestEvent], Awaitable[None] | None]]
    response: Sequence[Callable[[ResponseEvent], Awaitable[None] | None]]
    retry: Sequence[Callable[[RetryEvent], Awaitable[None] | None]]
    refresh: Sequence[Callable[[RefreshEvent], Awaitable[None] | None]]
    wait: Sequence[Callable[[WaitEvent], Awaitable[None] | None]]
