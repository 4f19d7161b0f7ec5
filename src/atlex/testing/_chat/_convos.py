"""Conversations, their messages, and what happened in them as a log for each member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from atlex.testing._clock import Clock

__all__ = ["Convo", "Entry", "Message", "Messenger", "Reaction", "Side"]

Status = Literal["request", "accepted"]

# Below every TID.
_BEGINNING: Final = "2" * 13


class Reaction(NamedTuple):
    """An emoji that somebody put below a message."""

    value: str
    sender: str
    created_at: str


@dataclass(slots=True, kw_only=True)
class Message:
    """A message.

    Attributes:
        message_id: Names it.
        rev: When it came, and later when it last changed, as a TID.
        number: Its place in the order of all messages.
        sender: The DID of who sent it.
        sent_at: When it was sent.
        content: What was sent: text, facets and embed.
        reply_to: The message that it answers, if any.
        reactions: In the order in which they came.
        hidden_from: The DIDs of those who deleted it for themselves.
    """

    message_id: str
    rev: str
    number: int
    sender: str
    sent_at: str
    content: Mapping[str, Any] = field(repr=False)
    reply_to: Message | None = None
    reactions: list[Reaction] = field(default_factory=list[Reaction])
    hidden_from: set[str] = field(default_factory=set[str])


@dataclass(slots=True, kw_only=True)
class Side:
    """How one member stands to a conversation.

    Attributes:
        status: Whether the member has accepted it.
        muted: Whether it makes no noise.
        read_up_to: The number of the last message that the member has read.
        since: The number of the last message before the member left; those up to it aren't shown any more.
        present: Whether the conversation is listed, from the first message, or from when the member opened it,
            until the member leaves.
    """

    status: Status
    muted: bool = False
    read_up_to: int = 0
    since: int = 0
    present: bool = False


@dataclass(slots=True, kw_only=True)
class Convo:
    """A conversation.

    Attributes:
        convo_id: Names it.
        rev: When something last happened in it, as a TID.
        sides: Its members by DID.
        messages: The messages, the oldest first.
    """

    convo_id: str
    rev: str
    sides: dict[str, Side]
    messages: list[Message] = field(default_factory=list[Message])

    def seen_by(self, did: str) -> Sequence[Message]:
        """The messages that a member can see, the oldest first."""
        since = self.sides[did].since
        return [message for message in self.messages if message.number > since]

    def find(self, message_id: str, did: str) -> Message | None:
        """A message that a member can see."""
        return next((message for message in self.seen_by(did) if message.message_id == message_id), None)

    def unread_by(self, did: str) -> int:
        """How many messages of others a member hasn't read."""
        read_up_to = self.sides[did].read_up_to
        return sum(
            message.number > read_up_to and message.sender != did and did not in message.hidden_from
            for message in self.seen_by(did)
        )


class Entry(NamedTuple):
    """Something that happened, as one member's log tells it.

    Attributes:
        rev: When, as a TID.
        kind: The name of its definition in ``chat.bsky.convo.defs``.
        convo: Where.
        message: The message concerned, if any.
        reaction: The reaction concerned, if any.
    """

    rev: str
    kind: str
    convo: Convo
    message: Message | None = None
    reaction: Reaction | None = None


