"""Which records refer to what: kept with every write, so that no view has to look through all records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast

from atlex.testing._repo import StoredRecord

__all__ = [
    "BLOCK",
    "FEED_GENERATOR",
    "FOLLOW",
    "LABELER",
    "LIKE",
    "LIST",
    "LIST_BLOCK",
    "LIST_ITEM",
    "POST",
    "POST_GATE",
    "PROFILE",
    "REPOST",
    "STARTER_PACK",
    "THREAD_GATE",
    "Index",
    "Kind",
    "collection_of",
    "did_of",
    "features",
    "media_of",
    "parent_of",
    "quoted_by",
    "root_of",
]

POST: Final = "app.bsky.feed.post"
LIKE: Final = "app.bsky.feed.like"
REPOST: Final = "app.bsky.feed.repost"
THREAD_GATE: Final = "app.bsky.feed.threadgate"
POST_GATE: Final = "app.bsky.feed.postgate"
FEED_GENERATOR: Final = "app.bsky.feed.generator"
FOLLOW: Final = "app.bsky.graph.follow"
BLOCK: Final = "app.bsky.graph.block"
LIST: Final = "app.bsky.graph.list"
LIST_ITEM: Final = "app.bsky.graph.listitem"
LIST_BLOCK: Final = "app.bsky.graph.listblock"
STARTER_PACK: Final = "app.bsky.graph.starterpack"
PROFILE: Final = "app.bsky.actor.profile"
LABELER: Final = "app.bsky.labeler.service"

Kind: TypeAlias = Literal[
    "like",
    "repost",
    "reply",
    "in thread",
    "quote",
    "follow",
    "block",
    "list block",
    "list item",
    "membership",
]
"""How a record refers to its target."""


class _Link(NamedTuple):
    kind: Kind
    target: str
    # Of several records with one key, such as two likes of a post by one account, only the first counts.
    key: str


def did_of(uri: str) -> str:
    """The repository that an AT URI is in; "" where it names none."""
    return uri.removeprefix("at://").partition("/")[0]


def collection_of(uri: str) -> str:
    """The collection that an AT URI is in; "" where it names none."""
    return uri.removeprefix("at://").partition("/")[2].partition("/")[0]


def parent_of(post: StoredRecord) -> str | None:
    """The post that a post replies to."""
    return _reply_to(post, "parent")


def root_of(post: StoredRecord) -> str:
    """The first post of the thread that a post is in, which may be itself."""
    return _reply_to(post, "root") or post.uri


def quoted_by(post: StoredRecord) -> str | None:
    """The record that a post embeds."""
    embed: Mapping[str, Any] = post.value.get("embed", {})
    match embed.get("$type"):
        case "app.bsky.embed.record":
            return cast("str", embed["record"]["uri"])
        case "app.bsky.embed.recordWithMedia":
            return cast("str", embed["record"]["record"]["uri"])
        case _:
            return None


def media_of(post: StoredRecord) -> Mapping[str, Any]:
    """The embed of a post, without the record that it may quote beside it; empty where there is none."""
    embed: Mapping[str, Any] = post.value.get("embed", {})
    beside_quote = embed.get("$type") == "app.bsky.embed.recordWithMedia"
    return cast("Mapping[str, Any]", embed["media"]) if beside_quote else embed


def features(post: StoredRecord, kind: Literal["mention", "link", "tag"]) -> list[str]:
    """The accounts, URIs or tags that the facets of a post name."""
    member = {"mention": "did", "link": "uri", "tag": "tag"}[kind]
    return [
        feature[member]
        for facet in post.value.get("facets", ())
        for feature in facet["features"]
        if feature.get("$type") == f"app.bsky.richtext.facet#{kind}"
    ]


class Index:
    """The valid records of all accounts, and what they refer to."""

    def __init__(self) -> None:
        self._records: dict[str, StoredRecord] = {}
        self._of: dict[tuple[str, str], dict[str, StoredRecord]] = {}
        self._links: dict[tuple[Kind, str], dict[str, dict[str, StoredRecord]]] = {}

    def add(self, record: StoredRecord) -> None:
        """Take a new record in."""
        self._records[record.uri] = record
        self._of.setdefault((record.did, record.collection), {})[record.uri] = record
        for link in _links(record):
            keys = self._links.setdefault((link.kind, link.target), {})
            keys.setdefault(link.key, {})[record.uri] = record

    def remove(self, record: StoredRecord) -> None:
        """Forget a record."""
        del self._records[record.uri]
        del self._of[record.did, record.collection][record.uri]
        for link in _links(record):
            keys = self._links[link.kind, link.target]
            del keys[link.key][record.uri]
            if not keys[link.key]:
                del keys[link.key]

    def find(self, uri: str) -> StoredRecord | None:
        """The record with this AT URI, whose authority is a DID."""
        return self._records.get(uri)

    def of(self, did: str, collection: str) -> Sequence[StoredRecord]:
        """An account's records in a collection, in the order of their creation."""
        return _in_order(self._of.get((did, collection), {}).values())

    def all(self, collection: str) -> Sequence[StoredRecord]:
        """Everybody's records in a collection, in the order of their creation."""
        found = (records.values() for (_, name), records in self._of.items() if name == collection)
        return _in_order(record for records in found for record in records)

    def about(self, kind: Kind, target: str) -> Sequence[StoredRecord]:
        """The records that refer to a target, in the order of their creation."""
        return _in_order(next(iter(same.values())) for same in self._links.get((kind, target), {}).values())

    def count(self, kind: Kind, target: str) -> int:
        """How many `about` gives."""
        return len(self._links.get((kind, target), ()))

    def link(self, kind: Kind, target: str, key: str) -> StoredRecord | None:
        """The record that refers to a target.

        Args:
            kind: How it refers to it.
            target: A DID or an AT URI.
            key: The listed account for list items; the record's own URI for memberships, replies and quotes;
                else the author's DID.
        """
        return next(iter(self._links.get((kind, target), {}).get(key, {}).values()), None)


def _in_order(records: Iterator[StoredRecord] | Any) -> list[StoredRecord]:
    return sorted(records, key=lambda record: record.number)


def _reply_to(post: StoredRecord, name: Literal["parent", "root"]) -> str | None:
    reply: Mapping[str, Any] | None = post.value.get("reply")
    return None if reply is None else reply[name]["uri"]


def _links(record: StoredRecord) -> Iterator[_Link]:
    value, did = record.value, record.did
    match record.collection:
        case "app.bsky.feed.post":
            yield _Link("in thread", root_of(record), record.uri)
            if (parent := parent_of(record)) is not None:
                yield _Link("reply", parent, record.uri)
            if (quoted := quoted_by(record)) is not None:
                yield _Link("quote", quoted, record.uri)
        case "app.bsky.feed.like":
            yield _Link("like", value["subject"]["uri"], did)
        case "app.bsky.feed.repost":
            yield _Link("repost", value["subject"]["uri"], did)
        case "app.bsky.graph.follow":
            yield _Link("follow", value["subject"], did)
        case "app.bsky.graph.block":
            yield _Link("block", value["subject"], did)
        case "app.bsky.graph.listblock":
            yield _Link("list block", value["subject"], did)
        case "app.bsky.graph.listitem" if did_of(value["list"]) == did:
            yield _Link("list item", value["list"], value["subject"])
            yield _Link("membership", value["subject"], record.uri)
        case _:
            pass
