"""Runs a fetch with both fetchers and under both event loops."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import Any

import pytest
import trio

from atlex.fetch import AsyncPublicFetcher, Fetched, PublicFetcher


@dataclass(frozen=True)
class Driver:
    """One of the ways to fetch."""

    name: str

    def get(self, url: Any, *, max_bytes: Any = 10_000, fetcher: Any = None, **options: Any) -> Fetched:
        """Fetch one URL with a fetcher of its own."""
        given = fetcher or {}
        if self.name == "sync":
            with PublicFetcher(**given) as opened:
                return opened.get(url, max_bytes=max_bytes, **options)

        async def main() -> Fetched:
            async with AsyncPublicFetcher(**given) as opened:
                return await opened.get(url, max_bytes=max_bytes, **options)

        return asyncio.run(main()) if self.name == "asyncio" else trio.run(main)


@pytest.fixture(params=["sync", "asyncio", "trio"])
def driver(request: pytest.FixtureRequest) -> Driver:
    return Driver(request.param)


class Names:
    """Stands in for the system's resolver: the addresses of each name, and what was looked up."""

    def __init__(self) -> None:
        self.addresses: dict[str, list[str]] = {}
        self.asked: list[str] = []

    def look_up(self, host: Any, port: Any, *given: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in self.addresses or is_numeric_only(given, named):
            return _getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)
        self.asked.append(name)
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in self.addresses[name]
        ]


def is_numeric_only(given: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Whether a look-up is for addresses alone, with the arguments behind host and port as they were given."""
    flags = named.get("flags", given[3] if len(given) > 3 else 0)
    return bool(flags & socket.AI_NUMERICHOST)


_getaddrinfo = socket.getaddrinfo


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    fake = Names()
    monkeypatch.setattr(socket, "getaddrinfo", fake.look_up)
    return fake
