"""Refreshing: when, how often, what is kept, and where the requests go."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from atlex._agent import Request
from atlex.errors import (
    InputError,
    LoggedOutError,
    RefreshError,
    XrpcFetchError,
    XrpcInvalidResponseError,
    XrpcResponseError,
)
from atlex.session import PasswordSession

pytestmark = pytest.mark.anyio


def refusal(status, error="Nonsense", message="No", **headers):
    return httpx.Response(status, json={"error": error, "message": message}, headers=headers)


async def together(world, session, count, nsid="app.example.customMethod"):
    async with world.api.group() as group:
        return [group.start(lambda: call(session, nsid)) for _ in range(count)]


def call(session, nsid="app.example.customMethod"):
    return session.send(Request(method="GET", nsid=nsid))


async def test_three_requests_that_meet_an_expired_token_refresh_once(world):
    """3 concurrent expired requests → exactly 1 refresh then 3 retries"""
    session = await world.login()
    world.net.expire()
    world.net.gates = {"app.example.customMethod": world.api.Gate(3)}

    outcomes = await together(world, session, 3)

    assert [outcome.value.status for outcome in outcomes] == [200, 200, 200]
    assert world.net.count("refreshSession") == 1
    assert world.net.count("customMethod") == 6
    assert world.journal.names == ["on_updated", "on_updated"]


async def test_a_late_refusal_of_the_old_token_uses_the_new_one(world):
    """A request that was under way with the old token while another refreshed is only sent again."""
    session = await world.login()
    gate = world.api.Gate()
    world.net.gates["app.example.slow"] = gate
    async with world.api.group() as group:
        slow = group.start(lambda: call(session, "app.example.slow"))
        await gate.arrived()
        await world.do(session.refresh())
        gate.open()

    assert slow.value.status == 200
    assert world.net.count("slow") == 2
    assert world.net.count("refreshSession") == 1


async def test_two_manual_refreshes_at_once_are_one(world):
    """two manual refreshes"""
    session = await world.login()
    gate = world.net.gates["com.atproto.server.refreshSession"] = world.api.Gate()
    async with world.api.group() as group:
        first = group.start(session.refresh)
        await gate.arrived()
        second = group.start(session.refresh)
        await group.until_blocked()
        gate.open()

    assert first.value == second.value == session.data
    assert world.net.count("refreshSession") == 1
    assert world.journal.names == ["on_updated", "on_updated"]

    await world.do(session.refresh())
    assert world.net.count("refreshSession") == 2


async def test_one_failed_refresh_stands_for_all_who_waited_for_it(world):
    """A server in trouble isn't asked once for every waiting request."""
    session = await world.login()
    world.net.expire()
    world.net.faults["refreshSession"] = [refusal(503) for _ in range(5)]
    world.net.gates = {"app.example.customMethod": world.api.Gate(5)}

    outcomes = await together(world, session, 5)

    assert [type(outcome.error) for outcome in outcomes] == [RefreshError] * 5
    assert world.net.count("refreshSession") == 1
    assert world.journal.names == ["on_updated", "on_update_failure"]
    with pytest.raises(RefreshError):
        await world.call(session)
    assert world.net.count("refreshSession") == 1
    world.clock.advance(1)
    with pytest.raises(RefreshError):
        await world.call(session)
    assert world.net.count("refreshSession") == 2


