from __future__ import annotations

import pytest

CHAT = {"atproto-proxy": "did:web:api.bsky.chat#bsky_chat"}


class Chatter:
    """An account that talks to the chat service."""

    def __init__(self, user, call):
        self.user = user
        self.did = user.did
        self._call = call

    def ask(self, name, **params):
        return self._call.get(f"chat.bsky.convo.{name}", self.user.access, CHAT, **params)

    def see(self, name, **params):
        answer = self.ask(name, **params)
        assert answer.is_success, answer.text
        return answer.json()

    def tell(self, name, **body):
        return self._call.post(f"chat.bsky.convo.{name}", self.user.access, CHAT, **body)

    def do(self, name, **body):
        answer = self.tell(name, **body)
        assert answer.is_success, answer.text
        return answer.json()

    def open(self, other):
        return self.see("getConvoForMembers", members=[other.did])["convo"]["id"]

    def send(self, convo, text, **more):
        return self.do("sendMessage", convoId=convo, message={"text": text, **more})

    def texts(self, convo, **params):
        messages = self.see("getMessages", convoId=convo, **params)["messages"]
        return [message.get("text") for message in messages]

    def logs(self, cursor):
        answer = self.see("getLog", cursor=cursor)
        return [entry["$type"].partition("#")[2] for entry in answer["logs"]], answer["cursor"]


@pytest.fixture
def anna(alice, call):
    return Chatter(alice, call)


@pytest.fixture
def ben(bob, call):
    """Takes messages from everybody, and follows alice."""
    record = {"allowIncoming": "all"}
    bob.repo("putRecord", collection="chat.bsky.actor.declaration", rkey="self", record=record)
    return Chatter(bob, call)


@pytest.fixture
def convo(anna, ben):
    return anna.open(ben)


def error(response):
    return response.status_code, response.json()["error"]


def test_a_conversation_is_the_same_for_both_and_each_time(anna, ben, convo):
    assert ben.open(anna) == anna.open(ben) == convo
    members = anna.see("getConvo", convoId=convo)["convo"]["members"]
    assert {member["handle"] for member in members} == {"alice.test", "bob.test"}
    assert len(anna.see("getConvoMembers", convoId=convo)["members"]) == 2


def test_messages_come_the_newest_first_and_in_pages(anna, ben, convo):
    for text in ("1", "2", "3"):
        anna.send(convo, text)
    assert ben.texts(convo) == ["3", "2", "1"]
    page = ben.see("getMessages", convoId=convo, limit=2)
    assert ben.texts(convo, limit=2, cursor=page["cursor"]) == ["1"]
    last = ben.see("listConvos")["convos"][0]["lastMessage"]
    assert (last["text"], last["sender"]["did"]) == ("3", anna.did)


def test_a_conversation_is_listed_for_the_other_one_from_its_first_message_as_a_request(anna, ben, convo):
    assert [item["id"] for item in anna.see("listConvos")["convos"]] == [convo]
    assert ben.see("listConvos")["convos"] == []
    anna.send(convo, "hello")
    assert [item["id"] for item in ben.see("listConvoRequests")["requests"]] == [convo]
    assert [item["id"] for item in ben.see("listConvos", status="request")["convos"]] == [convo]
    assert "rev" in ben.do("acceptConvo", convoId=convo)
    assert ben.do("acceptConvo", convoId=convo) == {}
    assert ben.see("listConvos", status="request")["convos"] == []


def test_who_answers_has_accepted(anna, ben, convo):
    anna.send(convo, "hello")
    ben.send(convo, "hi")
    assert ben.see("getConvo", convoId=convo)["convo"]["status"] == "accepted"


def test_what_hasnt_been_read_is_counted(anna, ben, convo):
    first = anna.send(convo, "1")
    anna.send(convo, "2")
    ben.do("acceptConvo", convoId=convo)
    assert ben.see("getUnreadCounts") == {"unreadAcceptedConvos": 1, "unreadRequestConvos": 0}
    assert len(ben.see("listConvos", readState="unread")["convos"]) == 1
    assert ben.do("updateRead", convoId=convo, messageId=first["id"])["convo"]["unreadCount"] == 1
    assert ben.do("updateRead", convoId=convo)["convo"]["unreadCount"] == 0
    assert ben.see("listConvos", readState="unread")["convos"] == []
    anna.send(convo, "3")
    assert ben.do("updateAllRead", status="accepted") == {"updatedCount": 1}
    assert anna.see("getConvo", convoId=convo)["convo"]["unreadCount"] == 0


def test_the_log_begins_now_and_goes_on_where_it_was_left(anna, ben, convo):
    begin = ben.see("getLog")
    assert begin["logs"] == []
    anna.send(convo, "hello")
    kinds, cursor = ben.logs(begin["cursor"])
    assert kinds == ["logBeginConvo", "logCreateMessage"]
    assert ben.logs(cursor) == ([], cursor)
    ben.do("updateRead", convoId=convo)
    ben.do("acceptConvo", convoId=convo)
    ben.do("muteConvo", convoId=convo)
    ben.do("unmuteConvo", convoId=convo)
    ben.do("leaveConvo", convoId=convo)
    kinds, _ = ben.logs(cursor)
    assert kinds == ["logReadConvo", "logAcceptConvo", "logMuteConvo", "logUnmuteConvo", "logLeaveConvo"]


