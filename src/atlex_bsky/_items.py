"""Posts and notifications as small values, each with the whole view behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from atlex import read_as
from atlex.client import SupportsPage
from atlex.errors import AtlexError
from atlex_bsky.richtext import RichText
from atlex_sdk.app.bsky.actor.defs import ProfileView, ProfileViewBasic
from atlex_sdk.app.bsky.embed import external, gallery, images, record, record_with_media
from atlex_sdk.app.bsky.embed.defs import AspectRatio
from atlex_sdk.app.bsky.feed.defs import FeedViewPost, PostView, ReasonPin, ReasonRepost
from atlex_sdk.app.bsky.feed.post import Post
from atlex_sdk.app.bsky.notification.list_notifications import Notification
from atlex_sdk.app.bsky.richtext.facet import Link
from atlex_sdk.com.atproto.repo.strong_ref import StrongRef

__all__ = ["FeedItem", "ItemPage", "NotificationItem", "PostImage", "PostItem", "QuoteItem"]

T = TypeVar("T")


class ItemPage(Generic[T]):
    """A page of items.

    Attributes:
        response: The whole response.
    """

    def __init__(self, response: SupportsPage[Any], items: Sequence[T]) -> None:
        self.response: SupportsPage[Any] = response
        self._items = items

    @property
    def cursor(self) -> str | None:
        """The cursor of the next page; None after the last."""
        cursor: str | None = self.response.cursor
        return cursor

    def lex_items(self) -> Sequence[T]:
        """The items of this page."""
        return self._items


@dataclass(frozen=True, slots=True)
class PostImage:
    """A picture of a post, as an app view serves it.

    Attributes:
        alt: The author's description of the picture; may be empty.
        thumb: The URL of a small version.
        fullsize: The URL of a large one.
        aspect_ratio: Its width and height, in any unit; None where the author didn't say.
    """

    alt: str
    thumb: str
    fullsize: str
    aspect_ratio: tuple[int, int] | None


class _Item:
    """A version of a record that may be a post.

    Attributes:
        uri: The record's AT-URI.
        cid: The version's CID.
    """

    def __init__(self, uri: str, cid: str, value: Any, handle: str) -> None:
        self.uri: str = uri
        self.cid: str = cid
        self._value = value
        self._handle = handle

    @cached_property
    def record(self) -> Post | None:
        """The post as its author wrote it; None for a record of another type, or one that can't be read."""
        try:
            return read_as(self._value, Post)
        except AtlexError:
            return None

    @property
    def text(self) -> str:
        """The post's text; empty where there is no readable post."""
        return "" if self.record is None else self.record.text

    @cached_property
    def rich_text(self) -> RichText:
        """The post's text with its links, mentions and tags; empty where there is no readable post."""
        return RichText() if self.record is None else RichText.of(self.record)

    @property
    def links(self) -> tuple[str, ...]:
        """The addresses that the post links to, each once: those in its text, then that of its card."""
        return () if self.record is None else _links(self.record)

    @property
    def reply_to(self) -> StrongRef | None:
        """The post that this one replies to; None where it replies to none."""
        return None if self.record is None or self.record.reply is None else self.record.reply.parent

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.uri} by {self._handle}: {self.text!r}>"


class _ShownItem(_Item):
    """A post with its attachment, made ready for display."""

    def __init__(self, uri: str, cid: str, value: Any, handle: str, embed: Any) -> None:
        super().__init__(uri, cid, value, handle)
        self._embed = embed

    @property
    def images(self) -> tuple[PostImage, ...]:
        """The post's pictures, in order; a video isn't one."""
        match self._embed:
            case record_with_media.View(media=media) | media:
                return _images(media)

    @property
    def quote(self) -> QuoteItem | None:
        """The post that this one quotes.

        None where it quotes none, and where the quoted one isn't shown: it was deleted or detached, or one of
        the accounts blocks another. The view's ``embed`` tells these apart.
        """
        match self._embed:
            case record_with_media.View(record=record.View(record=record.ViewRecord() as quoted)):
                return QuoteItem(quoted)
            case record.View(record=record.ViewRecord() as quoted):
                return QuoteItem(quoted)
            case _:
                return None