@pytest.mark.parametrize(
    ("answer", "refreshes"),
    [
        pytest.param(lambda: refusal(400, "ExpiredToken"), 1, id="400 with ExpiredToken"),
        pytest.param(lambda: refusal(400, "InvalidRequest"), 0, id="400 with another code"),
        pytest.param(lambda: refusal(401, "Whatever"), 1, id="401 with any code"),
        pytest.param(lambda: httpx.Response(401, text="<html>"), 1, id="401 without JSON"),
        pytest.param(lambda: refusal(403, "ExpiredToken"), 0, id="403"),
        pytest.param(
            lambda: httpx.Response(
                400, content=b'{"error":"ExpiredToken"}', headers={"content-type": "text/plain"}
            ),
            0,
            id="400 that isn't JSON by its type",
        ),
        pytest.param(
            lambda: httpx.Response(400, content=b'{"error":"ExpiredToken"}'), 0, id="400 without a type"
        ),
        pytest.param(
            lambda: httpx.Response(
                400,
                content=b'{"error":"ExpiredToken"}',
                headers={"content-type": "Application/JSON ; charset=utf-8"},
            ),
            1,
            id="400 with a type in another spelling",
        ),
        pytest.param(
            lambda: httpx.Response(400, content=b"{", headers={"content-type": "application/json"}),
            0,
            id="400 with broken JSON",
        ),
        pytest.param(lambda: httpx.Response(400, json=["ExpiredToken"]), 0, id="400 with a list"),
        pytest.param(lambda: httpx.Response(400, json={"error": 7}), 0, id="400 with a number for a code"),
        pytest.param(
            lambda: httpx.Response(400, json={"error": "ExpiredToken", "message": None}),
            1,
            id="400 with a message that isn't text",
        ),
        pytest.param(
            lambda: httpx.Response(
                400,
                content=b'{"error":"ExpiredToken"}',
                headers=[("content-type", "application/json")] * 2,
            ),
            1,
            id="400 with a type that is given twice",
        ),
        pytest.param(lambda: refusal(400, "ExpiredToken", "x" * 10_240), 0, id="400 with an oversized body"),
        pytest.param(
            lambda: httpx.Response(
                400,
                stream=Chunks(b'{"error":"ExpiredToken","message":"' + b"x" * 10_240 + b'"}'),
                headers={"content-type": "application/json"},
            ),
            0,
            id="400 with an oversized body of unknown length",
        ),
    ],
)
async def test_what_makes_a_request_refresh(world, answer, refreshes):
    """400+ExpiredToken vs 400+other; non-JSON/oversized 400 body"""
    session = await world.login()
    world.net.faults["customMethod"] = [answer()]

    response = await world.call(session)

    assert world.net.count("refreshSession") == refreshes
    assert world.net.count("customMethod") == 1 + refreshes
    assert response.status == (200 if refreshes else answer().status_code)


class Chunks(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, *chunks):
        self.chunks = chunks
        self.closed = False

    def __iter__(self):
        yield from self.chunks

    async def __aiter__(self):
        for chunk in self.chunks:
            yield chunk

    def close(self):
        self.closed = True

    async def aclose(self):
        self.closed = True


async def test_a_streamed_answer_is_looked_into_only_where_it_may_be_a_refusal(world):
    session = await world.login()
    refused = Chunks(b'{"error":"Expired', b'Token"}')
    rejected = Chunks(b"no")
    big = Chunks(b"0123", b"4567")
    as_json = {"content-type": "application/json"}
    world.net.faults["download"] = [
        httpx.Response(400, stream=refused, headers=as_json),
        httpx.Response(401, stream=rejected),
        httpx.Response(200, stream=big),
    ]

    response = await world.call(session, "app.example.download", stream=True)
    assert refused.closed
    assert response.status == 401
    assert not rejected.closed

    response = await world.call(session, "app.example.download", stream=True)
    assert response.status == 200
    assert not big.closed
    read = await response.aread() if world.api.is_async else response.read()
    assert read == b"01234567"


async def test_a_body_that_cannot_be_sent_twice_is_not(world):
    """stream body not retried but session refreshed"""
    session = await world.login()
    world.net.expire()

    response = await world.call(session, method="POST", body=io.BytesIO(b"once"))

    assert response.status == 401
    assert world.net.count("customMethod") == 1
    assert world.net.count("refreshSession") == 1
    assert (await world.call(session, method="POST", body=b"twice")).status == 200


