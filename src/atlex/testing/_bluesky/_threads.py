"""Threads: ``app.bsky.feed.getPostThread`` as a tree, ``app.bsky.unspecced.getPostThreadV2`` as a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from atlex.testing._bluesky._area import Area
from atlex.testing._bluesky._gates import gate_of
from atlex.testing._bluesky._index import THREAD_GATE, parent_of, root_of
from atlex.testing._bluesky._post_views import PostViews
from atlex.testing._methods import Call, method
from atlex.testing._repo import StoredRecord
from atlex.testing._wire import PdsError

__all__ = ["ThreadMethods"]

_MAX_DEPTH: Final = 30
_MAX_ABOVE: Final = 10
_ITEM: Final = "app.bsky.unspecced.defs#threadItem"


class _Asked(NamedTuple):
    """How much of a thread is wanted."""

    below: int
    branches: int
    order: str


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
        """Give a thread as a list: the posts above, the post, and each reply below the post that it replies to."""
        views, uri = self.views(call), call.params["anchor"]
        post = views.find_post(uri)
        if post is None:
            missing = {"uri": uri, "depth": 0, "value": {"$type": f"{_ITEM}NotFound"}}
            return {"thread": [missing], "hasOtherReplies": False}
        if views.is_apart(post.did):
            return {"thread": [self._blocked(views, post, 0)], "hasOtherReplies": False}
        params = call.params
        asked = _Asked(params["below"], params["branchingFactor"], params["sort"])
        above = list(self._above(views, post)) if params["above"] else []
        anchor = self._item(views, post, 0, asked)
        anchor["value"]["moreParents"] = len(above) == _MAX_ABOVE and above[-1]["depth"] == -_MAX_ABOVE
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
        asked = _Asked(0, 0, "oldest")
        others = () if post is None else self._others(views, post)
        return {"thread": [self._item(views, reply, 1, asked) for reply in others]}

    def _gate(self, views: PostViews, post: StoredRecord) -> dict[str, Any]:
        root = views.find_post(root_of(post))
        gate = None if root is None else views.thread_gate(root)
        return {} if gate is None else {"threadgate": gate}

    # As a tree

    def _node(self, views: PostViews, post: StoredRecord) -> dict[str, Any]:
        like = self.world.index.link("like", post.uri, root_of(post).removeprefix("at://").partition("/")[0])
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
                replies = filter(views.is_shown, views.replies(node["post"]["uri"]))
                node["replies"] = [self._node(views, reply) for reply in replies]
                below += node["replies"]
            level = below
        return root

    # As a list

    def _item(self, views: PostViews, post: StoredRecord, depth: int, asked: _Asked) -> dict[str, Any]:
        shown = asked.branches if depth < asked.below else 0
        replies = len(self._replies(views, post, asked))
        return {
            "uri": post.uri,
            "depth": depth,
            "value": {
                "$type": f"{_ITEM}Post",
                "post": views.post(post),
                "moreParents": False,
                "moreReplies": max(replies - shown, 0) if depth >= 0 else 0,
                "opThread": self._is_own_thread(views, post),
                "hiddenByThreadgate": self._is_hidden(post),
                "mutedByViewer": views.is_muted(post.did),
            },
        }

    def _blocked(self, views: PostViews, post: StoredRecord, depth: int) -> dict[str, Any]:
        value = {"$type": f"{_ITEM}Blocked", "author": views.blocked_author(post.did)}
        return {"uri": post.uri, "depth": depth, "value": value}

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
            yield self._item(views, parent, depth, _Asked(0, 0, "oldest"))
            uri = parent_of(parent)

    def _below(
        self, views: PostViews, post: StoredRecord, depth: int, asked: _Asked
    ) -> Iterator[dict[str, Any]]:
        if depth <= asked.below:
            for reply in self._replies(views, post, asked)[: asked.branches]:
                yield self._item(views, reply, depth, asked)
                yield from self._below(views, reply, depth + 1, asked)

    def _replies(self, views: PostViews, post: StoredRecord, asked: _Asked) -> Sequence[StoredRecord]:
        replies = [reply for reply in views.replies(post.uri) if self._is_regular(views, reply)]
        match asked.order:
            case "newest":
                return replies[::-1]
            case "top":
                likes = self.world.index.count
                return sorted(replies, key=lambda reply: likes("like", reply.uri), reverse=True)
            case _:
                return replies

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
