"""The event hooks of a session: its own requests, its refreshes, and what a hook may do with the session."""

from __future__ import annotations

import logging

import pytest

import atlex
from atlex import (
    AsyncPasswordSession,
    InputError,
    PasswordSession,
    RefreshEvent,
    RequestEvent,
    ResponseEvent,
    SessionData,
    XrpcError,
)
from atlex.testing import FakePds
from atlex_sdk import AsyncClient, Client

pytestmark = pytest.mark.anyio

CREATE = "com.atproto.server.createSession"
REFRESH = "com.atproto.server.refreshSession"
GET = "com.atproto.server.getSession"
NAMES = ("request", "response", "retry", "refresh", "wait")


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def pds():
    with FakePds() as pds:
        pds.create_account("alice.test", "hunter2-hunter2")
        yield pds


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def kind(request, pds):
    return Kind(pds, is_async=request.param)


class Kind:
    def __init__(self, pds, *, is_async):
        self.pds, self.is_async = pds, is_async
        self.Session = AsyncPasswordSession if is_async else PasswordSession
        self.Client = AsyncClient if is_async else Client
        self.http = pds.async_client() if is_async else pds.client()

    async def do(self, value):
        return await value if hasattr(value, "__await__") else value

    async def session(self, *hooks, **options):
        return await self.do(
            self.Session.login(
                self.pds.url,
                identifier="alice.test",
                password="hunter2-hunter2",
                http_client=self.http,
                event_hooks={name: list(hooks) for name in NAMES},
                **options,
            )
        )


def seen(events):
    """The events in short."""
    return [
        (type(event), event.nsid, getattr(event, "outcome", getattr(event, "status", None)))
        for event in events
    ]


async def test_a_login_is_told_of_like_a_call(kind):
    events = []
    await kind.session(events.append)
    assert seen(events) == [(RequestEvent, CREATE, None), (ResponseEvent, CREATE, 200)]


async def test_a_refused_login_is_told_of_too(kind):
    events = []
    kind.pds.fail_next(CREATE, status=401, error="AuthenticationRequired")
    with pytest.raises(XrpcError):
        await kind.session(events.append)
    assert events[-1].error == "AuthenticationRequired"


async def test_a_refresh_is_told_of_after_its_requests(kind):
    events = []
    session = await kind.session(events.append)
    events.clear()
    await kind.do(session.refresh())
    assert seen(events)[:2] == [(RequestEvent, REFRESH, None), (ResponseEvent, REFRESH, 200)]
    assert seen(events)[-1] == (RefreshEvent, REFRESH, "renewed")
    assert (events[-1].did, events[-1].status, events[-1].error) == (session.did, None, None)


async def test_the_calls_of_a_client_are_told_to_the_client_and_their_refresh_to_both(kind):
    of_session, of_client = [], []
    session = await kind.session(of_session.append)
    client = kind.Client(session, event_hooks={name: [of_client.append] for name in NAMES})
    of_session.clear()
    kind.pds.expire_access_tokens()
    await kind.do(client.com.atproto.server.get_session())
    assert seen(of_client) == [
        (RequestEvent, GET, None),
        (RefreshEvent, REFRESH, "renewed"),
        (ResponseEvent, GET, 200),
    ]
    # Its own requests; the refresh asks for the session's details as well, if the server leaves them out.
    assert seen(of_session)[0] == (RequestEvent, REFRESH, None)
    assert seen(of_session)[-1] == (RefreshEvent, REFRESH, "renewed")


async def test_a_hook_that_both_have_is_called_once_for_a_refresh(kind):
    events = []
    hook = events.append
    session = await kind.session(hook)
    client = kind.Client(session, event_hooks={"refresh": [hook]})
    kind.pds.expire_access_tokens()
    await kind.do(client.com.atproto.server.get_session())
    assert len([event for event in events if isinstance(event, RefreshEvent)]) == 1


