"""What carries a request to a server and its answer back: one exchange, and nothing of what it means."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal, NamedTuple

from atlex._environment import proxy_for

__all__ = [
    "HARMLESS_HEADERS",
    "Answer",
    "BrokenAnswerError",
    "Carrier",
    "Exchange",
    "Timeouts",
    "default_headers",
    "then",
]

HARMLESS_HEADERS: Final = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})
"""The headers that another origin may see, in lower case: none that could be a credential."""

Timeouts = dict[Literal["connect", "read", "write", "pool"], float | None]
"""How many seconds each phase may take; None for no limit."""


@cache
def default_headers() -> dict[str, str]:
    """The headers where neither the request nor the user's client names others."""
    from atlex._version import user_agent

    return {"accept": "*/*", "user-agent": user_agent()}


class BrokenAnswerError(ConnectionError):
    """The server broke the protocol in a way that the library lets pass, and another one doesn't."""


class Exchange(NamedTuple):
    """A request to carry.

    Attributes:
        method: ``GET`` or ``POST``.
        origin: Scheme, host and port, as `atlex._service_url` writes them.
        target: Path and query string, in ASCII; they are sent as they are.
        headers: Those of the request, names in lower case, in the order to send them in. The carrier adds ``Host``, the
            default ones, and what the user's own client has for every request.
        content: The body, or None for none. Chunks come asynchronously for an asynchronous carrier.
        timeouts: How long each phase may take.
        is_trusted: Whether what the user's own client adds may go along, credentials included.
    """

    method: str
    origin: str
    target: str
    headers: Mapping[str, str]
    content: bytes | Iterable[bytes] | AsyncIterable[bytes] | None
    timeouts: Timeouts
    is_trusted: bool


class Answer(NamedTuple):
    """What came back.

    Attributes:
        status: The status.
        headers: The headers as they came.
        body: Gives the bytes of the body as they came, once.
        close: Gives the connection back, however much of the body has been read.
        is_unpacked: Whether the bytes are without their content encoding.
    """

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: Any
    close: Callable[[], Any]
    is_unpacked: bool = False


class Carrier:
    """Carries exchanges with a library, whose exceptions pass through.

    An asynchronous one returns an awaitable from `exchange` and `close`.

    Args:
        proxies: What `environment_proxies` gave; none where the user's own client carries.
    """

    def __init__(self, proxies: dict[str, str]) -> None:
        self._proxies: Final = proxies

    def exchange(self, exchange: Exchange) -> Any:
        """Send a request, and give the `Answer` as soon as its headers are there."""
        raise NotImplementedError

    def proxy(self, origin: str) -> str:
        """Host and port of the proxy between here and an origin; empty for none, or an unknown one."""
        proxy = proxy_for(origin, self._proxies)
        return proxy.place if proxy else ""

    def abandon(self) -> None:
        """Let go of all connections without a word to anybody: their process or event loop isn't this one."""

    def close(self) -> Any:
        """Close what was opened here; never called where the user's own client carries."""
        raise NotImplementedError


def then(value: Any, function: Callable[[Any], Any]) -> Any:
    """What a function makes of a value; for an awaitable, an awaitable of what it makes of its result."""
    # What inspect.isawaitable() looks at, but for generators of old.
    if not hasattr(value, "__await__"):
        return function(value)

    async def wait() -> Any:
        return function(await value)

    return wait()
