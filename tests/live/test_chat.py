"""Chat through the protocol's own PDS, with both twins.

The chat service is a FakePds, because the server of the real one isn't published (see `_chat`). What the PDS
decides is real: which sessions may chat, where a call goes and what its token says; and so are the accounts,
their follows, blocks and declarations.
"""

from __future__ import annotations

from contextlib import aclosing, closing
from itertools import islice

import anyio
import httpx
import pytest
from anyio import to_thread

from atlex import XrpcResponseError
from atlex.cursors import MemoryCursorStore
from atlex_bsky import AsyncBluesky, Bluesky
from atlex_sdk import AsyncClient, chat
from atlex_sdk.chat.bsky.convo import defs

from ._twins import until

pytestmark = pytest.mark.anyio

SERVICE = "did:web:api.bsky.chat"
LIST_CONVOS = "chat.bsky.convo.listConvos"


def layer(client):
    return AsyncBluesky(client) if isinstance(client, AsyncClient) else Bluesky(client)


@pytest.fixture
def alice(client):
    return layer(client)


@pytest.fixture
async def bob(twin):
    return layer(twin.Client(await twin.new_account()))


@pytest.fixture
async def talk(twin, alice, bob):
    """The conversation from alice's side; they follow each other, so it is no request for bob."""
    await twin.do(alice.follow(bob))
    await twin.do(bob.follow(alice))
    return await twin.do(alice.chat.with_(bob))


@pytest.fixture
async def other_side(twin, bob, talk):
    return await twin.do(bob.chat.conversation(talk.id))


async def texts(twin, side):
    return [message.text for message in await twin.do(side.history())]


async def unread(twin, bsky):
    counts = await twin.do(bsky.client.chat.bsky.convo.get_unread_counts())
    return counts.unread_accepted_convos, counts.unread_request_convos


async def test_what_is_sent_is_read_by_both(twin, alice, bob, talk, other_side):
    assert {member.did for member in talk.members} == {alice.did, bob.did}
    sent = await twin.do(talk.send("See https://example.com and #cats"))
    assert (sent.sender, sent.links) == (alice.did, ("https://example.com",))
    await twin.do(other_side.send("I do", reply_to=sent))
    for side in (talk, other_side):
        first, second = await twin.do(side.history())
        assert (first.text, first.sender, first.links) == (sent.text, alice.did, sent.links)
        assert (second.text, second.sender, second.view.reply_to.id) == ("I do", bob.did, sent.id)
        assert [message.id for message in await twin.items(side.messages(limit=1))] == [second.id, first.id]
    for bsky in (alice, bob):
        [listed] = await twin.items(bsky.chat.conversations())
        assert (listed.id, listed.view.last_message.text) == (talk.id, "I do")


async def test_unread_messages_are_counted_until_they_are_read(twin, alice, bob, talk, other_side):
    first = await twin.do(talk.send("one"))
    await twin.do(talk.send("two"))
    assert (await unread(twin, alice), await unread(twin, bob)) == ((0, 0), (1, 0))
    [listed] = await twin.items(bob.chat.conversations(unread=True))
    assert listed.view.unread_count == 2
    await twin.do(other_side.mark_read(first))
    assert (await twin.do(bob.chat.conversation(talk.id))).view.unread_count == 1
    await twin.do(other_side.mark_read())
    assert await unread(twin, bob) == (0, 0)
    assert await twin.items(bob.chat.conversations(unread=True)) == []


async def test_reactions_are_seen_by_both_until_they_are_taken_away(twin, bob, talk, other_side):
    sent = await twin.do(talk.send("one"))
    await twin.do(other_side.react(sent, "\N{CAT FACE}"))
    for side in (talk, other_side):
        [message] = await twin.do(side.history())
        assert [(reaction.value, reaction.sender.did) for reaction in message.reactions] == [
            ("\N{CAT FACE}", bob.did)
        ]
    await twin.do(other_side.unreact(sent, "\N{CAT FACE}"))
    assert [message.reactions for message in await twin.do(talk.history())] == [()]


async def test_what_one_deletes_mutes_and_leaves_stays_for_the_other(twin, alice, talk, other_side):
    sent = await twin.do(talk.send("one"))
    await twin.do(talk.send("two"))
    await twin.do(talk.delete(sent))
    assert (await texts(twin, talk), await texts(twin, other_side)) == (["", "two"], ["one", "two"])
    await twin.do(talk.mute())
    assert (await twin.do(alice.chat.conversation(talk.id))).view.muted
    await twin.do(talk.leave())
    assert await twin.items(alice.chat.conversations()) == []
    assert await texts(twin, other_side) == ["one", "two"]


