"""Tools that print tracebacks with their frames' variables (rich, Sentry, cgitb) get no password and no token.

What the fake server and the tests themselves hold isn't the library's: their frames are left out.
"""

from __future__ import annotations

import traceback
from pathlib import Path

import httpx
import pytest

import atlex
from atlex.errors import AtlexError
from atlex.session import FileSessionStore, SessionData
from atlex.session._data import Secret

pytestmark = pytest.mark.anyio

SESSIONS = str(Path(atlex.__file__).parent / "session")


def frames(error):
    """Every frame of the package in a traceback and in those that it chains, with its variables."""
    seen, shown = set(), []
    pending: list[traceback.TracebackException | None] = [
        traceback.TracebackException.from_exception(error, capture_locals=True)
    ]
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        shown += [frame for frame in current.stack if frame.filename.startswith(SESSIONS)]
        pending += [current.__cause__, current.__context__]
    return shown


def assert_hidden(error, *expected):
    shown = frames(error)
    assert {frame.name for frame in shown} >= set(expected)
    told = [
        f"{frame.name}: {name} = {value}" for frame in shown for name, value in (frame.locals or {}).items()
    ]
    assert [line for line in told if "SECRET" in line] == []


def refused(error):
    return lambda: httpx.Response(400, json={"error": error, "message": "No"})


def given(**members):
    return lambda: httpx.Response(200, json=members)


async def caught(world, begin):
    with pytest.raises((AtlexError, ZeroDivisionError)) as raised:
        await world.do(begin())
    return raised.value


LOGIN_FAULTS = {
    "an error of another kind": ZeroDivisionError,
    "no network": lambda: httpx.ConnectError("refused"),
    "a refusal": refused("InvalidRequest"),
    "no JSON": lambda: httpx.Response(200, text="SECRET-tokens"),
    "no object": lambda: httpx.Response(200, json=["SECRET-tokens"]),
    "half a session": given(accessJwt="SECRET-access", refreshJwt=5),
    "a broken token": given(accessJwt="SECRET\n", refreshJwt="SECRET-r", handle="a", did="b"),
    "a stray status": lambda: httpx.Response(302),
}
REFRESH_FAULTS = {
    "an error of another kind": ZeroDivisionError,
    "a refusal": refused("ExpiredToken"),
    "another account": given(accessJwt="SECRET", did="did:example:mallory", refreshJwt="SECRET"),
    "a broken token": given(accessJwt="SECRET \n", refreshJwt="SECRET"),
}


@pytest.mark.parametrize("fault", LOGIN_FAULTS.values(), ids=LOGIN_FAULTS)
async def test_a_login_that_fails(world, memory_store, fault):
    ways = [
        lambda: world.begin(auth_factor_token="SECRET-2fa"),
        lambda: world.Session.login_from_url(
            f"https://alice:{world.password}@entryway.example", **world.options
        ),
        lambda: world.Session.create_account(
            world.entryway, handle="a.example", password="SECRET-p", invite_code="SECRET-i", **world.options
        ),
        lambda: world.Session.open(
            memory_store, service=world.entryway, **world.credentials, **world.options
        ),
    ]
    for begin in ways:
        world.net.faults = {"createSession": [fault()], "createAccount": [fault()]}
        assert_hidden(await caught(world, begin), "begin")


@pytest.mark.parametrize(
    "arguments",
    [
        {"identifier": 5},
        {"identifier": "@alice"},
        {"auth_factor_token": 5},
        {"allow_takendown": "yes"},
        {"password": "SECRET-\ud800"},
        {"password": b"SECRET-bytes"},
        {"password": "SECRET-line\n"},
        {"identifier": " alice.test"},
        {"identifier": ""},
        {"timeout": "SECRET"},
    ],
)
async def test_a_login_that_is_refused_before_it_is_sent(world, arguments):
    given = {**world.credentials, "auth_factor_token": "SECRET-2fa", **world.options, **arguments}
    error = await caught(world, lambda: world.Session.login(world.entryway, **given))
    assert "SECRET" not in str(error)
    if "timeout" not in arguments:
        assert_hidden(error, "begin")


