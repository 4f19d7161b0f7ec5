"""Many at once over one expired session at the live PDS, whose requests are counted on their way.

The PDS gives a refresh token two hours' grace after its use, so that a second refresh would go unnoticed: what shows
that there was none is the count.

Each crowd meets the expired token in both ways. A client whose clock is right sees that the token has expired and
refreshes before anything is sent; one whose clock is two hours slow learns it from the server, all of the crowd at
once.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx
import pytest

from atlex import AsyncPasswordSession, PasswordSession
from atlex_sdk import AsyncClient, Client

from ._counting_proxy import CountingProxy

ROUNDS = 5
THREADS = 200
TASKS = 1000
CONNECTIONS = 20
CALL = "com.atproto.server.listAppPasswords"
REFRESH = "com.atproto.server.refreshSession"


def slow_clock():
    """The time by a clock that is two hours slow: a token that expired an hour ago looks new."""
    return time.time() - 2 * 3600


# Where a call takes longer than connections are kept, httpcore may close one that another thread has just been given.
LIMITS = httpx.Limits(max_connections=THREADS, keepalive_expiry=300)
CLOCKS = {"expiry seen by the client": time.time, "expiry learned from the server": slow_clock}


@pytest.fixture
def data(network):
    name = f"user-{secrets.token_hex(5)}"
    session = PasswordSession.create_account(
        network.pds, handle=f"{name}.test", email=f"{name}@example.com", password="correct horse"
    )
    with contextlib.closing(session):
        return session.data


@pytest.fixture
def proxy(network):
    with CountingProxy(network.pds) as proxy:
        yield proxy


def with_expired_token(data, network):
    return data.model_copy(update={"access_jwt": network.expired_access_token(data.access_jwt)})


def expected(crowd, clock):
    """What the server answers to a crowd, by method and status."""
    answers = {(REFRESH, 200): 1, (CALL, 200): crowd}
    return answers | {(CALL, 400): crowd} if clock is slow_clock else answers


def test_the_count_shows_the_second_refresh_that_the_server_forgives(data, proxy):
    with httpx.Client(proxy=proxy.url) as http_client:
        for _ in range(2):
            PasswordSession(data, http_client=http_client).refresh()
    assert proxy.answered == {(REFRESH, 200): 2}


@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
def test_two_hundred_threads_refresh_once_in_each_round(network, data, proxy, clock, figures):
    with (
        httpx.Client(proxy=proxy.url, limits=LIMITS) as http_client,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        for _ in range(ROUNDS):
            # No call goes on until all of them are there: each has the old token, unless the client has seen to it.
            proxy.begin({CALL: lambda: proxy.came[CALL] >= THREADS})
            session = PasswordSession(with_expired_token(data, network), clock=clock, http_client=http_client)
            client = Client(session).with_options(timeout=300)
            answers = pool.map(
                lambda _, client=client: client.com.atproto.server.list_app_passwords(), range(THREADS)
            )
            assert [answer.passwords for answer in answers] == [[]] * THREADS
            assert proxy.answered == expected(THREADS, clock)
            assert proxy.came[REFRESH] == 1
            data = session.data
            note(figures, "threads", proxy)


@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
def test_a_thousand_tasks_refresh_once_in_each_round(network, data, proxy, clock, figures):
    async def scenario(data):
        limits = httpx.Limits(max_connections=CONNECTIONS)
        async with httpx.AsyncClient(proxy=proxy.url, limits=limits) as http_client:
            for _ in range(ROUNDS):
                # All of them are refused before the refresh is answered.
                refused = {REFRESH: lambda: proxy.answered[CALL, 400] >= TASKS}
                proxy.begin(refused if clock is slow_clock else None)
                session = AsyncPasswordSession(
                    with_expired_token(data, network), clock=clock, http_client=http_client
                )
                client = AsyncClient(session).with_options(timeout=300)
                passwords = []

                async def call(client=client, passwords=passwords):
                    passwords.append((await client.com.atproto.server.list_app_passwords()).passwords)

                async with anyio.create_task_group() as group:
                    for _ in range(TASKS):
                        group.start_soon(call)
                assert passwords == [[]] * TASKS
                assert proxy.answered == expected(TASKS, clock)
                assert proxy.came[REFRESH] == 1
                data = session.data
                note(figures, "tasks", proxy)

    anyio.run(scenario, data)


def note(figures, crowd, proxy):
    counts = figures.setdefault(
        f"crowds of {crowd}", {"rounds": 0, "calls": 0, "refused as expired": 0, "refreshes": 0}
    )
    counts["rounds"] += 1
    counts["calls"] += proxy.answered[CALL, 200]
    counts["refused as expired"] += proxy.answered[CALL, 400]
    counts["refreshes"] += proxy.came[REFRESH]
