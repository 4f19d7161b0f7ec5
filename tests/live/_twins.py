"""The two drivers behind one face, so that a live test is written once and runs with both."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
import httpx

from atlex import AsyncPasswordSession, PasswordSession, XrpcResponseError
from atlex_sdk import AsyncClient, Client

__all__ = ["PASSWORD", "Twin", "opened_twin", "until", "views"]

PASSWORD = "correct horse"


@dataclasses.dataclass(frozen=True)
class Twin:
    """One of the two drivers, so that a test is written once: ``do`` awaits what has to be awaited."""

    Session: type[PasswordSession | AsyncPasswordSession]
    Client: type[Client | AsyncClient]
    http_client: httpx.Client | httpx.AsyncClient
    sent: Counter[str]
    service: str

    async def do(self, value):
        return await value if inspect.isawaitable(value) else value

    async def items(self, values):
        return [item async for item in values] if hasattr(values, "__aiter__") else list(values)

    async def login(self, identifier, password, **options):
        return await self.do(
            self.Session.login(
                self.service,
                identifier=identifier,
                password=password,
                http_client=self.http_client,
                **options,
            )
        )

    async def new_account(self, **options):
        name = f"user-{secrets.token_hex(5)}"
        return await self.do(
            self.Session.create_account(
                self.service,
                handle=f"{name}.test",
                email=f"{name}@example.com",
                password=PASSWORD,
                http_client=self.http_client,
                **options,
            )
        )


@contextlib.asynccontextmanager
async def opened_twin(kind: str, service: str) -> AsyncIterator[Twin]:
    """The twin that is ``sync`` or ``async``, at one server; what it sends is counted by NSID."""
    sent: Counter[str] = Counter()

    def count(message):
        sent[message.url.path.rpartition("/")[2]] += 1

    async def count_too(message):
        count(message)

    if kind == "sync":
        with httpx.Client(event_hooks={"request": [count]}) as http_client:
            yield Twin(PasswordSession, Client, http_client, sent, service)
    else:
        async with httpx.AsyncClient(event_hooks={"request": [count_too]}) as async_http_client:
            yield Twin(AsyncPasswordSession, AsyncClient, async_http_client, sent, service)


async def until(found: Callable[[], Awaitable[bool]], patience: float = 60) -> None:
    """The app view hears of what the PDS has written a moment later."""
    deadline = time.monotonic() + patience
    while True:
        try:
            if await found():
                return
        except XrpcResponseError:
            if time.monotonic() > deadline:
                raise
        assert time.monotonic() < deadline, "the app view hasn't seen what was written"
        await anyio.sleep(0.1)


async def views(twin, bsky, *posts):
    """The app view's views of posts, as soon as it has them all.

    It hides a reply that it hears of before the post above it, and hears of each account for itself: before an
    account answers another one, the post has to be seen.
    """
    seen = []

    async def complete():
        found = await twin.do(bsky.client.app.bsky.feed.get_posts(uris=[post.uri for post in posts]))
        by_uri = {view.uri: view for view in found.posts}
        seen[:] = [by_uri[post.uri] for post in posts if post.uri in by_uri]
        return len(seen) == len(posts)

    await until(complete)
    return seen
