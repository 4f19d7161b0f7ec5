"""Refreshing before a token expires, clocks that differ, and leaving a server in trouble alone."""

from __future__ import annotations

import base64
import itertools
import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex.errors import InputError, LoggedOutError, RateLimitError, RefreshError, XrpcError, XrpcFetchError
from atlex.session import PasswordSession
from atlex.session._expiry import Backoff, Expiry, Lifetime, read_lifetime

pytestmark = pytest.mark.anyio

LIFE = 7200


def jwt(issued, life=LIFE, **claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part({'iat': issued, 'exp': issued + life, **claims})}.c2ln"


def refusal(status, error="Nonsense", **headers):
    return httpx.Response(status, json={"error": error, "message": "No"}, headers=headers)


@pytest.fixture
def server(world):
    """Gives the fake's tokens a time, by a clock that is `server.ahead` seconds ahead of ours."""

    class Server:
        ahead = 0
        life = LIFE

        def tokens(self, session):
            real = world.net._issue(session)
            return real | {
                "accessJwt": jwt(int(world.clock() + self.ahead), self.life, jti=session.rotations)
            }

    server = Server()
    world.net._issue = world.net._tokens
    world.net._tokens = server.tokens
    world.net.replies["customMethod"] = lambda _: httpx.Response(200, json={})
    return server


@pytest.mark.usefixtures("server")
async def test_a_token_that_is_about_to_expire_is_refreshed_before_the_call(world):
    session = await world.login()
    world.clock.advance(LIFE - 61)
    await world.call(session)
    assert world.net.count("refreshSession") == 0
    world.clock.advance(1)
    await world.call(session)
    assert (world.net.count("refreshSession"), world.net.count("customMethod")) == (1, 2)
    assert world.net.last("customMethod").token == f"Bearer {session.data.access_jwt}"
    await world.call(session)
    assert world.net.count("refreshSession") == 1


async def test_a_short_life_has_a_short_margin(world, server):
    server.life = 30
    session = await world.login()
    world.clock.advance(26)
    await world.call(session)
    assert world.net.count("refreshSession") == 0
    world.clock.advance(1)
    await world.call(session)
    assert world.net.count("refreshSession") == 1


@pytest.mark.parametrize("ahead", [-86400, -7000, 3600, 86400 * 365])
async def test_a_server_whose_clock_is_wrong_is_asked_once_a_lifetime(world, server, ahead):
    server.ahead = ahead
    session = await world.login()
    for _ in range(100):
        world.clock.advance(LIFE // 20)
        await world.call(session)
    assert world.net.count("refreshSession") == 5


@pytest.mark.parametrize(("ahead", "refreshes"), [(-86400, 1), (86400, 0)])
async def test_a_saved_token_of_a_wrong_clock_costs_one_refresh_at_most(world, server, ahead, refreshes):
    server.ahead = ahead
    session = world.Session((await world.login()).data, **world.options)
    for _ in range(20):
        world.clock.advance(1)
        await world.call(session)
    assert world.net.count("refreshSession") == refreshes


async def test_tokens_of_another_process_are_judged_by_what_is_known_of_the_clock(
    world, server, memory_store
):
    server.ahead = -86400
    one, other = [
        await world.do(
            world.Session.open(memory_store, service=world.entryway, **world.credentials, **world.options)
        )
        for _ in range(2)
    ]
    for session in (one, other):
        await world.do(session.refresh())
    before = world.net.count("refreshSession")
    for _ in range(40):
        world.clock.advance(LIFE // 20)
        for session in (one, other):
            await world.call(session)
    assert world.net.count("refreshSession") - before <= 3


@pytest.mark.usefixtures("server")
async def test_many_at_once_refresh_ahead_once(world):
    session = await world.login()
    world.clock.advance(LIFE - 30)
    gate = world.net.gates["com.atproto.server.refreshSession"] = world.api.Gate()
    async with world.api.group() as group:
        outcomes = [group.start(lambda: world_call(session)) for _ in range(10)]
        await gate.arrived()
        await group.until_blocked()
        gate.open()
    assert [outcome.value.status for outcome in outcomes] == [200] * 10
    assert (world.net.count("refreshSession"), world.net.count("customMethod")) == (1, 10)


def world_call(session):
    from atlex._agent import Request

    return session.send(Request(method="GET", nsid="app.example.customMethod"))


@pytest.mark.usefixtures("server")
async def test_a_failed_look_ahead_leaves_the_old_token_in_use(world):
    session = await world.login()
    old = session.data
    world.clock.advance(LIFE - 30)
    world.net.faults["refreshSession"] = [refusal(503), httpx.ConnectError("gone")]
    assert (await world.call(session)).status == 200
    assert world.net.last("customMethod").token == f"Bearer {old.access_jwt}"
    assert world.journal.names == ["on_updated", "on_update_failure"]

    # Not again before the back-off is over.
    await world.call(session)
    assert world.net.count("refreshSession") == 1
    world.clock.advance(1)
    await world.call(session)
    assert world.net.count("refreshSession") == 2
    world.clock.advance(2)
    await world.call(session)
    assert session.data != old


@pytest.mark.usefixtures("server")
async def test_a_look_ahead_that_is_refused_for_good_ends_the_session(world):
    session = await world.login()
    world.clock.advance(LIFE - 30)
    world.net.faults["refreshSession"] = [refusal(400, "ExpiredToken")]
    with pytest.raises(LoggedOutError) as caught:
        await world.call(session)
    assert caught.value.__cause__.error == "ExpiredToken"
    assert world.journal.names == ["on_updated", "on_deleted"]
    assert world.net.count("customMethod") == 0


async def test_a_dead_server_is_left_alone_for_longer_and_longer(world):
    session = await world.login()
    world.net.expire()
    world.net.replies["refreshSession"] = lambda _: refusal(503)
    tried = []
    for _ in range(400):
        before = world.net.count("refreshSession")
        with pytest.raises(RefreshError):
            await world.call(session)
        if world.net.count("refreshSession") > before:
            tried.append(world.clock())
        world.clock.advance(1)
    assert [later - sooner for sooner, later in itertools.pairwise(tried)] == [
        1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60,
    ]  # fmt: skip

    # One by hand is always tried, and one that works ends it.
    del world.net.replies["refreshSession"]
    await world.do(session.refresh())
    world.net.expire()
    assert (await world.call(session)).status == 200


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("120", 120),
        ("0", 1),
        ("86400", 600),
        ("soon", 1),
        ("-5", 1),
        ("9" * 30, 1),
        ("Tue, 14 Nov 2023 22:14:50 GMT", 90),
        ("Tue, 14 Nov 2000 22:14:50 GMT", 1),
        ("Tue, 14 Nov 99999 22:14:50 GMT", 1),
    ],
)
async def test_a_server_that_says_when_to_come_back_is_heeded(world, asked, wait):
    session = await world.login()
    world.net.expire()
    world.net.faults["refreshSession"] = [refusal(429, "RateLimitExceeded", **{"retry-after": asked})]
    with pytest.raises(RefreshError) as caught:
        await world.call(session)
    assert isinstance(caught.value.__cause__, RateLimitError)
    world.clock.advance(wait - 0.5)
    with pytest.raises(RefreshError):
        await world.call(session)
    assert world.net.count("refreshSession") == 1
    world.clock.advance(0.5)
    assert (await world.call(session)).status == 200


