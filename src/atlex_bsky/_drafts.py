"""Posts that are about to be written: their records, keys and CIDs, before anything is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from atlex.client import Create
from atlex.data import cid_for
from atlex.errors import InputError
from atlex.model import build
from atlex.syntax import AtUri, Tid, format_datetime, is_valid_datetime, now, parse_datetime
from atlex_bsky._embeds import Embed
from atlex_bsky._gates import post_gate, thread_gate
from atlex_bsky._texts import Texts, several
from atlex_bsky.richtext import RichText
from atlex_sdk.app.bsky.feed.post import Post, ReplyRef
from atlex_sdk.app.bsky.feed.threadgate import ThreadgateAllowItem
from atlex_sdk.com.atproto.label.defs import SelfLabel, SelfLabels
from atlex_sdk.com.atproto.repo.strong_ref import StrongRef

__all__ = ["Draft", "Posted", "draft_of"]

_TICK: Final = dt.timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Posted:
    """A post of this account, to be given to `like`, `post` (for replies and quotes) and `delete`.

    Attributes:
        uri: Its AT-URI.
        cid: The CID of its record.
        record: Its record.
        continued: The posts that continue it, in order, where a long text became a thread.
    """

    uri: str
    cid: str
    record: Post
    continued: tuple[Posted, ...] = ()

    @property
    def rkey(self) -> str:
        """The record key, the last part of the AT-URI."""
        return self.uri.rpartition("/")[2]

    @property
    def ref(self) -> StrongRef:
        """A strong reference to it."""
        return StrongRef(uri=self.uri, cid=self.cid)

    @property
    def root(self) -> StrongRef:
        """The first post of the thread that it is in, which may be itself."""
        return self.ref if self.record.reply is None else self.record.reply.root


@dataclass(frozen=True, slots=True)
class Draft:
    """A post, or a thread, with everything that belongs to it, as it would be written.

    Attributes:
        post: The post, with the AT-URI and the CID that it will have; its ``continued`` are the thread's.
        writes: The records to be written at once: the posts, and the gates of the first.
    """

    post: Posted
    writes: tuple[Create, ...]


def draft_of(
    did: str,
    texts: Sequence[RichText],
    *,
    reply: ReplyRef | None = None,
    embed: Embed | None = None,
    langs: Texts | None = (),
    labels: Texts | None = (),
    tags: Texts | None = (),
    created_at: str | dt.datetime | None = None,
    allow: Sequence[ThreadgateAllowItem] | None = None,
    quotable: bool = True,
) -> Draft:
    """Put a post together, or a thread.

    Args:
        did: The account's DID.
        texts: The texts of the posts, in order; each replies to the one before.
        reply: The parent and the root of the first post, or None.
        embed: The embed of the first post, or None.
        langs: The languages of the texts.
        labels: Content warnings for all posts.
        tags: Hashtags of the first post that aren't in its text, with or without ``#``.
        created_at: When the first post was written, with its time zone; each further one is a millisecond younger.
            None: now.
        allow: Who may reply, or None for everybody.
        quotable: Whether the first post may be quoted.
    """
    written = _time(created_at)
    langs, tags = several(langs), [tag.removeprefix("#") for tag in several(tags)]
    warned = [build(SelfLabel, {"val": label}) for label in several(labels)]
    warnings = build(SelfLabels, {"values": warned}) if warned else None
    posts: list[Posted] = []
    writes: list[Create] = []
    for number, text in enumerate(texts):
        values = {
            "text": text.plain,
            "facets": list(text.facets) or None,
            "reply": reply,
            "embed": None if number else embed,
            "langs": langs or None,
            "labels": warnings,
            "tags": None if number else tags or None,
            "created_at": format_datetime(written + number * _TICK),
        }
        record = build(Post, values)
        rkey = Tid.now()
        post = Posted(str(AtUri(did, Post.lex_type, str(rkey))), cid_for(record), record)
        reply = ReplyRef(root=post.root, parent=post.ref)
        posts.append(post)
        writes.append(Create(record, rkey))
    first = replace(posts[0], continued=tuple(posts[1:]))
    if allow is not None:
        writes.append(Create(thread_gate(first.uri, allow, first.record.created_at), first.rkey))
    if not quotable:
        writes.append(Create(post_gate(first.uri, first.record.created_at), first.rkey))
    return Draft(first, tuple(writes))


def _time(written: str | dt.datetime | None) -> dt.datetime:
    if written is None:
        return parse_datetime(now())
    if isinstance(written, dt.datetime):
        return written
    moment = parse_datetime(written)
    if not is_valid_datetime(written):
        # Without its zone it would be taken for UTC, and the post be hours off.
        raise InputError(
            f"{written!r} isn't whole: a datetime has its time zone, as 2026-01-02T03:04:05Z does"
        )
    return moment
