# Made from _async_reading.py by tools/unasync.py: change that file, and run the tool.
"""The synchronous Bluesky layer's part for feeds, threads, searches and notifications."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any, Literal, overload

from atlex import Paginator
from atlex.cursors import CursorStore, MemoryCursorStore
from atlex.errors import InputError
from atlex_bsky._following import NotificationPosition, check_poll, check_zone, moment_of, notification_key
from atlex_bsky._items import FeedItem, NotificationItem, PostItem
from atlex_bsky._subjects import Actor, Subject, actor_of
from atlex_bsky._sync_core import Core
from atlex_bsky._sync_following import follow
from atlex_bsky._sync_pages import paged
from atlex_bsky._texts import Texts, several
from atlex_bsky._thread_view import PostNotShownError, ThreadNode, thread_of
from atlex_sdk import Client
from atlex_sdk.app.bsky.actor.defs import ProfileView
from atlex_sdk.app.bsky.feed.get_feed import GetFeedOutput
from atlex_sdk.app.bsky.feed.get_list_feed import GetListFeedOutput
from atlex_sdk.app.bsky.feed.get_post_thread import NotFoundError
from atlex_sdk.app.bsky.notification.list_notifications import Notification

__all__ = ["Reading"]


class Reading(Core):
    """The part of `Bluesky` for feeds, threads, searches and notifications."""

    def timeline(self, *, limit: int | None = None, cursor: str | None = None) -> Paginator[FeedItem]:
        """Go through the account's home timeline, the newest first (app.bsky.feed.getTimeline).

        Args:
            limit: The most posts of each page, 1 to 100; ``take(items=…)`` of the result bounds them.
                None: the server's default, 50.
            cursor: Where to start, from an earlier result's ``cursor``. None: at the newest.
        """
        call = self._client.app.bsky.feed.get_timeline
        return paged(call, FeedItem, {"limit": limit, "cursor": cursor})

    def author_feed(
        self,
        actor: Actor,
        *,
        filter: Literal[  # noqa: A002 - the lexicon's word
            "posts_with_replies",
            "posts_no_replies",
            "posts_with_media",
            "posts_and_author_threads",
            "posts_with_video",
        ]
        | None = None,
        pins: bool = False,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Paginator[FeedItem]:
        """Go through an account's posts and reposts, the newest first (app.bsky.feed.getAuthorFeed).

        Args:
            actor: The account.
            filter: Which posts are wanted. None: the server's default, ``posts_with_replies``, all of them.
            pins: Whether the post that the account pinned comes first.
            limit: The most posts of each page, 1 to 100. None: the server's default, 50.
            cursor: Where to start, from an earlier result's ``cursor``. None: at the newest.

        Raises:
            InputError: That is no account.
        """
        call = self._client.app.bsky.feed.get_author_feed
        arguments = {
            "actor": actor_of(actor),
            "filter": filter,
            "include_pins": pins or None,
            "limit": limit,
            "cursor": cursor,
        }
        return paged(call, FeedItem, arguments)

    def feed(
        self, generator: Subject, *, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[FeedItem]:
        """Go through the feed of a feed generator (app.bsky.feed.getFeed).

        Args:
            generator: The generator's record. A handle in its address is looked up.
            limit: The most posts of each page, 1 to 100. None: the server's default, 50.
            cursor: Where to start, from an earlier result's ``cursor``. None: at the first.
        """

        def get_feed(**arguments: Any) -> GetFeedOutput:
            uri = self.uri_of(generator)
            return self._client.app.bsky.feed.get_feed(feed=uri, **arguments)

        return paged(get_feed, FeedItem, {"limit": limit, "cursor": cursor})

    def list_feed(
        self,
        list: Subject,  # noqa: A002 - the lexicon's word
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Paginator[FeedItem]:
        """Go through the posts of a list's members, the newest first (app.bsky.feed.getListFeed).

        Args:
            list: The list's record. A handle in its address is looked up.
            limit: The most posts of each page, 1 to 100. None: the server's default, 50.
            cursor: Where to start, from an earlier result's ``cursor``. None: at the newest.
        """

        def get_list_feed(**arguments: Any) -> GetListFeedOutput:
            uri = self.uri_of(list)
            return self._client.app.bsky.feed.get_list_feed(list=uri, **arguments)

        return paged(get_list_feed, FeedItem, {"limit": limit, "cursor": cursor})

    def likes(
        self, actor: Actor | None = None, *, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[FeedItem]:
        """Go through an account's liked posts, the latest like first (app.bsky.feed.getActorLikes).

        Args:
            actor: The account; Bluesky's app view shows this only of one's own. None: the client's own.
            limit: The most posts of each page, 1 to 100. None: the server's default, 50.
            cursor: Where to start, from an earlier result's ``cursor``. None: at the latest.

        Raises:
            InputError: That is no account.
        """
        name = self.did if actor is None else actor_of(actor)
        call = self._client.app.bsky.feed.get_actor_likes
        return paged(call, FeedItem, {"actor": name, "limit": limit, "cursor": cursor})

    def search(
        self,
        query: str,
        *,
        sort: Literal["top", "latest"] | None = None,
        author: Actor | None = None,
        mentions: Actor | None = None,
        lang: str | None = None,
        domain: str | None = None,
        url: str | None = None,
        tags: Texts = (),
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Paginator[PostItem]:
        """Go through the posts that a search finds (app.bsky.feed.searchPosts).

        Args:
            query: The words to search for, with the operators that bsky.app's search takes.
            sort: The order: ``latest`` or ``top``. None: the server's default, ``latest``.
            author: Only posts of this account.
            mentions: Only posts that mention this account.
            lang: Only posts in this language, a language tag such as ``en``.
            domain: Only posts that link to this host.
            url: Only posts that link to this page.
            tags: Only posts with all of these tags, each without ``#``.
            since: Only posts from this time on: a datetime with a time zone, or as the lexicon has it, such
                as ``2026-01-31``.
            until: Only posts before this time.
            limit: The most posts of each page, 1 to 100. None: the server's default, 25.
            cursor: Where to start, from an earlier result's ``cursor``. None: at the first.

        Raises:
            InputError: An account isn't one, or a datetime has no time zone.
        """
        check_zone("since", since)
        check_zone("until", until)
        arguments = {
            "q": query,
            "sort": sort,
            "author": None if author is None else actor_of(author),
            "mentions": None if mentions is None else actor_of(mentions),
            "lang": lang,
            "domain": domain,
            "url": url,
            "tag": several(tags) or None,
            "since": since,
            "until": until,
            "limit": limit,
            "cursor": cursor,
        }
        return paged(self._client.app.bsky.feed.search_posts, PostItem, arguments)

    def followers(
        self, actor: Actor | None = None, *, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[ProfileView]:
        """Go through the accounts that follow an account (app.bsky.graph.getFollowers).

        Args:
            actor: The account. None: the client's own.
            limit: The most accounts of each page, 1 to 100. None: the server's default, 50.
            cursor: Where to start, from an earlier result's ``cursor``. None: at the latest.

        Raises:
            InputError: That is no account.
        """
        name = self.did if actor is None else actor_of(actor)
        call = self._client.app.bsky.graph.get_followers
        return self._client.paginate(call, actor=name, limit=limit, cursor=cursor)

    def follows(
        self, actor: Actor | None = None, *, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[ProfileView]:
        """Go through the accounts that an account follows (app.bsky.graph.getFollows).

        Args:
            actor: The account. None: the client's own.
            limit: The most accounts of each page, 1 to 100. None: the server's default, 50.
            cursor: Where to start, from an earlier result's ``cursor``. None: at the latest.

        Raises:
            InputError: That is no account.
        """
        name = self.did if actor is None else actor_of(actor)
        call = self._client.app.bsky.graph.get_follows
        return self._client.paginate(call, actor=name, limit=limit, cursor=cursor)

    def thread(
        self, post: Subject, *, depth: int | None = None, parent_height: int | None = None
    ) -> ThreadNode:
        """Fetch a post with the posts above and below it (app.bsky.feed.getPostThread).

        Args:
            post: The post. A handle in its address is looked up.
            depth: How many levels of replies are wanted, 0 to 1000. None: the server's default, 6.
            parent_height: How many of the posts above, 0 to 1000. None: the server's default, 80.

        Raises:
            PostNotShownError: The post was deleted, or one of the accounts blocks the other.
        """
        uri = self.uri_of(post)
        try:
            found = self._client.app.bsky.feed.get_post_thread(
                uri=uri, depth=depth, parent_height=parent_height
            )
        except NotFoundError as error:
            raise PostNotShownError(uri) from error
        return thread_of(uri, found.thread)

    @overload
    def notifications(
        self,
        *,
        reasons: Texts = (),
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Paginator[NotificationItem]: ...

    @overload
    def notifications(
        self,
        *,
        poll: float,
        store: CursorStore | None = None,
        reasons: Texts = (),
        since: datetime | None = None,
        mark_seen: bool = True,
    ) -> Generator[NotificationItem]: ...

    def notifications(
        self,
        *,
        poll: float | None = None,
        store: CursorStore | None = None,
        reasons: Texts = (),
        since: datetime | None = None,
        mark_seen: bool = True,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Paginator[NotificationItem] | Generator[NotificationItem]:
        """Go through the account's notifications (app.bsky.notification.listNotifications).

        Without ``poll``: through those there are, the newest first. None is marked as seen.

        With ``poll``: through new ones as they come, the oldest first, without end. One that comes late, or
        has the same time as another, isn't lost, and none comes twice. The position in ``store`` moves past a
        notification when the next one is asked for: after a crash the next run begins with the one whose work
        wasn't done. Handled ones are marked as seen (app.bsky.notification.updateSeen). A passing failure,
        such as an unreachable server or a rate limit, is logged to ``atlex.bsky`` and waited out, longer each
        time up to five minutes; any other ends the loop.

        Args:
            poll: Seconds between two polls.
            store: Keeps the position, so that the next run goes on from there; it is locked while the loop
                runs. None: memory, so that each run starts anew.
            reasons: Only these, such as ``mention`` and ``reply``. Empty for all.
            since: The time, with a time zone, from which notifications count as new where the store has no
                position yet. None: the start of the loop.
            mark_seen: Whether to mark handled notifications as seen: all up to the time of the newest, of any
                reason.
            limit: The most of each page, 1 to 100. None: the server's default, 50.
            cursor: Where to start, from an earlier result's ``cursor``. None: at the newest.

        Raises:
            InputError: ``poll`` isn't a number of seconds, or is left out beside ``store`` or ``since``; or ``since``
                has no time zone.
            CursorStoreError: The store can't be used, or another loop uses it; raised by the loop.
        """
        call = self._client.app.bsky.notification.list_notifications
        wanted = several(reasons)
        if poll is None:
            if store is not None or since is not None:
                raise InputError(
                    "A position is kept of a loop that goes on: give poll=… beside store and since"
                )
            arguments = {"reasons": wanted or None, "limit": limit, "cursor": cursor}
            return paged(call, NotificationItem, arguments)
        check_poll(poll)
        check_zone("since", since)
        source = NotificationSource(self._client, self.did, wanted, since, mark_seen=mark_seen)
        return follow(source, MemoryCursorStore() if store is None else store, poll)


class NotificationSource:
    """An account's notifications, to be followed."""

    def __init__(
        self, client: Client, did: str, reasons: list[str], since: datetime | None, *, mark_seen: bool
    ) -> None:
        self._calls = client.app.bsky.notification
        self._paginate = client.paginate
        self._did = did
        self._reasons = reasons or None
        self._mark_seen = mark_seen
        self._handled_to: datetime | None = None
        self._marked_to: datetime | None = None
        self._begun = since is not None
        self._position = NotificationPosition(did, since)

    @property
    def position(self) -> str:
        """The position, to be stored."""
        return str(self._position)

    def begin(self, stored: str | None) -> None:
        """Begin at a stored position, or at the given time, or behind all notifications that there are."""
        if stored is not None:
            self._position = NotificationPosition.read(stored, self._did)
            self._begun = True

    def fetch(self) -> list[NotificationItem]:
        """Mark the handled notifications as seen, and fetch the new ones, the oldest first."""
        if self._mark_seen and self._handled_to is not None and self._handled_to != self._marked_to:
            # App views call the one at the very time unread.
            self._calls.update_seen(seen_at=self._handled_to + timedelta(milliseconds=1))
            self._marked_to = self._handled_to
        new: dict[str, Notification] = {}
        for view in self._paginate(self._calls.list_notifications, reasons=self._reasons):
            if self._position.is_past(view):
                break
            if not self._begun:
                self._position.handled(view)
            elif self._position.is_new(view):
                new[notification_key(view)] = view
        self._begun = True
        return [NotificationItem(view) for view in reversed(new.values())]

    def handled(self, item: NotificationItem) -> None:
        """Move the position past a notification."""
        self._position.handled(item.view)
        moment = moment_of(item.view)
        if moment is not None:
            self._handled_to = moment if self._handled_to is None else max(self._handled_to, moment)