@pytest.mark.parametrize(
    ("fault", "outcome", "status", "error"),
    [
        ({"status": 503}, "failed", 503, "NotEnoughResources"),
        ({"status": 400, "error": "ExpiredToken"}, "ended", 400, "ExpiredToken"),
    ],
)
async def test_a_refresh_that_fails_is_told_of_with_its_outcome(kind, fault, outcome, status, error):
    events = []
    session = await kind.session(events.append)
    kind.pds.fail_next(REFRESH, **fault)
    if outcome == "ended":
        with pytest.raises(XrpcError):
            await kind.do(session.refresh())
    else:
        await kind.do(session.refresh())
    assert (events[-1].outcome, events[-1].status, events[-1].error) == (outcome, status, error)


async def test_a_refresh_whose_request_got_no_response_is_told_of(kind):
    events = []
    session = await kind.session(events.append)
    kind.pds.drop_next(REFRESH)
    await kind.do(session.refresh())
    assert (events[-1].outcome, events[-1].status, events[-1].error) == ("failed", None, "NetworkError")


async def test_tokens_that_another_process_got_are_adopted(kind, tmp_path):
    store = atlex.FileSessionStore(tmp_path / "session.json")
    login = {"service": kind.pds.url, "identifier": "alice.test", "password": "hunter2-hunter2"}
    events = []
    session = await kind.do(
        kind.Session.open(store, **login, http_client=kind.http, event_hooks={"refresh": [events.append]})
    )
    other = await kind.do(kind.Session.open(store, http_client=kind.http))
    await kind.do(other.refresh())
    await kind.do(session.refresh())
    assert [event.outcome for event in events] == ["adopted"]


async def test_a_hook_can_use_the_session_while_it_refreshes(kind):
    handles = []

    def call(_):
        handles.append(Client(session).com.atproto.server.get_session().handle)

    async def call_async(_):
        handles.append((await AsyncClient(session).com.atproto.server.get_session()).handle)

    session = await kind.session()
    hooks = {name: [call_async if kind.is_async else call] for name in NAMES}
    session = kind.Session(session.data, http_client=kind.http, event_hooks=hooks)
    await kind.do(session.refresh())
    assert handles
    assert set(handles) == {"alice.test"}


async def test_a_hook_that_raises_costs_no_token(kind, caplog):
    def broken(_):
        raise RuntimeError("broken")

    session = await kind.session(broken)
    before = session.data.access_jwt
    await kind.do(session.refresh())
    assert session.data.access_jwt != before
    assert {record.name for record in caplog.records if record.levelno == logging.ERROR} == {"atlex"}


async def test_no_event_and_no_line_holds_a_token_or_the_password(kind, caplog):
    caplog.set_level(logging.DEBUG)
    events = []
    session = await kind.session(events.append)
    data = [session.data]
    kind.pds.expire_access_tokens()
    await kind.do(
        kind.Client(session, event_hooks={"response": [events.append]}).com.atproto.server.get_session()
    )
    data.append(session.data)
    kind.pds.fail_next(REFRESH, status=500, message=session.data.refresh_jwt)
    await kind.do(session.refresh())
    await kind.do(session.logout())
    secrets = ["hunter2-hunter2", *(token for held in data for token in (held.access_jwt, held.refresh_jwt))]
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name == "atlex")
    assert REFRESH in ours
    assert not [secret for secret in secrets if secret in repr(events) + ours]


async def test_a_refresh_is_a_line_at_debug(kind, caplog):
    session = await kind.session()
    caplog.set_level(logging.DEBUG, "atlex")
    await kind.do(session.refresh())
    lines = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert any(
        level == "DEBUG" and line.startswith(f"session of {session.did}: refresh renewed in ")
        for level, line in lines
    )
    assert any(level == "INFO" and line.startswith(f"{REFRESH}: 200") for level, line in lines)


DATA = SessionData(
    access_jwt="a", refresh_jwt="r", handle="alice.test", did="did:plc:alice234", service="https://pds.test"
)


async def hook(event):
    raise AssertionError(event)


def test_a_synchronous_session_refuses_coroutine_functions():
    with pytest.raises(InputError, match="plain functions"):
        PasswordSession(DATA, event_hooks={"refresh": [hook]})
    AsyncPasswordSession(DATA, event_hooks={"refresh": [hook]})


@pytest.mark.parametrize("class_", [PasswordSession, AsyncPasswordSession])
def test_an_event_that_there_isnt_is_refused(class_):
    with pytest.raises(InputError, match="no event 'refreshed'"):
        class_(DATA, event_hooks={"refreshed": [print]})
