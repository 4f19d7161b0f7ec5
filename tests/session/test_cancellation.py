"""A cancelled task leaves no lock held and no token lost."""

from __future__ import annotations

import asyncio
import gc
import json

import anyio
import httpx
import pytest

from atlex._agent import Request, Response
from atlex.errors import XrpcResponseError
from atlex.session import AsyncPasswordSession, PasswordSession

pytestmark = pytest.mark.anyio

REFRESH = "com.atproto.server.refreshSession"


@pytest.fixture
def api(async_api):
    """Threads can't be cancelled."""
    return async_api


def call(session):
    return session.send(Request(method="GET", nsid="app.example.customMethod"))


async def test_a_call_cancelled_in_its_refresh_finishes_that_first(world):
    """aborted signal after refresh"""
    session = await world.login()
    world.net.expire()
    gate = world.net.gates[REFRESH] = world.api.Gate()
    scope = anyio.CancelScope()
    ended = []

    async def cancelled():
        with scope:
            ended.append(await call(session))
        ended.append(scope.cancelled_caught)

    async with anyio.create_task_group() as group:
        group.start_soon(cancelled)
        await gate.arrived()
        scope.cancel()
        await anyio.wait_all_tasks_blocked()
        assert ended == []
        gate.open()

    assert ended == [True]
    assert world.net.count("customMethod") == 1
    assert world.net.count("refreshSession") == 1
    assert world.journal.names == ["on_updated", "on_updated"]
    assert session.data.refresh_jwt == world.net.verifier.sessions[0].refresh_jwt
    with anyio.fail_after(5):
        assert (await call(session)).status == 200


async def test_a_cancelled_waiter_leaves_at_once(world):
    session = await world.login()
    gate = world.net.gates[REFRESH] = world.api.Gate()
    left = anyio.Event()

    async def waiter(scope):
        with scope:
            await call(session)
        left.set()

    async with anyio.create_task_group() as group:
        group.start_soon(session.refresh)
        await gate.arrived()
        scope = anyio.CancelScope()
        group.start_soon(waiter, scope)
        await anyio.wait_all_tasks_blocked()
        scope.cancel()
        with anyio.fail_after(5):
            await left.wait()
        gate.open()

    assert world.net.count("customMethod") == 0
    assert (await call(session)).status == 200


async def test_a_block_that_is_cancelled_logs_out(world):
    with anyio.CancelScope() as scope:
        async with world.begin() as session:
            scope.cancel()
            await anyio.lowlevel.checkpoint()
    assert scope.cancelled_caught
    assert session.destroyed
    assert world.net.count("deleteSession") == 1


async def test_a_hook_finishes_before_the_cancellation(world):
    scope = anyio.CancelScope()
    saved = []

    async def save(_, data):
        if saved:
            scope.cancel()
        await anyio.lowlevel.checkpoint()
        saved.append(data)

    session = await world.login(on_updated=save)
    with scope:
        await session.refresh()
        raise AssertionError
    assert saved[-1] == session.data
    assert len(saved) == 2


async def test_a_login_that_is_cancelled_leaves_nothing_open(world):
    gate = world.net.gates["com.atproto.server.createSession"] = world.api.Gate()
    async with anyio.create_task_group() as group:
        group.start_soon(world.login)
        await gate.arrived()
        group.cancel_scope.cancel()
    assert world.journal == []


def test_a_session_is_made_outside_the_loop_that_uses_it(net, data):
    session = AsyncPasswordSession(data, http_client=httpx.AsyncClient(transport=net))
    with pytest.raises(XrpcResponseError, match="ExpiredToken"):
        asyncio.run(session.refresh())


def test_a_flow_that_is_thrown_away_in_the_middle_asks_for_nothing_more(data):
    told = []
    session = PasswordSession(data, on_updated=lambda *_: told.append("on_updated"))
    flow = next(session._logic.refresh({})).flow
    assert next(flow).request.nsid == REFRESH
    tokens = {"did": data.did, "handle": data.handle, "accessJwt": "SECRET-new", "refreshJwt": "SECRET-newer"}
    answer = Response(200, {"content-type": "application/json"}, json.dumps(tokens).encode())
    assert flow.send(answer).request.nsid == "com.atproto.server.getSession"
    flow.close()
    assert told == []
    assert session.data.refresh_jwt == "SECRET-newer"


@pytest.mark.parametrize("count", [1000])
async def test_a_thousand_tasks_over_one_expired_session_refresh_once(world, count):
    session = await world.login()
    world.net.expire()
    world.net.gates = {"app.example.customMethod": world.api.Gate(count)}
    statuses = []

    async def one():
        statuses.append((await call(session)).status)

    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(one)

    assert statuses == [200] * count
    assert world.net.count("refreshSession") == 1


class TestUnderAsyncio:
    """asyncio's own ways to cancel a task, which anyio's shields don't hold off."""

    @pytest.fixture
    def api(self, asyncio_api):
        return asyncio_api

    async def test_task_cancel_and_timeout_are_survived_too(self, world):
        session = await world.login()
        world.net.expire()
        gate = world.net.gates[REFRESH] = world.api.Gate()

        task = asyncio.create_task(call(session))
        await gate.arrived()
        task.cancel()
        await anyio.wait_all_tasks_blocked()
        task.cancel()
        await anyio.wait_all_tasks_blocked()
        assert not task.done()
        gate.open()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()
        assert session.data.refresh_jwt == world.net.verifier.sessions[0].refresh_jwt

        gate = world.net.gates[REFRESH] = world.api.Gate()

        async def with_timeout():
            async with asyncio.timeout(None) as timeout:
                timeouts.append(timeout)
                await session.refresh()

        timeouts = []
        task = asyncio.create_task(with_timeout())
        await gate.arrived()
        timeouts[0].reschedule(0)
        await anyio.wait_all_tasks_blocked()
        gate.open()
        with pytest.raises(TimeoutError):
            await task

        assert session.data.refresh_jwt == world.net.verifier.sessions[0].refresh_jwt
        assert (await call(session)).status == 200
        assert world.net.count("refreshSession") == 2

    async def test_a_failure_behind_a_cancellation_is_told_to_the_hooks(self, world):
        """And asyncio doesn't report an exception that was never retrieved."""
        session = await world.login()
        reported = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
        world.net.faults["refreshSession"] = [
            httpx.Response(400, json={"error": "ExpiredToken", "message": "Token has been revoked"})
        ]
        gate = world.net.gates[REFRESH] = world.api.Gate()

        task = asyncio.create_task(session.refresh())
        await gate.arrived()
        task.cancel()
        gate.open()
        with pytest.raises(asyncio.CancelledError):
            await task
        del task
        gc.collect()

        assert session.destroyed
        assert world.journal.names == ["on_updated", "on_deleted"]
        assert reported == []

    async def test_a_refresh_whose_own_task_is_cancelled_leaves_the_session_usable(self, world):
        """As asyncio.run() does with what is left over when the program ends."""
        session = await world.login()
        gate = world.net.gates[REFRESH] = world.api.Gate()
        before = asyncio.all_tasks()
        outer = asyncio.create_task(session.refresh())
        await gate.arrived()
        for task in asyncio.all_tasks() - before:
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await outer
        world.net.gates.clear()
        assert (await session.refresh()).did == "did:example:alice"
