"""Accounts as the app view shows them to somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from atlex.testing._accounts import Account
from atlex.testing._bluesky._index import (
    FEED_GENERATOR,
    FOLLOW,
    LABELER,
    LIST,
    LIST_BLOCK,
    POST,
    PROFILE,
    STARTER_PACK,
    Index,
)
from atlex.testing._bluesky._world import Private, World
from atlex.testing._methods import State
from atlex.testing._repo import StoredRecord

__all__ = ["ProfileViews"]

_CHAT: Final = "chat.bsky.actor.declaration"
_NOTIFICATIONS: Final = "app.bsky.notification.declaration"
_MAX_KNOWN: Final = 5


class ProfileViews:
    """Makes views for one account that looks.

    Args:
        state: What all methods share.
        world: What the app view knows.
        viewer: The DID of the account that looks.
    """

    def __init__(self, state: State, world: World, viewer: str) -> None:
        self.state = state
        self.world = world
        self.viewer = viewer

    @property
    def index(self) -> Index:
        """The records of all accounts."""
        return self.world.index

    @cached_property
    def own(self) -> Private:
        """What the viewer keeps to itself."""
        return self.world.private[self.viewer]

    def profiles(self, dids: Sequence[str]) -> list[dict[str, Any]]:
        """The profiles of those accounts that there are, without what only a profile by itself has."""
        found = map(self.state.accounts.find_public, dids)
        return [self.profile(account) for account in found if account is not None]

    def profile(self, account: Account) -> dict[str, Any]:
        """A profile in a list of profiles."""
        record, value = self._profile_record(account.did)
        described = {"description": value["description"]} if "description" in value else {}
        indexed = {} if record is None else {"indexedAt": record.indexed_at}
        return {**self.author(account), **described, **indexed}

    def author(self, account: Account) -> dict[str, Any]:
        """A profile as it stands in a post."""
        record, value = self._profile_record(account.did)
        author: dict[str, Any] = {
            "did": account.did,
            "handle": account.handle,
            "viewer": self.viewer_state(account.did),
            "labels": [] if record is None else self.labels(record),
            "associated": self._associated(account.did),
        }
        if record is not None:
            # Without a profile, the app view doesn't know.
            author["createdAt"] = account.created_at
        author |= {name: value[name] for name in ("displayName", "pronouns") if name in value}
        if "avatar" in value:
            author["avatar"] = self.blob_url(account.did, value["avatar"])
        return author

    def detailed(self, account: Account) -> dict[str, Any]:
        """A profile by itself, with its counts."""
        did, index = account.did, self.index
        _, value = self._profile_record(did)
        profile = self.profile(account)
        profile |= {name: value[name] for name in ("website", "pinnedPost") if name in value}
        if "banner" in value:
            profile["banner"] = self.blob_url(did, value["banner"])
        known = self._known_followers(did)
        if known:
            profile["viewer"]["knownFollowers"] = {"count": len(known), "followers": known[:_MAX_KNOWN]}
        return {
            **profile,
            "followersCount": index.count("follow", did),
            "followsCount": len(index.of(did, FOLLOW)),
            "postsCount": len(index.of(did, POST)),
            "associated": {
                "lists": len(index.of(did, LIST)),
                "feedgens": len(index.of(did, FEED_GENERATOR)),
                "starterPacks": len(index.of(did, STARTER_PACK)),
                "labeler": bool(index.of(did, LABELER)),
                **profile["associated"],
            },
        }

    def viewer_state(self, did: str) -> dict[str, Any]:
        """How the viewer and an account stand to each other."""
        index, viewer = self.index, self.viewer
        state: dict[str, Any] = {"muted": self.is_muted(did), "blockedBy": self.is_blocked_by(did)}
        mute = self.own.mutes.get(did)
        for part, name in (("reposts", "mutedOnlyReposts"), ("quotes", "mutedOnlyQuoteposts")):
            state[name] = mute is not None and part in mute.only
        named = {
            "blocking": index.link("block", did, viewer),
            "following": index.link("follow", did, viewer),
            "followedBy": index.link("follow", viewer, did),
        }
        state |= {name: record.uri for name, record in named.items() if record is not None}
        lists = {"mutedByList": self.muting_list(did), "blockingByList": self.blocking_list(viewer, did)}
        views = {name: self.list_basic(record) for name, record in lists.items() if record is not None}
        return state | views

    def list_basic(self, record: StoredRecord) -> dict[str, Any]:
        """A list as it stands in another view."""
        view: dict[str, Any] = {
            "uri": record.uri,
            "cid": record.cid,
            "name": record.value["name"],
            "purpose": record.value["purpose"],
            "listItemCount": self.index.count("list item", record.uri),
            "labels": self.labels(record),
            "viewer": self._list_state(record.uri),
            "indexedAt": record.indexed_at,
        }
        if "avatar" in record.value:
            view["avatar"] = self.blob_url(record.did, record.value["avatar"])
        return view

    def _list_state(self, uri: str) -> dict[str, Any]:
        block = self.index.link("list block", uri, self.viewer)
        blocked = {} if block is None else {"blocked": block.uri}
        return {"muted": uri in self.own.muted_lists, **blocked}

    def muting_list(self, did: str) -> StoredRecord | None:
        """The list that mutes an account for the viewer."""
        return self._listing(self.own.muted_lists, did)

    def blocking_list(self, blocker: str, did: str) -> StoredRecord | None:
        """The list by which one account blocks another."""
        return self._listing((block.value["subject"] for block in self.index.of(blocker, LIST_BLOCK)), did)

    def _listing(self, uris: Iterable[str], did: str) -> StoredRecord | None:
        lists = (uri for uri in uris if self.index.link("list item", uri, did) is not None)
        return next((record for uri in lists if (record := self.index.find(uri)) is not None), None)

    def is_muted(self, did: str) -> bool:
        """Whether the viewer has muted an account, by itself or with a list."""
        mute = self.own.mutes.get(did)
        return (mute is not None and not mute.only) or self.muting_list(did) is not None

    def is_blocking(self, did: str) -> bool:
        """Whether the viewer blocks an account."""
        return self.blocks(self.viewer, did)

    def is_blocked_by(self, did: str) -> bool:
        """Whether an account blocks the viewer."""
        return self.blocks(did, self.viewer)

    def is_apart(self, did: str) -> bool:
        """Whether the viewer and an account have nothing to do with each other: one blocks the other."""
        return self.is_blocking(did) or self.is_blocked_by(did)

    def blocks(self, blocker: str, did: str) -> bool:
        """Whether one account blocks another, by a record for it or for a list."""
        by_record = self.index.link("block", did, blocker) is not None
        return by_record or self.blocking_list(blocker, did) is not None

    def labels(self, record: StoredRecord) -> list[dict[str, Any]]:
        """The labels that a record gives itself."""
        own: Mapping[str, Any] = record.value.get("labels", {})
        if own.get("$type") != "com.atproto.label.defs#selfLabels":
            return []
        return [
            {
                "src": record.did,
                "uri": record.uri,
                "cid": record.cid,
                "val": label["val"],
                "cts": record.value.get("createdAt", record.indexed_at),
            }
            for label in own["values"]
        ]

    def blob_url(self, did: str, blob: Mapping[str, Any]) -> str:
        """Where a picture is."""
        return f"{self.state.url()}/xrpc/com.atproto.sync.getBlob?did={did}&cid={blob['ref']['$link']}"

    def _profile_record(self, did: str) -> tuple[StoredRecord | None, Mapping[str, Any]]:
        record = self.index.find(f"at://{did}/{PROFILE}/self")
        return record, {} if record is None else record.value

    def _associated(self, did: str) -> dict[str, Any]:
        """What an account declares of itself, or would by default."""
        chat = self.index.find(f"at://{did}/{_CHAT}/self")
        told = self.index.find(f"at://{did}/{_NOTIFICATIONS}/self")
        allowed = "followers" if told is None else told.value["allowSubscriptions"]
        associated: dict[str, Any] = {"activitySubscription": {"allowSubscriptions": allowed}}
        if chat is not None:
            associated["chat"] = {"allowIncoming": chat.value["allowIncoming"]}
        return associated

    def _known_followers(self, did: str) -> list[dict[str, Any]]:
        followed: list[str] = [follow.value["subject"] for follow in self.index.of(self.viewer, FOLLOW)]
        known = [other for other in followed if self.index.link("follow", did, other) is not None]
        accounts = map(self.state.accounts.find_public, known)
        return [self.author(account) for account in accounts if account is not None]
