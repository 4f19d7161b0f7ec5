"""Requests of the app, of services and for repositories that both servers have to answer alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ._parity import Case

__all__ = ["APP_CASES"]

_POST: Final = "app.bsky.feed.post"
_GONE: Final = "at://<did>/app.bsky.feed.post/3jzfcijpj2z39"
_NO_LIST: Final = "at://<did>/app.bsky.graph.list/3jzfcijpj2z39"
_UPLOAD: Final = "com.atproto.repo.uploadBlob"
_SERVICE: Final = "did:web:video.bsky.app"


def _get(call: str, status: int, error: str | None = None, /, **params: Any) -> Case:
    return Case(call=f"GET {call}", status=status, error=error, token="access", params=params)


def _post(call: str, status: int, error: str | None = None, /, **body: Any) -> Case:
    return Case(call=f"POST {call}", status=status, error=error, token="access", json=body)


def _token(status: int, error: str | None = None, /, **params: Any) -> Case:
    return _get("com.atproto.server.getServiceAuth", status, error, **params)


def _sync(call: str, status: int, error: str | None = None, /, **params: Any) -> Case:
    return Case(call=f"GET com.atproto.sync.{call}", status=status, error=error, params=params)


APP_CASES: Final[Mapping[str, Case]] = {
    # Tokens for services
    "service token: good": _token(200, aud=_SERVICE, lxm=_UPLOAD),
    "service token: of a service's entry": _token(200, aud=f"{_SERVICE}#video", lxm=_UPLOAD),
    "service token: for any method": _token(200, aud=_SERVICE),
    "service token: for half an hour": _token(200, aud=_SERVICE, lxm=_UPLOAD, exp="<in_half_an_hour>"),
    "service token: for half a minute": _token(200, aud=_SERVICE, exp="<in_half_a_minute>"),
    "service token: too long": _token(400, "BadExpiration", aud=_SERVICE, lxm=_UPLOAD, exp="<in_two_hours>"),
    "service token: too long for any method": _token(
        400, "BadExpiration", aud=_SERVICE, exp="<in_half_an_hour>"
    ),
    "service token: expired": _token(400, "BadExpiration", aud=_SERVICE, lxm=_UPLOAD, exp="1"),
    "service token: protected method": _token(
        400, "InvalidRequest", aud=_SERVICE, lxm="com.atproto.server.getSession"
    ),
    "service token: not a DID": _token(400, "InvalidRequest", aud="nobody"),
    "service token: no audience": _token(400, "InvalidRequest"),
    "service token: no token": Case(
        call="GET com.atproto.server.getServiceAuth",
        status=401,
        error="AuthMissing",
        params={"aud": _SERVICE},
    ),
    # Repositories
    "repo: good": _sync("getRepo", 200, did="<did>"),
    "repo: unknown": _sync("getRepo", 400, "RepoNotFound", did="did:plc:nobody"),
    "repo: not a DID": _sync("getRepo", 400, "InvalidRequest", did="nobody"),
    "latest commit: good": _sync("getLatestCommit", 200, did="<did>"),
    "latest commit: unknown": _sync("getLatestCommit", 400, "RepoNotFound", did="did:plc:nobody"),
    "repo status: good": _sync("getRepoStatus", 200, did="<did>"),
    "repo status: unknown": _sync("getRepoStatus", 400, "RepoNotFound", did="did:plc:nobody"),
    "record with proof: good": _sync("getRecord", 200, did="<did>", collection=_POST, rkey="<rkey>"),
    "record with proof: missing": _sync(
        "getRecord", 200, did="<did>", collection=_POST, rkey="3jzfcijpj2z39"
    ),
    "blobs: good": _sync("listBlobs", 200, did="<did>"),
    "blobs: unknown": _sync("listBlobs", 400, "RepoNotFound", did="did:plc:nobody"),
    "repos: good": _sync("listRepos", 200, limit="1"),
    "repos: limit 0": _sync("listRepos", 400, "InvalidRequest", limit="0"),
    # Accounts
    "followers: unknown": _get("app.bsky.graph.getFollowers", 400, "InvalidRequest", actor="nobody.test"),
    "relationships: good": _get("app.bsky.graph.getRelationships", 200, actor="<did>", others=["<other>"]),
    "relationships: unknown": _get("app.bsky.graph.getRelationships", 200, actor="nobody.test"),
    "mute: oneself": _post("app.bsky.graph.muteActor", 400, "InvalidRequest", actor="<did>"),
    "mute: unknown": _post("app.bsky.graph.muteActor", 400, "InvalidRequest", actor="nobody.test"),
    "mute: good": _post("app.bsky.graph.muteActor", 200, actor="<other>"),
    "unmute: good": _post("app.bsky.graph.unmuteActor", 200, actor="<other>"),
    "mute of a thread: good": _post("app.bsky.graph.muteThread", 200, root=f"at://<did>/{_POST}/<rkey>"),
    "unmute of a thread: good": _post("app.bsky.graph.unmuteThread", 200, root=f"at://<did>/{_POST}/<rkey>"),
    "search for accounts: empty": _get("app.bsky.actor.searchActors", 200, q=""),
    # Lists
    "list of accounts: unknown": _get("app.bsky.graph.getList", 400, "InvalidRequest", list=_NO_LIST),
    "lists of an account: unknown": _get(
        "app.bsky.graph.getLists", 400, "InvalidRequest", actor="nobody.test"
    ),
    "feed of a list: unknown": _get("app.bsky.feed.getListFeed", 200, list=_NO_LIST),
    "muted lists: none": _get("app.bsky.graph.getListMutes", 200),
    "blocked lists: none": _get("app.bsky.graph.getListBlocks", 200),
    "mute of a list: good": _post("app.bsky.graph.muteActorList", 200, list=_NO_LIST),
    "unmute of a list: good": _post("app.bsky.graph.unmuteActorList", 200, list=_NO_LIST),
    "starter pack: unknown": _get(
        "app.bsky.graph.getStarterPack",
        400,
        "InvalidRequest",
        starterPack="at://<did>/app.bsky.graph.starterpack/x",
    ),
    # Posts
    "likes: of nothing": _get("app.bsky.feed.getLikes", 200, uri=_GONE),
    "quotes: of nothing": _get("app.bsky.feed.getQuotes", 200, uri=_GONE),
    "reposts: of nothing": _get("app.bsky.feed.getRepostedBy", 200, uri=_GONE),
    "liked posts: of somebody else": _get(
        "app.bsky.feed.getActorLikes", 400, "InvalidRequest", actor="<other>"
    ),
    "posts: more than 25": _get("app.bsky.feed.getPosts", 400, "InvalidRequest", uris=[_GONE] * 26),
    "thread as a list: unknown": _get("app.bsky.unspecced.getPostThreadV2", 200, anchor=_GONE),
    "thread as a list: too deep": _get(
        "app.bsky.unspecced.getPostThreadV2", 400, "InvalidRequest", anchor=_GONE, below="21"
    ),
    "author feed: unknown": _get("app.bsky.feed.getAuthorFeed", 400, "InvalidRequest", actor="nobody.test"),
    "author feed: unknown filter": _get(
        "app.bsky.feed.getAuthorFeed", 200, actor="<did>", filter="posts_with_cats"
    ),
    "custom feed: unknown": _get(
        "app.bsky.feed.getFeedGenerator", 400, "InvalidRequest", feed="at://<did>/app.bsky.feed.generator/x"
    ),
    # Notifications and bookmarks
    "notifications: seenAt": _get(
        "app.bsky.notification.listNotifications", 400, "InvalidRequest", seenAt="2024-01-01T00:00:00Z"
    ),
    "unread notifications: seenAt": _get(
        "app.bsky.notification.getUnreadCount", 400, "InvalidRequest", seenAt="2024-01-01T00:00:00Z"
    ),
    "seen: good": _post("app.bsky.notification.updateSeen", 200, seenAt="2024-01-01T00:00:00Z"),
    "seen: not a time": _post("app.bsky.notification.updateSeen", 400, "InvalidRequest", seenAt="now"),
    "bookmark: not a post": _post(
        "app.bsky.bookmark.createBookmark", 400, "UnsupportedCollection", uri=_NO_LIST, cid="<cid>"
    ),
    "bookmark: none to delete": _post("app.bsky.bookmark.deleteBookmark", 200, uri=_GONE),
    # Services elsewhere
    "chat: without a proxy": _get("chat.bsky.convo.listConvos", 501, "MethodNotImplemented"),
}
