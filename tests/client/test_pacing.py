"""Pacing: a client that waits below the limits that its server announces, in place of running into them."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import logging
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import anyio
import anyio.lowlevel
import pytest
from tests.client import _package
from tests.client._fakes import START, AsyncFakeAgent, announcing, refusal, things

from atlex import (
    AsyncPasswordSession,
    FileSessionStore,
    InputError,
    PasswordSession,
    RateLimitError,
    WaitEvent,
    XrpcFetchError,
)
from atlex._pace import _pacer
from atlex._pace._pacer import pacer_of
from atlex.testing import FakePds
from atlex_sdk import AsyncClient, Client

pytestmark = pytest.mark.anyio

DESCRIBE = "com.atproto.server.describeServer"
RESOLVE = "com.atproto.identity.resolveHandle"


class Time:
    """A clock that the waits of clients and of the server move."""

    def __init__(self):
        self.now = START
        self.waits = []
        self._lock = threading.Lock()

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        with self._lock:
            self.waits.append(seconds)
            # Whoever waits at the same time has waited then too.
            self.now = max(self.now, self.now + seconds)


@pytest.fixture
def clock():
    return Time()


@pytest.fixture
def pds(clock):
    with FakePds(clock=clock) as pds:
        pds.create_account("alice.test")
        yield pds


def patient(cls, clock):
    """The class with the clock's time."""

    def passed(before, seconds):
        clock.waits.append(seconds)
        clock.now = max(clock.now, before + seconds)

    def sleep(_, seconds):
        passed(clock(), seconds)

    async def sleep_async(_, seconds):
        before = clock()
        await anyio.lowlevel.checkpoint()
        passed(before, seconds)

    is_async = cls.__name__.startswith("Async")
    own = {"_clock": lambda _: clock(), "_sleep": sleep_async if is_async else sleep}
    return type("Patient", (cls,), own)


@pytest.fixture
def made(twin, pds, clock):
    def make(**options):
        http = pds.async_client() if twin.is_async else pds.client()
        cls = patient(AsyncClient if twin.is_async else Client, clock)
        return cls(pds.url, http_client=http, **{"pace": True, **options})

    return make


async def describe(twin, client, times=1):
    for _ in range(times):
        await twin.do(client.com.atproto.server.describe_server())


async def test_a_client_waits_for_the_next_window_and_gets_no_429(twin, pds, clock, made):
    pds.limit_rate(5, 300)
    await describe(twin, made(), 12)
    assert pds.count(status=429) == 0
    assert pds.count(status=200) == 12
    assert clock.waits == [301.0, 301.0]


async def test_a_client_that_isnt_paced_runs_into_the_limit(twin, pds, made):
    pds.limit_rate(5, 300)
    client = made(retries=0, pace=False)
    with pytest.raises(RateLimitError):
        await describe(twin, client, 6)


async def test_nothing_waits_where_the_server_announces_nothing(twin, clock, made):
    await describe(twin, made(), 20)
    assert not clock.waits


async def test_copies_share_what_is_known(twin, pds, clock, made):
    pds.limit_rate(4, 300)
    client = made()
    for number in range(8):
        await describe(twin, client.with_options(timeout=number + 1))
    assert pds.count(status=429) == 0
    assert len(clock.waits) == 1


async def test_a_copy_of_an_unpaced_client_shares_it_with_another_copy(twin, pds, made):
    pds.limit_rate(4, 300)
    client = made().with_options(pace=False)
    await describe(twin, client.with_options(pace=True), 4)
    await describe(twin, client.with_options(pace=True), 4)
    assert pds.count(status=429) == 0


async def test_a_limit_of_one_method_holds_up_no_other(twin, pds, clock, made):
    pds.limit_rate(1000, 300)
    pds.limit_rate(2, 3600, points={RESOLVE: 1})
    client = made()
    await describe(twin, client, 2)
    for _ in range(2):
        await twin.do(client.com.atproto.identity.resolve_handle(handle="alice.test"))
    await describe(twin, client, 5)
    assert not clock.waits
    await twin.do(client.com.atproto.identity.resolve_handle(handle="alice.test"))
    assert clock.waits == [3601.0]


async def test_a_method_that_is_new_is_counted_with_the_others(twin, pds, clock, made):
    pds.limit_rate(3, 300)
    client = made()
    await describe(twin, client, 3)
    await twin.do(client.com.atproto.identity.resolve_handle(handle="alice.test"))
    assert pds.count(status=429) == 0
    assert clock.waits == [301.0]


async def test_points_are_learnt(twin, pds, clock, made):
    pds.limit_rate(100, 300, points={DESCRIBE: 7})
    await describe(twin, made(), 40)
    assert pds.count(status=429) == 0
    assert len(clock.waits) == 2