class Messenger:
    """All conversations.

    Args:
        clock: Dates what happens.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._convos: dict[str, Convo] = {}
        self._by_members: dict[frozenset[str], Convo] = {}
        self._logs: dict[str, list[Entry]] = {}
        self._rev = _BEGINNING

    def find(self, convo_id: str) -> Convo | None:
        """The conversation with this ID."""
        return self._convos.get(convo_id)

    def between(self, members: frozenset[str]) -> Convo | None:
        """The conversation that exactly these accounts have."""
        return self._by_members.get(members)

    def open(self, members: frozenset[str], opener: str, accepted: frozenset[str]) -> Convo:
        """The conversation of some accounts, which begins now unless there is one.

        Args:
            members: The accounts.
            opener: The one that asks; only it is told.
            accepted: The members for whom it is no request.
        """
        convo = self._by_members.get(members)
        if convo is None:
            sides = {
                did: Side(status="accepted" if did in accepted else "request") for did in sorted(members)
            }
            convo = Convo(convo_id=self._clock.tid(), rev=self._clock.tid(), sides=sides)
            self._convos[convo.convo_id] = self._by_members[members] = convo
        self._enter(convo, opener)
        return convo

    def of(self, did: str) -> Sequence[Convo]:
        """The conversations that an account has, the one where something last happened first."""
        convos = (convo for convo in self._convos.values() if did in convo.sides and convo.sides[did].present)
        return sorted(convos, key=lambda convo: convo.rev, reverse=True)

    def log(self, did: str, cursor: str | None) -> tuple[Sequence[Entry], str]:
        """What happened since a cursor, and the next cursor; without one the log begins now."""
        if cursor is None:
            return (), self._rev
        entries = [entry for entry in self._logs.get(did, ()) if entry.rev > cursor]
        return entries, entries[-1].rev if entries else cursor

    def send(
        self, convo: Convo, sender: str, content: Mapping[str, Any], reply_to: Message | None
    ) -> Message:
        """Add a message; it brings the conversation back to those who left it."""
        message = Message(
            message_id=self._clock.tid(),
            rev="",
            number=self._clock.count(),
            sender=sender,
            sent_at=self._clock.datetime(),
            content=content,
            reply_to=reply_to,
        )
        for did in convo.sides:
            self._enter(convo, did)
        convo.messages.append(message)
        convo.sides[sender].status = "accepted"
        convo.sides[sender].read_up_to = message.number
        self._tell(convo, convo.sides, "logCreateMessage", message)
        return message

    def hide(self, convo: Convo, did: str, message: Message) -> None:
        """Delete a message for one member."""
        if did not in message.hidden_from:
            message.hidden_from.add(did)
            self._tell(convo, [did], "logDeleteMessage", message)

    def react(self, convo: Convo, message: Message, did: str, value: str) -> None:
        """Put an emoji below a message."""
        reaction = Reaction(value, did, self._clock.datetime())
        message.reactions.append(reaction)
        self._tell(convo, convo.sides, "logAddReaction", message, reaction)

    def withdraw(self, convo: Convo, message: Message, reaction: Reaction) -> None:
        """Take an emoji away again."""
        message.reactions.remove(reaction)
        self._tell(convo, convo.sides, "logRemoveReaction", message, reaction)

    def read(self, convo: Convo, did: str, message: Message | None) -> None:
        """Note that a member has read everything up to a message; None: up to the last one."""
        last = next(reversed(convo.seen_by(did)), None) if message is None else message
        if last is not None and last.number > convo.sides[did].read_up_to:
            convo.sides[did].read_up_to = last.number
            self._tell(convo, [did], "logReadConvo", last)

    def accept(self, convo: Convo, did: str) -> str | None:
        """Accept a conversation, and give the rev of that; None where it was accepted already."""
        if convo.sides[did].status == "accepted":
            return None
        convo.sides[did].status = "accepted"
        return self._tell(convo, [did], "logAcceptConvo")

    def mute(self, convo: Convo, did: str, *, muted: bool) -> None:
        """Mute a conversation for one member, or let it be heard again."""
        if convo.sides[did].muted is not muted:
            convo.sides[did].muted = muted
            self._tell(convo, [did], "logMuteConvo" if muted else "logUnmuteConvo")

    def leave(self, convo: Convo, did: str) -> str:
        """Let a member leave, who won't see the messages so far again; gives the rev of that."""
        last = convo.messages[-1].number if convo.messages else 0
        convo.sides[did] = Side(status="request", since=last, read_up_to=last)
        return self._tell(convo, [did], "logLeaveConvo")

    def _enter(self, convo: Convo, did: str) -> None:
        if not convo.sides[did].present:
            convo.sides[did].present = True
            self._tell(convo, [did], "logBeginConvo")

    def _tell(
        self,
        convo: Convo,
        members: Sequence[str] | Mapping[str, Side],
        kind: str,
        message: Message | None = None,
        reaction: Reaction | None = None,
    ) -> str:
        self._rev = convo.rev = self._clock.tid()
        if message is not None and kind != "logReadConvo":
            message.rev = self._rev
        for did in members:
            self._logs.setdefault(did, []).append(Entry(self._rev, kind, convo, message, reaction))
        return self._rev
