"""Sessions in a store: resuming or logging in, refreshing among others, ending, and a store that fails."""

from __future__ import annotations

import logging

import httpx
import pytest

from atlex.errors import (
    InputError,
    LoggedOutError,
    RefreshError,
    SessionStoreError,
    XrpcAuthenticationError,
    XrpcFetchError,
    XrpcInternalError,
    XrpcResponseError,
)

pytestmark = pytest.mark.anyio


def refusal(status, error="Nonsense"):
    return httpx.Response(status, json={"error": error, "message": "No"})


@pytest.fixture
def store(memory_store):
    return memory_store


@pytest.fixture
def open_(world, store):
    """`open()` with the world's options, with or without credentials."""

    async def open_(*, password=True, **options):
        given = {"service": world.entryway, **world.credentials} if password else {}
        return await world.do(world.Session.open(store, **given, **(world.options | options)))

    return open_


async def test_an_empty_store_gets_the_session_of_a_login(world, store, open_):
    session = await open_()
    assert store.data == session.data
    assert store.done == ["load", "save"]
    assert world.journal == [("on_updated", session, session.data)]
    assert (await world.call(session)).status == 200


async def test_a_stored_session_goes_on_without_a_request(world, open_):
    first = await open_()
    before = len(world.net.seen)
    second = await open_(password=False)
    assert second.data == first.data
    assert len(world.net.seen) == before
    assert world.journal.names == ["on_updated"]
    assert (await world.call(second)).status == 200


async def test_the_end_of_a_block_only_closes(world, store):
    async with world.api.entered(
        world.Session.open(store, service=world.entryway, **world.credentials, **world.options)
    ) as session:
        assert (await world.call(session)).status == 200
    assert world.net.count("deleteSession") == 0
    assert store.data == session.data


async def test_an_empty_store_without_a_password_is_an_error(world, store, open_):
    with pytest.raises(SessionStoreError, match="holds no session, and there is no password"):
        await open_(password=False)
    assert world.net.seen == []
    assert not store.is_locked


@pytest.mark.parametrize(
    "given",
    [
        {"password": "SECRET-p"},
        {"password": "SECRET-p", "service": "https://entryway.example"},
        {"auth_factor_token": "SECRET-2fa"},
        {"service": "SECRET nonsense"},
        {"identifier": 7},
    ],
)
async def test_arguments_that_cant_be_used_are_refused_first(world, store, given):
    with pytest.raises(InputError) as caught:
        await world.do(world.Session.open(store, **given, **world.options))
    assert "SECRET" not in str(caught.value)
    assert store.done == []


async def test_what_is_no_store_is_refused(world):
    with pytest.raises(InputError, match="load, save, clear and lock"):
        await world.do(world.Session.open("session.json", **world.options))


@pytest.mark.parametrize(
    "given",
    [
        {"identifier": "bob.example"},
        {"identifier": "did:example:bob"},
        {"identifier": "bob@mail.example"},
        {"service": "https://another.example"},
    ],
)
async def test_the_session_of_another_account_is_not_used(world, store, open_, given):
    first = await open_()
    store.data = first.data.model_copy(update={"email": "alice@mail.example"})
    with pytest.raises(SessionStoreError, match=r"holds the session of alice\.example"):
        await world.do(world.Session.open(store, **given, **world.options))


@pytest.mark.parametrize(
    "given",
    [
        {"identifier": "Alice.Example"},
        {"identifier": "@alice.example"},
        {"identifier": "did:example:alice"},
        {"identifier": "alice@mail.example"},
        {"service": "https://entryway.example/"},
    ],
)
async def test_the_session_of_the_same_account_is(world, store, given, data):
    store.data = data
    session = await world.do(world.Session.open(store, **given, **world.options))
    assert session.data == data


async def test_a_refused_login_stores_nothing(world, store):
    with pytest.raises(XrpcAuthenticationError):
        await world.do(
            world.Session.open(
                store, service=world.entryway, identifier="alice", password="SECRET-wrong", **world.options
            )
        )
    assert (store.data, store.is_locked) == (None, False)


async def test_new_tokens_are_stored_before_anybody_uses_them(world, store, open_):
    session = await open_()
    old = store.data
    world.net.expire()
    stored = []
    world.net.replies["getSession"] = lambda _: stored.append(store.data) or refusal(500)
    assert (await world.call(session)).status == 200
    (seen,) = stored
    assert seen.refresh_jwt != old.refresh_jwt
    assert store.data == session.data == world.journal[-1][2]


async def test_hooks_run_while_the_store_is_free(world, store, open_):
    locked = []
    session = await open_(on_updated=world.api.hook(lambda *_: locked.append(store.is_locked)))
    await world.do(session.refresh())
    await world.do(session.logout())
    assert locked == [False, False]


