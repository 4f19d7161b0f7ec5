"""The asynchronous part of the asynchronous resolver: tasks, waiting, and DNS.

The module beside it that does the same with threads is written by hand as well: they differ in more than words.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

import anyio
from anyio import to_thread

from atlex._effects import Block, drive_async
from atlex._home import Home, here_async, trio_token
from atlex.errors import AtlexError, FetchError
from atlex.fetch import AsyncPublicFetcher
from atlex.identity._dns import Dns
from atlex.identity._effects import Background, DnsError, Effect, Fetch, Flow, LookUp, Once, Race
from atlex.identity._flight import Flight
from atlex.identity._flows import Options

__all__ = ["AsyncDriver"]

_logger = logging.getLogger("atlex.identity")

T = TypeVar("T")

# An event loop keeps no task by itself.
_tasks: Final[set[asyncio.Task[None]]] = set()


class AsyncDriver:
    """Performs the effects of flows."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._dns = Dns(options.nameservers, options.dns_port, options.timeout)
        self._strangers = AsyncPublicFetcher(timeout=options.timeout, allow_private=options.allow_private)
        self._directory = AsyncPublicFetcher(timeout=options.timeout, allow_private=True)
        self._flights: dict[tuple[Home, str], Flight] = {}
        self._scopes: set[anyio.CancelScope] = set()

    def run(self, flow: Flow[T]) -> Coroutine[Any, Any, T]:
        """Run a flow to its end."""
        return drive_async(flow, self._perform)

    def describe(self) -> str:
        """Where names are looked up, for a repr."""
        return f"with {self._options.plc_url}"

    async def aclose(self) -> None:
        """Close the connections, and end what runs in the background."""
        for scope in list(self._scopes):
            scope.cancel()
        with anyio.CancelScope(shield=True):
            await self._strangers.aclose()
            await self._directory.aclose()

    async def _perform(self, effect: Effect) -> Any:
        match effect:
            case LookUp(name):
                return await self._dns.texts_async(name)
            case Fetch(url, max_bytes, is_trusted):
                fetcher = self._directory if is_trusted else self._strangers
                private = is_trusted or self._options.allow_private
                return await fetcher.get(url, max_bytes=max_bytes, allow_http=private)
            case Race():
                return await self._race(effect)
            case Once(name, flow):
                return await self._once(name, flow)
            case Background(name, flow):
                return self._begin_beside(name, flow)
            case Block(function):
                return await to_thread.run_sync(function)

    async def _race(self, race: Race) -> tuple[Any, Any]:
        outcomes: dict[int, Any] = {}

        async def run(place: int, effect: Effect) -> None:
            try:
                outcomes[place] = await self._perform(effect)
            except Exception as error:  # noqa: BLE001  # raised below, outside of the group
                outcomes[place] = error
            if place == 0 and race.is_enough(outcomes[0]):
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(run, 1, race.second)
            group.start_soon(run, 0, race.first)
        for outcome in outcomes.values():
            if isinstance(outcome, Exception) and not isinstance(outcome, DnsError | FetchError):
                raise outcome
        return outcomes.get(0), outcomes.get(1)

    async def _once(self, name: str, flow: Flow[T]) -> T:
        key = here_async(), name
        mine = Flight(anyio.Event())
        while True:
            flight = self._flights.setdefault(key, mine)
            if flight is mine:
                return await self._fly(key, flight, flow)
            await flight.landed.wait()
            if flight.has_arrived:
                given: T = flight.given()
                return given

    async def _fly(self, key: tuple[Home, str], flight: Flight, flow: Flow[T]) -> T:
        try:
            result = await self.run(flow)
        except AtlexError as error:
            flight.arrive(error)
            raise
        else:
            flight.arrive(result)
            return result
        finally:
            # After a cancellation another one of those who wait begins anew.
            del self._flights[key]
            flight.landed.set()

    def _begin_beside(self, name: str, flow: Flow[None]) -> None:
        key = here_async(), name
        flight = Flight(anyio.Event())
        if self._flights.setdefault(key, flight) is flight:
            _start(lambda: self._beside(key, flight, flow))

    async def _beside(self, key: tuple[Home, str], flight: Flight, flow: Flow[None]) -> None:
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            try:
                await self._fly(key, flight, flow)
            except Exception:
                _logger.exception("A look-up in the background failed")
            finally:
                self._scopes.discard(scope)


def _start(work: Callable[[], Awaitable[None]]) -> None:
    """Run something beside the tasks that there are."""
    if trio_token() is not None:
        import trio

        trio.lowlevel.spawn_system_task(work)
        return
    task = asyncio.ensure_future(work())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
