"""``chat.bsky.convo.*``: conversations between accounts of this server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from atlex.testing._bluesky import Area, PostViews, World, page
from atlex.testing._chat._convos import Convo, Message, Messenger
from atlex.testing._chat._views import ChatViews
from atlex.testing._methods import Call, State, method
from atlex.testing._wire import PdsError

__all__ = ["ChatMethods"]

_DECLARATION: Final = "chat.bsky.actor.declaration"
_MAX_REACTIONS: Final = 5

_chat = partial(method, auth="access", service="did:web:api.bsky.chat#bsky_chat")


class ChatMethods(Area):
    """The methods that show and change conversations. There are no groups."""

    def __init__(self, state: State, world: World) -> None:
        super().__init__(state, world)
        self._messenger = Messenger(state.clock)

    # Conversations

    @_chat("chat.bsky.convo.getConvoForMembers")
    def get_convo_for_members(self, call: Call) -> Any:
        """Give the caller's conversation with some accounts, and create it the first time."""
        members, did = self._members(call), call.did or ""
        if self._messenger.between(members) is None:
            self._check_recipients(did, members)
        convo = self._messenger.open(members, did, self._willing(members) | {did})
        return {"convo": self._views(call).convo(convo)}

    @_chat("chat.bsky.convo.getConvoAvailability")
    def get_convo_availability(self, call: Call) -> Any:
        """Say whether the caller can write to some accounts."""
        members = self._members(call)
        try:
            self._check_recipients(call.did or "", members)
        except PdsError:
            return {"canChat": False}
        convo = self._messenger.between(members)
        return {"canChat": True, **({} if convo is None else {"convo": self._views(call).convo(convo)})}

    @_chat("chat.bsky.convo.getConvo")
    def get_convo(self, call: Call) -> Any:
        """Give one conversation."""
        return {"convo": self._views(call).convo(self._convo(call, call.params["convoId"]))}

    @_chat("chat.bsky.convo.getConvoMembers")
    def get_convo_members(self, call: Call) -> Any:
        """Give the members of a conversation."""
        return {"members": self._views(call).members(self._convo(call, call.params["convoId"]))}

    @_chat("chat.bsky.convo.listConvos")
    def list_convos(self, call: Call) -> Any:
        """Give the caller's conversations, most recently active first."""
        params, did = call.params, call.did or ""
        convos = [
            convo
            for convo in self._messenger.of(did)
            if params.get("status", convo.sides[did].status) == convo.sides[did].status
            and (params.get("readState") != "unread" or convo.unread_by(did))
            and params.get("kind") != "group"
        ]
        return self._listed(call, convos, "convos")

    @_chat("chat.bsky.convo.listConvoRequests")
    def list_convo_requests(self, call: Call) -> Any:
        """Give the conversations that the caller hasn't accepted."""
        did = call.did or ""
        convos = [convo for convo in self._messenger.of(did) if convo.sides[did].status == "request"]
        answer = self._listed(call, convos, "requests")
        kind = "chat.bsky.convo.defs#convoView"
        return {**answer, "requests": [{"$type": kind, **convo} for convo in answer["requests"]]}

    @_chat("chat.bsky.convo.acceptConvo")
    def accept_convo(self, call: Call) -> Any:
        """Accept a conversation."""
        rev = self._messenger.accept(self._convo(call, call.input["convoId"]), call.did or "")
        return {} if rev is None else {"rev": rev}

    @_chat("chat.bsky.convo.leaveConvo")
    def leave_convo(self, call: Call) -> Any:
        """Leave a conversation; the caller won't see its messages so far again."""
        convo = self._convo(call, call.input["convoId"])
        return {"convoId": convo.convo_id, "rev": self._messenger.leave(convo, call.did or "")}

    @_chat("chat.bsky.convo.muteConvo")
    def mute_convo(self, call: Call) -> Any:
        """Mute a conversation."""
        return self._muted(call, muted=True)

    @_chat("chat.bsky.convo.unmuteConvo")
    def unmute_convo(self, call: Call) -> Any:
        """Undo the mute of a conversation."""
        return self._muted(call, muted=False)

    @_chat("chat.bsky.convo.updateRead")
    def update_read(self, call: Call) -> Any:
        """Mark a conversation as read by the caller, up to a message or wholly."""
        convo, message_id = self._convo(call, call.input["convoId"]), call.input.get("messageId")
        message = None if message_id is None else self._message(call, convo, message_id)
        self._messenger.read(convo, call.did or "", message)
        return {"convo": self._views(call).convo(convo)}

    @_chat("chat.bsky.convo.updateAllRead")
    def update_all_read(self, call: Call) -> Any:
        """Mark all conversations as read by the caller."""
        did, status = call.did or "", call.input.get("status")
        convos = [
            convo
            for convo in self._messenger.of(did)
            if convo.unread_by(did) and status in {None, convo.sides[did].status}
        ]
        for convo in convos:
            self._messenger.read(convo, did, None)
        return {"updatedCount": len(convos)}

    @_chat("chat.bsky.convo.getUnreadCounts")
    def get_unread_counts(self, call: Call) -> Any:
        """Count the conversations with unread messages."""
        did = call.did or ""
        statuses = [
            convo.sides[did].status
            for convo in self._messenger.of(did)
            if convo.unread_by(did) and not convo.sides[did].muted
        ]
        counts = {status: statuses.count(status) for status in ("accepted", "request")}
        return {"unreadAcceptedConvos": counts["accepted"], "unreadRequestConvos": counts["request"]}

    # Messages

    @_chat("chat.bsky.convo.getMessages")
    def get_messages(self, call: Call) -> Any:
        """Give the messages of a conversation, newest first."""
        convo, views = self._convo(call, call.params["convoId"]), self._views(call)
        messages = convo.seen_by(call.did or "")[::-1]
        shown, cursor = page(messages, call.params, lambda message: message.number)
        return {"messages": [views.message(message) for message in shown], **cursor}

    @_chat("chat.bsky.convo.sendMessage")
    def send_message(self, call: Call) -> Any:
        """Send a message."""
        return self._sent(call, call.input)

    @_chat("chat.bsky.convo.sendMessageBatch")
    def send_message_batch(self, call: Call) -> Any:
        """Send several messages."""
        for item in call.input["items"]:
            self._convo(call, item["convoId"])
        return {"items": [self._sent(call, item) for item in call.input["items"]]}

    @_chat("chat.bsky.convo.deleteMessageForSelf")
    def delete_message_for_self(self, call: Call) -> Any:
        """Delete a message for the caller alone."""
        convo = self._convo(call, call.input["convoId"])
        message = self._message(call, convo, call.input["messageId"])
        self._messenger.hide(convo, call.did or "", message)
        return self._views(call).deleted_message(message)

    @_chat("chat.bsky.convo.addReaction")
    def add_reaction(self, call: Call) -> Any:
        """Add the caller's emoji to a message."""
        convo, message = self._reacting(call)
        did, value = call.did or "", call.input["value"]
        own = [reaction.value for reaction in message.reactions if reaction.sender == did]
        if value not in own:
            if len(own) >= _MAX_REACTIONS:
                raise PdsError(400, "ReactionLimitReached", "Too many reactions")
            self._messenger.react(convo, message, did, value)
        return {"message": self._views(call).full_message(message)}

    @_chat("chat.bsky.convo.removeReaction")
    def remove_reaction(self, call: Call) -> Any:
        """Remove the caller's emoji from a message."""
        convo, message = self._reacting(call)
        for reaction in list(message.reactions):
            if (reaction.sender, reaction.value) == (call.did, call.input["value"]):
                self._messenger.withdraw(convo, message, reaction)
        return {"message": self._views(call).full_message(message)}

    @_chat("chat.bsky.convo.getLog")
    def get_log(self, call: Call) -> Any:
        """Give the log entries since a cursor; without a cursor, only the one to go on from."""
        views = self._views(call)
        entries, cursor = self._messenger.log(call.did or "", call.params.get("cursor"))
        return {"logs": [views.entry(entry) for entry in entries], "cursor": cursor}

    # What they share

    def _views(self, call: Call) -> ChatViews:
        return ChatViews(self.views(call))

    def _members(self, call: Call) -> frozenset[str]:
        members = frozenset([call.did or "", *call.params["members"]])
        if len(members) < 2:
            raise PdsError(400, message="A conversation takes another member")
        return members

    def _convo(self, call: Call, convo_id: str) -> Convo:
        convo = self._messenger.find(convo_id)
        if convo is None or call.did not in convo.sides:
            raise PdsError(400, "InvalidConvo", "Convo not found")
        return convo

    def _message(self, call: Call, convo: Convo, message_id: str) -> Message:
        message = convo.find(message_id, call.did or "")
        if message is None:
            raise PdsError(400, message="Message not found")
        return message

    def _reacting(self, call: Call) -> tuple[Convo, Message]:
        convo = self._convo(call, call.input["convoId"])
        message = self._message(call, convo, call.input["messageId"])
        if call.did in message.hidden_from:
            raise PdsError(400, "ReactionMessageDeleted", "The message has been deleted")
        return convo, message

    def _sent(self, call: Call, item: Any) -> dict[str, Any]:
        convo = self._convo(call, item["convoId"])
        for other in convo.sides.keys() - {call.did or ""}:
            self._check_block(call.did or "", other)
        reply_to = self._reply_target(convo, call.did or "", item["message"].get("replyTo"))
        message = self._messenger.send(convo, call.did or "", item["message"], reply_to)
        return self._views(call).full_message(message)

    def _reply_target(self, convo: Convo, did: str, wanted: Any) -> Message | None:
        if wanted is None:
            return None
        message = convo.find(wanted["messageId"], did)
        if message is None:
            raise PdsError(400, "ReplyTargetNotFound", "The message that is replied to wasn't found")
        return message

    def _muted(self, call: Call, *, muted: bool) -> dict[str, Any]:
        convo = self._convo(call, call.input["convoId"])
        self._messenger.mute(convo, call.did or "", muted=muted)
        return {"convo": self._views(call).convo(convo)}

    def _listed(self, call: Call, convos: Sequence[Convo], name: str) -> dict[str, Any]:
        views = self._views(call)
        numbered = [(len(convos) - place, convo) for place, convo in enumerate(convos)]
        shown, cursor = page(numbered, call.params, lambda pair: pair[0])
        return {name: [views.convo(convo) for _, convo in shown], **cursor}

    def _check_recipients(self, sender: str, members: frozenset[str]) -> None:
        for other in members - {sender}:
            if self.state.accounts.find_public(other) is None:
                raise PdsError(400, "RecipientNotFound", "recipient not found")
            self._check_block(sender, other)
            allowed = self._allows(other)
            if allowed == "none":
                raise PdsError(400, "MessagesDisabled", "recipient has disabled incoming messages")
            if allowed != "all" and not self._follows(other, sender):
                message = "recipient requires incoming messages to come from someone they follow"
                raise PdsError(400, "NotFollowedBySender", message)

    def _check_block(self, sender: str, other: str) -> None:
        views = PostViews(self.state, self.world, sender)
        if views.blocks(sender, other):
            raise PdsError(400, "BlockedActor", "block between recipient and sender")
        if views.blocks(other, sender):
            raise PdsError(400, "BlockedSubject", "block between recipient and sender")

    def _allows(self, did: str) -> str:
        record = self.world.index.find(f"at://{did}/{_DECLARATION}/self")
        return "following" if record is None else str(record.value["allowIncoming"])

    def _willing(self, members: frozenset[str]) -> frozenset[str]:
        """The members that follow all others, who needn't accept the conversation first."""
        return frozenset(
            did for did in members if all(self._follows(did, other) for other in members - {did})
        )

    def _follows(self, did: str, other: str) -> bool:
        return self.world.index.link("follow", other, did) is not None
