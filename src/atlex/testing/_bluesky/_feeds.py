"""``app.bsky.feed.*``: feeds and posts, and who liked, reposted and quoted them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from atlex.testing._accounts import Account
from atlex.testing._bluesky._area import Area, page, place
from atlex.testing._bluesky._gates import may_reply
from atlex.testing._bluesky._index import (
    FOLLOW,
    LIKE,
    POST,
    PROFILE,
    REPOST,
    Kind,
    did_of,
    media_of,
    parent_of,
    root_of,
)
from atlex.testing._bluesky._post_views import PostViews
from atlex.testing._methods import Call, method
from atlex.testing._repo import StoredRecord
from atlex.testing._wire import PdsError

__all__ = ["FeedMethods"]

_MEDIA: Final = ("app.bsky.embed.images", "app.bsky.embed.video", "app.bsky.embed.gallery")
_VIDEO: Final = ("app.bsky.embed.video",)


class _Item(NamedTuple):
    """A place in a feed: a post, or somebody's repost of it."""

    number: int
    post: StoredRecord
    repost: StoredRecord | None = None


class FeedMethods(Area):
    """The methods that give posts, one by one or as a feed, and what was done with them."""

    @method("app.bsky.feed.getTimeline", auth="access")
    def get_timeline(self, call: Call) -> Any:
        """Give the posts and reposts of the caller and of those whom the caller follows, newest first."""
        views = self.views(call)
        followed: list[str] = [
            follow.value["subject"] for follow in self.world.index.of(views.viewer, FOLLOW)
        ]
        items = self._items(views, dict.fromkeys([views.viewer, *followed]))
        return self._feed(call, views, [item for item in items if self._is_wanted(views, item)])

    @method("app.bsky.feed.getListFeed", auth="access")
    def get_list_feed(self, call: Call) -> Any:
        """Give the posts of the members of a list, newest first."""
        views = self.views(call)
        record = views.find_list(call.params["list"])
        found = () if record is None else views.list_items(record.uri)
        members = [item.value["subject"] for item in found]
        posts = [item for item in self._items(views, members) if item.repost is None]
        return self._feed(call, views, [item for item in posts if self._is_wanted(views, item)])

    @method("app.bsky.feed.getAuthorFeed", auth="access")
    def get_author_feed(self, call: Call) -> Any:
        """Give one account's posts and reposts, newest first."""
        views, account = self.views(call), self.actor(call.params["actor"])
        if views.is_blocking(account.did):
            raise PdsError(400, "BlockedActor", f"Requester has blocked actor: {account.did}")
        if views.is_blocked_by(account.did):
            raise PdsError(400, "BlockedByActor", f"Requester is blocked by actor: {account.did}")
        items = self._items(views, [account.did])
        if (wanted := _FILTERS.get(call.params["filter"])) is not None:
            items = [item for item in items if wanted(item)]
        pinned = self._pinned(views, account) if call.params["includePins"] else None
        if pinned is None:
            return self._feed(call, views, items)
        items = [item for item in items if item.repost is not None or item.post.uri != pinned.uri]
        answer = self._feed(call, views, items)
        if "cursor" not in call.params:
            reason = {"$type": "app.bsky.feed.defs#reasonPin"}
            top = {**self._feed_post(views, _Item(pinned.number, pinned)), "reason": reason}
            answer["feed"].insert(0, top)
        return answer

    @method("app.bsky.feed.getActorLikes", auth="access")
    def get_actor_likes(self, call: Call) -> Any:
        """Give the posts that the caller liked, last liked first."""
        views, account = self.views(call), self.actor(call.params["actor"])
        if account.did != views.viewer:
            raise PdsError(400, message="Profile not found")
        likes = self.world.index.of(account.did, LIKE)[::-1]
        found = [(like, views.find_post(like.value["subject"]["uri"])) for like in likes]
        items = [_Item(like.number, post) for like, post in found if post is not None]
        return self._feed(call, views, items)

    @method("app.bsky.feed.getPosts", auth="access")
    def get_posts(self, call: Call) -> Any:
        """Give the posts that there are."""
        views = self.views(call)
        found = map(views.find_post, dict.fromkeys(call.params["uris"]))
        return {
            "posts": [views.post(post) for post in found if post is not None and not views.is_apart(post.did)]
        }

    @method("app.bsky.feed.getLikes", auth="access")
    def get_likes(self, call: Call) -> Any:
        """Say who liked a record, newest first."""
        views = self.views(call)
        shown, answer = self._referring(call, views, "like")
        likes = [
            {
                "actor": views.profile(self.actor(like.did)),
                "createdAt": like.value["createdAt"],
                "indexedAt": like.indexed_at,
            }
            for like in shown
        ]
        return {**answer, "likes": likes}

    @method("app.bsky.feed.getRepostedBy", auth="access")
    def get_reposted_by(self, call: Call) -> Any:
        """Say who reposted a post, newest first."""
        views = self.views(call)
        shown, answer = self._referring(call, views, "repost")
        return {**answer, "repostedBy": views.profiles([repost.did for repost in shown])}

    @method("app.bsky.feed.getQuotes", auth="access")
    def get_quotes(self, call: Call) -> Any:
        """Give the posts that quote a post, newest first."""
        views = self.views(call)
        shown, answer = self._referring(call, views, "quote")
        return {**answer, "posts": [views.post(post) for post in shown]}

    def _referring(
        self, call: Call, views: PostViews, kind: Kind
    ) -> tuple[Sequence[StoredRecord], dict[str, Any]]:
        wanted: str = call.params["uri"]
        authority = did_of(wanted)
        account = self.state.accounts.find_public(authority)
        uri = wanted if account is None else wanted.replace(authority, account.did, 1)
        records = [record for record in self.world.index.about(kind, uri) if views.is_shown(record)]
        shown, cursor = page(records[::-1], call.params, place)
        given = {name: call.params[name] for name in ("cid",) if name in call.params}
        return shown, {"uri": uri, **given, **cursor}

    def _items(self, views: PostViews, dids: Iterable[str]) -> list[_Item]:
        """What some accounts posted and reposted, newest first."""
        index, items = self.world.index, list[_Item]()
        for did in dids:
            if self.state.accounts.find_public(did) is None:
                continue
            items += [_Item(post.number, post) for post in index.of(did, POST)]
            for repost in index.of(did, REPOST):
                post = views.find_post(repost.value["subject"]["uri"])
                if post is not None:
                    items.append(_Item(repost.number, post, repost))
        items.sort(key=lambda item: item.number, reverse=True)
        return items

    def _is_wanted(self, views: PostViews, item: _Item) -> bool:
        """Whether the viewer has neither muted nor blocked those whom an item comes from."""
        dids = {item.post.did, *(() if item.repost is None else (item.repost.did,))}
        if any(views.is_muted(did) or views.is_apart(did) for did in dids):
            return False
        mute = None if item.repost is None else views.own.mutes.get(item.repost.did)
        return mute is None or "reposts" not in mute.only

    def _pinned(self, views: PostViews, account: Account) -> StoredRecord | None:
        profile = self.world.index.find(f"at://{account.did}/{PROFILE}/self")
        pinned: Mapping[str, Any] = {} if profile is None else profile.value.get("pinnedPost", {})
        post = views.find_post(pinned.get("uri", ""))
        return post if post is not None and post.did == account.did else None

    def _feed(self, call: Call, views: PostViews, items: Sequence[_Item]) -> dict[str, Any]:
        items = [item for item in items if not views.is_apart(item.post.did)]
        shown, cursor = page(items, call.params, lambda item: item.number)
        return {"feed": [self._feed_post(views, item) for item in shown], **cursor}

    def _feed_post(self, views: PostViews, item: _Item) -> dict[str, Any]:
        entry: dict[str, Any] = {"post": views.post(item.post)}
        parent = parent_of(item.post)
        # A reply that its thread's rules forbid stands as if it were none.
        if parent is not None and may_reply(self.world.index, item.post):
            above = views.find_post(parent)
            grandparent = None if above is None else views.find_post(parent_of(above) or "")
            entry["reply"] = {
                "root": views.post_or_gap(root_of(item.post)),
                "parent": views.post_or_gap(parent),
                **({} if grandparent is None else {"grandparentAuthor": views.author_of(grandparent)}),
            }
        if item.repost is not None:
            entry["reason"] = {
                "$type": "app.bsky.feed.defs#reasonRepost",
                "by": views.author_of(item.repost),
                "uri": item.repost.uri,
                "cid": item.repost.cid,
                "indexedAt": item.repost.indexed_at,
            }
        return entry


def _embeds(item: _Item, kinds: Sequence[str]) -> bool:
    return item.repost is None and media_of(item.post).get("$type") in kinds


def _is_own_thread(item: _Item) -> bool:
    """Whether an item is no reply to somebody else."""
    above = {root_of(item.post), parent_of(item.post) or item.post.uri}
    return item.repost is not None or all(did_of(uri) == item.post.did for uri in above)


_FILTERS: Final[Mapping[str, Callable[[_Item], bool]]] = {
    "posts_no_replies": lambda item: item.repost is not None or parent_of(item.post) is None,
    "posts_with_media": lambda item: _embeds(item, _MEDIA),
    "posts_with_video": lambda item: _embeds(item, _VIDEO),
    "posts_and_author_threads": _is_own_thread,
}
