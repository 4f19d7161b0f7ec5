# Made from _async_chat.py by tools/unasync.py: change that file, and run the tool.
"""The synchronous Bluesky layer's part for chat."""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from functools import partial

from atlex import Paginator
from atlex.cursors import CursorStore, MemoryCursorStore
from atlex.errors import InputError
from atlex_bsky._following import LogPosition, check_poll
from atlex_bsky._messages import ChatEvent, ChatMessage
from atlex_bsky._subjects import Actor, Subject
from atlex_bsky._sync_core import Core
from atlex_bsky._sync_following import follow
from atlex_bsky._sync_pages import paged
from atlex_bsky.richtext import RichText
from atlex_sdk import Client
from atlex_sdk.app.bsky.embed.record import Record
from atlex_sdk.chat.bsky.actor.defs import ProfileViewBasic
from atlex_sdk.chat.bsky.convo.defs import ConvoView, MessageInput, ReplyRef

__all__ = ["Chat", "Conversation"]


class Chat:
    """The account's conversations, ``bsky.chat``.

    Chat is a service of its own, which the account's server passes these calls on to. The session has to be
    allowed to chat: log in with the account's password, or with an app password that has access to direct
    messages.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._calls = core.client.chat.bsky.convo

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._core!r}>"

    def with_(self, *actors: Actor) -> Conversation:
        """Open the conversation with an account, or with several (chat.bsky.convo.getConvoForMembers).

        It begins with this, if there is none. Handles are looked up.

        Args:
            actors: The other members.

        Raises:
            InputError: There are none, or one isn't an account.
            XrpcError: The call failed; ``error`` says why one can't write to them, such as
                ``MessagesDisabled`` or ``NotFollowedBySender``.
        """
        if not actors:
            raise InputError("A conversation needs at least one other member")
        members = [self._core.did_of(actor) for actor in actors]
        return Conversation(self._core, (self._calls.get_convo_for_members(members=members)).convo)

    def conversation(self, convo_id: str) -> Conversation:
        """Fetch a conversation by its ID (chat.bsky.convo.getConvo)."""
        return Conversation(self._core, (self._calls.get_convo(convo_id=convo_id)).convo)

    def conversations(
        self,
        *,
        unread: bool = False,
        requests: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Paginator[Conversation]:
        """Go through the account's conversations, the liveliest first (chat.bsky.convo.listConvos).

        Args:
            unread: Only those with messages that haven't been read.
            requests: True: only those that the account hasn't accepted; False: only those that it has. None:
                both.
            limit: The most of each page, 1 to 100. None: the server's default, 50.
            cursor: Where to start, from an earlier result's ``cursor``. None: at the first.
        """
        arguments = {
            "read_state": "unread" if unread else None,
            "status": None if requests is None else "request" if requests else "accepted",
            "limit": limit,
            "cursor": cursor,
        }
        return paged(self._calls.list_convos, partial(Conversation, self._core), arguments)

    def log(self, *, poll: float, store: CursorStore | None = None) -> Generator[ChatEvent]:
        """Follow the events of all conversations, without end (chat.bsky.convo.getLog).

        The account's own messages and reactions are among them. The position in ``store`` moves past an event
        when the next one is asked for: after a crash the next run begins with the one whose work wasn't done.
        The first run begins with the events after its start. A passing failure, such as an unreachable server
        or a rate limit, is logged to ``atlex.bsky`` and waited out, longer each time up to five minutes; any
        other ends the loop.

        Args:
            poll: Seconds between two polls.
            store: Keeps the position, so that the next run goes on from there; it is locked while the loop
                runs. None: memory, so that each run starts anew.

        Raises:
            InputError: ``poll`` isn't a number of seconds.
            CursorStoreError: The store can't be used, or another loop uses it; raised by the loop.
        """
        check_poll(poll)
        source = LogSource(self._core.client, self._core.did)
        return follow(source, MemoryCursorStore() if store is None else store, poll)


class Conversation:
    """A conversation.

    Attributes:
        id: Its ID.
        members: Its members, the account itself among them.
        view: The whole view, as it was when it was fetched, with the number of unread messages.
    """

    def __init__(self, core: Core, view: ConvoView) -> None:
        self._core = core
        self._calls = core.client.chat.bsky.convo
        self.view: ConvoView = view
        self.id: str = view.id
        self.members: Sequence[ProfileViewBasic] = view.members

    def send(
        self,
        text: str | RichText,
        *,
        embed: Subject | None = None,
        reply_to: ChatMessage | str | None = None,
    ) -> ChatMessage:
        """Send a message (chat.bsky.convo.sendMessage).

        Args:
            text: The text, at most 1,000 graphemes and 10,000 bytes. In a ``str``, links, mentions and tags
                are found as the official apps find them; a `RichText` stays as it is. Handles are looked up.
            embed: A record to show below it, such as a post; by its address or link it is looked up
                (com.atproto.repo.getRecord).
            reply_to: The message that it answers, or its ID.

        Raises:
            InputError: The text is too long, or ``embed`` is no record; nothing was sent.
            XrpcError: The call failed.
        """
        rich = self._core.rich_text_of(text)
        message = MessageInput.model_construct(
            text=rich.plain,
            facets=[*rich.facets] or None,
            embed=None if embed is None else Record(record=self._core.ref_of(embed)),
            reply_to=None if reply_to is None else ReplyRef(message_id=_id_of(reply_to)),
        )
        return ChatMessage(self._calls.send_message(convo_id=self.id, message=message))

    def messages(self, *, limit: int | None = None, cursor: str | None = None) -> Paginator[ChatMessage]:
        """Go through the messages, the newest first (chat.bsky.convo.getMessages).

        Args:
            limit: The most of each page, 1 to 100. None: the server's default, 50.
            cursor: Where to start, from an earlier result's ``cursor``. None: at the newest.
        """
        arguments = {"convo_id": self.id, "limit": limit, "cursor": cursor}
        return paged(self._calls.get_messages, ChatMessage, arguments)

    def history(self, *, last: int | None = None) -> list[ChatMessage]:
        """Fetch the messages, the oldest first (chat.bsky.convo.getMessages).

        Args:
            last: Only so many, the newest. None: all, for which all pages are fetched.
        """
        found = self.messages(limit=100).take(items=sys.maxsize if last is None else last)
        return found[::-1]

    def mark_read(self, up_to: ChatMessage | str | None = None) -> None:
        """Mark messages as read (chat.bsky.convo.updateRead).

        Args:
            up_to: The last one that was read, or its ID. None: all.
        """
        message_id = None if up_to is None else _id_of(up_to)
        self._calls.update_read(convo_id=self.id, message_id=message_id)

    def react(self, message: ChatMessage | str, emoji: str) -> ChatMessage:
        """Put an emoji below a message (chat.bsky.convo.addReaction).

        Args:
            message: The message, or its ID.
            emoji: One emoji. Servers allow an account five of them at a message.
        """
        done = self._calls.add_reaction(convo_id=self.id, message_id=_id_of(message), value=emoji)
        return ChatMessage(done.message)

    def unreact(self, message: ChatMessage | str, emoji: str) -> ChatMessage:
        """Take an emoji of the account away from a message (chat.bsky.convo.removeReaction).

        Args:
            message: The message, or its ID.
            emoji: The emoji.
        """
        done = self._calls.remove_reaction(convo_id=self.id, message_id=_id_of(message), value=emoji)
        return ChatMessage(done.message)

    def delete(self, message: ChatMessage | str) -> None:
        """Delete a message for the account alone; the others keep it (chat.bsky.convo.deleteMessageForSelf).

        Args:
            message: The message, or its ID.
        """
        self._calls.delete_message_for_self(convo_id=self.id, message_id=_id_of(message))

    def accept(self) -> None:
        """Accept a conversation that another account began (chat.bsky.convo.acceptConvo)."""
        self._calls.accept_convo(convo_id=self.id)

    def mute(self) -> None:
        """Get no notifications of it (chat.bsky.convo.muteConvo)."""
        self._calls.mute_convo(convo_id=self.id)

    def unmute(self) -> None:
        """Get notifications of it again (chat.bsky.convo.unmuteConvo)."""
        self._calls.unmute_convo(convo_id=self.id)

    def leave(self) -> None:
        """Leave it, and see its messages no longer (chat.bsky.convo.leaveConvo)."""
        self._calls.leave_convo(convo_id=self.id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} of {', '.join(member.handle for member in self.members)}>"


class LogSource:
    """An account's log of its conversations, to be followed."""

    def __init__(self, client: Client, did: str) -> None:
        self._get_log = client.chat.bsky.convo.get_log
        self._did = did
        self._position: LogPosition | None = None

    @property
    def position(self) -> str:
        """The position, to be stored."""
        return str(self._position)

    def begin(self, stored: str | None) -> None:
        """Begin at a stored position, or behind all events that there are."""
        if stored is not None:
            self._position = LogPosition.read(stored, self._did)

    def fetch(self) -> list[ChatEvent]:
        """Fetch the new events, the oldest first."""
        if self._position is None:
            # Without a cursor the service says where the log ends.
            self._position = LogPosition(self._did, (self._get_log()).cursor or "")
            return []
        found = self._get_log(cursor=self._position.rev or None)
        events = [event for event in map(ChatEvent, found.logs) if event.rev > self._position.rev]
        if not events:
            # Past events that can't be told from handled ones, which would be fetched for ever.
            self._position.rev = max(self._position.rev, found.cursor or "")
        return events

    def handled(self, event: ChatEvent) -> None:
        """Move the position past an event."""
        if self._position is not None:
            self._position.rev = event.rev


def _id_of(message: ChatMessage | str) -> str:
    return message if isinstance(message, str) else message.id
