"""Posts as the app view shows them to somebody, with what they embed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from atlex.testing._bluesky._gates import (
    LIST_RULE,
    allows_embedding,
    allows_reply,
    gate_of,
    may_embed,
    may_reply,
)
from atlex.testing._bluesky._index import (
    POST,
    PROFILE,
    THREAD_GATE,
    collection_of,
    root_of,
)
from atlex.testing._bluesky._list_views import ListViews
from atlex.testing._repo import StoredRecord

__all__ = ["PostViews"]

_MAX_EMBEDS: Final = 2


class PostViews(ListViews):
    """Makes the views of posts."""

    def find_post(self, uri: str) -> StoredRecord | None:
        """The post with an AT URI."""
        return self.find_of(POST, uri)

    def is_shown(self, record: StoredRecord) -> bool:
        """Whether a record's account is in use, and no block stands between it and the viewer."""
        return self.state.accounts.find_public(record.did) is not None and not self.is_apart(record.did)

    def author_of(self, record: StoredRecord) -> dict[str, Any]:
        """The author of a record that `find` gave."""
        account = self.state.accounts.find_public(record.did)
        assert account is not None  # noqa: S101 - records are only found where their account is in use
        return self.author(account)

    def post(self, record: StoredRecord) -> dict[str, Any]:
        """A post with its counts, and how the viewer stands to it."""
        post: dict[str, Any] = {
            "uri": record.uri,
            "cid": record.cid,
            "author": self.author_of(record),
            "record": record.value,
            "bookmarkCount": sum(record.uri in own.bookmarks for own in self.world.private.values()),
            **self._counts(record),
            "indexedAt": record.indexed_at,
            "viewer": self._post_state(record),
            "labels": self.labels(record),
        }
        if (embed := self._embed(record, _MAX_EMBEDS)) is not None:
            post["embed"] = embed
        if (gate := self.thread_gate(record)) is not None:
            post["threadgate"] = gate
        return post

    def replies(self, uri: str) -> list[StoredRecord]:
        """The replies to a post that its thread's rules allow, in the order in which they were written."""
        return [reply for reply in self.index.about("reply", uri) if may_reply(self.index, reply)]

    def thread_gate(self, post: StoredRecord) -> dict[str, Any] | None:
        """The gate of the thread that a post begins."""
        gate = gate_of(self.index, THREAD_GATE, post.uri)
        if gate is None:
            return None
        rules: Sequence[Mapping[str, Any]] = gate.value.get("allow", ())
        named = (self.find_list(rule["list"]) for rule in rules if rule["$type"] == LIST_RULE)
        return {
            "uri": gate.uri,
            "cid": gate.cid,
            "record": gate.value,
            "lists": [self.list_basic(record) for record in named if record is not None],
        }

    def post_or_gap(self, uri: str) -> dict[str, Any]:
        """The post with an AT URI, or what stands in its place, in a union of them."""
        post = self.find_post(uri)
        if post is None or self.is_apart(post.did):
            return self.absent_post(uri, post)
        return {"$type": "app.bsky.feed.defs#postView", **self.post(post)}

    def absent_post(self, uri: str, post: StoredRecord | None) -> dict[str, Any]:
        """What stands in the place of a post that isn't there, or that a block keeps from the viewer."""
        if post is None:
            return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
        author = self.blocked_author(post.did)
        return {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri, "blocked": True, "author": author}

    def blocked_author(self, did: str) -> dict[str, Any]:
        """The author of a post that isn't shown because one of the two blocks the other."""
        state = self.viewer_state(did)
        shown = ("blockedBy", "blocking", "blockingByList")
        return {"did": did, "viewer": {name: state[name] for name in shown if name in state}}

    def _counts(self, record: StoredRecord) -> dict[str, int]:
        index, uri = self.index, record.uri
        gated = gate_of(index, THREAD_GATE, root_of(record)) is not None
        return {
            "replyCount": len(self.replies(uri)) if gated else index.count("reply", uri),
            "repostCount": index.count("repost", uri),
            "likeCount": index.count("like", uri),
            "quoteCount": index.count("quote", uri),
        }

    def _post_state(self, record: StoredRecord) -> dict[str, Any]:
        index, uri, viewer = self.index, record.uri, self.viewer
        root = root_of(record)
        state: dict[str, Any] = {
            "bookmarked": uri in self.own.bookmarks,
            "threadMuted": root in self.own.muted_threads,
            "embeddingDisabled": not allows_embedding(index, uri, viewer),
        }
        links = {"like": index.link("like", uri, viewer), "repost": index.link("repost", uri, viewer)}
        state |= {name: link.uri for name, link in links.items() if link is not None}
        if not may_reply(index, record):
            state["replyDisabled"] = True
        elif gate_of(index, THREAD_GATE, root) is not None:
            state["replyDisabled"] = not allows_reply(index, root, viewer)
        profile = index.find(f"at://{record.did}/{PROFILE}/self")
        if profile is not None and profile.value.get("pinnedPost", {}).get("uri") == uri:
            state["pinned"] = True
        return state

    # Embeds

    def _embed(self, post: StoredRecord, depth: int) -> dict[str, Any] | None:
        embed: Mapping[str, Any] = post.value.get("embed", {})
        match embed.get("$type"):
            case "app.bsky.embed.record":
                return {
                    "$type": "app.bsky.embed.record#view",
                    "record": self.quoted(embed["record"]["uri"], post.did, post.uri, depth),
                }
            case "app.bsky.embed.recordWithMedia":
                media = self._media(post.did, embed["media"])
                quoted = embed["record"]["record"]["uri"]
                record = {"record": self.quoted(quoted, post.did, post.uri, depth)}
                return media and {
                    "$type": "app.bsky.embed.recordWithMedia#view",
                    "record": record,
                    "media": media,
                }
            case _:
                return self._media(post.did, embed)

    def _media(self, did: str, embed: Mapping[str, Any]) -> dict[str, Any] | None:
        match embed.get("$type"):
            case "app.bsky.embed.images":
                images = [self._image(did, image, "thumb") for image in embed["images"]]
                return {"$type": "app.bsky.embed.images#view", "images": images}
            case "app.bsky.embed.gallery":
                kind = "app.bsky.embed.gallery#viewImage"
                known = (item for item in embed["items"] if item["$type"] == "app.bsky.embed.gallery#image")
                items = [{"$type": kind, **self._image(did, item, "thumbnail")} for item in known]
                return {"$type": "app.bsky.embed.gallery#view", "items": items}
            case "app.bsky.embed.external":
                external: Mapping[str, Any] = embed["external"]
                view = {name: external[name] for name in ("uri", "title", "description")}
                if "thumb" in external:
                    view["thumb"] = self.blob_url(did, external["thumb"])
                return {"$type": "app.bsky.embed.external#view", "external": view}
            case "app.bsky.embed.video":
                cid = embed["video"]["ref"]["$link"]
                place = f"{self.state.url()}/watch/{did}/{cid}"
                named = {
                    name: embed[name] for name in ("alt", "aspectRatio", "presentation") if name in embed
                }
                return {
                    "$type": "app.bsky.embed.video#view",
                    "cid": cid,
                    "playlist": f"{place}/playlist.m3u8",
                    "thumbnail": f"{place}/thumbnail.jpg",
                    **named,
                }
            case _:
                return None

    def _image(self, did: str, image: Mapping[str, Any], small: str) -> dict[str, Any]:
        url = self.blob_url(did, image["image"])
        ratio = {"aspectRatio": image["aspectRatio"]} if "aspectRatio" in image else {}
        return {small: url, "fullsize": url, "alt": image["alt"], **ratio}

    def quoted(self, uri: str, did: str, by: str | None = None, depth: int = _MAX_EMBEDS) -> dict[str, Any]:
        """A record where a post or a message embeds it.

        Args:
            uri: The record.
            did: The account that embeds it.
            by: The post that embeds it; None for a message.
            depth: How many embeds there may be in each other.
        """
        record = self.find(uri)
        if record is None:
            return {"$type": "app.bsky.embed.record#viewNotFound", "uri": uri, "notFound": True}
        if self._is_cut_off(did, record.did):
            author = self.blocked_author(record.did)
            return {
                "$type": "app.bsky.embed.record#viewBlocked",
                "uri": uri,
                "blocked": True,
                "author": author,
            }
        if collection_of(uri) != POST:
            missing = {"$type": "app.bsky.embed.record#viewNotFound", "uri": uri, "notFound": True}
            return self.embeddable(record) or missing
        if not may_embed(self.index, record.uri, did, by):
            return {"$type": "app.bsky.embed.record#viewDetached", "uri": uri, "detached": True}
        inner = self._embed(record, depth - 1) if depth > 1 else None
        embeds = {"embeds": [] if inner is None else [inner]} if depth > 1 else {}
        return {
            "$type": "app.bsky.embed.record#viewRecord",
            "uri": record.uri,
            "cid": record.cid,
            "author": self.author_of(record),
            "value": record.value,
            "labels": self.labels(record),
            **self._counts(record),
            "indexedAt": record.indexed_at,
            **embeds,
        }

    def _is_cut_off(self, did: str, quoted: str) -> bool:
        return self.blocks(did, quoted) or self.blocks(quoted, did) or self.is_apart(quoted)