async def test_bytes_and_files_are_sent_again(world, tmp_path):
    session = await world.login()
    (tmp_path / "body").write_bytes(b"from a file")
    for body, sent in ((b"bytes", b"bytes"), (tmp_path / "body", b"from a file")):
        world.net.expire()
        assert (await world.call(session, method="POST", body=body)).status == 200
        assert [seen.body for seen in world.net.seen[-1:]] == [sent]


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(lambda: refusal(500), id="500"),
        pytest.param(lambda: refusal(429), id="429"),
        pytest.param(lambda: httpx.ConnectError("refused"), id="network"),
        pytest.param(lambda: refusal(401, "AuthenticationRequired"), id="401 with an undeclared code"),
        pytest.param(lambda: httpx.Response(200, text="<html>"), id="200 with HTML"),
        pytest.param(lambda: httpx.Response(200, json=[]), id="200 with a list"),
        pytest.param(
            lambda: httpx.Response(200, content=b"{", headers={"content-type": "application/json"}),
            id="200 with broken JSON",
        ),
        pytest.param(lambda: httpx.Response(200, json={"did": "did:example:alice"}), id="200 without tokens"),
        pytest.param(lambda: httpx.Response(304), id="304"),
    ],
)
async def test_trouble_at_a_refresh_keeps_the_session(world, trouble):
    """transient refresh failure (5xx/network) keeps session, resume resolves; non-schema 401 on refresh = transient.
    Unlike upstream, where the caller gets the refusal of the old token, the error says what is wrong.
    """
    session = await world.login()
    data = session.data
    world.net.expire()
    world.net.faults["refreshSession"] = [trouble(), trouble(), trouble()]

    with pytest.raises(RefreshError, match="couldn't be refreshed") as caught:
        await world.call(session)
    assert world.net.count("customMethod") == 1
    assert (caught.value.method, caught.value.__cause__) == (
        "app.example.customMethod",
        world.journal[-1][-1],
    )
    assert await world.do(session.refresh()) == data
    assert session.data == data
    resumed = await world.do(world.Session.resume(data, **world.options))
    assert resumed.data == data

    failures = world.journal[1:]
    assert [(name, told) for name, _, told, _ in failures] == [("on_update_failure", data)] * 3
    assert all(error.method == "com.atproto.server.refreshSession" for *_, error in failures)
    world.clock.advance(60)
    assert (await world.call(session)).status == 200


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize("error", ["AccountTakedown", "InvalidToken", "ExpiredToken"])
async def test_a_final_refusal_ends_the_session(world, status, error):
    """AccountTakedown = destroyed"""
    session = await world.login()
    data = session.data
    world.net.expire()
    world.net.faults["refreshSession"] = [refusal(status, error)]

    response = await world.call(session)

    assert (response.status, world.net.count("customMethod")) == (401, 1)
    assert session.destroyed
    assert world.journal[1:] == [("on_deleted", session, data)]
    before = len(world.net.seen)
    for use in (lambda: world.call(session), lambda: world.do(session.refresh())):
        with pytest.raises(LoggedOutError, match="Logged out") as caught:
            await use()
        assert isinstance(caught.value.__cause__, XrpcResponseError)
        assert caught.value.__cause__.error == error
    for name in ("did", "handle", "data"):
        with pytest.raises(LoggedOutError):
            getattr(session, name)
    await world.do(session.logout())
    assert len(world.net.seen) == before
    assert len(world.journal) == 2


async def test_resume_fails_for_a_session_that_has_ended(world):
    session = await world.login()
    data = session.data
    world.net.faults["refreshSession"] = [refusal(400, "ExpiredToken")]

    with pytest.raises(XrpcResponseError) as caught:
        await world.do(world.Session.resume(data, **world.options))

    assert caught.value.error == "ExpiredToken"
    assert caught.value.expected
    assert [(name, told) for name, _, told in world.journal[1:]] == [("on_deleted", data)]


async def test_an_authorization_header_is_refused(world):
    """pre-set Authorization header"""
    session = await world.login()
    for name in ("authorization", "Authorization"):
        with pytest.raises(InputError, match="Unexpected 'authorization' header set"):
            await world.call(session, headers={name: "Bearer mine"})
    assert world.net.count("customMethod") == 0