async def test_the_log_tells_what_the_other_does(twin, alice, talk, other_side):
    store, events = MemoryCursorStore(), []

    async def follow():
        log = alice.chat.log(poll=0.05, store=store)
        if isinstance(alice, AsyncBluesky):
            async with aclosing(log):
                events.extend([await anext(log), await anext(log)])
        else:
            with closing(log):
                events.extend(await to_thread.run_sync(lambda: list(islice(log, 2))))

    async def begun():
        return store.load() is not None

    async with anyio.create_task_group() as group:
        group.start_soon(follow)
        # It begins with what happens after its first answer.
        await until(begun)
        sent = await twin.do(other_side.send("one"))
        await twin.do(other_side.react(sent, "\N{CAT FACE}"))
    written, reacted = events
    assert (written.new_message.text, written.convo_id) == ("one", talk.id)
    assert isinstance(reacted.view, defs.LogAddReaction)


# Who may write


async def test_who_isnt_followed_may_write_once_the_other_declares_it(twin, alice, bob):
    with pytest.raises(XrpcResponseError, match="NotFollowedBySender"):
        await twin.do(alice.chat.with_(bob))
    declaration = chat.bsky.actor.declaration.Declaration(allow_incoming="all")
    await twin.do(bob.client.chat.bsky.actor.declaration.put(declaration))
    talk = await twin.do(alice.chat.with_(bob))
    await twin.do(talk.send("hello"))
    assert await unread(twin, bob) == (0, 1)
    [request] = await twin.items(bob.chat.conversations(requests=True))
    await twin.do(request.accept())
    assert await unread(twin, bob) == (1, 0)
    assert await twin.items(bob.chat.conversations(requests=True)) == []


async def test_one_who_is_blocked_may_write_no_more(twin, alice, bob, talk):
    await twin.do(bob.block(alice))
    # The service hears of it with bob's next call.
    await twin.do(bob.chat.conversation(talk.id))
    with pytest.raises(XrpcResponseError, match="BlockedSubject"):
        await twin.do(talk.send("one"))


async def test_an_app_password_chats_if_it_may(twin, client, session):
    passwords = client.com.atproto.server
    for privileged in (True, False):
        made = await twin.do(passwords.create_app_password(name=f"bot {privileged}", privileged=privileged))
        bot = layer(twin.Client(await twin.login(session.handle, made.password)))
        if privileged:
            with pytest.raises(XrpcResponseError, match="RecipientNotFound"):
                await twin.do(bot.chat.with_("did:plc:234567abcdefghijklmnopqr"))
        else:
            with pytest.raises(XrpcResponseError, match="Bad token method"):
                await twin.items(bot.chat.conversations())


# What the service's tokens say


@pytest.fixture(scope="module")
def token(network):
    """Makes a token of alice.test for a service."""
    with Bluesky.login(network.pds, identifier="alice.test", password="hunter2") as bsky:
        server = bsky.client.com.atproto.server
        yield lambda **claims: server.get_service_auth(**{"aud": SERVICE, "lxm": LIST_CONVOS, **claims}).token


def ask(network, token):
    return httpx.get(
        f"{network.chat}/xrpc/{LIST_CONVOS}", headers={"authorization": f"Bearer {token}"}, timeout=30
    )


def test_a_token_for_the_service_is_taken_by_it(network, token):
    answer = ask(network, token())
    assert (answer.status_code, answer.json()["convos"]) == (200, [])


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"lxm": "chat.bsky.convo.getLog"}, "BadJwtLexiconMethod"),
        ({"aud": "did:web:example.com"}, "BadJwtAudience"),
    ],
)
def test_a_token_for_something_else_is_refused(network, token, claims, error):
    answer = ask(network, token(**claims))
    assert (answer.status_code, answer.json()["error"]) == (401, error)


def test_a_token_with_the_signature_of_another_is_refused(network, token):
    claims, _, _ = token().rpartition(".")
    _, _, signature = token().rpartition(".")
    answer = ask(network, f"{claims}.{signature}")
    assert (answer.status_code, answer.json()["error"]) == (401, "BadJwtSignature")
