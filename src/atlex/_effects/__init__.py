"""The effects that logic without I/O asks for: it is written as generators that yield them.

`drive` and `drive_async` run such a generator. They hand each effect to a function that performs it, send the
result back, and throw what that function raised into the generator. The client performs these effects; a
session has some more, in `atlex.session._effects`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

from atlex._agent import Headers, Request, Response
from atlex._effects._async import drive_async
from atlex._effects._sync import drive

__all__ = [
    "Block",
    "Close",
    "Effect",
    "Flow",
    "Hook",
    "Read",
    "Send",
    "Signal",
    "Sleep",
    "Wait",
    "drive",
    "drive_async",
]

T = TypeVar("T")


class Send(NamedTuple):
    """Send a request. Gives its Response.

    Attributes:
        request: What to send.
        origin: The URL of the service to send it to; None for the agent's own.
        headers: The headers to send in place of the request's; None for the request's.
    """

    request: Request
    origin: str | None = None
    headers: Headers | None = None


class Read(NamedTuple):
    """Read a response's body, so that its ``content`` is there and its connection is free. Gives nothing."""

    response: Response


class Close(NamedTuple):
    """Close a response whose body isn't wanted. Gives nothing."""

    response: Response


class Sleep(NamedTuple):
    """Wait for some seconds. Gives nothing."""

    seconds: float


class Signal(Protocol):
    """Something that threads, or tasks, wait for: ``threading.Event`` is one."""

    def set(self) -> None:
        """Wake everything that waits for it."""
        ...

    def wait(self, seconds: float, /) -> Any:
        """Wait for it, at the most some seconds."""
        ...


class Wait(NamedTuple):
    """Wait for room below a rate limit. Gives nothing.

    Attributes:
        seconds: How long at the most.
        signal: What ends the wait before; None for nothing.
        limit: How many requests the limit allows; None where it isn't known yet.
        window: In how many seconds; None where that isn't known.
        is_first: Whether the request hasn't waited yet.
    """

    seconds: float
    signal: Signal | None
    limit: int | None
    window: int | None
    is_first: bool


class Block(NamedTuple):
    """Call a function that may block, such as one that reads a file. Gives what it returns."""

    function: Callable[[], object]


class Hook(NamedTuple):
    """Call one of the user's hooks and wait for it. Gives nothing."""

    function: Callable[..., object]
    arguments: tuple[object, ...]


Effect: TypeAlias = Send | Read | Close | Sleep | Wait | Block | Hook
"""The effects of a client's calls."""

Flow: TypeAlias = Generator[Effect, Any, T]
"""A call on its way: yields effects, is sent their results, and returns what came of it all."""