async def test_what_another_has_refreshed_is_adopted(world, store, open_):
    one, other = await open_(), await open_()
    world.net.expire()
    assert (await world.call(one)).status == 200
    assert (await world.call(other)).status == 200
    assert world.net.count("refreshSession") == 1
    assert other.data == one.data == store.data
    assert world.journal.names == ["on_updated"] * 3


async def test_adopted_tokens_that_have_expired_too_are_refreshed_at_once(world, store, open_):
    one, other = await open_(), await open_()
    await world.do(one.refresh())
    world.net.expire()
    assert (await world.call(other)).status == 200
    assert world.net.count("refreshSession") == 2
    assert other.data == store.data


async def test_a_lost_race_never_wipes_a_newer_session(world, store, open_):
    """A store whose lock doesn't hold: somebody else writes while the refresh is under way."""
    session = await open_()
    newer = session.data.model_copy(update={"access_jwt": "SECRET-newer-a", "refresh_jwt": "SECRET-newer-r"})

    def lose(_):
        store.data = newer
        return refusal(400, "ExpiredToken")

    world.net.replies["refreshSession"] = lose
    world.net.faults["createSession"] = [refusal(401, "AuthenticationRequired")]
    with pytest.raises(XrpcResponseError):
        await world.do(session.refresh())
    assert session.destroyed
    assert store.data == newer
    assert "clear" not in store.done


async def test_a_session_that_ends_is_cleared_from_the_store(world, store, open_):
    await open_()
    session = await open_(password=False)
    world.net.verifier.sessions[0].destroy()
    with pytest.raises(XrpcResponseError):
        await world.do(session.refresh())
    assert store.data is None
    assert world.journal.names == ["on_updated", "on_deleted"]


async def test_a_logout_ends_the_newest_session_and_clears_the_store(world, store, open_):
    one, other = await open_(), await open_()
    await world.do(one.refresh())
    await world.do(other.logout())
    assert store.data is None
    assert not world.net.verifier.sessions[0].active
    assert other.destroyed


async def test_a_hook_can_log_out(world, store, open_):
    session = await open_()

    async def end(session, _):
        await world.do(session.logout())

    def end_blocking(session, _):
        session.logout()

    hook = end if world.api.is_async else end_blocking
    again = await open_(on_updated=hook)
    with pytest.raises(LoggedOutError):
        await world.do(again.refresh())
    assert (store.data, again.destroyed, session.destroyed) == (None, True, False)


async def test_a_lost_session_is_begun_anew_with_the_password(world, store, open_):
    session = await open_()
    await world.do(session.refresh())
    world.net.verifier.sessions[0].destroy()
    assert (await world.call(session)).status == 200
    assert world.net.count("createSession") == 2
    assert store.data == session.data
    assert "on_deleted" not in world.journal.names


async def test_a_taken_down_account_isnt_logged_in_to_again(world, store, open_):
    session = await open_()
    world.net.faults["refreshSession"] = [refusal(400, "AccountTakedown")]
    with pytest.raises(XrpcResponseError):
        await world.do(session.refresh())
    assert world.net.count("createSession") == 1
    assert store.data is None


async def test_a_login_that_answers_for_another_account_isnt_taken(world, store, open_, caplog):
    session = await open_()
    mallory = world.net._tokens(world.net.verifier.create("mallory", world.password))
    world.net.faults["refreshSession"] = [refusal(400, "ExpiredToken")]
    world.net.faults["createSession"] = [httpx.Response(200, json=mallory)]
    with pytest.raises(XrpcResponseError):
        await world.do(session.refresh())
    assert (session.destroyed, store.data) == (True, None)
    assert "did:example:mallory" in caplog.text


async def test_a_login_that_fails_for_now_is_tried_again(world, store, open_):
    session = await open_()
    old = await world.do(session.refresh())
    world.net.verifier.sessions[0].destroy()
    world.net.faults["createSession"] = [httpx.ConnectError("gone"), refusal(503)]
    for _ in range(2):
        assert await world.do(session.refresh()) == old
    assert world.journal.names == ["on_updated", "on_updated", "on_update_failure", "on_update_failure"]
    assert (await world.do(session.refresh())).access_jwt != old.access_jwt
    assert store.data == session.data


