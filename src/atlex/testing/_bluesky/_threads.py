"""Threads: ``app.bsky.feed.getPostThread`` as a tree, ``app.bsky.unspecced.getPostThreadV2`` as a list."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from atlex.testing._bluesky._area import Area
from atlex.testing._bluesky._gates import gate_of
from atlex.testing._bluesky._index import THREAD_GATE, did_of, parent_of, root_of
from atlex.testing._bluesky._post_views import PostViews
from atlex.testing._methods import Call, method
from atlex.testing._repo import StoredRecord
from atlex.testing._wire import PdsError

__all__ = ["ThreadMethods"]

_MAX_DEPTH: Final = 30
_MAX_ABOVE: Final = 10
_MAX_KNOWN: Final = 5
# How much more a reply is worth that the thread's author likes.
_LIKED_BY_AUTHOR: Final = 1.45
_ITEM: Final = "app.bsky.unspecced.defs#threadItem"


class _Asked(NamedTuple):
    """How much of a thread is wanted, and in which order replies come."""

    below: int
    branches: int
    order: str
    op: str


class ThreadMethods(Area):
    """The methods that give a post with what stands above and below it."""

    @method("app.bsky.feed.getPostThread", auth="access")
    def get_post_thread(self, call: Call) -> Any:
        """Give a post with the posts above it and the replies below."""
        views, uri = self.views(call), call.params["uri"]
        post = views.find_post(uri)
        if post is None:
            raise PdsError(400, "NotFound", f"Post not found: {uri}")
        if views.is_apart(post.did):
            return {"thread": views.absent_post(uri, post)}
        thread = self._with_replies(views, post, call.params["depth"])
        below, child = thread, post
        for _ in range(min(call.params["parentHeight"], _MAX_DEPTH)):
            parent_uri = parent_of(child)
            if parent_uri is None:
                break
            parent = views.find_post(parent_uri)
            if parent is None or views.is_apart(parent.did):
                below["parent"] = views.absent_post(parent_uri, parent)
                break
            below["parent"] = self._node(views, parent)
            below, child = below["parent"], parent
        return {"thread": thread, **self._gate(views, post)}

    @method("app.bsky.unspecced.getPostThreadV2", auth="access")
    def get_post_thread_v2(self, call: Call) -> Any:
        """Give a thread as a list: the posts above, the post, and each reply below its parent."""
        views, uri = self.views(call), call.params["anchor"]
        post = views.find_post(uri)
        if post is None:
            missing = {"uri": uri, "depth": 0, "value": {"$type": f"{_ITEM}NotFound"}}
            return {"thread": [missing], "hasOtherReplies": False}
        if views.is_apart(post.did):
            return {"thread": [self._blocked(views, post, 0)], "hasOtherReplies": False}
        params, op = call.params, did_of(root_of(post))
        asked = _Asked(params["below"], params["branchingFactor"], params["sort"], op)
        above = list(self._above(views, post)) if params["above"] else []
        anchor = self._item(views, post, 0)
        anchor["value"]["post"]["viewer"] |= self._known_likers(views, post)
        below = self._below(views, post, 1, asked)
        return {
            "thread": [*reversed(above), anchor, *below],
            "hasOtherReplies": any(self._others(views, post)),
            **self._gate(views, post),
        }

    @method("app.bsky.unspecced.getPostThreadOtherV2", auth="access")
    def get_post_thread_other_v2(self, call: Call) -> Any:
        """Give the replies that the thread's author hid, and those of muted accounts."""
        views = self.views(call)
        post = views.find_post(call.params["anchor"])
        others = () if post is None else self._others(views, post)
        return {"thread": [self._item(views, reply, 1) for reply in others]}

    def _gate(self, views: PostViews, post: StoredRecord) -> dict[str, Any]:
        root = views.find_post(root_of(post))
        gate = None if root is None else views.thread_gate(root)
        return {} if gate is None else {"threadgate": gate}

    # As a tree

    def _node(self, views: PostViews, post: StoredRecord) -> dict[str, Any]:
        like = self.world.index.link("like", post.uri, did_of(root_of(post)))
        context = {} if like is None else {"rootAuthorLike": like.uri}
        return {
            "$type": "app.bsky.feed.defs#threadViewPost",
            "post": views.post(post),
            "threadContext": context,
        }

    def _with_replies(self, views: PostViews, post: StoredRecord, depth: int) -> dict[str, Any]:
        root = self._node(views, post)
        level = [root]
        # Level by level, since a thread may be deeper than Python's stack, or than JSON readers like.
        for _ in range(min(depth, _MAX_DEPTH)):
            below: list[dict[str, Any]] = []
            for node in level:
                replies = filter(views.is_shown, reversed(views.replies(node["post"]["uri"])))
                node["replies"] = [self._node(views, reply) for reply in replies]
                below += node["replies"]
            level = below
        return root

    # As a list

    def _item(
        self, views: PostViews, post: StoredRecord, depth: int, branches: int | None = None
    ) -> dict[str, Any]:
        view = views.post(post)
        return {
            "uri": post.uri,
            "depth": depth,
            "value": {
                "$type": f"{_ITEM}Post",
                "post": view,
                "moreParents": False,
                "moreReplies": 0 if branches is None else max(view["replyCount"] - branches, 0),
                "opThread": self._is_own_thread(views, post),
                "hiddenByThreadgate": self._is_hidden(post),
                "mutedByViewer": views.is_muted(post.did),
            },
        }

    def _blocked(self, views: PostViews, post: StoredRecord, depth: int) -> dict[str, Any]:
        value = {"$type": f"{_ITEM}Blocked", "author": views.blocked_author(post.did)}
        return {"uri": post.uri, "depth": depth, "value": value}

    def _known_likers(self, views: PostViews, post: StoredRecord) -> dict[str, Any]:
        link = self.world.index.link
        likes = self.world.index.about("like", post.uri)
        dids = [like.did for like in likes if link("follow", like.did, views.viewer) is not None]
        found = map(self.state.accounts.find_public, dids)
        actors = [views.author(account) for account in found if account is not None]
        return {"knownLikers": {"count": len(actors), "actors": actors[:_MAX_KNOWN]}} if actors else {}

    def _above(self, views: PostViews, post: StoredRecord) -> Iterator[dict[str, Any]]:
        uri = parent_of(post)
        for depth in range(-1, -1 - _MAX_ABOVE, -1):
            if uri is None:
                return
            parent = views.find_post(uri)
            if parent is None:
                yield {"uri": uri, "depth": depth, "value": {"$type": f"{_ITEM}NotFound"}}
                return
            if views.is_apart(parent.did):
                yield self._blocked(views, parent, depth)
                return
            item, uri = self._item(views, parent, depth), parent_of(parent)
            item["value"]["moreParents"] = depth == -_MAX_ABOVE and uri is not None
            yield item

    def _below(
        self, views: PostViews, post: StoredRecord, depth: int, asked: _Asked
    ) -> Iterator[dict[str, Any]]:
        if depth > asked.below:
            return
        replies = self._sorted(
            views, filter(partial(self._is_regular, views), views.replies(post.uri)), asked
        )
        # The number of branches doesn't limit direct replies.
        for reply in replies if depth == 1 else replies[: asked.branches]:
            yield self._item(views, reply, depth, asked.branches if depth < asked.below else 0)
            yield from self._below(views, reply, depth + 1, asked)

    def _sorted(
        self, views: PostViews, replies: Iterable[StoredRecord], asked: _Asked
    ) -> Sequence[StoredRecord]:
        """Replies in the wanted order, after those of the thread's author, the viewer and followed accounts."""
        link, count = self.world.index.link, self.world.index.count

        def rank(reply: StoredRecord) -> tuple[bool, bool, bool]:
            followed = link("follow", reply.did, views.viewer) is not None
            return reply.did != asked.op, reply.did != views.viewer, not followed

        def worth(reply: StoredRecord) -> float:
            is_liked = link("like", reply.uri, asked.op) is not None
            return math.log(3 + count("like", reply.uri)) * (_LIKED_BY_AUTHOR if is_liked else 1.0)

        found = sorted(replies, key=lambda reply: reply.number, reverse=asked.order != "oldest")
        if asked.order == "top":
            found.sort(key=worth, reverse=True)
        return sorted(found, key=rank)

    def _is_regular(self, views: PostViews, reply: StoredRecord) -> bool:
        return views.is_shown(reply) and not (self._is_hidden(reply) or views.is_muted(reply.did))

    def _others(self, views: PostViews, post: StoredRecord) -> Iterator[StoredRecord]:
        for reply in views.replies(post.uri):
            if views.is_shown(reply) and not self._is_regular(views, reply):
                yield reply

    def _is_hidden(self, post: StoredRecord) -> bool:
        gate = gate_of(self.world.index, THREAD_GATE, root_of(post))
        return gate is not None and post.uri in gate.value.get("hiddenReplies", ())

    def _is_own_thread(self, views: PostViews, post: StoredRecord) -> bool:
        """Whether a post and everything above it are of one author."""
        current, author = post, post.did
        while (uri := parent_of(current)) is not None:
            parent = views.find_post(uri)
            if parent is None or parent.did != author:
                return False
            current = parent
        return True
