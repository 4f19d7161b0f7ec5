"""Whatever a server says of a session, its new tokens can be stored and read again, and nothing of it shows raw."""

from __future__ import annotations

import json
import logging

import httpx
import pytest

from atlex.errors import SessionStoreError
from atlex.session import (
    AsyncPasswordSession,
    FileSessionStore,
    PasswordSession,
    RedisSessionStore,
    SessionData,
)
from atlex.session._store import LARGEST, read_session, write_session

pytestmark = pytest.mark.anyio

DEEP = "[" * 250 + "]" * 250
# Members as they stand in the JSON of an answer.
UNSTORABLE = {
    "handle": r'"handle": "a\ud800.example"',
    "email": r'"email": "\udfff@mail.example"',
    "status": r'"status": "\ud83dgone"',
    "didDoc": r'"didDoc": {"alsoKnownAs": ["at://\ud800"]}',
    "a name in didDoc": r'"didDoc": {"\ud800": 1}',
    "a new field": r'"future": [{"text": "x\udc00\ud800"}]',
    "a new name": r'"fut\ud800ure": 1',
    "depth": f'"future": {DEEP}',
}
HUGE = {
    "didDoc": {"didDoc": {"x": "a" * LARGEST}},
    "a new field": {"future": ["a" * LARGEST]},
    "many new fields": {f"future{number}": "a" * 1000 for number in range(1200)},
    "email": {"email": "a" * LARGEST},
    "escapes": {"future": "\x01" * (LARGEST // 4)},
    "all": {"didDoc": {"x": "a" * LARGEST}, "status": "b" * LARGEST, "future": "c" * LARGEST},
}


@pytest.fixture
def file(tmp_path):
    return FileSessionStore(tmp_path / "session.json")


def answer(session, *members):
    """The JSON of a server's answer, with members written as they stand."""
    plain = json.dumps(
        {
            "accessJwt": session.access_jwt,
            "refreshJwt": session.refresh_jwt,
            "did": session.did,
            "handle": session.handle,
        }
    )
    text = f"{plain[:-1]}, {', '.join(members)}}}" if members else plain
    return httpx.Response(200, content=text.encode(), headers={"content-type": "application/json"})


@pytest.mark.parametrize("member", UNSTORABLE.values(), ids=UNSTORABLE)
async def test_what_cant_be_written_costs_no_tokens(world, file, member):
    given = {"service": world.entryway, **world.credentials}
    session = await world.do(world.Session.open(file, **given, **world.options))
    known = session.data

    def refresh(seen):
        kept = world.net.verifier.by_refresh(seen.token)
        kept.rotate()
        return answer(kept, member)

    world.net.replies["refreshSession"] = refresh
    assert (await world.do(session.refresh())).refresh_jwt != known.refresh_jwt
    assert file.load() == session.data == world.restore(session)
    assert session.handle == known.handle
    assert "future" not in session.data.model_dump()
    assert SessionData.model_validate_json(session.data.model_dump_json()) == session.data
    assert world.journal[-1] == ("on_updated", session, session.data)


@pytest.mark.parametrize("member", UNSTORABLE.values(), ids=UNSTORABLE)
async def test_nor_a_session_that_begins(world, file, member):
    world.net.replies["createSession"] = lambda seen: answer(
        world.net.verifier.create(seen.json["identifier"], seen.json["password"]), member
    )
    session = await world.do(
        world.Session.open(file, service=world.entryway, **world.credentials, **world.options)
    )
    assert file.load() == session.data
    assert session.handle == ("handle.invalid" if "handle" in member else "alice.example")


@pytest.mark.parametrize("member", UNSTORABLE.values(), ids=UNSTORABLE)
async def test_nor_what_get_session_tells(world, file, member):
    session = await world.do(
        world.Session.open(file, service=world.entryway, **world.credentials, **world.options)
    )
    world.net.replies["getSession"] = lambda seen: answer(world.net.verifier.by_access(seen.token), member)
    await world.do(session.refresh())
    assert file.load() == session.data
    assert session.data.refresh_jwt == world.net.verifier.sessions[0].refresh_jwt


def test_session_data_that_a_program_makes_drops_it_too(data):
    made = SessionData(  # type: ignore[call-arg]
        **data.model_dump(exclude={"did_doc"}),
        email="\ud800",
        did_doc={"x": "\ud800"},
        future=["\udfff"],
        good=[1],
    )
    assert json.loads(made.model_dump_json()) == data.model_dump(exclude={"did_doc"}) | {"good": [1]}


@pytest.mark.parametrize("extra", HUGE.values(), ids=HUGE)
async def test_a_session_that_is_too_large_keeps_its_tokens_in_the_store(world, file, extra, caplog):
    session = await world.do(
        world.Session.open(file, service=world.entryway, **world.credentials, **world.options)
    )

    def refresh(seen):
        kept = world.net.verifier.by_refresh(seen.token)
        kept.rotate()
        return answer(kept, *(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in extra.items()))

    world.net.replies["refreshSession"] = refresh
    world.net.faults["getSession"] = [httpx.Response(500)]
    await world.do(session.refresh())
    stored = file.load()
    assert (stored.access_jwt, stored.refresh_jwt) == (session.data.access_jwt, session.data.refresh_jwt)
    assert (stored.did, stored.handle, stored.service) == (
        "did:example:alice",
        "alice.example",
        world.entryway,
    )
    assert "too large to be stored" in caplog.text
    again = await world.do(world.Session.open(file, **world.options))
    assert again.did == session.did


@pytest.mark.parametrize("size", [LARGEST - 2000, LARGEST + 1, 3 * LARGEST])
def test_every_store_reads_what_it_writes(data, size):
    large = data.model_copy(update={"did_doc": {"x": "a" * size}})
    read = read_session(write_session(large), "here")
    assert read.refresh_jwt == data.refresh_jwt
    assert (read == large) is (size < LARGEST)


def test_tokens_that_are_too_large_alone_leave_the_old_session(file, data):
    file.save(data)
    with pytest.raises(SessionStoreError, match="more than"):
        file.save(data.model_copy(update={"access_jwt": "a" * LARGEST}))
    assert file.load() == data


def test_a_text_that_is_too_large_is_refused_by_every_store(tmp_path, data):
    store = FileSessionStore(tmp_path / "session.json")
    store.save(data)
    store.path.write_bytes(store.path.read_bytes() + b" " * LARGEST)
    with pytest.raises(SessionStoreError, match="too large"):
        store.load()

    class Client:
        def get(self, _):
            return f"{data.model_dump_json()}{' ' * LARGEST}"

    with pytest.raises(SessionStoreError, match="too large"):
        RedisSessionStore(Client()).load()


NASTY = ["\x1b[2Jalice.example", "a\nb.example", "\u202eelpmaxe.ecila", "\x9b31m.example"]


@pytest.mark.parametrize("handle", NASTY)
async def test_no_handle_reaches_a_message_a_log_or_a_repr_raw(world, memory_store, data, handle, caplog):
    caplog.set_level(logging.DEBUG, "atlex")
    memory_store.data = data.model_copy(update={"handle": handle})
    shown = []
    for given in ({"identifier": "did:example:bob"}, {"service": "https://other.example"}):
        with pytest.raises(SessionStoreError) as caught:
            await world.do(world.Session.open(memory_store, **given, **world.options))
        shown += [str(caught.value), repr(caught.value)]
    session = await world.do(world.Session.open(memory_store, **world.options))
    shown += [repr(session), repr(session.data), caplog.text.replace("\n", "")]
    assert session.handle == handle
    assert all(text.isprintable() for text in shown), shown


@pytest.mark.parametrize(
    "class_", [PasswordSession, AsyncPasswordSession, SessionData, FileSessionStore, RedisSessionStore]
)
def test_a_repr_stands_an_object_that_is_half_made(class_):
    assert class_.__name__ in repr(class_.__new__(class_))


def test_a_repr_stands_session_data_without_fields():
    assert repr(SessionData.model_construct()) == "SessionData()"
    assert repr(SessionData.model_construct(handle="a.example")) == "SessionData(handle='a.example')"


@pytest.mark.parametrize("member", UNSTORABLE.values(), ids=UNSTORABLE)
def test_what_another_language_stored_is_read_without_it(file, data, member):
    stored = data.model_dump(exclude={"did_doc", "handle"})
    if '"handle"' not in member:
        stored["handle"] = data.handle
    file.path.write_text(f"{json.dumps(stored)[:-1]}, {member}}}")
    file.path.chmod(0o600)
    if '"handle"' in member:
        with pytest.raises(SessionStoreError, match="handle is missing or invalid"):
            file.load()
    else:
        assert file.load().model_dump() == stored
