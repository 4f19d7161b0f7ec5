"""Records as tests write them, without the layer's help."""

from __future__ import annotations

from atlex import now
from atlex_sdk import app

__all__ = ["follow", "like", "post", "repost"]

Posts = app.bsky.feed.post


def post(bsky, text, **fields):
    """Write a post; ``reply_to`` is a post, and the root of the thread."""
    if (parent := fields.pop("reply_to", None)) is not None:
        root = fields.pop("root", parent)
        fields["reply"] = Posts.ReplyRef(root=_ref(root), parent=_ref(parent))
    record = Posts.Post(text=text, created_at=fields.pop("created_at", now()), **fields)
    return bsky.client.app.bsky.feed.post.create(record)


def like(bsky, subject):
    return bsky.client.app.bsky.feed.like.create(
        app.bsky.feed.like.Like(subject=_ref(subject), created_at=now())
    )


def repost(bsky, subject):
    return bsky.client.app.bsky.feed.repost.create(
        app.bsky.feed.repost.Repost(subject=_ref(subject), created_at=now())
    )


def follow(bsky, other):
    return bsky.client.app.bsky.graph.follow.create(
        app.bsky.graph.follow.Follow(subject=other.did, created_at=now())
    )


def _ref(subject):
    return {"uri": subject.uri, "cid": subject.cid}