async def test_the_retry_goes_where_the_new_did_document_says(world):
    """didDoc change re-routes the retry"""
    session = await world.login()
    world.net.expire()
    world.net.pds = f"{world.other_pds}/"

    assert (await world.call(session)).status == 200

    origins = [seen.origin for seen in world.net.seen if seen.nsid == "app.example.customMethod"]
    assert origins == [world.pds, world.other_pds]
    service_calls = {seen.origin for seen in world.net.seen if seen.nsid.startswith("com.atproto.server.")}
    assert service_calls == {world.entryway}


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://pds.example:8443/path?query#hash", "https://pds.example:8443"),
        ("https://PDS.example:443", "https://pds.example"),
        ("nonsense", "https://entryway.example"),
    ],
)
async def test_requests_go_to_the_origin_of_the_endpoint(world, endpoint, origin):
    world.net.pds = endpoint
    session = await world.login()
    world.net.faults["customMethod"] = [httpx.Response(200)]

    await world.call(session)

    assert world.net.seen[-1].origin == origin
    assert str(world.net.seen[-1].request.url) == f"{origin}/xrpc/app.example.customMethod"


async def test_the_did_document_survives_a_refresh_that_brings_none(world):
    session = await world.login()
    document = session.data.did_doc
    world.net.faults["getSession"] = [refusal(500), httpx.ConnectError("gone"), httpx.Response(200, json={})]

    for _ in range(3):
        renewed = await world.do(session.refresh())
        assert renewed.did_doc == document
        assert renewed.email is None
    assert world.journal.names == ["on_updated"] * 4
    assert (await world.call(session)).status == 200
    assert world.net.seen[-1].origin == world.pds


async def test_a_refresh_that_answers_for_another_did_is_refused(world):
    session = await world.login()
    data = session.data
    mallory = world.net._tokens(world.net.verifier.create("mallory", world.password))
    world.net.faults["refreshSession"] = [httpx.Response(200, json=mallory)]

    assert await world.do(session.refresh()) == data

    assert session.data == data
    name, told, kept, error = world.journal[-1]
    assert (name, told, kept) == ("on_update_failure", session, data)
    assert isinstance(error, XrpcInvalidResponseError)
    assert "another account" in error.message
    assert not session.destroyed
    assert world.net.count("getSession") == 0


async def test_details_of_another_account_are_left_alone(world, caplog):
    session = await world.login()
    world.net.faults["getSession"] = [
        httpx.Response(
            200, json={"did": "did:example:mallory", "email": "m@mail.example", "handle": "m.example"}
        )
    ]

    renewed = await world.do(session.refresh())

    assert (renewed.did, renewed.handle, renewed.email) == ("did:example:alice", "alice.example", None)
    assert "another account's session" in caplog.text


async def test_the_refresh_goes_before_the_details_and_these_before_what_was_known(world):
    """getSession backfill with a rule: refreshSession's answer, then getSession's, then the old data."""
    session = await world.login()
    world.net.faults["refreshSession"] = [
        httpx.Response(
            200,
            json={
                "did": "did:example:alice",
                "accessJwt": "new-access",
                "refreshJwt": "new-refresh",
                "handle": "from-refresh.example",
                "future": "from refresh",
            },
        )
    ]
    world.net.faults["getSession"] = [
        httpx.Response(
            200,
            json={
                "did": "did:example:alice",
                "accessJwt": "never",
                "service": "https://never.example",
                "handle": "from-details.example",
                "email": "alice@mail.example",
                "emailConfirmed": "not a boolean",
                "status": "suspended",
                "active": False,
                "didDoc": None,
            },
        )
    ]

    renewed = await world.do(session.refresh())

    assert renewed.model_dump() == {
        "accessJwt": "new-access",
        "refreshJwt": "new-refresh",
        "handle": "from-refresh.example",
        "did": "did:example:alice",
        "didDoc": world.journal[0][2].did_doc,
        "email": "alice@mail.example",
        "active": False,
        "status": "suspended",
        "future": "from refresh",
        "service": world.entryway,
    }
    assert world.net.last("getSession").token == "Bearer new-access"

    # What was known lasts, but for the account's state and what nobody knows the meaning of.
    world.net.faults["refreshSession"] = [
        httpx.Response(
            200,
            json={"did": "did:example:alice", "accessJwt": "a", "refreshJwt": "r", "handle": 7, "email": 7},
        )
    ]
    world.net.faults["getSession"] = [refusal(500)]
    renewed = await world.do(session.refresh())
    assert renewed.model_dump() == {
        "accessJwt": "a",
        "refreshJwt": "r",
        "handle": "from-refresh.example",
        "did": "did:example:alice",
        "didDoc": world.journal[0][2].did_doc,
        "email": "alice@mail.example",
        "service": world.entryway,
    }