async def test_a_wait_beyond_the_deadline_is_an_error_at_once(twin, pds, clock, made):
    pds.limit_rate(2, 300)
    client = made(deadline=60)
    await describe(twin, client, 2)
    with pytest.raises(XrpcFetchError, match=r"rate limit \(2 in 300 s\) leaves no request before") as caught:
        await describe(twin, client)
    assert (caught.value.sent, caught.value.error, caught.value.method) == (False, "Timeout", DESCRIBE)
    assert not clock.waits
    assert pds.count() == 2
    # A longer one lets it wait.
    await describe(twin, client.with_options(deadline=400))
    assert clock.waits == [301.0]


async def test_a_wait_is_told_of(twin, pds, made, caplog):
    caplog.set_level(logging.DEBUG, "atlex")
    pds.limit_rate(2, 300)
    events = []
    await describe(twin, made(event_hooks={"wait": [events.append]}), 3)
    assert events == [WaitEvent(nsid=DESCRIBE, attempt=1, seconds=301.0, limit=2, window=300)]
    lines = [record.getMessage() for record in caplog.records if record.levelno == logging.DEBUG]
    assert lines == [f"{DESCRIBE}: waiting for the rate limit, 301.000 s at the most"]


@pytest.mark.parametrize("skew", [-7200, -3, 5, 86_400])
async def test_the_servers_clock_may_be_wrong(twin, clock, skew):
    server = FakePds(clock=lambda: clock() + skew)
    server.limit_rate(3, 60)
    http = server.async_client() if twin.is_async else server.client()
    client = patient(AsyncClient if twin.is_async else Client, clock)(server.url, http_client=http, pace=True)
    await describe(twin, client, 7)
    assert server.count(status=429) == 0
    assert clock.waits == [61.0, 61.0]


async def test_a_limit_that_others_have_used_up_is_waited_out_and_the_request_sent_again(
    twin, pds, clock, made
):
    pds.limit_rate(3, 300)
    await describe(twin, made(pace=False), 3)
    await describe(twin, made(), 4)
    assert pds.count(status=429) == 1
    assert clock.waits == [301.0, 301.0]


async def test_a_limit_that_others_have_used_up_beyond_the_deadline_is_the_servers_error(
    twin, pds, clock, made
):
    pds.limit_rate(3, 300)
    await describe(twin, made(pace=False), 3)
    with pytest.raises(RateLimitError):
        await describe(twin, made(deadline=60))
    assert not clock.waits


async def test_a_server_that_always_refuses_has_the_last_word(twin):
    limited = announcing(status=429)
    client = twin.client(*[limited] * 4, pace=True, retries=0)
    client._core = dataclasses.replace(client._core, clock=lambda: 1000.0 + sum(client.waits))
    with pytest.raises(RateLimitError):
        await twin.do(client.example.get_things())
    assert len(client.requests) == 4
    assert len(client.waits) == 3


# What servers may send


async def waits_of(twin, *answers, **options):
    """The waits of a client that gets these answers, each for one call."""
    client = twin.client(*answers, pace=True, **options)
    client._core = dataclasses.replace(client._core, clock=lambda: 1000.0 + sum(client.waits))
    for _ in answers:
        await twin.do(client.example.get_things())
    return client.waits


@pytest.mark.parametrize(
    ("announced", "expected"),
    [
        ({}, [31.0]),
        ({"remaining": 1}, []),
        ({"reset": 30}, [31.0]),
        ({"reset": START - 100}, [1.0]),
        ({"reset": 10**18}, [61.0]),
        ({"reset": 10**18, "policy": None}, [86_401.0]),
        ({"policy": "5;w=999999999", "reset": 10**12}, [86_401.0]),
        ({"policy": "100;w=1, 5;w=60;comment=x"}, [31.0]),
        ({"policy": "nonsense"}, [31.0]),
        ({"limit": None, "policy": None}, [31.0]),
        ({"remaining": "many"}, []),
        ({"remaining": None}, []),
        ({"reset": None}, []),
        ({"age": "7"}, []),
        ({"age": "0"}, [31.0]),
        ({"now": None, "reset": "soon"}, None),
        ({"date": "yesterday", "reset": "soon"}, None),
    ],
    ids=str,
)
async def test_a_wait_lasts_as_long_as_the_servers_window(twin, announced, expected):
    if announced.get("reset") == "soon":
        announced = {**announced, "reset": time.time() + 30}
    waits = await waits_of(twin, announcing(**announced), things())
    if expected is None:
        # By our own clock, which goes on meanwhile.
        assert len(waits) == 1
        assert 0 < waits[0] <= 31.0
    else:
        assert waits == expected


