"""Which accounts a record notifies, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from atlex.testing._bluesky._gates import may_embed, may_reply
from atlex.testing._bluesky._index import (
    POST,
    Index,
    collection_of,
    did_of,
    features,
    parent_of,
    quoted_by,
)
from atlex.testing._repo import StoredRecord

__all__ = ["Notice", "Notices"]

# A reply notifies the authors of as many posts above it.
_MAX_HEIGHT: Final = 5


class Notice(NamedTuple):
    """One notification.

    Attributes:
        record: What it is about.
        reason: Why it came.
        subject: The recipient's own record that is concerned, if any.
    """

    record: StoredRecord
    reason: str
    subject: str | None


class Notices:
    """The notifications of all accounts, kept with every write."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._by_recipient: dict[str, dict[str, Notice]] = {}
        self._recipients: dict[str, list[str]] = {}

    def add(self, record: StoredRecord) -> None:
        """Notify those whom a new record concerns: each once, and never its author."""
        notified = {record.did}
        for recipient, reason, subject in self._occasions(record):
            if recipient not in notified:
                notified.add(recipient)
                notice = Notice(record, reason, subject)
                self._by_recipient.setdefault(recipient, {})[record.uri] = notice
                self._recipients.setdefault(record.uri, []).append(recipient)

    def remove(self, record: StoredRecord) -> None:
        """Withdraw what was said of a record."""
        for recipient in self._recipients.pop(record.uri, ()):
            del self._by_recipient[recipient][record.uri]

    def of(self, did: str) -> Sequence[Notice]:
        """An account's notifications, the oldest first."""
        return list(self._by_recipient.get(did, {}).values())

    def _occasions(self, record: StoredRecord) -> Iterator[tuple[str, str, str | None]]:
        value = record.value
        match record.collection:
            case "app.bsky.graph.follow":
                yield value["subject"], "follow", None
            case "app.bsky.feed.like" | "app.bsky.feed.repost":
                reason, subject = record.collection.rpartition(".")[2], value["subject"]["uri"]
                yield did_of(subject), reason, subject
                via: Mapping[str, Any] | None = value.get("via")
                if via is not None:
                    yield did_of(via["uri"]), f"{reason}-via-repost", via["uri"]
            case "app.bsky.feed.post":
                yield from self._post_occasions(record)
            case _:
                pass

    def _post_occasions(self, post: StoredRecord) -> Iterator[tuple[str, str, str | None]]:
        for did in features(post, "mention"):
            yield did, "mention", None
        quoted = quoted_by(post)
        if (
            quoted is not None
            and collection_of(quoted) == POST
            and may_embed(self._index, quoted, post.did, post.uri)
        ):
            yield did_of(quoted), "quote", quoted
        if may_reply(self._index, post):
            for ancestor in self._ancestors(post):
                yield did_of(ancestor), "reply", ancestor

    def _ancestors(self, post: StoredRecord) -> Iterator[str]:
        current: StoredRecord | None = post
        for _ in range(_MAX_HEIGHT):
            parent = None if current is None else parent_of(current)
            if parent is None:
                return
            yield parent
            current = self._index.find(parent)
