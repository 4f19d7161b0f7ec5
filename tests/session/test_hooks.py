"""The hooks: what they see, and that nothing they do harms the session."""

from __future__ import annotations

import logging
from contextvars import copy_context
from functools import partial

import httpx
import pytest

from atlex._agent import Request
from atlex.errors import InputError, LoggedOutError, XrpcError, XrpcFetchError, XrpcResponseError
from atlex.session import PasswordSession

pytestmark = pytest.mark.anyio


def refusal(status, error="Nonsense"):
    return httpx.Response(status, json={"error": error, "message": "No"})


async def test_a_hook_sees_the_new_state(world):
    seen = []
    session = await world.login(
        on_updated=lambda session, data: seen.append((session.data == data, session.destroyed))
    )
    await world.do(session.refresh())
    assert seen == [(True, False), (True, False)]


async def test_a_session_that_ends_can_be_named_in_its_hook(world):
    """During onDeleted destroyed is still false."""
    seen = []
    session = await world.login(
        on_deleted=lambda session, data: seen.append((session.did, data.did, session.destroyed))
    )
    await world.do(session.logout())
    assert seen == [("did:example:alice", "did:example:alice", False)]
    assert session.destroyed


async def test_coroutine_functions_are_hooks_of_the_asynchronous_session(world):
    hooks = world.journal.hooks(world.api.hook)
    session = await world.login(**hooks)
    world.net.faults["refreshSession"] = [refusal(500)]
    world.net.faults["deleteSession"] = [refusal(500)]
    await world.do(session.refresh())
    with pytest.raises(XrpcError):
        await world.do(session.logout())
    await world.do(session.logout())
    assert world.journal.names == ["on_updated", "on_update_failure", "on_delete_failure", "on_deleted"]


async def test_a_logout_that_fails_keeps_the_session(world):
    """logout failure keeps session and rejects"""
    session = await world.login()
    data = session.data
    world.net.faults["deleteSession"] = [refusal(500), httpx.ConnectError("refused"), refusal(401, "Other")]

    with pytest.raises(XrpcError) as first:
        await world.do(session.logout())
    with pytest.raises(XrpcFetchError) as second:
        await world.do(session.logout())
    with pytest.raises(XrpcError) as third:
        await world.do(world.Session.delete(data, **world.options))

    told = [(name, told, error) for name, _, told, error in world.journal[1:]]
    assert told == [
        ("on_delete_failure", data, first.value),
        ("on_delete_failure", data, second.value),
        ("on_delete_failure", data, third.value),
    ]
    assert not session.destroyed
    assert (await world.call(session)).status == 200


@pytest.mark.parametrize("error", ["InvalidToken", "ExpiredToken"])
async def test_a_logout_of_a_session_that_is_gone_succeeds(world, error):
    session = await world.login()
    world.net.faults["deleteSession"] = [refusal(400, error)]
    await world.do(session.logout())
    assert session.destroyed
    assert world.journal.names == ["on_updated", "on_deleted"]


async def test_a_hook_that_raises_harms_nothing(world, caplog):
    """hook exceptions"""

    def disk_full(*_):
        raise OSError("disk full")

    names = ("on_updated", "on_update_failure", "on_deleted", "on_delete_failure")
    session = await world.login(**{name: world.api.hook(disk_full) for name in names})
    assert session.did == "did:example:alice"

    world.net.expire()
    assert (await world.call(session)).status == 200
    assert session.data.refresh_jwt == world.net.verifier.sessions[0].refresh_jwt
    assert (await world.do(session.refresh())).refresh_jwt == world.net.verifier.sessions[0].refresh_jwt

    world.net.faults["refreshSession"] = [refusal(500)]
    assert await world.do(session.refresh()) == session.data

    world.net.faults["deleteSession"] = [refusal(500)]
    with pytest.raises(XrpcResponseError) as caught:
        await world.do(session.logout())
    assert caught.value.status == 500
    assert not session.destroyed

    await world.do(session.logout())
    assert session.destroyed
    assert not world.net.verifier.sessions[0].active

    records = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.args[0] for record in records] == [
        "on_updated",
        "on_updated",
        "on_updated",
        "on_update_failure",
        "on_delete_failure",
        "on_deleted",
    ]
    assert all(isinstance(record.exc_info[1], OSError) for record in records)
    assert {record.name for record in records} == {"atlex.session"}


def test_a_hook_can_stop_the_program(net):
    def stop(*_):
        raise SystemExit(3)

    session = PasswordSession.login(
        "https://entryway.example",
        identifier="alice",
        password="SECRET-password123",
        on_deleted=stop,
        http_client=httpx.Client(transport=net),
    )
    with pytest.raises(SystemExit):
        session.logout()
    assert session.destroyed


