"""How many requests a call makes: one, with a session and without."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, ExitStack

import pytest

from atlex import AsyncPasswordSession, PasswordSession
from atlex.testing import FakePds
from atlex_sdk import AsyncClient, Client
from atlex_sdk.app.bsky.feed.post import Post

_LOGIN = {"identifier": "alice.test", "password": "password"}
_POST = Post(text="hello", created_at="2026-03-01T12:00:00.000Z")

_CALLS = {
    "query": (
        "com.atproto.identity.resolveHandle",
        lambda client: client.com.atproto.identity.resolve_handle(handle="alice.test"),
    ),
    "list": (
        "com.atproto.repo.listRecords",
        lambda client: client.app.bsky.feed.post.list(repo="alice.test"),
    ),
    "create": ("com.atproto.repo.createRecord", lambda client: client.app.bsky.feed.post.create(_POST)),
}


@pytest.fixture
def pds():
    with FakePds() as server:
        server.create_account(_LOGIN["identifier"], _LOGIN["password"])
        yield server


def _asked(pds, call, *, session):
    """The methods that two equal calls ask for, the login left out."""
    with ExitStack() as stack:
        http = stack.enter_context(pds.client())
        if session:
            agent = stack.enter_context(PasswordSession.login(pds.url, **_LOGIN, http_client=http))
            client = Client(agent)
        else:
            client = Client(pds.url, http_client=http)
        pds.forget()
        call(client)
        call(client)
        return [request.nsid for request in pds.requests]


async def _asked_async(pds, call, *, session):
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(pds.async_client())
        if session:
            login = AsyncPasswordSession.login(pds.url, **_LOGIN, http_client=http)
            client = AsyncClient(await stack.enter_async_context(await login))
        else:
            client = AsyncClient(pds.url, http_client=http)
        pds.forget()
        await call(client)
        await call(client)
        return [request.nsid for request in pds.requests]


@pytest.mark.parametrize(
    ("name", "session"),
    [("query", False), ("list", False), ("query", True), ("list", True), ("create", True)],
)
def test_a_call_makes_one_request_with_a_session_and_without(pds, name, session):
    nsid, call = _CALLS[name]
    assert _asked(pds, call, session=session) == [nsid, nsid]
    assert asyncio.run(_asked_async(pds, call, session=session)) == [nsid, nsid]
