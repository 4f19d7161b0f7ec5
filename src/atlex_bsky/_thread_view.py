"""A thread as a tree that can be walked however deep it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from atlex.errors import AtlexError
from atlex_bsky._items import PostItem
from atlex_sdk.app.bsky.feed.defs import BlockedPost, NotFoundPost, ThreadViewPost

__all__ = ["PostNotShownError", "ThreadNode", "ThreadPlace", "thread_of"]


class PostNotShownError(AtlexError):
    """A post can't be shown to the account: it was deleted, or one of the accounts blocks the other.

    Attributes:
        uri: The post's AT-URI.
        view: The app view's placeholder for it; None where there is none.
    """

    def __init__(self, uri: str, view: BlockedPost | NotFoundPost | None = None) -> None:
        why = "there is no such post, or it was deleted"
        if isinstance(view, BlockedPost):
            why = "its author and this account block one another, or one blocks the other"
        super().__init__(f"{uri} can't be shown: {why}")
        self.uri: str = uri
        self.view: BlockedPost | NotFoundPost | None = view


class ThreadNode:
    """A post in a thread, with the posts above and below it. It goes wherever the layer takes a record.

    Attributes:
        post: The post.
        uri: The post's AT-URI.
        cid: The CID of this version of it.
        view: The whole view.
    """

    def __init__(self, view: ThreadViewPost) -> None:
        self.view: ThreadViewPost = view
        self.post: PostItem = PostItem(view.post)
        self.uri: str = view.post.uri
        self.cid: str = view.post.cid

    @property
    def parent(self) -> ThreadPlace | None:
        """The post that this one replies to; None where there is none, or where the response ends."""
        return _place(self.view.parent)

    @property
    def replies(self) -> tuple[ThreadPlace, ...]:
        """The replies to this post, in the app view's order; empty where the response ends."""
        places = map(_place, self.view.replies or ())
        return tuple(place for place in places if place is not None)

    def parents(self) -> Iterator[ThreadPlace]:
        """Go up to the root: the post that this one replies to, the one that that replies to, and so on.

        A post that isn't shown is the last: its own parent isn't known.
        """
        place = self.parent
        while place is not None:
            yield place
            place = place.parent if isinstance(place, ThreadNode) else None

    def walk(self) -> Iterator[tuple[int, ThreadPlace]]:
        """Go through this post and all below it, each before its own replies.

        Yields:
            How many replies below this post it is, from 0, and the post.
        """
        pending: list[tuple[int, ThreadPlace]] = [(0, self)]
        while pending:
            depth, place = pending.pop()
            yield depth, place
            if isinstance(place, ThreadNode):
                pending += [(depth + 1, reply) for reply in reversed(place.replies)]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.post!r} with {len(self.view.replies or ())} replies>"


ThreadPlace: TypeAlias = ThreadNode | BlockedPost | NotFoundPost
"""A post in a thread, or the placeholder of one that isn't shown."""


def _place(view: object) -> ThreadPlace | None:
    """A view as a place; None for a view of a type that nobody here knows."""
    if isinstance(view, ThreadViewPost):
        return ThreadNode(view)
    return view if isinstance(view, BlockedPost | NotFoundPost) else None


def thread_of(uri: str, view: object) -> ThreadNode:
    """The thread of a response.

    Args:
        uri: The AT-URI that was asked for.
        view: The response's ``thread``.

    Raises:
        PostNotShownError: The post isn't shown.
    """
    place = _place(view)
    if isinstance(place, ThreadNode):
        return place
    raise PostNotShownError(uri, place)