@pytest.mark.parametrize(
    "url",
    [
        "https://alice:SECRET@host/path",
        "https://:SECRET@host",
        "alice:SECRET@host",
        "https://a:SECRET%ff@host",
    ],
)
async def test_a_login_url_that_is_refused(world, url):
    assert_hidden(
        await caught(world, lambda: world.Session.login_from_url(url)), "login_from_url", "parse_login_url"
    )


@pytest.mark.parametrize(
    "given",
    [
        {"password": "SECRET-p"},
        {"password": b"SECRET-p", "identifier": "alice"},
        {"auth_factor_token": "SECRET-2fa"},
        {"identifier": 5, "password": "SECRET"},
    ],
)
async def test_credentials_of_a_store_that_are_refused(world, memory_store, given):
    error = await caught(world, lambda: world.Session.open(memory_store, **given, **world.options))
    assert_hidden(error, "open", "__init__")


@pytest.mark.parametrize("fault", REFRESH_FAULTS.values(), ids=REFRESH_FAULTS)
async def test_a_refresh_and_a_logout_that_fail(world, fault):
    session = await world.login(**dict.fromkeys(world.journal.hooks()))
    world.net.faults = {"refreshSession": [fault()], "deleteSession": [fault()]}
    for act in (session.refresh, session.logout):
        try:
            await world.do(act())
        except (AtlexError, ZeroDivisionError) as error:
            assert_hidden(error)


async def test_what_comes_after_a_refresh(world):
    session = await world.login()
    world.net.faults["getSession"] = [ZeroDivisionError()]
    assert_hidden(await caught(world, session.refresh), "_refresh", "_renew", "get_session")
    world.net.faults["customMethod"] = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError) as raised:
        await world.call(session)
    assert_hidden(raised.value, "send")


async def test_a_login_again_that_fails(world, memory_store):
    given = {"service": world.entryway, **world.credentials}
    session = await world.do(world.Session.open(memory_store, **given, **world.options))
    world.net.faults["refreshSession"] = [httpx.Response(400, json={"error": "ExpiredToken"})]
    world.net.faults["createSession"] = [ZeroDivisionError()]
    assert_hidden(await caught(world, session.refresh), "_renew", "log_in_again", "begin")


@pytest.mark.parametrize(
    "text",
    ['{"accessJwt": "SECRET', '["SECRET"]', '{"accessJwt": "SECRET\\n"}', '"' + "SECRET" * 200_000 + '"'],
)
def test_a_file_that_holds_no_session(tmp_path, text):
    store = FileSessionStore(tmp_path / "session.json")
    store.path.write_text(text)
    store.path.chmod(0o600)
    with pytest.raises(AtlexError) as caught:
        store.load()
    assert_hidden(caught.value, "load", "read_session")


def test_a_file_that_cant_be_written(tmp_path, data):
    store = FileSessionStore(tmp_path / "session.json")
    store.path.mkdir()
    with pytest.raises(AtlexError) as caught:
        store.save(data)
    assert_hidden(caught.value, "save")


@pytest.mark.parametrize("text", ['{"accessJwt": "SECRET', '{"accessJwt": "SECRET"}', '["SECRET"]'])
def test_json_that_is_no_session(text):
    with pytest.raises(ValueError, match="validation error") as caught:
        SessionData.model_validate_json(text)
    assert_hidden(caught.value, "model_validate_json")


def test_a_change_of_a_session(data):
    with pytest.raises(ValueError, match="frozen") as caught:
        data.access_jwt = "SECRET-other"
    assert_hidden(caught.value, "__setattr__")


def test_a_secret_shows_itself_to_nobody_but_its_user():
    secret = Secret({"password": "SECRET"})
    assert "SECRET" not in f"{secret}{secret!r}{[secret]}"
    assert secret.reveal() == {"password": "SECRET"}
