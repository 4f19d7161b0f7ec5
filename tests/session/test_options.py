"""Options: an unknown name and a wrong type are told by name, and a session's own requests follow theirs."""

from __future__ import annotations

from unittest.mock import ANY

import httpx
import pytest

from atlex._agent import Response
from atlex._effects import Send, Sleep
from atlex.errors import InputError, LexAuthFactorError, XrpcError, XrpcFetchError, XrpcResponseError
from atlex.session import FileSessionStore, _endpoints
from atlex.session._data import Secret
from atlex.session._options import Calls

pytestmark = pytest.mark.anyio

WRONG = [
    {"timeout": "30"},
    {"timeout": httpx.Timeout(5)},
    {"timeout": 0},
    {"timeout": -1.5},
    {"timeout": True},
    {"timeout": float("nan")},
    {"timeout": float("inf")},
    {"retries": "2"},
    {"retries": -1},
    {"retries": 1.0},
    {"retries": True},
    {"headers": "x-a: 1"},
    {"headers": {"x-a": None}},
    {"headers": {"x-a": 1}},
    {"headers": {1: "SECRET"}},
    {"headers": {"x-a": "SECRET\r\nx-b: 1"}},
    {"headers": {"Content-Length": "5"}},
]
WRONG_SESSION = [
    {"on_updated": "print"},
    {"on_update_failure": 1},
    {"on_deleted": b"x"},
    {"on_delete_failure": b""},
    {"clock": 5},
    {"allow_insecure_pds": "yes"},
    {"allow_insecure_pds": None},
    {"transport": "curl"},
]


def names(options):
    (name,) = options
    header = next(iter(options[name])) if isinstance(options[name], dict) else name
    return f"(?i){name}|{header}"


@pytest.mark.parametrize("wrong", [*WRONG, *WRONG_SESSION])
async def test_every_way_to_begin_refuses_a_wrong_option_by_its_name(world, memory_store, data, wrong):
    options = world.options | wrong
    if "transport" in wrong:
        del options["http_client"]
    ways = {
        "constructor": lambda: world.Session(data, **options),
        "login": lambda: world.Session.login(world.entryway, **world.credentials, **options),
        "url": lambda: world.Session.login_from_url("https://a:b@entryway.example", **options),
        "create": lambda: world.Session.create_account(world.entryway, handle="a.example", **options),
        "open": lambda: world.Session.open(memory_store, **options),
        "resume": lambda: world.Session.resume(data, **options),
        "delete": lambda: world.Session.delete(data, **options),
    }
    for way, begin in ways.items():
        with pytest.raises(InputError, match=names(wrong)) as caught:
            await world.do(begin())
        assert "SECRET" not in str(caught.value), way
    assert (world.net.seen, memory_store.done) == ([], [])


@pytest.mark.parametrize("wrong", WRONG)
async def test_refresh_and_logout_refuse_a_wrong_option_by_its_name(world, wrong):
    session = await world.login()
    before = len(world.net.seen)
    for act in (session.refresh, session.logout):
        with pytest.raises(InputError, match=names(wrong)):
            await world.do(act(**wrong))
    assert len(world.net.seen) == before


@pytest.mark.parametrize(
    ("name", "hint"),
    [("on_update", "on_updated"), ("timeouts", "timeout"), ("retry", "retries"), ("nonsense", None)],
)
async def test_an_option_that_isnt_there_is_named_with_the_one_that_may_be_meant(world, data, name, hint):
    sentence = f"There is no option '{name}' here" + (f"; did you mean '{hint}'?" if hint else "")
    for begin in (
        lambda: world.Session(data, **{name: 5}),
        lambda: world.Session.login(world.entryway, **world.credentials, **{name: 5}),
        lambda: world.Session.resume(data, **{name: 5}),
    ):
        with pytest.raises(InputError) as caught:
            await world.do(begin())
        assert str(caught.value) == sentence