async def test_a_hook_can_make_calls(world):
    """a hook that calls the client or session.refresh() doesn't deadlock"""
    statuses = []

    async def ask(session, *_):
        statuses.append((await world.call(session)).status)
        assert await world.do(session.refresh()) == session.data

    def ask_blocking(session, *_):
        request = Request(method="GET", nsid="app.example.customMethod")
        statuses.append(session.send(request).status)
        assert session.refresh() == session.data

    hook = ask if world.api.is_async else ask_blocking
    names = ("on_updated", "on_update_failure", "on_deleted", "on_delete_failure")
    session = await world.login(**dict.fromkeys(names, hook))
    assert statuses == [200]

    await world.do(session.refresh())
    assert statuses == [200, 200]

    world.net.faults["refreshSession"] = [refusal(500)]
    world.net.expire()
    await world.do(session.refresh())
    assert statuses == [200, 200, 401]

    world.net.faults["deleteSession"] = [refusal(500)]
    with pytest.raises(XrpcError):
        await world.do(session.logout())
    await world.do(session.logout())
    assert statuses == [200, 200, 401, 401, 401]
    assert world.net.count("refreshSession") == 2


async def test_a_hook_can_log_out(world):
    def log_out(session, *_):
        return session.logout()

    session = await world.login(on_update_failure=log_out)
    world.net.faults["refreshSession"] = [refusal(500)]

    with pytest.raises(LoggedOutError):
        await world.do(session.refresh())

    assert session.destroyed
    assert world.journal.names == ["on_updated", "on_deleted"]

    session = await world.login(on_update_failure=log_out)
    world.net.expire()
    world.net.faults["refreshSession"] = [refusal(500)]
    assert (await world.call(session)).status == 401
    assert session.destroyed


async def test_logging_out_while_it_happens_does_nothing_more(world):
    calls = []

    def again(session, *told):
        calls.append(told)
        return session.logout()

    session = await world.login(on_deleted=again, on_delete_failure=again)
    world.net.faults["deleteSession"] = [refusal(500)]
    with pytest.raises(XrpcError):
        await world.do(session.logout())
    assert world.net.count("deleteSession") == 1
    await world.do(session.logout())
    assert world.net.count("deleteSession") == 2
    assert len(calls) == 2
    assert session.destroyed

    session = await world.login(on_deleted=again)
    world.net.faults["refreshSession"] = [refusal(400, "ExpiredToken")]
    with pytest.raises(XrpcError):
        await world.do(session.refresh())
    assert world.net.count("deleteSession") == 2
    assert len(calls) == 3


async def test_a_hook_can_use_another_session(world):
    statuses = []
    other = await world.login()

    async def ask(*_):
        world.net.verifier.sessions[0].expired = True
        statuses.append((await world.call(other)).status)

    def ask_blocking(*_):
        world.net.verifier.sessions[0].expired = True
        statuses.append(other.send(Request(method="GET", nsid="app.example.customMethod")).status)

    hook = ask if world.api.is_async else ask_blocking
    session = await world.do(
        world.Session.login(
            world.entryway,
            identifier="bob",
            password=world.password,
            http_client=world.client,
            on_updated=hook,
        )
    )

    assert statuses == [200]
    assert world.net.count("refreshSession") == 1
    assert (await world.call(session)).status == 200


async def test_what_a_hook_starts_is_no_hook_any_more(world):
    """A task that outlives its hook waits and refreshes like any other call; it ran in a copy of the hook's context."""
    contexts = []
    session = await world.login(on_updated=lambda *_: contexts.append(copy_context()))
    world.net.expire()

    call = partial(session.send, Request(method="GET", nsid="app.example.customMethod"))
    async with world.api.group() as group:
        if world.api.is_async:
            outcome = contexts[0].run(group.start, call)
        else:
            outcome = group.start(lambda: contexts[0].run(call))

    assert outcome.value.status == 200
    assert world.net.count("refreshSession") == 1


async def test_failures_that_no_hook_listens_to_are_logged(world, caplog):
    options = {"http_client": world.client}
    session = await world.do(world.Session.login(world.entryway, **world.credentials, **options))
    world.net.faults["refreshSession"] = [refusal(500), refusal(400, "ExpiredToken")]

    await world.do(session.refresh())
    with pytest.raises(XrpcError):
        await world.do(session.refresh())

    assert [
        (record.levelname, record.args[0]) for record in caplog.records if record.name == "atlex.session"
    ] == [
        ("WARNING", "on_update_failure"),
        ("WARNING", "on_deleted"),
    ]


async def test_hooks_are_checked_before_anything_is_sent(world):
    with pytest.raises(InputError, match="on_updated must be a function"):
        await world.login(on_updated="print")
    with pytest.raises(InputError, match="on_deleted must be a function"):
        world.Session(None, on_deleted=7)
    with pytest.raises(InputError, match=r"no option 'on_update' here; did you mean 'on_updated'"):
        await world.login(on_update=print)
    assert world.net.seen == []


def test_a_blocking_session_takes_no_coroutine_functions(data):
    async def hook(*_):
        raise NotImplementedError

    for given in (hook, partial(hook)):
        with pytest.raises(InputError, match="on_updated must be a plain function"):
            PasswordSession(data, on_updated=given)
