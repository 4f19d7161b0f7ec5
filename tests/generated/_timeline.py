"""A timeline of 100 posts as an app view answers it, made for the tests: valid, with every common kind of embed."""

from __future__ import annotations

import copy
from typing import Any

CID = "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
RAW = "bafkreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
WHEN = "2026-01-02T03:04:05.678Z"


def _uri(number: int) -> str:
    return f"at://{DID}/app.bsky.feed.post/3kabcdefgh{number // 32 % 8 + 2}{'234567abcdefghijklmnopqrstuvwxyz'[number % 32]}2"


def author(number: int) -> dict[str, Any]:
    return {
        "did": DID,
        "handle": f"user{number}.example.com",
        "displayName": f"Number {number}",
        "avatar": f"https://cdn.example.com/{number}.jpg",
        "associated": {"chat": {"allowIncoming": "following"}},
        "viewer": {
            "muted": False,
            "blockedBy": False,
            "following": f"at://{DID}/app.bsky.graph.follow/{number}",
        },
        "labels": [],
        "createdAt": WHEN,
    }


def record(number: int) -> dict[str, Any]:
    return {"$type": "app.bsky.feed.post", "text": f"post {number}", "createdAt": WHEN, "langs": ["en"]}


_IMAGE = {
    "thumb": "https://cdn.example.com/t.jpg",
    "fullsize": "https://cdn.example.com/f.jpg",
    "alt": "a hill",
    "aspectRatio": {"width": 4, "height": 3},
}
_IMAGES = {"$type": "app.bsky.embed.images#view", "images": [_IMAGE, _IMAGE]}
_EXTERNAL = {
    "$type": "app.bsky.embed.external#view",
    "external": {"uri": "https://example.com", "title": "A page", "description": "About"},
}


def quote(number: int) -> dict[str, Any]:
    """An embedded record that has an embed itself."""
    return {
        "$type": "app.bsky.embed.record#view",
        "record": {
            "$type": "app.bsky.embed.record#viewRecord",
            "uri": _uri(number),
            "cid": CID,
            "author": author(number),
            "value": record(number),
            "labels": [],
            "likeCount": number,
            "embeds": [_IMAGES],
            "indexedAt": WHEN,
        },
    }


def _embed(number: int) -> dict[str, Any]:
    media = {"$type": "app.bsky.embed.recordWithMedia#view", "record": quote(number), "media": _EXTERNAL}
    stranger = {"$type": "com.example.embed#view", "of": [15, None, {}]}
    return ({}, {"embed": _IMAGES}, {"embed": quote(number)}, {"embed": media}, {"embed": stranger})[
        number % 5
    ]


def item(number: int) -> dict[str, Any]:
    post = {
        "uri": _uri(number),
        "cid": CID,
        "author": author(number),
        "record": record(number),
        **_embed(number),
        "replyCount": 1,
        "repostCount": 2,
        "likeCount": number,
        "indexedAt": WHEN,
        "viewer": {"threadMuted": False, "somethingNew": {"a": 1}},
        "labels": [{"src": DID, "uri": _uri(number), "val": "fun", "cts": WHEN}],
    }
    return {"post": post, "feedContext": "x"} if number % 2 else {"post": post}


def timeline() -> dict[str, Any]:
    """A fresh copy, to be changed at will."""
    return copy.deepcopy({"cursor": "next", "feed": [item(number) for number in range(100)]})