async def test_an_older_response_that_comes_late_gives_nothing_back(twin):
    newer = announcing(remaining=0)
    older = announcing(remaining=4)
    assert await waits_of(twin, announcing(remaining=2), newer, older, things()) == [31.0]


async def test_a_429_without_figures_is_waited_out_by_its_retry_after(twin):
    limited = refusal("RateLimitExceeded", 429, **{"retry-after": "20"})
    client = twin.client(limited, things(), pace=True, retries=0)
    client._core = dataclasses.replace(client._core, clock=lambda: 1000.0 + sum(client.waits))
    await twin.do(client.example.get_things())
    assert client.waits == [21.0]


async def test_a_429_that_says_nothing_is_an_error_as_ever(twin):
    client = twin.client(refusal("RateLimitExceeded", 429), pace=True, retries=0)
    with pytest.raises(RateLimitError):
        await twin.do(client.example.get_things())
    assert not client.waits


async def test_a_body_that_cant_be_sent_twice_isnt(twin):
    client = twin.client(announcing(status=429), pace=True)
    with pytest.raises(RateLimitError):
        await twin.do(client.example.upload(data=iter([b"a"]), content_type="image/png"))
    assert len(client.requests) == 1


async def test_a_server_that_makes_up_policies_takes_no_memory(twin):

    answers = [announcing(policy=f"{number};w=60", limit=number, remaining=3) for number in range(500)]
    client = twin.client(*answers, pace=True)
    for _ in answers:
        await twin.do(client.example.get_things())
    assert len(pacer_of(client.agent, asynchronous=twin.is_async)._limits._limits) <= 33


async def test_a_policy_that_the_server_gives_up_is_forgotten(twin):
    waits = await waits_of(twin, announcing(), things(), *[things()] * 5)
    assert waits == [31.0]


async def test_pace_must_be_true_or_false(twin):
    for wrong in (1, None, "yes"):
        with pytest.raises(InputError, match="pace must be True or False"):
            twin.client(pace=wrong)


# Bursts


async def test_fifty_tasks_stay_below_a_limit_of_ten(pds, clock):
    pds.limit_rate(10, 300)
    events = []
    client = patient(AsyncClient, clock)(
        pds.url, http_client=pds.async_client(), pace=True, event_hooks={"wait": [events.append]}
    )
    async with anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(client.com.atproto.server.describe_server)
    assert pds.count(status=429) == 0
    assert pds.count(status=200) == 50
    assert events


def test_fifty_threads_stay_below_a_limit_of_ten(pds, clock):
    pds.limit_rate(10, 300)
    client = patient(Client, clock)(pds.url, http_client=pds.client(), pace=True)
    with ThreadPoolExecutor(50) as pool:
        done = [pool.submit(client.com.atproto.server.describe_server) for _ in range(50)]
    assert [future.exception() for future in done] == [None] * 50
    assert pds.count(status=429) == 0


async def test_fifty_tasks_that_take_points_stay_below_the_limit_once_the_cost_is_known(pds, clock):
    pds.limit_rate(60, 300, points={DESCRIBE: 3})
    client = patient(AsyncClient, clock)(pds.url, http_client=pds.async_client(), pace=True)
    for _ in range(2):
        await client.com.atproto.server.describe_server()
    async with anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(client.com.atproto.server.describe_server)
    assert pds.count(status=429) == 0


async def test_a_first_request_that_is_cancelled_holds_nobody_up():
    class Agent:
        did = None
        sent = 0

        async def send(self, _):
            self.sent += 1
            if self.sent == 1:
                await anyio.sleep(60)
            return things()

    client = _package.AsyncClient(Agent(), pace=True)
    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as first:
            tasks.start_soon(client.example.get_things)
            await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
        assert not first.cancelled_caught
    await client.example.get_things()


async def test_a_call_that_is_cancelled_while_it_waits_takes_no_place(clock):
    class Impatient(_package.AsyncClient):
        def _clock(self):
            return clock()

        async def _sleep(self, _):
            raise asyncio.CancelledError

    agent = AsyncFakeAgent(announcing(), *[announcing(remaining=5)] * 5)
    await patient(_package.AsyncClient, clock)(agent, pace=True).example.get_things()
    for _ in range(10):
        with pytest.raises(asyncio.CancelledError):
            await Impatient(agent, pace=True).example.get_things()
    (limit,) = pacer_of(agent, asynchronous=True)._limits._limits.values()
    assert limit.taken == 0
    clock.now += 31
    await Impatient(agent, pace=True).example.get_things()


async def test_a_request_that_never_arrived_takes_no_place(twin):
    lost = XrpcFetchError("No connection", sent=False)
    client = twin.client(
        announcing(remaining=2, limit=5), lost, announcing(remaining=1), announcing(), pace=True
    )
    client._core = dataclasses.replace(client._core, clock=lambda: 1000.0)
    for _ in range(3):
        await twin.do(client.example.get_things())
    assert len(client.waits) == 1  # before the retry