async def test_a_complete_answer_needs_no_details(world):
    session = await world.login()
    answer = session.data.model_dump() | {"emailConfirmed": True, "accessJwt": "a2"}
    world.net.faults["refreshSession"] = [httpx.Response(200, json=answer)]

    assert (await world.do(session.refresh())).access_jwt == "a2"
    assert world.net.count("getSession") == 0


async def test_without_a_network_the_caller_learns_so(world):
    session = await world.login()
    world.net.faults["customMethod"] = [httpx.ConnectError("refused")]
    with pytest.raises(XrpcFetchError):
        await world.call(session)
    assert world.net.count("refreshSession") == 0

    world.net.expire()
    world.net.faults["customMethod"] = [None, httpx.ReadError("gone")]
    with pytest.raises(XrpcFetchError):
        await world.call(session)
    assert world.net.count("refreshSession") == 1


async def test_requests_wait_for_a_refresh_under_way(world):
    session = await world.login()
    gate = world.net.gates["com.atproto.server.refreshSession"] = world.api.Gate()
    async with world.api.group() as group:
        group.start(session.refresh)
        await gate.arrived()
        waiting = group.start(lambda: call(session))
        await group.until_blocked()
        assert world.net.count("customMethod") == 0
        gate.open()

    assert waiting.value.status == 200
    assert world.net.count("customMethod") == 1
    assert world.net.last("customMethod").token == f"Bearer {session.data.access_jwt}"


async def test_a_request_behind_a_logout_fails(world):
    """request queued during logout"""
    session = await world.login()
    gate = world.net.gates["com.atproto.server.deleteSession"] = world.api.Gate()
    async with world.api.group() as group:
        first = group.start(session.logout)
        await gate.arrived()
        queued = [
            group.start(lambda: call(session)),
            group.start(session.refresh),
        ]
        second = group.start(session.logout)
        await group.until_blocked()
        gate.open()

    assert [type(outcome.error) for outcome in queued] == [LoggedOutError] * 2
    assert (first.error, second.error) == (None, None)
    assert world.net.count("customMethod") == 0
    assert world.net.count("deleteSession") == 1
    assert world.journal.names == ["on_updated", "on_deleted"]


async def test_a_refused_stream_gives_its_connection_back_before_the_refresh(world):
    session = await world.login()
    refused = Chunks(b'{"error":', b'"ExpiredToken"}')
    world.net.faults["download"] = [httpx.Response(401, stream=refused)]
    closed = []
    world.net.replies["refreshSession"] = lambda _: closed.append(refused.closed) or refusal(503)

    with pytest.raises(RefreshError):
        await world.call(session, "app.example.download", stream=True)

    assert closed == [True]


@pytest.mark.parametrize("count", [50])
async def test_many_at_once_refresh_once_in_every_round(world, count):
    session = await world.login()
    for round_ in range(1, 4):
        world.net.expire()
        world.net.gates = {"app.example.customMethod": world.api.Gate(count)}
        outcomes = await together(world, session, count)
        assert {outcome.value.status for outcome in outcomes} == {200}
        assert world.net.count("refreshSession") == round_


def test_threads_that_call_and_refresh_lose_no_token(net):
    """A strict server: each refresh token is good once. Threads call, and some refresh, while tokens keep expiring."""
    session = PasswordSession.login(
        "https://entryway.example",
        identifier="alice",
        password="SECRET-password123",
        http_client=httpx.Client(transport=net),
    )
    lock = threading.Lock()

    def work(number):
        if number % 7 == 0:
            with lock:
                net.expire()
        if number % 5 == 0:
            session.refresh()
        return call(session).status

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(work, range(200)))

    # One that met a second expiry on its one retry is told so; nobody is logged out.
    assert set(statuses) <= {200, 401}
    assert 200 in statuses
    assert not session.destroyed
    assert session.refresh().did == "did:example:alice"