async def test_tokens_that_cant_be_stored_are_used_and_stored_later(world, store, open_, caplog):
    session = await open_()
    old = store.data
    store.faults["save"] = [OSError(28, "No space left"), OSError(28, "No space left")]
    world.net.expire()
    assert (await world.call(session)).status == 200
    assert store.data == old
    assert "couldn't be stored" in caplog.text
    assert {record.levelno for record in caplog.records} == {logging.ERROR}

    # Until then others find old tokens, and a call after the back-off stores the new ones.
    assert (await world.call(session)).status == 200
    assert store.data == session.data
    assert store.faults["save"] == []


async def test_a_refresh_by_hand_says_that_its_tokens_couldnt_be_stored(world, store, open_):
    session = await open_()
    store.faults["save"] = [OSError("full")] * 2
    with pytest.raises(SessionStoreError, match=r"new tokens, which couldn't be stored: MemoryStore\.save"):
        await world.do(session.refresh())
    assert not session.destroyed
    await world.do(session.refresh())
    assert store.data == session.data


async def test_storing_again_backs_off_and_adopts_what_others_stored(world, store, open_):
    session = await open_()
    store.faults["save"] = [OSError("full")] * 3
    world.net.replies["getSession"] = lambda _: refusal(500)
    with pytest.raises(SessionStoreError):
        await world.do(session.refresh())
    await world.call(session)
    store.done.clear()
    await world.call(session)
    assert store.done == []
    newer = session.data.model_copy(update={"access_jwt": "SECRET-newer-a", "refresh_jwt": "SECRET-newer-r"})
    store.data = newer
    world.clock.advance(1)
    world.net.faults["customMethod"] = [httpx.Response(200)]
    await world.call(session)
    assert session.data == newer
    assert store.data == newer
    assert world.journal[-1] == ("on_updated", session, newer)


@pytest.mark.parametrize("method", ["lock", "load"])
async def test_a_store_that_fails_delays_the_refresh(world, store, open_, method):
    session = await open_()
    data = session.data
    world.net.expire()
    store.faults[method] = [OSError("SECRET")]
    with pytest.raises(RefreshError, match=rf"MemoryStore.{method}\(\) failed with OSError") as caught:
        await world.call(session)
    assert "SECRET" not in str(caught.value)
    assert world.net.count("refreshSession") == 0
    name, _, told, error = world.journal[-1]
    assert (name, told, type(error)) == ("on_update_failure", data, XrpcInternalError)
    assert isinstance(error.__cause__, SessionStoreError)
    world.clock.advance(1)
    assert (await world.call(session)).status == 200


@pytest.mark.parametrize("method", ["lock", "load"])
async def test_a_store_that_fails_at_a_logout_leaves_the_session(world, store, open_, method):
    session = await open_()
    store.faults[method] = [OSError("gone")]
    with pytest.raises(SessionStoreError):
        await world.do(session.logout())
    assert world.journal.names[-1] == "on_delete_failure"
    await world.do(session.logout())
    assert session.destroyed


async def test_a_store_that_cant_be_cleared_is_logged(world, store, open_, caplog):
    session = await open_()
    store.faults["clear"] = [OSError("gone")]
    await world.do(session.logout())
    assert session.destroyed
    assert "couldn't be cleared" in caplog.text


async def test_a_store_that_holds_another_account_by_now_is_left_alone(world, store, open_):
    session = await open_()
    other = session.data.model_copy(update={"did": "did:example:bob", "refresh_jwt": "SECRET-bob"})
    store.data = other
    assert (await world.do(session.refresh())) == session.data
    assert "did:example:bob" in str(world.journal[-1][-1])
    assert store.data == other


async def test_a_store_that_was_cleared_gets_the_session_again(world, store, open_):
    session = await open_()
    store.data = None
    await world.do(session.refresh())
    assert store.data == session.data


async def test_a_store_that_gives_nonsense_is_an_error(store, open_):
    store.data = {"accessJwt": "SECRET"}
    with pytest.raises(SessionStoreError, match=r"load\(\) gave something other"):
        await open_()


async def test_a_network_that_fails_at_the_login_is_an_error_and_frees_the_store(world, store, open_):
    world.net.faults["createSession"] = [httpx.ConnectError("refused")]
    with pytest.raises(XrpcFetchError):
        await open_()
    assert not store.is_locked
    assert (await open_()).did == "did:example:alice"


async def test_an_unlock_that_fails_is_logged(world, store, caplog):
    class Sticky(type(store)):  # type: ignore[misc]
        def lock(self):
            return self

        def __enter__(self):
            self._lock.acquire()

        def __exit__(self, *_):
            self._lock.release()
            raise OSError("stuck")

    sticky = Sticky()
    session = await world.do(
        world.Session.open(sticky, service=world.entryway, **world.credentials, **world.options)
    )
    assert sticky.data == session.data
    assert "Sticky couldn't be unlocked" in caplog.text