# Agents


async def test_an_agent_that_is_equal_to_others_is_paced_by_itself(twin):
    Equal = dataclasses.dataclass(type("Equal", (twin.Agent,), {}), init=False)  # noqa: N806
    assert Equal() == Equal()
    for _ in range(2):
        client = twin.Client(Equal(announcing(), things()), pace=True, deadline=5)
        await twin.do(client.example.get_things())


async def test_what_is_known_of_an_agent_goes_with_it(twin):

    client = twin.client(announcing(), pace=True)
    await twin.do(client.example.get_things())
    key = id(client.agent)
    assert key in _pacer._pacers
    del client
    gc.collect()
    assert key not in _pacer._pacers


def test_an_agent_that_cant_be_referred_to_weakly_is_refused():
    class Slots:
        __slots__ = ()
        did = None

        def send(self, request, /):
            raise AssertionError(request)

    with pytest.raises(InputError, match="Slots misses '__weakref__'"):
        _package.Client(Slots(), pace=True).example.get_things()


# Sessions and stores


async def test_clients_of_a_session_share_its_limits(twin, pds, clock):
    http = pds.async_client() if twin.is_async else pds.client()
    session_class = AsyncPasswordSession if twin.is_async else PasswordSession
    session = await twin.do(
        session_class.login(pds.url, identifier="alice.test", password="password", http_client=http)
    )
    pds.limit_rate(4, 300)
    cls = patient(AsyncClient if twin.is_async else Client, clock)
    for _ in range(8):
        await twin.do(cls(session, pace=True).com.atproto.server.get_session())
    assert pds.count(status=429) == 0
    assert len(clock.waits) == 1


async def test_sessions_of_one_store_share_its_limits(twin, pds, clock, tmp_path, monkeypatch):
    monkeypatch.setattr("time.time", clock)
    store = tmp_path / "session.json"
    session_class = AsyncPasswordSession if twin.is_async else PasswordSession
    cls = patient(AsyncClient if twin.is_async else Client, clock)
    clients = []
    for _ in range(3):
        http = pds.async_client() if twin.is_async else pds.client()
        session = await twin.do(
            session_class.open(
                FileSessionStore(store),
                service=pds.url,
                identifier="alice.test",
                password="password",
                http_client=http,
            )
        )
        clients.append(cls(session, pace=True))
    pds.limit_rate(4, 300)
    for number in range(12):
        await twin.do(clients[number % 3].com.atproto.server.get_session())
    assert pds.count(status=429) == 0
    assert len(clock.waits) == 2


async def test_a_store_that_fails_stops_no_call(twin, pds, clock, tmp_path, caplog):
    class Broken(FileSessionStore):
        def update_limits(self, _, /):
            raise RuntimeError("hunter2")

    session_class = AsyncPasswordSession if twin.is_async else PasswordSession
    http = pds.async_client() if twin.is_async else pds.client()
    session = await twin.do(
        session_class.open(
            Broken(tmp_path / "session.json"),
            service=pds.url,
            identifier="alice.test",
            password="password",
            http_client=http,
        )
    )
    pds.limit_rate(2, 300)
    client = patient(AsyncClient if twin.is_async else Client, clock)(session, pace=True)
    for _ in range(4):
        await twin.do(client.com.atproto.server.get_session())
    assert pds.count(status=429) == 0
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert (
        warning == "The rate limits can't be shared any more: Broken.update_limits() failed with RuntimeError"
    )


_PROGRAM = """
import sys
from concurrent.futures import ThreadPoolExecutor
from atlex import FileSessionStore, PasswordSession
from atlex_sdk import Client
path, url, count = sys.argv[1:]
with PasswordSession.open(
    FileSessionStore(path), service=url, identifier="alice.test", password="password"
) as session, ThreadPoolExecutor(8) as pool:
    client = Client(session, pace=True)
    for call in [pool.submit(client.com.atproto.server.get_session) for _ in range(int(count))]:
        call.result()
"""


@pytest.mark.slow
def test_processes_that_share_a_store_stay_below_a_limit_together(tmp_path):
    with FakePds() as pds, pds.serve() as url:
        pds.create_account("alice.test")
        program = [sys.executable, "-c", _PROGRAM, str(tmp_path / "session.json"), url]
        subprocess.run([*program, "0"], check=True)
        pds.limit_rate(8, 1)
        running = [subprocess.Popen([*program, "8"]) for _ in range(3)]
        assert [process.wait() for process in running] == [0, 0, 0]
    assert pds.count("com.atproto.server.getSession", status=200) == 24
    assert pds.count(status=429) == 0
