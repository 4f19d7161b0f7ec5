"""Calls to a server on loopback: ``calls WHO SHAPE URL CALLS`` prints calls per second, and the cost of one."""

from __future__ import annotations

import asyncio
import inspect
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from benchmarks.subjects._tools import finish

_ACTOR = "member.example.com"
_DID = "did:plc:2x6h7hq5wzkj3mpvbtqyl4ae"
_PROFILE = "/xrpc/app.bsky.actor.getProfile?actor=member.example.com"


def _session_data(url: str) -> Any:
    from atlex import SessionData

    return SessionData(access_jwt="access", refresh_jwt="refresh", handle=_ACTOR, did=_DID, service=url)


def _sync(who: str, url: str, http: httpx.Client) -> tuple[Callable[[], object], Callable[[], object]]:
    """A profile call and a timeline call."""
    if who == "httpx":
        return (
            lambda: http.get(url + _PROFILE).json(),
            lambda: http.get(url + "/xrpc/app.bsky.feed.getTimeline").json(),
        )
    if who == "peer":
        from atproto import Client

        peer = Client(url)
        return (
            lambda: peer.app.bsky.actor.get_profile({"actor": _ACTOR}),
            lambda: peer.app.bsky.feed.get_timeline({"limit": 100}),
        )
    from atlex import PasswordSession
    from atlex_sdk import Client as Ours

    client = (
        Ours(PasswordSession(_session_data(url), http_client=http))
        if who == "atlex-session"
        else Ours(url, http_client=http)
    )
    return (
        lambda: client.app.bsky.actor.get_profile(actor=_ACTOR),
        lambda: client.app.bsky.feed.get_timeline(limit=100),
    )


def _aiohttp_client() -> httpx.AsyncClient:
    from httpx_aiohttp import AiohttpTransport

    return httpx.AsyncClient(transport=AiohttpTransport())


def _async(who: str, url: str) -> Callable[[], Awaitable[object]]:
    if who in {"httpx", "httpx-aiohttp"}:
        http = httpx.AsyncClient() if who == "httpx" else _aiohttp_client()

        async def get() -> object:
            return (await http.get(url + _PROFILE)).json()

        return get
    if who == "peer":
        from atproto import AsyncClient as Peer

        peer = Peer(url)
        return lambda: peer.app.bsky.actor.get_profile({"actor": _ACTOR})
    from atlex_sdk import AsyncClient

    knows_transports = "transport" in inspect.signature(AsyncClient.__init__).parameters
    options: dict[str, Any] = {}
    if who == "atlex-aiohttp" and not knows_transports:
        options["http_client"] = _aiohttp_client()
    elif who == "atlex" and knows_transports:
        options["transport"] = "httpx"
    client = AsyncClient(url, **options)
    return lambda: client.app.bsky.actor.get_profile(actor=_ACTOR)


async def _at_once(call: Callable[[], Awaitable[object]], tasks: int, calls: int) -> float:
    async def worker(count: int) -> None:
        for _ in range(count):
            await call()

    await worker(1)
    each = max(1, calls // tasks)
    start = time.perf_counter()
    await asyncio.gather(*(worker(each) for _ in range(tasks)))
    return each * tasks / (time.perf_counter() - start)


def _in_turn(call: Callable[[], object], calls: int) -> float:
    call()
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return calls / (time.perf_counter() - start)


def _threads(call: Callable[[], object], calls: int) -> float:
    call()
    with ThreadPoolExecutor(8) as pool:
        start = time.perf_counter()
        list(pool.map(lambda _: call(), range(calls)))
        return calls / (time.perf_counter() - start)


def _own_cost(url: str, calls: int) -> dict[str, float]:
    """What a call costs beyond the same request by hand on the same connection, in microseconds."""
    with httpx.Client() as http:
        contenders = {who: _sync(who, url, http)[0] for who in ("httpx", "atlex", "atlex-session")}
        taken: dict[str, list[float]] = {who: [] for who in contenders}
        for call in contenders.values():
            call()
        for _ in range(calls):
            for who, call in contenders.items():
                start = time.perf_counter()
                call()
                taken[who].append((time.perf_counter() - start) * 1e6)
    bare = statistics.median(taken["httpx"])
    return {
        "without.us": statistics.median(taken["atlex"]) - bare,
        "session.us": statistics.median(taken["atlex-session"]) - bare,
        "httpx.us": bare,
    }


def main(who: str, shape: str, url: str, calls: str) -> None:
    """Measure one shape of load."""
    count = int(calls)
    if shape == "own":
        finish(_own_cost(url, count))
    elif shape.startswith("tasks-"):
        tasks = int(shape.removeprefix("tasks-"))

        async def run() -> float:
            return await _at_once(_async(who, url), tasks, count)

        finish({"per_second": asyncio.run(run())})
    else:
        with httpx.Client() as http:
            profile, timeline = _sync(who, url, http)
            match shape:
                case "sequential":
                    rate = _in_turn(profile, count)
                case "threads":
                    rate = _threads(profile, count)
                case "timeline":
                    rate = _in_turn(timeline, max(1, count // 10))
                case _:
                    raise SystemExit(f"no such shape: {json.dumps(shape)}")
        finish({"per_second": rate})


if __name__ == "__main__":
    main(*sys.argv[1:])
