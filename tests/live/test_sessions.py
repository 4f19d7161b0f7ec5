"""The SDK's everyday work against the protocol's own servers; each test runs with both twins."""

from __future__ import annotations

import json

import anyio
import pytest

from atlex import (
    Create,
    Delete,
    LoggedOutError,
    PasswordSession,
    SessionData,
    Update,
    XrpcAuthenticationError,
    XrpcResponseError,
    now,
)
from atlex.syntax import Tid
from atlex_sdk import Client, app, com, errors

from ._twins import PASSWORD, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def posts(client):
    return client.app.bsky.feed.post


def post(text):
    return app.bsky.feed.post.Post(text=text, created_at=now(), langs=["en"])


def new_keys(count):
    """Record keys in their order."""
    return [str(Tid.now()) for _ in range(count)]


# Beginning a session


async def test_an_account_is_made_and_logged_in(twin):
    session = await twin.new_account()
    assert session.did.startswith("did:plc:")
    own = await twin.do(twin.Client(session).com.atproto.server.get_session())
    assert (own.did, own.handle, own.active) == (session.did, session.handle, True)


async def test_a_handle_that_is_reserved_raises_the_declared_error(twin):
    client = twin.Client(twin.service, http_client=twin.http_client)
    with pytest.raises(errors.HandleNotAvailableError) as caught:
        await twin.do(
            client.com.atproto.server.create_account(
                handle="admin.test", email="admin@example.com", password=PASSWORD
            )
        )
    assert caught.value.status == 400


@pytest.mark.parametrize("by", ["handle", "email", "did"])
async def test_a_login_takes_handle_email_and_did(twin, by):
    account = await twin.new_account()
    email = account.handle.replace(".test", "@example.com")
    identifier = {"handle": account.handle, "email": email, "did": account.did}[by]
    session = await twin.login(identifier, PASSWORD)
    assert (session.did, session.data.email) == (account.did, email)


async def test_a_wrong_password_is_an_authentication_error(twin):
    with pytest.raises(XrpcAuthenticationError) as caught:
        await twin.login("alice.test", "wrong")
    assert (caught.value.status, caught.value.error) == (401, "AuthenticationRequired")
    assert "wrong" not in f"{caught.value} {caught.value!r}"


async def test_a_block_ends_the_session_that_it_began(twin):
    account = await twin.new_account()
    opening = twin.Session.login(
        twin.service, identifier=account.handle, password=PASSWORD, http_client=twin.http_client
    )
    if isinstance(opening, PasswordSession):
        with opening as session:
            data = session.data
    else:
        async with opening as session:
            data = session.data
    assert session.destroyed
    with pytest.raises(XrpcResponseError):
        await twin.do(twin.Session.resume(data, http_client=twin.http_client))


async def test_a_whole_answer_has_status_headers_body_and_bytes(twin, session, client):
    answer = await twin.do(client.xrpc(com.atproto.server.get_session.METHOD))
    assert (answer.status, answer.encoding) == (200, "application/json")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.body.did == session.did
    assert answer.body.to_wire() == json.loads(answer.content)


# Records


async def test_a_profile_is_written_and_read(twin, session, client):
    profiles = client.app.bsky.actor.profile
    await twin.do(profiles.put(app.bsky.actor.profile.Profile(display_name="Zoë 🦋", description="…")))
    assert (await twin.do(profiles.get())).value.display_name == "Zoë 🦋"

    async def seen():
        return (await twin.do(client.app.bsky.actor.get_profile(actor=session.did))).display_name == "Zoë 🦋"

    await until(seen)


async def test_a_record_is_written_read_listed_replaced_and_deleted(twin, session, posts):
    written = await twin.do(posts.create(post("one")))
    rkey = written.uri.rpartition("/")[2]
    assert written.validation_status == "valid"

    read = await twin.do(posts.get(rkey))
    assert (read.uri, read.cid, read.value.text) == (written.uri, written.cid, "one")

    page = await twin.do(posts.list())
    assert [record.value.text for record in page.records] == ["one"]

    replaced = await twin.do(posts.put(rkey, post("two"), swap_record=written.cid))
    assert replaced.cid != written.cid
    assert (await twin.do(posts.get(rkey))).value.text == "two"

    with pytest.raises(errors.InvalidSwapError):
        await twin.do(posts.put(rkey, post("three"), swap_record=written.cid))
    with pytest.raises(errors.InvalidSwapError):
        # None: there must be no such record yet.
        await twin.do(posts.put(rkey, post("three"), swap_record=None))

    deleted = await twin.do(posts.delete(rkey))
    assert deleted.commit is not None
    assert (await twin.do(posts.delete(rkey))).commit is None
    with pytest.raises(errors.RecordNotFoundError):
        await twin.do(posts.get(rkey, repo=session.did))


async def test_a_batch_creates_updates_and_deletes(twin, client, posts):
    one, two = new_keys(2)
    applied = await twin.do(client.apply_writes([Create(post("one"), one), Create(post("two"), two)]))
    assert [result.uri.rpartition("/")[2] for result in applied.results] == [one, two]
    applied = await twin.do(
        client.apply_writes([Update(post("new"), one), Delete(app.bsky.feed.post.RECORD, two)])
    )
    assert len(applied.commits) == 1
    assert {record.value.text for record in await twin.items(posts.iterate())} == {"new"}


async def test_a_failing_batch_writes_nothing(twin, client, posts):
    with pytest.raises(XrpcResponseError):
        await twin.do(client.apply_writes([Create(post("one")), Update(post("two"), *new_keys(1))]))
    assert await twin.items(posts.iterate()) == []


