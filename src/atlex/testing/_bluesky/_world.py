"""What the methods of the app view share: the index of records, and what accounts keep to themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from atlex.testing._bluesky._index import Index
from atlex.testing._bluesky._notices import Notices
from atlex.testing._repo import StoredRecord

__all__ = ["Bookmark", "Mute", "Private", "World"]


class Mute(NamedTuple):
    """A muted account.

    Attributes:
        number: Its place in the order of mutes.
        only: Whether just its reposts or quotes are muted; empty for everything.
    """

    number: int
    only: frozenset[str]


class Bookmark(NamedTuple):
    """A bookmarked post, with its place in the order of bookmarks."""

    number: int
    uri: str
    cid: str
    created_at: str


@dataclass(slots=True)
class Private:
    """What one account keeps with the app view rather than in records.

    Attributes:
        mutes: The accounts that it muted, by DID.
        muted_lists: The lists that it muted, by URI, each with its place in the order of mutes.
        muted_threads: The threads that it muted, by the URI of their first post.
        seen_at: Up to when it has seen its notifications.
        bookmarks: The posts that it bookmarked, by URI.
        notification_preferences: What it asked for with ``putPreferencesV2``.
    """

    mutes: dict[str, Mute] = field(default_factory=dict[str, Mute])
    muted_lists: dict[str, int] = field(default_factory=dict[str, int])
    muted_threads: set[str] = field(default_factory=set[str])
    seen_at: str | None = None
    bookmarks: dict[str, Bookmark] = field(default_factory=dict[str, Bookmark])
    notification_preferences: Mapping[str, Any] = field(default_factory=dict[str, Any])


class World:
    """Everything that the app view knows beside the accounts."""

    def __init__(self) -> None:
        self.index = Index()
        self.notices = Notices(self.index)
        self.private: defaultdict[str, Private] = defaultdict(Private)

    def changed(self, before: StoredRecord | None, after: StoredRecord | None) -> None:
        """Take in that a record was created, changed or deleted; views show valid ones only."""
        if before is not None and before.valid:
            self.notices.remove(before)
            self.index.remove(before)
        if after is not None and after.valid:
            self.index.add(after)
            self.notices.add(after)
