"""A network for httpcore's connections, on which no step outlasts the deadline of a call.

httpcore gives every read the same timeout, so that a server that drips status lines, headers or trailers keeps a call
for as long as it likes. It hands the timeout of a request on as it is: so it can be a `Patience`, which knows the
deadline.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import Any, Final, Self
from weakref import finalize

from atlex._agent import DEADLINE_PASSED
from atlex._http._carrier import then

__all__ = ["Network", "Patience"]

# httpcore names no timeout while it speaks with a SOCKS proxy.
_AS_CONNECTING: Final[Any] = object()


class Patience(float):
    """How many seconds one step may take, where all steps have to end at a deadline."""

    __slots__ = ("deadline",)

    deadline: float

    def __new__(cls, seconds: float, deadline: float) -> Self:
        patience = super().__new__(cls, seconds)
        patience.deadline = deadline
        return patience

    def left(self) -> float:
        """How many of them are left now.

        Raises:
            TimeoutError: The deadline has passed.
        """
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError(DEADLINE_PASSED)
        return min(self, seconds)


def _left(timeout: float | None) -> float | None:
    return timeout.left() if isinstance(timeout, Patience) else timeout


class _Stream:
    """A stream of either kind: what an asynchronous one returns is handed on, to be awaited."""

    __slots__ = ("__weakref__", "_connecting", "_ending", "_stream")

    def __init__(self, stream: Any, connecting: float | None) -> None:
        self._stream = stream
        self._connecting = connecting
        # A synchronous one that nobody closed, or that a child has from its parent, would complain.
        self._ending = finalize(self, stream.close) if hasattr(stream, "close") else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def read(self, max_bytes: int, timeout: float | None = _AS_CONNECTING) -> Any:
        return self._stream.read(max_bytes, _left(self._connecting if timeout is _AS_CONNECTING else timeout))

    def write(self, buffer: bytes, timeout: float | None = _AS_CONNECTING) -> Any:
        return self._stream.write(buffer, _left(self._connecting if timeout is _AS_CONNECTING else timeout))

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: Any = None) -> Any:
        secured = self._stream.start_tls(ssl_context, server_hostname, _left(timeout))
        if hasattr(secured, "__await__"):
            secured = _secured_or_closed(self._stream, secured)
        if self._ending is not None:
            self._ending.detach()
        return then(secured, lambda stream: _Stream(stream, self._connecting))


async def _secured_or_closed(stream: Any, secured: Awaitable[Any]) -> Any:
    """Wait until a stream is secured, and close it where that is cancelled: httpcore leaves it open then."""
    try:
        return await secured
    except BaseException:
        from anyio import CancelScope

        with CancelScope(shield=True):
            await stream.aclose()
        raise


class Network:
    """A network backend of httpcore, over another one that does the work, synchronously or asynchronously.

    Args:
        backend: The other one.
        core: httpcore or httpcore2, for the errors of those that raise them.
    """

    def __init__(self, backend: Any, core: Any = None) -> None:
        self._backend = backend
        self._core = core
        self.sleep = backend.sleep

    def connect_tcp(self, **options: Any) -> Any:
        """Connect to a host."""
        return self._connected(self._backend.connect_tcp, options)

    def connect_unix_socket(self, **options: Any) -> Any:
        """Connect to a Unix socket."""
        return self._connected(self._backend.connect_unix_socket, options)

    @staticmethod
    def _connected(connect: Any, options: dict[str, Any]) -> Any:
        timeout = options["timeout"]
        stream = connect(**{**options, "timeout": _left(timeout)})
        return then(stream, lambda stream: _Stream(stream, timeout))
