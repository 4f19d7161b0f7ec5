"""A server with two accounts, and the layer on a client of each: one in both twins, so that a test is written once."""

from __future__ import annotations

import inspect
from contextlib import AsyncExitStack

import pytest
from anyio.from_thread import start_blocking_portal

from atlex import AsyncPaginator
from atlex.client import AsyncNamespace, AsyncRecords
from atlex.testing import FakePds
from atlex_bsky import AsyncBluesky, Bluesky
from atlex_sdk import AsyncClient

_PARTS = (AsyncBluesky, AsyncClient, AsyncNamespace, AsyncRecords, AsyncPaginator)


class Awaited:
    """An asynchronous object in an event loop of its own, whose results are waited for."""

    def __init__(self, value, portal):
        self._value = value
        self._portal = portal

    def __getattr__(self, name):
        return self._wrapped(getattr(self._value, name))

    def __call__(self, *arguments, **options):
        async def call():
            result = self._value(*arguments, **options)
            return await result if inspect.isawaitable(result) else result

        return self._wrapped(self._portal.call(call))

    def __iter__(self):
        async def items():
            return [item async for item in self._value]

        return iter(self._portal.call(items))

    def _wrapped(self, value):
        return Awaited(value, self._portal) if callable(value) or isinstance(value, _PARTS) else value


@pytest.fixture
def pds():
    with FakePds() as pds, pds.serve():
        pds.create_account("alice.test", "password", email="alice@example.com")
        pds.create_account("bob.test", "password")
        yield pds


@pytest.fixture(params=["sync", "async"])
def bsky(request, pds):
    if request.param == "sync":
        with Bluesky.login(pds.url, identifier="alice.test", password="password") as bsky:
            yield bsky
        return
    with start_blocking_portal() as portal:
        stack = AsyncExitStack()
        login = AsyncBluesky.login(pds.url, identifier="alice.test", password="password")
        yield Awaited(portal.call(stack.enter_async_context, login), portal)
        portal.call(stack.aclose)


@pytest.fixture
def bob(pds):
    with Bluesky.login(pds.url, identifier="bob.test", password="password") as bob:
        yield bob
