"""The asynchronous part of the asynchronous session: locks, tasks, worker threads and cancellation.

The module beside it that does the same with threads is written by hand as well: they differ in more than
words.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import anyio
from anyio import to_thread
from anyio.lowlevel import checkpoint_if_cancelled

from atlex._connection import AsyncHttpConnection, first_hop
from atlex._effects import Block, Hook, Read, Send, Sleep, drive_async
from atlex._home import Home, here_async, is_gone
from atlex.errors import InputError
from atlex.session._effects import Effect, Exclusive, Find, Flow, Locked, Settle
from atlex.session._options import Options

if TYPE_CHECKING:
    from atlex.identity import Identity

__all__ = ["AsyncDriver", "Opening"]

T = TypeVar("T")
SessionT = TypeVar("SessionT", bound=AbstractAsyncContextManager[Any])


class AsyncDriver:
    """Performs the effects of flows, one after the other."""

    def __init__(self, options: Options) -> None:
        self.connection = AsyncHttpConnection(options.http_client, transport=options.transport)
        self._resolver = options.resolver
        # One for each process and event loop: its holder ends with them, and may not give it back.
        self._locks: dict[Home, anyio.Lock] = {}

    def run(self, flow: Flow[T]) -> Coroutine[Any, Any, T]:
        """Run a flow to its end."""
        return drive_async(flow, self._perform)

    @property
    def _lock(self) -> anyio.Lock:
        home = here_async()
        lock = self._locks.get(home)
        if lock is None:
            self._locks = {each: lock for each, lock in self._locks.items() if not is_gone(each)}
            lock = self._locks[home] = anyio.Lock(fast_acquire=True)
        return lock

    async def _perform(self, effect: Effect) -> Any:
        match effect:
            case Send(request, origin, headers):
                return await self.connection.send(request, first_hop(origin or "", request, headers))
            case Read(response):
                return await response.aread()
            case Sleep(seconds):
                return await anyio.sleep(seconds)
            case Settle():
                async with self._lock:
                    return None
            case Exclusive(flow):
                async with self._lock:
                    result = await _to_the_end(lambda: self.run(flow))
                # A cancellation that was held off comes now, and not in the middle of the next request.
                await checkpoint_if_cancelled()
                return result
            case Find(identifier):
                return await self._find(identifier)
            case Hook(function, arguments):
                result = function(*arguments)
                return await result if inspect.isawaitable(result) else result
            case Block(function):
                return await _in_thread(function)
            case Locked(lock, flow):
                return await _to_the_end(lambda: self._locked(lock, flow))

    async def _find(self, identifier: str) -> Identity:
        if self._resolver is not None:
            found: Identity = await self._resolver.resolve(identifier)
            return found
        from atlex.identity import AsyncIdentityResolver

        async with AsyncIdentityResolver() as resolver:
            return await resolver.resolve(identifier)

    async def _locked(self, lock: AbstractContextManager[object], flow: Flow[T]) -> T:
        await _in_thread(lock.__enter__)
        try:
            return await self.run(flow)
        finally:
            await _in_thread(lambda: lock.__exit__(None, None, None))

    @staticmethod
    async def shielded(work: Callable[[], Awaitable[T]]) -> T:
        """Do some work even when the task has been cancelled."""
        with anyio.CancelScope(shield=True):
            return await work()
        # anyio's scopes may swallow an exception, as far as a type checker can tell; this one never does.
        raise AssertionError

    async def aclose(self) -> None:
        """Close the connections that were opened here."""
        await self.shielded(self.connection.aclose)


class Opening(Generic[SessionT]):
    """A session that is about to begin: await it, or enter it with ``async with``; once."""

    def __init__(self, begin: Callable[[], Awaitable[SessionT]]) -> None:
        self._begin: Callable[[], Awaitable[SessionT]] | None = begin
        self._session: SessionT | None = None

    def __await__(self) -> Generator[Any, Any, SessionT]:
        begin, self._begin = self._begin, None
        if begin is None:
            raise InputError("This session has begun already: it can be awaited or entered once")
        return begin().__await__()

    async def __aenter__(self) -> SessionT:
        self._session = await self
        await self._session.__aenter__()
        return self._session

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.__aexit__(kind, error, trace)


async def _in_thread(function: Callable[[], T]) -> T:
    # A limit of its own: with the common one, tasks that wait for a lock could take up every thread, and the
    # task that holds it would find none to give it back in.
    return await to_thread.run_sync(function, limiter=anyio.CapacityLimiter(1))


async def _to_the_end(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Do something whole, even when the task that waits for it is cancelled; cancel that afterwards.

    A refresh that is cut off between the server's response and our reading it has lost the session's only
    tokens.
    """
    return await AsyncDriver.shielded(lambda: _outlasting_cancel(work()) if _in_asyncio_task() else work())


async def _outlasting_cancel(work: Coroutine[Any, Any, T]) -> T:
    # anyio's shield doesn't hold off Task.cancel(), which asyncio.timeout() and others use.
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None or task.cancelled():
        return task.result()
    # Asked for, so that asyncio doesn't report it as never retrieved; the hooks or the log have been told.
    task.exception()
    raise cancelled


def _in_asyncio_task() -> bool:
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False
