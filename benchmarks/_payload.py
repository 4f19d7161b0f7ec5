"""Answers of a server that nobody runs: the same bytes each time, and valid against the lexicons."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable
from typing import Any

__all__ = ["VIEWER", "Payloads", "encode"]

_Json = dict[str, Any]

VIEWER = "did:plc:2x6h7hq5wzkj3mpvbtqyl4ae"
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_TID = "234567abcdefghijklmnopqrstuvwxyz"
_CDN = "https://cdn.example.com/img"
_STORY = """
    a slow morning by the harbour with coffee and three gulls arguing over half of somebody's breakfast roll
    meanwhile the ferry leaves without its engineer again and nobody on the quay looks surprised about that
"""
_WORDS = tuple(_STORY.split())
_ENDINGS = (".", ".", "!", " 🎈", " — naïve, perhaps", " 今日はここまで。", " 👩‍🚀🚀")
_NAMES = ("Ines Okafor", "Tomáš", "北川 陽子", "Robin (he/they)", "weather bot ⛅", "Dr. Amara Lindqvist")
_LANGUAGES = ("en", "en", "en", "pt-BR", "ja", "de")


def encode(value: object) -> bytes:
    """Compact JSON in UTF-8, as a server sends it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Payloads:
    """Makes answers, one after another from one seed.

    Args:
        seed: Where the random numbers start: the same seed makes the same answers.
    """

    def __init__(self, seed: int = 5) -> None:
        self._random = random.Random(seed)
        self._count = 0

    def timeline(self, posts: int = 100) -> _Json:
        """The answer of ``app.bsky.feed.getTimeline``."""
        return {"feed": [self._feed_item() for _ in range(posts)], "cursor": self._time()}

    def profile(self) -> _Json:
        """The answer of ``app.bsky.actor.getProfile``."""
        profile = self._author()
        return {
            **profile,
            "description": f"{self._sentence(8, 20)}\n\n{self._sentence(4, 9)}",
            "banner": f"{_CDN}/banner/plain/{profile['did']}/{self._cid(0x55)}@jpeg",
            "followersCount": 48_112,
            "followsCount": 316,
            "postsCount": 9_004,
            "associated": {"lists": 2, "feedgens": 1, "starterPacks": 0, "labeler": False},
            "indexedAt": self._time(),
            "pinnedPost": self._strong_ref(profile["did"]),
        }

    def listing(self, records: int = 1000) -> _Json:
        """The answer of ``com.atproto.repo.listRecords`` for a repository's posts."""
        did = self._did()
        items: list[_Json] = []
        for _ in range(records):
            record, _view = self._post(did, 1, None)
            items.append({**self._strong_ref(did), "value": record})
        return {"records": items, "cursor": self._tid()}

    def thread(self, depth: int = 30) -> _Json:
        """The answer of ``app.bsky.feed.getPostThread``: one reply beneath another."""
        root = self._post_view()
        root_ref = {"uri": root["uri"], "cid": root["cid"]}
        posts = [root]
        for _ in range(depth - 1):
            parent = {"uri": posts[-1]["uri"], "cid": posts[-1]["cid"]}
            posts.append(self._post_view({"root": root_ref, "parent": parent}))
        node: _Json | None = None
        for post in reversed(posts):
            view = {"$type": "app.bsky.feed.defs#threadViewPost", "post": post}
            node = view | {"replies": [] if node is None else [node]}
        return {"thread": node}

    def record(self) -> _Json:
        """A post with a link, a reply and two pictures."""
        did = self._did()
        reply = {"root": self._strong_ref(), "parent": self._strong_ref()}
        text = self._sentence(12, 18)
        mention = " example.org"
        start = len(text.encode()) + 1
        link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/a/page"}
        images, _view = self._images(did)
        return {
            "$type": "app.bsky.feed.post",
            "text": text + mention,
            "createdAt": self._time(),
            "langs": ["en"],
            "facets": [
                {"index": {"byteStart": start, "byteEnd": start + len(mention) - 1}, "features": [link]}
            ],
            "reply": reply,
            "embed": images,
        }

    # The parts.

    def _chance(self, of: float) -> bool:
        return self._random.random() < of

    def _cid(self, codec: int = 0x71) -> str:
        self._count += 1
        digest = hashlib.sha256(str(self._count).encode()).digest()
        return "b" + base64.b32encode(bytes([1, codec, 0x12, 0x20]) + digest).decode().lower().rstrip("=")

    def _did(self) -> str:
        return "did:plc:" + "".join(self._random.choices(_BASE32, k=24))

    def _tid(self) -> str:
        return "3m" + "".join(self._random.choices(_TID, k=11))

    def _time(self) -> str:
        pick = self._random.randint
        return (
            f"2026-{pick(1, 9):02}-{pick(1, 28):02}T{pick(0, 23):02}:{pick(0, 59):02}:{pick(0, 59):02}"
            f".{pick(0, 999):03}Z"
        )

    def _sentence(self, fewest: int, most: int) -> str:
        words = self._random.choices(_WORDS, k=self._random.randint(fewest, most))
        return " ".join(words).capitalize() + self._random.choice(_ENDINGS)

    def _uri(self, did: str, collection: str) -> str:
        return f"at://{did}/{collection}/{self._tid()}"

    def _strong_ref(self, did: str | None = None) -> _Json:
        return {"uri": self._uri(did or self._did(), "app.bsky.feed.post"), "cid": self._cid()}

    def _label(self, uri: str) -> _Json:
        value = self._random.choice(("spam", "nudity", "graphic-media", "!warn"))
        return {
            "ver": 1,
            "src": self._did(),
            "uri": uri,
            "cid": self._cid(),
            "val": value,
            "cts": self._time(),
        }

    def _author(self) -> _Json:
        did = self._did()
        viewer: _Json = {"muted": False, "blockedBy": False}
        author: _Json = {"did": did, "handle": f"member-{self._random.randint(1, 99999)}.example.com"}
        if self._chance(0.9):
            author["displayName"] = self._random.choice(_NAMES)
            author["avatar"] = f"{_CDN}/avatar/plain/{did}/{self._cid(0x55)}@jpeg"
        if self._chance(0.5):
            author["associated"] = {
                "chat": {"allowIncoming": self._random.choice(("all", "none", "following"))},
                "activitySubscription": {"allowSubscriptions": "followers"},
            }
        if self._chance(0.7):
            viewer["following"] = self._uri(VIEWER, "app.bsky.graph.follow")
        author |= {"viewer": viewer, "labels": [], "createdAt": self._time()}
        if self._chance(0.1):
            author["labels"] = [self._label(self._uri(did, "app.bsky.actor.profile"))]
        return author

    def _blob(self, mime_type: str) -> _Json:
        size = self._random.randint(20_000, 900_000)
        return {"$type": "blob", "ref": {"$link": self._cid(0x55)}, "mimeType": mime_type, "size": size}

    def _images(self, did: str) -> tuple[_Json, _Json]:
        written: list[_Json] = []
        shown: list[_Json] = []
        for _ in range(self._random.choice((1, 1, 2, 4))):
            image, alt = self._blob("image/jpeg"), self._sentence(3, 16) if self._chance(0.6) else ""
            ratio = {"width": self._random.choice((1200, 1600, 2000)), "height": 1500}
            url = f"plain/{did}/{image['ref']['$link']}@jpeg"
            written.append({"image": image, "alt": alt, "aspectRatio": ratio})
            shown.append(
                {
                    "thumb": f"{_CDN}/feed_thumbnail/{url}",
                    "fullsize": f"{_CDN}/feed_fullsize/{url}",
                    "alt": alt,
                    "aspectRatio": ratio,
                }
            )
        return (
            {"$type": "app.bsky.embed.images", "images": written},
            {"$type": "app.bsky.embed.images#view", "images": shown},
        )

    def _external(self, did: str) -> tuple[_Json, _Json]:
        thumb = self._blob("image/png")
        card = {
            "uri": f"https://news.example.org/stories/{self._random.randint(1000, 99999)}",
            "title": self._sentence(4, 9),
            "description": self._sentence(12, 28),
        }
        url = f"{_CDN}/feed_thumbnail/plain/{did}/{thumb['ref']['$link']}@jpeg"
        return (
            {"$type": "app.bsky.embed.external", "external": {**card, "thumb": thumb}},
            {"$type": "app.bsky.embed.external#view", "external": {**card, "thumb": url}},
        )

    def _video(self, did: str) -> tuple[_Json, _Json]:
        video, ratio = self._blob("video/mp4"), {"width": 1080, "height": 1920}
        cid = video["ref"]["$link"]
        base = f"https://video.example.com/watch/{did}/{cid}"
        view = {"cid": cid, "playlist": f"{base}/playlist.m3u8", "thumbnail": f"{base}/thumbnail.jpg"}
        return (
            {"$type": "app.bsky.embed.video", "video": video, "aspectRatio": ratio},
            {"$type": "app.bsky.embed.video#view", **view, "aspectRatio": ratio},
        )

    def _quoted(self, depth: int) -> tuple[_Json, _Json]:
        author = self._author()
        ref = self._strong_ref(author["did"])
        if self._chance(0.06):
            gone = {"$type": "app.bsky.embed.record#viewNotFound", "uri": ref["uri"], "notFound": True}
            return ref, gone
        record, embed = self._post(author["did"], depth + 1, None)
        view = {
            "$type": "app.bsky.embed.record#viewRecord",
            **ref,
            "author": author,
            "value": record,
            "labels": [],
            **self._counts(),
            "indexedAt": self._time(),
            "embeds": [] if embed is None else [embed],
        }
        return ref, view

    def _quote(self, depth: int) -> tuple[_Json, _Json]:
        ref, view = self._quoted(depth)
        return (
            {"$type": "app.bsky.embed.record", "record": ref},
            {"$type": "app.bsky.embed.record#view", "record": view},
        )

    def _quote_with_media(self, did: str, depth: int) -> tuple[_Json, _Json]:
        written_media, shown_media = self._images(did)
        written, shown = self._quote(depth)
        return (
            {"$type": "app.bsky.embed.recordWithMedia", "record": written, "media": written_media},
            {
                "$type": "app.bsky.embed.recordWithMedia#view",
                "record": {"record": shown["record"]},
                "media": shown_media,
            },
        )

    def _unknown_embed(self) -> tuple[_Json, _Json]:
        board: _Json = {"$type": "com.example.chess.board", "moves": ["e4", "c5"], "ref": self._strong_ref()}
        return board, {**board, "$type": "com.example.chess.board#view"}

    def _embed(self, did: str, depth: int) -> tuple[_Json | None, _Json | None]:
        if depth > 1:
            return None, None
        plain: list[Callable[[], tuple[_Json | None, _Json | None]]] = [
            lambda: (None, None),
            lambda: self._images(did),
            lambda: self._external(did),
            lambda: self._video(did),
            self._unknown_embed,
            lambda: self._quote(depth),
            lambda: self._quote_with_media(did, depth),
        ]
        return self._random.choices(plain, (30, 28, 16, 6, 1, 14, 5))[0]()

    def _facets(self, text: str) -> tuple[str, list[_Json]]:
        facets: list[_Json] = []
        for _ in range(self._random.choice((0, 0, 0, 1, 1, 2))):
            added, feature = self._random.choice(
                (
                    (" #harbour", {"$type": "app.bsky.richtext.facet#tag", "tag": "harbour"}),
                    (
                        " example.org",
                        {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/x"},
                    ),
                    (" @ines.example.com", {"$type": "app.bsky.richtext.facet#mention", "did": self._did()}),
                )
            )
            start = len(text.encode()) + 1
            text += added
            index = {"byteStart": start, "byteEnd": len(text.encode())}
            facets.append({"index": index, "features": [feature]})
        return text, facets

    def _post(self, did: str, depth: int, reply: _Json | None) -> tuple[_Json, _Json | None]:
        text, facets = self._facets(self._sentence(4, 30))
        record: _Json = {"$type": "app.bsky.feed.post", "createdAt": self._time(), "text": text}
        embed, view = self._embed(did, depth)
        if embed is not None:
            record["embed"] = embed
        if facets:
            record["facets"] = facets
        if self._chance(0.85):
            record["langs"] = [self._random.choice(_LANGUAGES)]
        if self._chance(0.04):
            record["labels"] = {
                "$type": "com.atproto.label.defs#selfLabels",
                "values": [{"val": "nudity"}],
            }
        if self._chance(0.1):
            record["via"] = "Example for Desktop"
        if reply is not None:
            record["reply"] = reply
        return record, view

    def _counts(self) -> _Json:
        names = ("replyCount", "repostCount", "likeCount", "quoteCount")
        return {name: self._random.randint(0, 2000) for name in names}

    def _post_view(self, reply: _Json | None = None) -> _Json:
        author = self._author()
        record, embed = self._post(author["did"], 0, reply)
        post: _Json = {**self._strong_ref(author["did"]), "author": author, "record": record}
        if embed is not None:
            post["embed"] = embed
        viewer: _Json = {"bookmarked": False, "threadMuted": False, "embeddingDisabled": False}
        if self._chance(0.15):
            viewer["like"] = self._uri(VIEWER, "app.bsky.feed.like")
        labels = [self._label(post["uri"])] if self._chance(0.05) else []
        post |= {"bookmarkCount": self._random.randint(0, 40), **self._counts()}
        return post | {"indexedAt": self._time(), "viewer": viewer, "labels": labels}

    def _feed_item(self) -> _Json:
        item: _Json = {}
        if self._chance(0.4):
            root = {"$type": "app.bsky.feed.defs#postView", **self._post_view()}
            root_ref = {"uri": root["uri"], "cid": root["cid"]}
            parent, parent_ref = root, root_ref
            if self._chance(0.5):
                between = self._post_view({"root": root_ref, "parent": root_ref})
                parent = {"$type": "app.bsky.feed.defs#postView", **between}
                parent_ref = {"uri": parent["uri"], "cid": parent["cid"]}
            item["post"] = self._post_view({"root": root_ref, "parent": parent_ref})
            item["reply"] = {"root": root, "parent": parent, "grandparentAuthor": root["author"]}
        else:
            item["post"] = self._post_view()
        if self._chance(0.3):
            item["reason"] = {
                "$type": "app.bsky.feed.defs#reasonRepost",
                "by": self._author(),
                "indexedAt": self._time(),
            }
        return item
