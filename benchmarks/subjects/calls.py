"""Calls to a server on loopback: ``calls WHO SHAPE URL CALLS`` prints calls per second, and the cost of one."""

# The peer isn't installed where this is checked.
# pyright: reportMissingImports=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any, Final

from benchmarks.subjects._tools import finish

_ACTOR: Final = "member.example.com"
_PROFILE: Final = "/xrpc/app.bsky.actor.getProfile?actor=member.example.com"
_TIMELINE: Final = "/xrpc/app.bsky.feed.getTimeline?limit=100"

_Call = Callable[[], object]
_AsyncCall = Callable[[], Awaitable[object]]


def _calls(who: str, url: str) -> tuple[_Call, _Call]:
    """A call of a profile and one of a timeline."""
    if who in {"httpx", "httpx2"}:
        http = import_module(who).Client()
        return lambda: http.get(url + _PROFILE).json(), lambda: http.get(url + _TIMELINE).json()
    if who.startswith("peer"):
        from atproto import Client as Peer

        peer = Peer(url)
        if who == "peer-session":
            peer.login(_ACTOR, "password")
        return (
            lambda: peer.app.bsky.actor.get_profile({"actor": _ACTOR}),
            lambda: peer.app.bsky.feed.get_timeline({"limit": 100}),
        )
    from atlex_sdk import Client

    transport: Any = "httpx2" if who == "atlex-httpx2" else "httpx"
    if who == "atlex-session":
        from atlex import PasswordSession

        session = PasswordSession.login(url, identifier=_ACTOR, password="password", transport=transport)
        client = Client(session)
    else:
        client = Client(url, transport=transport)
    return (
        lambda: client.app.bsky.actor.get_profile(actor=_ACTOR),
        lambda: client.app.bsky.feed.get_timeline(limit=100),
    )


async def _async_call(who: str, url: str) -> _AsyncCall:
    """A call of a profile."""
    if who == "aiohttp":
        import aiohttp

        bare = aiohttp.ClientSession()

        async def fetch() -> object:
            async with bare.get(url + _PROFILE) as answer:
                return await answer.json()

        return fetch
    if who in {"httpx", "httpx2"}:
        http = import_module(who).AsyncClient()

        async def get() -> object:
            return (await http.get(url + _PROFILE)).json()

        return get
    if who.startswith("peer"):
        from atproto import AsyncClient as Peer

        peer = Peer(url)
        if who == "peer-session":
            await peer.login(_ACTOR, "password")
        return lambda: peer.app.bsky.actor.get_profile({"actor": _ACTOR})
    from atlex_sdk import AsyncClient

    if who == "atlex-session":
        from atlex import AsyncPasswordSession

        session = await AsyncPasswordSession.login(
            url, identifier=_ACTOR, password="password", transport="httpx"
        )
        client = AsyncClient(session)
    else:
        library: Any = who.partition("-")[2]
        client = AsyncClient(url, transport=library or "httpx")
    return lambda: client.app.bsky.actor.get_profile(actor=_ACTOR)


def _in_turn(call: _Call, calls: int) -> float:
    call()
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return calls / (time.perf_counter() - start)


def _threads(call: _Call, calls: int) -> float:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: call(), range(8)))
        start = time.perf_counter()
        list(pool.map(lambda _: call(), range(calls)))
        return calls / (time.perf_counter() - start)


async def _at_once(call: _AsyncCall, tasks: int, calls: int) -> float:
    """Calls per second of many tasks, the median of three goes."""

    async def worker(count: int) -> None:
        for _ in range(count):
            await call()

    # Connections are opened before the clock starts.
    await asyncio.gather(*(worker(1) for _ in range(tasks)))
    each = max(1, calls // tasks)
    rates: list[float] = []
    for _ in range(3):
        start = time.perf_counter()
        await asyncio.gather(*(worker(each) for _ in range(tasks)))
        rates.append(each * tasks / (time.perf_counter() - start))
    return statistics.median(rates)


async def _both_at_once(who: str, url: str, calls: int) -> dict[str, float]:
    call = await _async_call(who, url)
    # With few calls, fewer tasks have to do.
    sizes = [tasks for tasks in (50, 500) if tasks <= max(calls, 50)]
    return {f"tasks-{tasks}.per_second": await _at_once(call, tasks, calls) for tasks in sizes}


def _own_cost(url: str, calls: int) -> dict[str, float]:
    """What a call costs beyond the same request by hand with httpx, in microseconds.

    ``us`` is the process's own time, which other programs don't lengthen; ``wall_us`` is time on the clock.
    """
    taken: dict[str, list[float]] = {}
    contenders = {who: _calls(who, url)[0] for who in ("httpx", "atlex", "atlex-session")}
    for call in contenders.values():
        call()
    for _ in range(calls):
        for who, call in contenders.items():
            start, worked = time.perf_counter(), time.process_time()
            call()
            taken.setdefault(f"{who}.us", []).append((time.process_time() - worked) * 1e6)
            taken.setdefault(f"{who}.wall_us", []).append((time.perf_counter() - start) * 1e6)
    medians = {name: statistics.median(values) for name, values in taken.items()}
    own = {
        f"{name}.{unit}": medians[f"{who}.{unit}"] - medians[f"httpx.{unit}"]
        for name, who in (("without", "atlex"), ("session", "atlex-session"))
        for unit in ("us", "wall_us")
    }
    return own | {"httpx.us": medians["httpx.us"], "httpx.wall_us": medians["httpx.wall_us"]}


def main(who: str, shape: str, url: str, calls: str) -> None:
    """Measure one shape of load."""
    count = int(calls)
    match shape:
        case "own":
            finish(_own_cost(url, count))
        case "in-turn":
            profile, timeline = _calls(who, url)
            finish(
                {
                    "sequential.per_second": _in_turn(profile, count),
                    "threads.per_second": _threads(profile, count),
                    "timeline.per_second": _in_turn(timeline, max(1, count // 10)),
                }
            )
        case "at-once":
            finish(asyncio.run(_both_at_once(who, url, count)))
        case _:
            raise SystemExit(f"no such shape: {shape!r}")


if __name__ == "__main__":
    main(*sys.argv[1:])
