"""An event that tasks wait for."""

from __future__ import annotations

import anyio

__all__ = ["AsyncSignal"]


class AsyncSignal:
    """An event that is waited for with a limit, as ``threading.Event`` is."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """Wake everything that waits for it."""
        self._event.set()

    async def wait(self, seconds: float, /) -> None:
        """Wait for it, at the most some seconds."""
        with anyio.move_on_after(seconds):
            await self._event.wait()
