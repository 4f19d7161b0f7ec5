"""Lists, starter packs, feed generators and labelers as the app view shows them to somebody."""

from __future__ import annotations

from typing import Any, Final

from atlex.testing._bluesky._index import FEED_GENERATOR, LIST, collection_of
from atlex.testing._bluesky._profile_views import ProfileViews
from atlex.testing._repo import StoredRecord

__all__ = ["ListViews"]

_MAX_SAMPLE: Final = 12


class ListViews(ProfileViews):
    """Makes the views of what accounts publish about others' accounts and posts."""

    def find_list(self, uri: str) -> StoredRecord | None:
        """The list with an AT URI."""
        return self.find_of(LIST, uri)

    def find_of(self, collection: str, uri: str) -> StoredRecord | None:
        """The record with an AT URI, where that is in a collection."""
        return self.find(uri) if collection_of(uri) == collection else None

    def find(self, uri: str) -> StoredRecord | None:
        """The record with an AT URI, which may name a handle; None also when its account isn't in use."""
        authority, _, path = uri.removeprefix("at://").partition("/")
        account = self.state.accounts.find_public(authority)
        return None if account is None else self.index.find(f"at://{account.did}/{path}")

    def list_full(self, record: StoredRecord) -> dict[str, Any]:
        """A list by itself."""
        return {**self.list_basic(record), "creator": self._creator(record), **_described(record)}

    def list_item(self, item: StoredRecord) -> dict[str, Any] | None:
        """A member of a list; None when the account isn't there."""
        account = self.state.accounts.find_public(item.value["subject"])
        return None if account is None else {"uri": item.uri, "subject": self.profile(account)}

    def membership(self, uri: str, did: str) -> dict[str, Any]:
        """The ``listItem`` that puts an account on a list, if there is one."""
        item = self.index.link("list item", uri, did)
        view = None if item is None else self.list_item(item)
        return {} if view is None else {"listItem": view}

    def list_items(self, uri: str) -> list[StoredRecord]:
        """The members of a list who are there, newest first."""
        items = self.index.about("list item", uri)
        accounts = self.state.accounts
        return [item for item in reversed(items) if accounts.find_public(item.value["subject"]) is not None]

    def starter_pack_basic(self, record: StoredRecord) -> dict[str, Any]:
        """A starter pack in a list of them."""
        account = self.state.accounts.find_public(record.did)
        assert account is not None  # noqa: S101 - records are only found where their account is in use
        return {
            "uri": record.uri,
            "cid": record.cid,
            "record": record.value,
            "creator": self.author(account),
            "joinedWeekCount": 0,
            "joinedAllTimeCount": 0,
            "labels": self.labels(record),
            "indexedAt": record.indexed_at,
        }

    def starter_pack(self, record: StoredRecord) -> dict[str, Any]:
        """A starter pack by itself, with its list and feeds."""
        view = self.starter_pack_basic(record)
        members = self.find_list(record.value["list"])
        if members is not None:
            view["list"] = self.list_basic(members)
            items = map(self.list_item, self.list_items(members.uri)[::-1][:_MAX_SAMPLE])
            view["listItemsSample"] = [item for item in items if item is not None]
        feeds = (self.find_of(FEED_GENERATOR, feed["uri"]) for feed in record.value.get("feeds", ()))
        view["feeds"] = [self.feed_generator(feed) for feed in feeds if feed is not None]
        return view

    def feed_generator(self, record: StoredRecord) -> dict[str, Any]:
        """A custom feed."""
        like = self.index.link("like", record.uri, self.viewer)
        view: dict[str, Any] = {
            "uri": record.uri,
            "cid": record.cid,
            "did": record.value["did"],
            "creator": self._creator(record),
            "displayName": record.value["displayName"],
            "likeCount": self.index.count("like", record.uri),
            "labels": self.labels(record),
            "viewer": {} if like is None else {"like": like.uri},
            "indexedAt": record.indexed_at,
            **_described(record),
        }
        if "avatar" in record.value:
            view["avatar"] = self.blob_url(record.did, record.value["avatar"])
        return view

    def labeler(self, record: StoredRecord) -> dict[str, Any]:
        """A labeler in a list of them."""
        like = self.index.link("like", record.uri, self.viewer)
        return {
            "uri": record.uri,
            "cid": record.cid,
            "creator": self._creator(record),
            "likeCount": self.index.count("like", record.uri),
            "labels": self.labels(record),
            "viewer": {} if like is None else {"like": like.uri},
            "indexedAt": record.indexed_at,
        }

    def embeddable(self, record: StoredRecord) -> dict[str, Any] | None:
        """The view of an embedded record that isn't a post; None for records that can't be embedded."""
        match record.collection:
            case "app.bsky.graph.list":
                return {"$type": "app.bsky.graph.defs#listView", **self.list_full(record)}
            case "app.bsky.graph.starterpack":
                return {
                    "$type": "app.bsky.graph.defs#starterPackViewBasic",
                    **self.starter_pack_basic(record),
                }
            case "app.bsky.feed.generator":
                return {"$type": "app.bsky.feed.defs#generatorView", **self.feed_generator(record)}
            case "app.bsky.labeler.service":
                return {"$type": "app.bsky.labeler.defs#labelerView", **self.labeler(record)}
            case _:
                return None

    def _creator(self, record: StoredRecord) -> dict[str, Any]:
        account = self.state.accounts.find_public(record.did)
        assert account is not None  # noqa: S101 - records are only found where their account is in use
        return self.profile(account)


def _described(record: StoredRecord) -> dict[str, Any]:
    return {name: record.value[name] for name in ("description", "descriptionFacets") if name in record.value}
