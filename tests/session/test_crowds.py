"""Many at once over one session, on a server whose refresh tokens are good once and which counts."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from atlex._agent import Request, Response
from atlex.session import AsyncPasswordSession, PasswordSession
from atlex.testing import FakePds

ROUNDS = 100
REFRESH = "com.atproto.server.refreshSession"
CALL = Request(method="GET", nsid="app.example.call")


class Crowded:
    """A session's connection to a FakePds that answers the crowd's calls itself, since httpx would take minutes.

    A call with an old token is held until all of the crowd are there, so that all of them meet the expired token.
    """

    def __init__(self, connection, pds, crowd):
        self._connection = connection
        self._pds = pds
        self._crowd = crowd
        self._lock = threading.Lock()
        self.token = None
        self.refused = 0
        self.all_there = None

    def expire(self, event):
        self._pds.expire_access_tokens()
        self.token, self.refused, self.all_there = None, 0, event

    def send(self, request, hop):
        if request.nsid != CALL.nsid:
            return self._connection.send(request, hop)
        if hop.headers["authorization"] == self.token:
            return Response(200)
        self._refuse()
        assert self.all_there.wait(60)
        return Response(401)

    def close(self):
        self._connection.close()

    def _refuse(self):
        with self._lock:
            self.refused += 1
            if self.refused == self._crowd:
                self.all_there.set()


class AsyncCrowded(Crowded):
    async def send(self, request, hop):
        if request.nsid != CALL.nsid:
            return await self._connection.send(request, hop)
        if hop.headers["authorization"] == self.token:
            return Response(200)
        self._refuse()
        await self.all_there.wait()
        return Response(401)

    async def aclose(self):
        await self._connection.aclose()


def crowded(session, pds, crowd):
    class_ = AsyncCrowded if isinstance(session, AsyncPasswordSession) else Crowded
    session._driver.connection = class_(session._driver.connection, pds, crowd)
    return session._driver.connection


@pytest.fixture
def pds():
    with FakePds(strict_refresh=True) as pds:
        pds.create_account("alice.test", "password")
        yield pds


def credentials(pds):
    return {"service": pds.url, "identifier": "alice.test", "password": "password"}


@pytest.mark.slow
def test_two_hundred_threads_refresh_once_in_each_of_a_hundred_rounds(pds):
    threads = 200

    def learn(session, data):
        session._driver.connection.token = f"Bearer {data.access_jwt}"

    with pds.client() as client, ThreadPoolExecutor(threads) as pool:
        session = PasswordSession.login(**credentials(pds), http_client=client, on_updated=learn)
        net = crowded(session, pds, threads)
        for round_ in range(1, ROUNDS + 1):
            net.expire(threading.Event())
            statuses = list(pool.map(lambda _: session.send(CALL).status, range(threads)))
            assert statuses == [200] * threads
            assert net.refused == threads
            assert pds.count(REFRESH) == pds.count(REFRESH, status=200) == round_
        assert not session.destroyed
        session.logout()


@pytest.mark.slow
@pytest.mark.parametrize(("backend", "rounds"), [("asyncio", ROUNDS), ("trio", 10)])
def test_a_thousand_tasks_refresh_once_in_each_round(pds, backend, rounds):
    tasks = 1000

    def learn(session, data):
        session._driver.connection.token = f"Bearer {data.access_jwt}"

    async def scenario():
        async with pds.async_client() as client:
            session = await AsyncPasswordSession.login(
                **credentials(pds), http_client=client, on_updated=learn
            )
            net = crowded(session, pds, tasks)
            for round_ in range(1, rounds + 1):
                net.expire(anyio.Event())
                statuses = []

                async def call(statuses=statuses):
                    statuses.append((await session.send(CALL)).status)

                async with anyio.create_task_group() as group:
                    for _ in range(tasks):
                        group.start_soon(call)
                assert statuses == [200] * tasks
                assert net.refused == tasks
                assert pds.count(REFRESH) == pds.count(REFRESH, status=200) == round_
            assert not session.destroyed
            await session.logout()

    anyio.run(scenario, backend=backend)
