"""Messages and events of chat as small values, each with the whole view behind it."""

from __future__ import annotations

from functools import cached_property
from typing import TypeAlias

from atlex import UnknownObject
from atlex_bsky.richtext import RichText
from atlex_sdk.chat.bsky.convo.defs import (
    DeletedMessageView,
    LogCreateMessage,
    MessageView,
    ReactionView,
    SystemMessageView,
)
from atlex_sdk.chat.bsky.convo.get_log import GetLogOutputLog

__all__ = ["ChatEvent", "ChatMessage"]

MessageViews: TypeAlias = MessageView | DeletedMessageView | SystemMessageView | UnknownObject


class ChatMessage:
    """A message of a conversation.

    Attributes:
        id: Its ID.
        sender: The DID of the sender; None for a system message, such as that a member was added.
        sent_at: When, an RFC 3339 date and time.
        text: The text; empty for a deleted message, and for a system message.
        deleted: Whether it was deleted, for the account's eyes.
        reactions: The emoji below it, each with its sender.
        view: The whole view.
    """

    id: str
    sent_at: str

    def __init__(self, view: MessageViews) -> None:
        self.view: MessageViews = view
        if isinstance(view, UnknownObject):
            self.id, self.sent_at = (str(view.data.get(name, "")) for name in ("id", "sentAt"))
        else:
            self.id, self.sent_at = view.id, view.sent_at
        self.sender: str | None = (
            view.sender.did if isinstance(view, MessageView | DeletedMessageView) else None
        )
        self.text: str = view.text if isinstance(view, MessageView) else ""
        self.deleted: bool = isinstance(view, DeletedMessageView)
        reactions = view.reactions if isinstance(view, MessageView) else None
        self.reactions: tuple[ReactionView, ...] = tuple(reactions or ())

    @cached_property
    def rich_text(self) -> RichText:
        """The text with its links, mentions and tags."""
        return RichText.of(self.view) if isinstance(self.view, MessageView) else RichText()

    @property
    def links(self) -> tuple[str, ...]:
        """The addresses that the text links to, each once."""
        return tuple(dict.fromkeys(segment.link for segment in self.rich_text if segment.link is not None))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} by {self.sender}: {self.text!r}>"


class ChatEvent:
    """Something that happened in a conversation.

    Attributes:
        rev: When, as a TID: later events have greater ones.
        convo_id: The ID of the conversation; empty where an event of an unknown type has none.
        new_message: The message, where the event is that one was sent, by anybody; else None.
        view: The whole view; its class is the kind of event, such as `LogAddReaction`.
    """

    rev: str
    convo_id: str

    def __init__(self, view: GetLogOutputLog) -> None:
        self.view: GetLogOutputLog = view
        if isinstance(view, UnknownObject):
            self.rev, self.convo_id = (str(view.data.get(name, "")) for name in ("rev", "convoId"))
        else:
            self.rev, self.convo_id = view.rev, view.convo_id
        self.new_message: ChatMessage | None = (
            ChatMessage(view.message) if isinstance(view, LogCreateMessage) else None
        )

    def __repr__(self) -> str:
        kind = self.view.type if isinstance(self.view, UnknownObject) else type(self.view).__name__
        return f"<{type(self).__name__} {kind} in {self.convo_id}>"
