"""Where in a thread a reply belongs."""

from __future__ import annotations

from typing import Final

from atlex.errors import InputError
from atlex.syntax import AtUri
from atlex_sdk.app.bsky.feed.post import Post, ReplyRef
from atlex_sdk.com.atproto.repo.strong_ref import StrongRef

__all__ = ["POST", "check_post", "post_in", "reply_to_post"]

POST: Final = "app.bsky.feed.post"
"""The collection of posts."""


def post_in(subject: object) -> Post | None:
    """The post's record, if the subject has it, as views, items and the results of reading and writing do."""
    for name in ("record", "value"):
        found = getattr(subject, name, None)
        if isinstance(found, Post):
            return found
    record_as = getattr(subject, "record_as", None)
    return None if record_as is None else record_as(Post)


def check_post(uri: str) -> None:
    """Refuse an AT-URI that isn't a post's.

    Raises:
        InputError: It is another record's, or none.
    """
    if AtUri.parse(uri).collection != POST:
        raise InputError(f"{uri} isn't a post ({POST}), and only posts are in threads")


def reply_to_post(parent: StrongRef, record: Post) -> ReplyRef:
    """Where a reply to a post belongs: below it, in the thread that it is in."""
    return ReplyRef(root=parent if record.reply is None else record.reply.root, parent=parent)
