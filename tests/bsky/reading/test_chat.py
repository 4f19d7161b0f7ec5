"""Conversations are opened by handle, read in both directions and followed."""

from __future__ import annotations

import pytest

from atlex import UnknownObject, XrpcResponseError
from atlex.cursors import FileCursorStore, MemoryCursorStore
from atlex.errors import CursorStoreError, InputError
from atlex.testing import PdsError
from atlex_bsky._messages import ChatMessage
from atlex_bsky.richtext import RichText
from atlex_sdk.chat.bsky.convo import defs

from ._records import follow, post

_LOG = "chat.bsky.convo.getLog"
_POLL = 0.001


@pytest.fixture
def talk(alice, bob):
    """The conversation of alice and bob, from the side of alice; bob follows alice, and so may be written to."""
    follow(bob, alice)
    follow(alice, bob)
    return alice.chat.with_("@bob.test")


@pytest.fixture
def other_side(bob, talk):
    return bob.chat.conversation(talk.id)


def _handled(bsky, store, count):
    """The events that a program handles that crashes after so many, in the work of the next one."""
    handled = []

    def run():
        for event in bsky.chat.log(poll=_POLL, store=store):
            if len(handled) == count:
                raise ZeroDivisionError
            handled.append(event)

    with pytest.raises((ZeroDivisionError, XrpcResponseError)):
        run()
    return handled


class _StoppedError(Exception):
    pass


def _begin(bsky, store):
    """Start a program that ends before anything happens."""

    class Stopping(MemoryCursorStore):
        def save(self, cursor):
            store.save(cursor)
            raise _StoppedError

    with pytest.raises(_StoppedError):
        next(bsky.chat.log(poll=_POLL, store=Stopping()))


def test_a_conversation_is_the_same_from_both_sides(talk, other_side, alice, bob):
    assert talk.id == other_side.id
    assert {member.did for member in talk.members} == {alice.did, bob.did}
    assert repr(talk).startswith(f"<Conversation {talk.id} of ")
    assert alice.chat.conversation(talk.id).id == talk.id


def test_what_was_sent_is_read_in_both_directions(talk, other_side, alice, bob):
    talk.send("one")
    other_side.send("two")
    talk.send("three")
    assert [message.text for message in talk.messages(limit=1)] == ["three", "two", "one"]
    assert [message.text for message in talk.history()] == ["one", "two", "three"]
    assert [(message.text, message.sender) for message in other_side.history(last=2)] == [
        ("two", bob.did),
        ("three", alice.did),
    ]
    assert talk.history(last=0) == []


def test_links_and_mentions_are_found_in_what_is_sent(talk, bob):
    sent = talk.send("@bob.test see https://example.com")
    assert sent.links == ("https://example.com",)
    assert [segment.mention for segment in sent.rich_text if segment.mention] == [bob.did]
    sent = talk.send(RichText("see ").link("this", "https://example.com/x"))
    assert (sent.text, sent.links) == ("see this", ("https://example.com/x",))


def test_a_post_is_shown_below_a_message(talk, alice):
    shown = post(alice, "a post")
    for subject in (shown, shown.uri):
        sent = talk.send("look", embed=subject)
        assert sent.view.embed.record.uri == shown.uri


def test_an_answer_names_the_message(talk, other_side):
    sent = talk.send("one?")
    for reply_to in (sent, sent.id):
        assert other_side.send("two", reply_to=reply_to).view.reply_to.id == sent.id


def test_a_text_that_is_too_long_is_not_sent(talk, pds):
    pds.forget()
    with pytest.raises(InputError, match="text"):
        talk.send("x" * 1001)
    assert pds.count() == 0


def test_messages_are_marked_as_read(talk, other_side, alice):
    for text in ("one", "two"):
        other_side.send(text)
    assert alice.chat.conversation(talk.id).view.unread_count == 2
    assert [convo.id for convo in alice.chat.conversations(unread=True)] == [talk.id]
    talk.mark_read(talk.history()[0])
    assert alice.chat.conversation(talk.id).view.unread_count == 1
    talk.mark_read()
    assert list(alice.chat.conversations(unread=True)) == []
    assert [convo.id for convo in alice.chat.conversations(requests=False)] == [talk.id]


def test_reactions_come_and_go(talk, other_side, bob):
    sent = talk.send("one")
    reacted = other_side.react(sent, "\N{CAT FACE}")
    assert [(reaction.value, reaction.sender.did) for reaction in reacted.reactions] == [
        ("\N{CAT FACE}", bob.did)
    ]
    assert other_side.unreact(sent.id, "\N{CAT FACE}").reactions == ()


def test_a_deleted_message_has_no_text(talk, other_side, alice):
    sent = talk.send("one")
    talk.delete(sent)
    [message] = talk.history()
    assert message.deleted
    assert (message.text, message.sender, message.links, message.rich_text.plain) == ("", alice.did, (), "")
    assert [message.text for message in other_side.history()] == ["one"]