async def test_a_clock_that_is_set_back_ends_the_back_off(world):
    session = await world.login()
    world.net.expire()
    world.net.faults["refreshSession"] = [httpx.ConnectError("gone")]
    with pytest.raises(RefreshError) as caught:
        await world.call(session)
    assert isinstance(caught.value.__cause__, XrpcFetchError)
    world.clock.advance(-86400)
    assert (await world.call(session)).status == 200


def test_what_is_no_clock_is_refused(data):
    with pytest.raises(InputError, match="clock must be a function"):
        PasswordSession(data, clock=7)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "opaque",
        "a.b",
        "a.b.c",
        "....",
        "a.é.c",
        "a." + "W" * 20_000 + ".c",
        jwt(1, exp=None),
        jwt(1, exp="2"),
        jwt(1, exp=True),
        jwt(1, exp=1),
        jwt(1, exp=-5),
        jwt(1, exp=1e300),
        jwt(1, exp=10**400),
        jwt(1, iat=float("nan")),
        jwt(1, exp=float("inf")),
        "a." + base64.urlsafe_b64encode(b"[1]").decode() + ".c",
        "a." + base64.urlsafe_b64encode(b"[" * 9000).decode() + ".c",
    ],
)
def test_a_token_that_doesnt_say_when_it_expires_is_refreshed_when_refused(token):
    assert read_lifetime(token) is None
    assert not Expiry().found(token).is_near(1e15)
    assert not Expiry().received(token, 5.0).is_near(1e15)


@given(st.text(max_size=200))
def test_any_text_is_read_or_not(text):
    read_lifetime(text)
    read_lifetime(f"a.{text}.c")


@given(st.integers(0, 10**10), st.integers(1, 10**9), st.floats(0, 1e10))
def test_a_token_that_has_just_come_is_never_near_its_end(issued, life, now):
    token = jwt(issued, life)
    assert read_lifetime(token) == Lifetime(issued, issued + life)
    expiry = Expiry().received(token, now)
    assert not expiry.is_near(now)
    assert expiry.is_near(now + life)


@given(st.lists(st.just(XrpcError("Nonsense", "No")), max_size=2000))
def test_a_back_off_never_grows_beyond_a_minute(errors):
    backoff = Backoff()
    for error in errors:
        backoff = backoff.after(error, 0.0)
        assert 1 <= backoff.wait <= 60