async def test_pages_are_gone_through(twin, client, posts):
    writes = [Create(post(str(number)), key) for number, key in enumerate(new_keys(120))]
    await twin.do(client.apply_writes(writes))
    records = await twin.items(posts.iterate(reverse=True))
    assert [record.value.text for record in records] == [str(number) for number in range(120)]


# Other services, through the PDS


async def test_the_mock_users_posts_are_in_the_timeline(twin):
    session = await twin.login("alice.test", "hunter2")
    client = twin.Client(session)
    timeline = await twin.do(client.app.bsky.feed.get_timeline(limit=50))
    assert {item.post.author.handle for item in timeline.feed} & {"bob.test", "carla.test"}
    for item in timeline.feed:
        assert item.post.record_as(app.bsky.feed.post.Post).text
    paged = await twin.do(client.paginate(client.app.bsky.feed.get_timeline, limit=10).take(items=25))
    assert [item.post.uri for item in paged] == [item.post.uri for item in timeline.feed[:25]]


async def test_what_is_asked_of_ozone_is_passed_on(twin, network):
    session = await twin.login("admin-mod.test", "admin-mod-pass")
    client = twin.Client(session).with_options(proxy=f"{network.ozone_did}#atproto_labeler")
    members = await twin.do(client.tools.ozone.team.list_members())
    assert "tools.ozone.team.defs#roleAdmin" in {member.role for member in members.members}


# Going on with a session


async def test_an_expired_token_is_refreshed_once(twin, network, session):
    updates = []
    expired = network.expired_access_token(session.data.access_jwt)
    resumed = twin.Session(
        session.data.model_copy(update={"access_jwt": expired}),
        on_updated=lambda _, data: updates.append(data),
        http_client=twin.http_client,
    )
    own = await twin.do(twin.Client(resumed).com.atproto.server.get_session())
    assert own.did == session.did
    assert twin.sent["com.atproto.server.refreshSession"] == 1
    assert updates == [resumed.data]
    assert resumed.data.access_jwt != expired


async def test_calls_at_the_same_time_refresh_an_expired_token_once(twin, network, session):
    expired = network.expired_access_token(session.data.access_jwt)
    resumed = twin.Session(
        session.data.model_copy(update={"access_jwt": expired}), http_client=twin.http_client
    )
    client = twin.Client(resumed)
    handles = []

    async def call():
        if isinstance(client, Client):
            own = await anyio.to_thread.run_sync(client.com.atproto.server.get_session)
        else:
            own = await client.com.atproto.server.get_session()
        handles.append(own.handle)

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(call)
    assert handles == [session.handle] * 8
    assert twin.sent["com.atproto.server.refreshSession"] == 1


async def test_a_revoked_refresh_token_ends_the_session(twin, session):
    deleted = []
    refresh_token = session.data.refresh_jwt
    copy = twin.Session(
        session.data, on_deleted=lambda _, data: deleted.append(data), http_client=twin.http_client
    )
    await twin.do(session.logout())
    with pytest.raises(XrpcResponseError) as caught:
        await twin.do(copy.refresh())
    assert (caught.value.status, caught.value.error) == (400, "ExpiredToken")
    assert copy.destroyed
    assert [data.refresh_jwt for data in deleted] == [refresh_token]
    with pytest.raises(LoggedOutError, match="Logged out"):
        await twin.do(twin.Client(copy).com.atproto.server.get_session())


async def test_a_tampered_token_is_refused_without_a_refresh(twin, session):
    head, _, signature = session.data.access_jwt.rpartition(".")
    tampered = f"{head}.{signature[::-1]}"
    resumed = twin.Session(
        session.data.model_copy(update={"access_jwt": tampered}), http_client=twin.http_client
    )
    with pytest.raises(XrpcResponseError) as caught:
        await twin.do(twin.Client(resumed).com.atproto.server.get_session())
    assert (caught.value.status, caught.value.error) == (400, "InvalidToken")
    assert twin.sent["com.atproto.server.refreshSession"] == 0
    assert not resumed.destroyed


async def test_a_session_is_resumed_from_saved_json(twin, session):
    saved = session.data.model_dump_json()
    assert set(json.loads(saved)) >= {"accessJwt", "refreshJwt", "handle", "did", "didDoc", "service"}
    resumed = await twin.do(
        twin.Session.resume(SessionData.model_validate_json(saved), http_client=twin.http_client)
    )
    assert (resumed.did, resumed.handle) == (session.did, session.handle)
    assert resumed.data.refresh_jwt != session.data.refresh_jwt
    written = await twin.do(twin.Client(resumed).app.bsky.feed.post.create(post("back again")))
    assert written.uri.startswith(f"at://{session.did}/")


async def test_after_a_logout_the_session_is_of_no_use(twin, session, client):
    data = session.data
    await twin.do(session.logout())
    assert session.destroyed
    with pytest.raises(LoggedOutError, match="Logged out"):
        _ = session.did
    with pytest.raises(LoggedOutError, match="Logged out"):
        await twin.do(client.com.atproto.server.get_session())
    with pytest.raises(XrpcResponseError):
        await twin.do(twin.Session.resume(data, http_client=twin.http_client))


async def test_a_saved_session_is_deleted_without_resuming_it(twin, session):
    data = session.data
    await twin.do(twin.Session.delete(data, http_client=twin.http_client))
    assert twin.sent["com.atproto.server.refreshSession"] == 0
    with pytest.raises(XrpcResponseError):
        await twin.do(twin.Session.resume(data, http_client=twin.http_client))