async def test_a_hook_is_no_option_of_a_refresh(world):
    session = await world.login()
    with pytest.raises(InputError, match="no option 'on_updated'"):
        await world.do(session.refresh(on_updated=print))


@pytest.mark.parametrize("service", [5, b"https://entryway.example", ["https://entryway.example"]])
async def test_a_service_of_a_wrong_type_is_refused(world, service):
    with pytest.raises(InputError, match="service must be a str"):
        await world.do(world.Session.login(service, **world.credentials, **world.options))


@pytest.mark.parametrize("url", [None, 5, b"https://a:SECRET@host"])
async def test_a_login_url_of_a_wrong_type_is_refused(world, url):
    with pytest.raises(InputError, match="Invalid URL"):
        await world.do(world.Session.login_from_url(url, **world.options))


@pytest.mark.parametrize("identifier", ["@alice.example", "@alice", "@did:example:alice"])
async def test_an_identifier_with_an_at_before_it_is_explained(world, memory_store, identifier):
    given = {"identifier": identifier, "password": world.password, **world.options}
    for begin in (
        lambda: world.Session.login(world.entryway, **given),
        lambda: world.Session.open(memory_store, service=world.entryway, **given),
    ):
        with pytest.raises(InputError, match="without the @"):
            await world.do(begin())
    assert world.net.seen == []


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ({"identifier": ""}, "identifier is empty"),
        ({"identifier": "alice.example "}, "a space before or after"),
        ({"identifier": "alice.example\n"}, "an invisible character"),
        ({"identifier": "\u202aalice.example\u202c"}, "an invisible character"),
        ({"identifier": "alice@example.com\xa0"}, "an invisible character"),
        ({"password": ""}, "password is empty"),
        ({"password": "SECRET-password\n"}, "password ends with a newline"),
        ({"password": "SECRET-password\r\n"}, "password ends with a newline"),
    ],
)
async def test_slips_in_credentials_are_explained_and_not_shown(world, memory_store, slip, said):
    given = {"identifier": "alice.example", "password": world.password, **world.options, **slip}
    for begin in (
        lambda: world.Session.login(world.entryway, **given),
        lambda: world.Session.open(memory_store, service=world.entryway, **given),
    ):
        with pytest.raises(InputError, match=said) as caught:
            await world.do(begin())
        assert "SECRET" not in str(caught.value)
    assert world.net.seen == []


@pytest.mark.parametrize("options", [{"path": 5}, {"path": None}, {"path": "a", "lock_timeout": "5"}])
def test_a_file_store_refuses_what_it_cant_use(options):
    with pytest.raises(InputError, match=r"path|lock_timeout"):
        FileSessionStore(**options)


def limits(seen):
    return seen.request.extensions["timeout"]


async def test_timeout_and_headers_are_those_of_every_request_of_the_session(world):
    options = {"timeout": 3, "headers": {"X-Gateway": "open"}}
    session = await world.login(**options)
    await world.do(session.refresh())
    await world.do(session.logout())
    assert [seen.nsid.rpartition(".")[2] for seen in world.net.seen] == [
        "createSession", "refreshSession", "getSession", "deleteSession",
    ]  # fmt: skip
    for seen in world.net.seen:
        assert limits(seen) == {"connect": 3, "read": 3, "write": 3, "pool": 3}
        assert seen.request.headers["x-gateway"] == "open"


async def test_they_arent_those_of_a_clients_calls(world):
    session = await world.login(timeout=3, headers={"X-Gateway": "open"})
    await world.call(session)
    assert limits(world.net.seen[-1])["read"] == 30
    assert "x-gateway" not in world.net.seen[-1].request.headers


