"""Conversations and messages as the chat service shows them to one member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from atlex.testing._bluesky import PostViews
from atlex.testing._chat._convos import Convo, Entry, Message, Reaction

__all__ = ["ChatViews"]

_DEFS: Final = "chat.bsky.convo.defs"
_RECORD: Final = "app.bsky.embed.record"


class ChatViews:
    """Makes views for one member.

    Args:
        views: Makes the views of accounts and of embedded records for that member.
    """

    def __init__(self, views: PostViews) -> None:
        self._views = views
        self.did = views.viewer

    def convo(self, convo: Convo) -> dict[str, Any]:
        """A conversation."""
        side = convo.sides[self.did]
        messages = convo.seen_by(self.did)
        last = {"lastMessage": self.message(messages[-1])} if messages else {}
        return {
            "id": convo.convo_id,
            "rev": convo.rev,
            "members": self.members(convo),
            **last,
            **self._last_reaction(convo),
            "muted": side.muted,
            "status": side.status,
            "unreadCount": convo.unread_by(self.did),
            "kind": {"$type": f"{_DEFS}#directConvo"},
        }

    def members(self, convo: Convo) -> list[dict[str, Any]]:
        """The members of a conversation who are there."""
        found = map(self._views.state.accounts.find_public, convo.sides)
        kind = {"$type": "chat.bsky.actor.defs#directConvoMember"}
        return [{**self._views.author(account), "kind": kind} for account in found if account is not None]

    def message(self, message: Message) -> dict[str, Any]:
        """A message, in a union with deleted ones."""
        if self.did in message.hidden_from:
            return {"$type": f"{_DEFS}#deletedMessageView", **_head(message)}
        return {"$type": f"{_DEFS}#messageView", **self.full_message(message)}

    def full_message(self, message: Message) -> dict[str, Any]:
        """A message with its content."""
        content = message.content
        view = {**_head(message), "text": content["text"]}
        if "facets" in content:
            view["facets"] = content["facets"]
        embed: Mapping[str, Any] = content.get("embed", {})
        if embed.get("$type") == _RECORD:
            record = self._views.quoted(embed["record"]["uri"], message.sender)
            view["embed"] = {"$type": f"{_RECORD}#view", "record": record}
        if message.reply_to is not None:
            above = self.message(message.reply_to)
            above.pop("replyTo", None)
            view["replyTo"] = above
        if message.reactions:
            view["reactions"] = [_reaction(reaction) for reaction in message.reactions]
        return view

    def deleted_message(self, message: Message) -> dict[str, Any]:
        """A message without its content."""
        return _head(message)

    def entry(self, entry: Entry) -> dict[str, Any]:
        """An entry of the log."""
        view: dict[str, Any] = {
            "$type": f"{_DEFS}#{entry.kind}",
            "rev": entry.rev,
            "convoId": entry.convo.convo_id,
        }
        if entry.message is not None:
            view["message"] = self.message(entry.message)
        if entry.reaction is not None:
            view["reaction"] = _reaction(entry.reaction)
        return view

    def _last_reaction(self, convo: Convo) -> dict[str, Any]:
        found = [
            (reaction.created_at, message, reaction)
            for message in convo.seen_by(self.did)
            if self.did not in message.hidden_from
            for reaction in message.reactions
        ]
        if not found:
            return {}
        _, message, reaction = max(found, key=lambda item: item[0])
        kind = f"{_DEFS}#messageAndReactionView"
        view = {"$type": kind, "message": self.full_message(message), "reaction": _reaction(reaction)}
        return {"lastReaction": view}


def _head(message: Message) -> dict[str, Any]:
    return {
        "id": message.message_id,
        "rev": message.rev,
        "sender": {"did": message.sender},
        "sentAt": message.sent_at,
    }


def _reaction(reaction: Reaction) -> dict[str, Any]:
    return {"value": reaction.value, "sender": {"did": reaction.sender}, "createdAt": reaction.created_at}