class PostItem(_ShownItem):
    """A post.

    It goes wherever the layer takes a record: ``bsky.like(item)``, ``bsky.post("…", reply_to=item)``.

    Attributes:
        uri: The post's AT-URI.
        cid: The CID of this version of it.
        author: Its author.
        view: The whole view, with counts, labels, and the viewer's own like and repost.
    """

    def __init__(self, view: PostView) -> None:
        super().__init__(view.uri, view.cid, view.record, view.author.handle, view.embed)
        self.view: PostView = view
        self.author: ProfileViewBasic = view.author


class FeedItem(PostItem):
    """An entry of a feed: a post, which may stand there again for each account that reposts it.

    Attributes:
        entry: The whole entry, with the posts that this one replies to.
    """

    def __init__(self, entry: FeedViewPost) -> None:
        super().__init__(entry.post)
        self.entry: FeedViewPost = entry

    @property
    def reposted_by(self) -> ProfileViewBasic | None:
        """The account whose repost this entry is; None where it isn't one."""
        return self.entry.reason.by if isinstance(self.entry.reason, ReasonRepost) else None

    @property
    def pinned(self) -> bool:
        """Whether it stands at the top of its author's feed because they pinned it there."""
        return isinstance(self.entry.reason, ReasonPin)


class QuoteItem(_ShownItem):
    """A post that another one quotes.

    Attributes:
        uri: The post's AT-URI.
        cid: The CID of the version that is shown.
        author: Its author.
        view: The whole view.
    """

    def __init__(self, view: record.ViewRecord) -> None:
        embed = view.embeds[0] if view.embeds else None
        super().__init__(view.uri, view.cid, view.value, view.author.handle, embed)
        self.view: record.ViewRecord = view
        self.author: ProfileViewBasic = view.author


class NotificationItem(_Item):
    """A notification: an act of another account, and the record that it wrote for it.

    For a mention, a reply and a quote that record is a post, with ``record``, ``text`` and ``links``, and the
    notification goes wherever the layer takes a post. For any other reason they are empty, and
    ``view.record_as(…)`` reads the record.

    Attributes:
        uri: The AT-URI of the record that caused it.
        cid: The CID of this version of it.
        author: The account that acted.
        reason: The act, such as ``like``, ``repost``, ``follow``, ``mention``, ``reply`` or ``quote``.
        subject: The AT-URI of the record that it concerns, such as the liked post; None for a follow.
        is_read: Whether it was marked as seen, by any program.
        indexed_at: When it came about, as the app view has it: an RFC 3339 date and time.
        view: The whole view.
    """

    def __init__(self, view: Notification) -> None:
        super().__init__(view.uri, view.cid, view.record, view.author.handle)
        self.view: Notification = view
        self.author: ProfileView = view.author
        self.reason: str = view.reason
        self.subject: str | None = view.reason_subject
        self.is_read: bool = view.is_read
        self.indexed_at: str = view.indexed_at

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.reason} by {self._handle}: {self.uri}>"


def _links(post: Post) -> tuple[str, ...]:
    found = [
        feature.uri for facet in post.facets or () for feature in facet.features if isinstance(feature, Link)
    ]
    embed = post.embed
    if isinstance(embed, record_with_media.RecordWithMedia):
        embed = embed.media
    if isinstance(embed, external.External):
        found.append(embed.external.uri)
    return tuple(dict.fromkeys(found))


def _images(media: Any) -> tuple[PostImage, ...]:
    match media:
        case images.View(images=shown):
            return tuple(
                PostImage(one.alt, one.thumb, one.fullsize, _ratio(one.aspect_ratio)) for one in shown
            )
        case gallery.View(items=items):
            return tuple(
                PostImage(one.alt, one.thumbnail, one.fullsize, _ratio(one.aspect_ratio))
                for one in items
                if isinstance(one, gallery.ViewImage)
            )
        case _:
            return ()


def _ratio(ratio: AspectRatio | None) -> tuple[int, int] | None:
    return None if ratio is None else (ratio.width, ratio.height)