async def test_a_refresh_and_a_logout_may_have_their_own(world):
    session = await world.login(timeout=3, headers={"x-a": "1", "x-b": "1"})
    await world.do(session.refresh(timeout=None, headers={"x-a": "2"}))
    refresh = world.net.last("refreshSession")
    assert limits(refresh) == {"connect": ANY, "read": None, "write": None, "pool": None}
    assert (refresh.request.headers["x-a"], refresh.request.headers.get("x-b")) == ("2", None)
    await world.do(session.logout(timeout=7))
    logout = world.net.last("deleteSession")
    assert (limits(logout)["read"], logout.request.headers["x-b"]) == (7, "1")


async def test_the_sessions_own_authorization_takes_the_place_of_one_among_the_headers(world):
    session = await world.login(headers={"Authorization": "Basic SECRET"})
    assert world.net.last("createSession").token == "Basic SECRET"
    await world.do(session.refresh())
    assert world.net.last("refreshSession").token.startswith("Bearer SECRET-refresh")


async def test_headers_of_a_new_account_are_for_the_one_call(world):
    session = await world.do(
        world.Session.create_account(
            world.entryway,
            handle="bob.example",
            headers={"Authorization": "Bearer SECRET-moving"},
            **world.options,
        )
    )
    assert world.net.last("createAccount").token == "Bearer SECRET-moving"
    await world.do(session.refresh(headers={"x-a": "1"}))
    await world.do(session.logout())
    assert "SECRET-moving" not in world.net.last("deleteSession").token


def played(flow, *answers):
    """What a flow asks for, when it is answered so; its result or error last."""
    asked = []
    pending = list(answers)
    try:
        effect = next(flow)
        while True:
            asked.append(effect)
            if isinstance(effect, Sleep):
                effect = flow.send(None)
            elif isinstance(answer := pending.pop(0), Exception):
                effect = flow.throw(answer)
            else:
                effect = flow.send(answer)
    except StopIteration as end:
        return asked, end.value
    except XrpcError as error:
        return asked, error


def answered(status, body, **headers):
    return Response(status, {"content-type": "application/json", **headers}, body)


BUSY = answered(503, b"{}")
LIMITED = answered(429, b"{}", **{"retry-after": "7"})
GONE = XrpcFetchError("No connection", sent=False)
BROKEN = XrpcFetchError("Cut off", sent=True)
REFUSED = answered(401, b'{"error": "AuthFactorTokenRequired", "message": "A code was sent"}')
LOGIN = Secret({"identifier": "alice", "password": "SECRET"})


@pytest.mark.parametrize(
    ("retries", "answers", "waits"),
    [
        (2, [BUSY, BUSY, REFUSED], 2),
        (2, [GONE, LIMITED, REFUSED], 2),
        (1, [BUSY, BUSY], 1),
        (None, [BUSY], 0),
        (0, [GONE], 0),
        (5, [REFUSED], 0),
        # It may have been done, and a procedure isn't done twice for that.
        (5, [BROKEN], 0),
    ],
)
def test_retries_follow_what_may_pass_and_nothing_else(retries, answers, waits):
    flow = _endpoints.begin(_endpoints.CREATE_SESSION, "https://x.example", LOGIN, Calls(retries=retries))
    asked, error = played(flow, *answers)
    assert [type(effect) for effect in asked] == [Send, *[Sleep, Send] * waits]
    if answers[-1] is REFUSED:
        assert isinstance(error, LexAuthFactorError)
    elif answers[-1] is BUSY:
        assert isinstance(error, XrpcResponseError)
        assert error.status == 503
    else:
        assert error is answers[-1]
    if LIMITED in answers:
        assert asked[3] == Sleep(7)


async def test_a_login_is_tried_again_where_that_was_asked(world, monkeypatch):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr("anyio.sleep", sleep)
    monkeypatch.setattr("time.sleep", waited.append)
    world.net.faults["createSession"] = [httpx.Response(503), httpx.ConnectError("refused")]
    session = await world.login(retries=2)
    assert (world.net.count("createSession"), len(waited)) == (3, 2)
    assert (await world.call(session)).status == 200
