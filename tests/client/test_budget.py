"""What a call may cost, in figures that don't depend on the machine: functions called, objects left behind.

The limits stand a tenth above what was counted when they were set.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections import Counter
from pathlib import Path
from types import CodeType, GeneratorType

import httpx
import pytest
from tests.client._fakes import things

import atlex
from atlex import AsyncPasswordSession, PasswordSession, SessionData

pytestmark = pytest.mark.anyio

OURS = str(Path(atlex.__file__).parent)
PAGE = things()
DATA = SessionData(
    access_jwt="access",
    refresh_jwt="refresh",
    handle="alice.example",
    did="did:plc:alice234alice234alice234",
    service="https://pds.example",
)


def in_memory(_):
    """A server's answer, its body still to be read."""
    stream = httpx.ByteStream(PAGE.content)
    return httpx.Response(200, headers={"content-type": "application/json"}, stream=stream)


def over_httpx(twin, *, with_session):
    transport = httpx.MockTransport(in_memory)
    http = (httpx.AsyncClient if twin.is_async else httpx.Client)(transport=transport)
    if not with_session:
        return twin.Client("https://pds.example", http_client=http)
    session = (AsyncPasswordSession if twin.is_async else PasswordSession)(DATA, http_client=http)
    return twin.Client(session)


async def functions_called(twin, call):
    """The functions of the package that are called, and how often. Generators count each time they are resumed."""
    for _ in range(3):
        await twin.do(call())
    called = Counter()

    def note(frame, event, _):
        code: CodeType = frame.f_code
        if event == "call" and code.co_filename.startswith(OURS):
            called[code.co_qualname] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        await twin.do(call())
    finally:
        sys.setprofile(before)
    return called


async def test_a_call_through_an_agent_that_answers_at_once_calls_few_functions(twin):
    client = twin.client(*[PAGE] * 4)
    called = await functions_called(twin, lambda: client.example.get_things(limit=1))
    assert called.total() <= 80, called


@pytest.mark.parametrize("with_session", [False, True], ids=["without a session", "with a session"])
async def test_a_call_over_httpx_calls_few_functions(twin, with_session):
    client = over_httpx(twin, with_session=with_session)
    called = await functions_called(twin, lambda: client.example.get_things(limit=1))
    assert called.total() <= (150 if with_session else 125), called


async def test_a_call_that_nobody_watches_calls_no_function_for_it(twin):
    client = twin.client(*[PAGE] * 8)
    called = await functions_called(twin, lambda: client.example.get_things(limit=1))
    watched = client.with_options(event_hooks={"request": [id]})
    more = await functions_called(twin, lambda: watched.example.get_things(limit=1))
    assert "watch" in more
    assert "watch" not in called
    assert not [name for name in called if name.startswith(("_Watch.", "Watcher."))]


async def test_a_call_leaves_nothing_that_only_the_garbage_collector_can_free(twin):
    client = twin.client(*[PAGE] * 3)
    for _ in range(2):
        await twin.do(client.example.get_things(limit=1))
    gc.collect()
    gc.disable()
    try:
        await twin.do(client.example.get_things(limit=1))
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize("with_session", [False, True], ids=["without a session", "with a session"])
async def test_over_httpx_only_its_own_objects_wait_for_the_garbage_collector(twin, with_session):
    client = over_httpx(twin, with_session=with_session)
    for _ in range(2):
        await twin.do(client.example.get_things(limit=1))
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        await twin.do(client.example.get_things(limit=1))
        gc.collect()
        left = [type(found) for found in gc.garbage]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    # An answer of httpx and its stream hold each other: so the test would see what is left.
    assert httpx.Response in left
    assert not [kind for kind in left if kind is GeneratorType or kind.__module__.startswith("atlex")]


async def test_ten_thousand_accounts_take_thirty_megabytes_beside_their_session_data(twin):
    """A session for each account's data, and a client of which one namespace was used."""
    session = AsyncPasswordSession if twin.is_async else PasswordSession
    # Memory is counted, not sampled: a tenth of the accounts shows it.
    accounts = [DATA.model_copy(update={"access_jwt": f"access-{number}"}) for number in range(1_000)]
    kept = [twin.Client(session(data)) for data in accounts[:10]]
    assert all(client.example for client in kept)
    gc.collect()
    tracemalloc.start()
    try:
        kept = [twin.Client(session(data)) for data in accounts]
        assert all(client.example for client in kept)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] / len(kept) <= 3 * 1024
    finally:
        tracemalloc.stop()