def test_a_conversation_is_accepted_muted_and_left(carol, bob):
    follow(bob, carol)
    talk = carol.chat.with_(bob)
    talk.mute()
    assert carol.chat.conversation(talk.id).view.muted
    talk.unmute()
    talk.accept()
    assert not carol.chat.conversation(talk.id).view.muted
    talk.send("one")
    talk.leave()
    assert list(carol.chat.conversations()) == []


def test_nobody_and_no_account_are_refused(alice, pds):
    pds.forget()
    with pytest.raises(InputError, match="at least one"):
        alice.chat.with_()
    with pytest.raises(InputError):
        alice.chat.with_("not an account")
    with pytest.raises(InputError, match="poll"):
        alice.chat.log(poll=0)
    assert pds.count() == 0


def test_one_whom_one_may_not_write_to_says_so(alice):
    with pytest.raises(XrpcResponseError, match="NotFollowedBySender"):
        alice.chat.with_("carol.test")


def test_messages_of_types_that_nobody_knows_are_kept():
    message = ChatMessage(UnknownObject({"$type": "com.example.message", "id": "7"}))
    assert (message.id, message.sender, message.text, message.deleted) == ("7", None, "", False)
    data = defs.SystemMessageDataEditGroup()
    system = ChatMessage(defs.SystemMessageView(id="8", rev="r", sent_at="2026-01-01T00:00:00Z", data=data))
    assert (system.id, system.sender, system.text) == ("8", None, "")


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_the_log_is_followed_across_restarts(talk, other_side, alice, tmp_path, kind):
    store = MemoryCursorStore() if kind == "memory" else FileCursorStore(tmp_path / "position")
    talk.send("before the first start")
    _begin(alice, store)
    for text in ("one", "two", "three"):
        other_side.send(text)
    first = _handled(alice, store, 2)
    assert [event.new_message.text for event in first] == ["one", "two"]
    talk.send("four")
    assert [event.new_message.text for event in _handled(alice, store, 1)] == ["three"]
    assert _handled(alice, store, 0) == []
    other_side.react(talk.history()[-1], "\N{CAT FACE}")
    talk.send("five")
    [four, reacted] = _handled(alice, store, 2)
    assert four.new_message.text == "four"
    assert reacted.new_message is None
    assert isinstance(reacted.view, defs.LogAddReaction)
    assert reacted.convo_id == talk.id
    assert repr(reacted) == f"<ChatEvent LogAddReaction in {talk.id}>"


def test_the_log_outlives_failures_that_pass(talk, other_side, alice, pds, caplog):
    store = MemoryCursorStore()
    _begin(alice, store)
    other_side.send("one")
    pds.fail_next(_LOG, status=503)
    pds.drop_next(_LOG)
    assert [event.new_message.text for event in _handled(alice, store, 0)] == []
    talk.send("two")
    assert [event.new_message.text for event in _handled(alice, store, 1)] == ["one"]
    assert len([record for record in caplog.records if record.name == "atlex.bsky"]) == 2


def test_events_that_nobody_knows_do_not_stop_the_log(alice, pds):
    store = MemoryCursorStore()
    _begin(alice, store)
    unknown = {"$type": "chat.bsky.convo.defs#logLater"}
    known = {"$type": "chat.bsky.convo.defs#logMuteConvo", "rev": "3zzzzzzzzzzzz", "convoId": "7"}
    answers = iter(
        [
            {"logs": [unknown], "cursor": "3yyyyyyyyyyyy"},
            {"logs": [{**unknown, "rev": "3yyyyyyyyyyyz", "convoId": "7"}, known], "cursor": "3zzzzzzzzzzzz"},
        ]
    )
    asked = []

    @pds.method(_LOG, auth=True)
    def get_log(call):
        asked.append(call.params["cursor"])
        answer = next(answers, None)
        if answer is None:
            raise PdsError(400, "Stopped", "The test is over")
        return answer

    later, muted = _handled(alice, store, 5)
    assert (later.rev, later.convo_id, later.new_message) == ("3yyyyyyyyyyyz", "7", None)
    assert repr(later) == "<ChatEvent chat.bsky.convo.defs#logLater in 7>"
    assert isinstance(muted.view, defs.LogMuteConvo)
    assert asked[1:] == ["3yyyyyyyyyyyy", "3zzzzzzzzzzzz"]


def test_a_position_among_notifications_is_none_in_the_log(alice):
    store = MemoryCursorStore(
        f'{{"notifications": "{alice.did}", "since": "2026-01-01T00:00:00Z", "done": {{}}}}'
    )
    with pytest.raises(CursorStoreError, match="position among chat"):
        next(alice.chat.log(poll=_POLL, store=store))
    store = MemoryCursorStore(f'{{"chat": "{alice.did}", "rev": 7}}')
    with pytest.raises(CursorStoreError, match="position among chat"):
        next(alice.chat.log(poll=_POLL, store=store))