def test_a_deleted_message_is_gone_for_one_only(anna, ben, convo):
    message = anna.send(convo, "hello")
    ben.do("deleteMessageForSelf", convoId=convo, messageId=message["id"])
    assert (anna.texts(convo), ben.texts(convo)) == (["hello"], [None])
    late = ben.tell("addReaction", convoId=convo, messageId=message["id"], value="👍")
    assert error(late) == (400, "ReactionMessageDeleted")


def test_who_leaves_sees_only_what_comes_later(anna, ben, convo):
    anna.send(convo, "before")
    ben.do("leaveConvo", convoId=convo)
    assert ben.see("listConvos")["convos"] == []
    anna.send(convo, "after")
    assert ben.texts(convo) == ["after"]
    assert anna.texts(convo) == ["after", "before"]


def test_reactions_stand_below_a_message_once_each(anna, ben, convo):
    message = anna.send(convo, "hello")
    cursor = anna.see("getLog")["cursor"]
    for _ in range(2):
        ben.do("addReaction", convoId=convo, messageId=message["id"], value="👍")
    [reaction] = anna.see("getMessages", convoId=convo)["messages"][0]["reactions"]
    assert (reaction["value"], reaction["sender"]["did"]) == ("👍", ben.did)
    assert anna.see("getConvo", convoId=convo)["convo"]["lastReaction"]["reaction"]["value"] == "👍"
    ben.do("removeReaction", convoId=convo, messageId=message["id"], value="👍")
    assert "reactions" not in anna.see("getMessages", convoId=convo)["messages"][0]
    assert anna.logs(cursor)[0] == ["logAddReaction", "logRemoveReaction"]
    for value in "12345":
        ben.do("addReaction", convoId=convo, messageId=message["id"], value=value)
    sixth = ben.tell("addReaction", convoId=convo, messageId=message["id"], value="6")
    assert error(sixth) == (400, "ReactionLimitReached")


def test_a_message_can_hold_a_link_a_record_and_a_reply(anna, ben, convo, alice):
    post = alice.say("a post")
    facet = {
        "index": {"byteStart": 0, "byteEnd": 4},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://example.com"}],
    }
    embed = {"$type": "app.bsky.embed.record", "record": post}
    message = anna.send(convo, "look", facets=[facet], embed=embed)
    assert message["facets"] == [facet]
    assert message["embed"]["record"]["value"]["text"] == "a post"
    reply = ben.send(convo, "nice", replyTo={"messageId": message["id"]})
    assert reply["replyTo"]["text"] == "look"
    missing = ben.tell("sendMessage", convoId=convo, message={"text": "x", "replyTo": {"messageId": "x"}})
    assert error(missing) == (400, "ReplyTargetNotFound")


def test_several_messages_are_sent_at_once_or_none(anna, convo):
    items = [{"convoId": convo, "message": {"text": text}} for text in ("1", "2")]
    assert [item["text"] for item in anna.do("sendMessageBatch", items=items)["items"]] == ["1", "2"]
    wrong = [*items, {"convoId": "x", "message": {"text": "3"}}]
    assert error(anna.tell("sendMessageBatch", items=wrong)) == (400, "InvalidConvo")
    assert anna.texts(convo) == ["2", "1"]


@pytest.mark.parametrize(
    ("allowed", "follows", "code"),
    [
        ("none", True, "MessagesDisabled"),
        ("following", False, "NotFollowedBySender"),
        (None, False, "NotFollowedBySender"),
        ("following", True, None),
        (None, True, None),
        ("all", False, None),
    ],
)
def test_who_may_write_to_whom(anna, carol, call, allowed, follows, code):
    if allowed is not None:
        record = {"allowIncoming": allowed}
        carol.repo("putRecord", collection="chat.bsky.actor.declaration", rkey="self", record=record)
    if follows:
        carol.write("app.bsky.graph.follow", subject=anna.did)
    answer = anna.ask("getConvoForMembers", members=[carol.did])
    available = anna.see("getConvoAvailability", members=[carol.did])
    assert available["canChat"] is (code is None)
    if code is None:
        convo = answer.json()["convo"]["id"]
        statuses = [Chatter(carol, call).see("getConvo", convoId=convo)["convo"]["status"]]
        assert statuses == ["accepted" if follows else "request"]
    else:
        assert error(answer) == (400, code)


def test_a_block_ends_the_talk(anna, ben, convo, alice):
    alice.write("app.bsky.graph.block", subject=ben.did)
    for chatter, code in ((anna, "BlockedActor"), (ben, "BlockedSubject")):
        answer = chatter.tell("sendMessage", convoId=convo, message={"text": "hello"})
        assert error(answer) == (400, code)


def test_a_conversation_is_nobody_elses(anna, convo, carol, call):
    stranger = Chatter(carol, call)
    assert error(stranger.ask("getConvo", convoId=convo)) == (400, "InvalidConvo")
    assert error(stranger.tell("leaveConvo", convoId=convo)) == (400, "InvalidConvo")
    assert error(anna.ask("getConvoForMembers", members=["did:web:nobody.test"])) == (
        400,
        "RecipientNotFound",
    )
    assert error(anna.ask("getConvoForMembers", members=[anna.did])) == (400, "InvalidRequest")


@pytest.mark.parametrize("proxy", [None, "did:web:api.bsky.app#bsky_appview", "did:web:api.bsky.chat"])
def test_only_calls_that_name_the_chat_service_reach_it(alice, call, proxy):
    headers = {} if proxy is None else {"atproto-proxy": proxy}
    answer = call.get("chat.bsky.convo.listConvos", alice.access, headers)
    assert error(answer) == (501, "MethodNotImplemented")
