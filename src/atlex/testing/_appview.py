"""``app.bsky.*`` in miniature: profiles, preferences and feeds, made of the server's own records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from atlex.testing._accounts import Account
from atlex.testing._methods import Call, Methods, method
from atlex.testing._repo import StoredRecord
from atlex.testing._wire import PdsError

__all__ = ["AppViewMethods"]

_POST: Final = "app.bsky.feed.post"
_FOLLOW: Final = "app.bsky.graph.follow"
_PROFILE: Final = "app.bsky.actor.profile"
_MAX_DEPTH: Final = 30


class AppViewMethods(Methods):
    """What the Bluesky app view answers through a PDS. Likes, reposts, labels and moderation don't exist here."""

    # People

    @method("app.bsky.actor.getProfile", auth="access")
    def get_profile(self, call: Call) -> Any:
        """Give one profile."""
        return self._profile(self._actor(call.params["actor"]))

    @method("app.bsky.actor.getProfiles", auth="access")
    def get_profiles(self, call: Call) -> Any:
        """Give the profiles that there are."""
        found = [self.state.accounts.find_public(actor) for actor in call.params["actors"]]
        return {"profiles": [self._profile(account) for account in found if account is not None]}

    @method("app.bsky.actor.getPreferences", auth="access", takendown=True)
    def get_preferences(self, call: Call) -> Any:
        """Give the caller's preferences as they were stored."""
        return {"preferences": list(self.state.caller(call).preferences)}

    @method("app.bsky.actor.putPreferences", auth="access", active=True)
    def put_preferences(self, call: Call) -> None:
        """Store the caller's preferences."""
        self.state.caller(call).preferences = call.input["preferences"]

    def _actor(self, identifier: str) -> Account:
        account = self.state.accounts.find_public(identifier)
        if account is None:
            raise PdsError(400, message="Profile not found")
        return account

    def _profile(self, account: Account) -> dict[str, Any]:
        record, value = self._profile_record(account)
        profile = self._author(account)
        if "description" in value:
            profile["description"] = value["description"]
        if "banner" in value:
            profile["banner"] = self._blob_url(account, value["banner"])
        followers = sum(account.did in self._follows(other) for other in self.state.accounts)
        return {
            **profile,
            "followersCount": followers,
            "followsCount": len(self._follows(account)),
            "postsCount": len(self._posts(account)),
            "indexedAt": account.created_at if record is None else record.indexed_at,
        }

    def _author(self, account: Account) -> dict[str, Any]:
        _, value = self._profile_record(account)
        author: dict[str, Any] = {
            "did": account.did,
            "handle": account.handle,
            "viewer": {"muted": False, "blockedBy": False},
            "labels": [],
            "createdAt": account.created_at,
        }
        if "displayName" in value:
            author["displayName"] = value["displayName"]
        if "avatar" in value:
            author["avatar"] = self._blob_url(account, value["avatar"])
        return author

    def _profile_record(self, account: Account) -> tuple[StoredRecord | None, Mapping[str, Any]]:
        record = account.repo.get(_PROFILE, "self")
        return (None, {}) if record is None or not record.valid else (record, record.value)

    def _blob_url(self, account: Account, blob: Mapping[str, Any]) -> str:
        cid = blob["ref"]["$link"]
        return f"{self.state.url()}/xrpc/com.atproto.sync.getBlob?did={account.did}&cid={cid}"

    def _follows(self, account: Account) -> set[str]:
        return {record.value["subject"] for record in account.repo.records(_FOLLOW) if record.valid}

    # Posts

    @method("app.bsky.feed.getAuthorFeed", auth="access")
    def get_author_feed(self, call: Call) -> Any:
        """Give one account's posts, the newest first."""
        account = self._actor(call.params["actor"])
        with_replies = call.params["filter"] == "posts_with_replies"
        return self._feed(call, [account], lambda post: with_replies or "reply" not in post.value)

    @method("app.bsky.feed.getTimeline", auth="access")
    def get_timeline(self, call: Call) -> Any:
        """Give the posts of the caller and of those whom the caller follows, the newest first."""
        caller = self.state.caller(call)
        shown = {caller.did, *self._follows(caller)}
        return self._feed(call, [account for account in self.state.accounts if account.did in shown])

    @method("app.bsky.feed.getPosts", auth="access")
    def get_posts(self, call: Call) -> Any:
        """Give the posts that there are."""
        found = [self._find_post(uri) for uri in call.params["uris"]]
        return {"posts": [self._post(*pair) for pair in found if pair is not None]}

    @method("app.bsky.feed.getPostThread", auth="access")
    def get_post_thread(self, call: Call) -> Any:
        """Give a post with the posts above it and the replies below."""
        uri = call.params["uri"]
        found = self._find_post(uri)
        if found is None:
            raise PdsError(400, "NotFound", f"Post not found: {uri}")
        thread = self._with_replies(found, call.params["depth"])
        below = thread
        for parent in self._parents(found, call.params["parentHeight"]):
            below["parent"] = self._thread(parent)
            below = below["parent"]
        return {"thread": thread}

    def _posts(self, account: Account) -> Sequence[StoredRecord]:
        return [record for record in account.repo.records(_POST) if record.valid]

    def _feed(
        self, call: Call, accounts: Sequence[Account], keep: Callable[[StoredRecord], bool] | None = None
    ) -> dict[str, Any]:
        posts = [
            (account, post)
            for account in accounts
            if account.active
            for post in self._posts(account)
            if keep is None or keep(post)
        ]
        posts.sort(key=lambda pair: pair[1].number, reverse=True)
        cursor = call.params.get("cursor")
        if cursor is not None:
            # A cursor that this server never gave leads to the end, as the real one has it.
            number = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 20 else 0
            posts = [pair for pair in posts if pair[1].number < number]
        page = posts[: call.params["limit"]]
        feed: dict[str, Any] = {"feed": [{"post": self._post(*pair)} for pair in page]}
        return {**feed, "cursor": str(page[-1][1].number)} if len(page) < len(posts) else feed

    def _find_post(self, uri: str) -> tuple[Account, StoredRecord] | None:
        authority, _, path = uri.removeprefix("at://").partition("/")
        collection, _, rkey = path.partition("/")
        account = self.state.accounts.find_public(authority)
        if account is None or collection != _POST:
            return None
        record = account.repo.get(_POST, rkey)
        return None if record is None or not record.valid else (account, record)

    def _post(self, account: Account, record: StoredRecord) -> dict[str, Any]:
        return {
            "uri": record.uri,
            "cid": record.cid,
            "author": self._author(account),
            "record": record.value,
            "replyCount": len(self._replies(record.uri)),
            "repostCount": 0,
            "likeCount": 0,
            "quoteCount": 0,
            "indexedAt": record.indexed_at,
            "viewer": {},
            "labels": [],
        }

    def _replies(self, uri: str) -> list[tuple[Account, StoredRecord]]:
        return [
            (account, post)
            for account in self.state.accounts
            if account.active
            for post in self._posts(account)
            if _parent(post) == uri
        ]

    def _thread(self, pair: tuple[Account, StoredRecord]) -> dict[str, Any]:
        return {"$type": "app.bsky.feed.defs#threadViewPost", "post": self._post(*pair)}

    def _with_replies(self, pair: tuple[Account, StoredRecord], depth: int) -> dict[str, Any]:
        root = self._thread(pair)
        level = [root]
        # Level by level, since a thread may be deeper than Python's stack, or than JSON readers like.
        for _ in range(min(depth, _MAX_DEPTH)):
            below: list[dict[str, Any]] = []
            for thread in level:
                thread["replies"] = [self._thread(reply) for reply in self._replies(thread["post"]["uri"])]
                below += thread["replies"]
            level = below
        return root

    def _parents(self, pair: tuple[Account, StoredRecord], height: int) -> list[tuple[Account, StoredRecord]]:
        parents: list[tuple[Account, StoredRecord]] = []
        uri = _parent(pair[1])
        while uri is not None and len(parents) < min(height, _MAX_DEPTH):
            found = self._find_post(uri)
            if found is None:
                break
            parents.append(found)
            uri = _parent(found[1])
        return parents


def _parent(post: StoredRecord) -> str | None:
    reply = post.value.get("reply")
    return cast("Mapping[str, Any]", reply)["parent"]["uri"] if isinstance(reply, dict) else None
