"""The same story told to a PDS and to ``FakePds``, and views of it without what has to differ."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx

__all__ = ["QUERIES", "Story"]

_PASSWORD: Final = "secret"
_BEGINNING: Final = dt.datetime.now(dt.UTC) - dt.timedelta(hours=2)
_PICTURE: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da6364f8"
    "ffbf1e000584027fc2d8f4300000000049454e44ae426082"
)
_CID: Final = re.compile(r"baf[ky]rei[a-z2-7]{52}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_URL: Final = re.compile(r"https?://(?!example)\S+")
# What a view may have or leave out: other features of the real app view than those that are compared.
_IGNORED: Final = frozenset({"cursor", "debug", "hitsTotal", "verification", "seenAt", "joinedWeekCount"})


class Story:
    """Three accounts of one server and what they do; answers have the same names for them on every server.

    Args:
        client: The server.
        tag: Tells the accounts of one run from those of another.
    """

    def __init__(self, client: httpx.Client, tag: str) -> None:
        self._client = client
        self._seconds = 0
        self._names: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        self.refs: dict[str, dict[str, str]] = {}
        self.dids: dict[str, str] = {}
        for who in ("anna", "ben", "cleo"):
            account = self._call(
                "com.atproto.server.createAccount",
                None,
                {"handle": f"{who}{tag}.test", "email": f"{who}{tag}@example.com", "password": _PASSWORD},
            )
            self.dids[who], self._tokens[who] = account["did"], account["accessJwt"]
            self._names |= {account["did"]: f"did:{who}", account["handle"]: f"{who}.test"}

    def tell(self) -> None:
        """Write everything."""
        picture = self._upload("anna")
        labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "nudity"}]}
        self._put(
            "anna",
            "app.bsky.actor.profile",
            "self",
            displayName="Anna",
            description="I am Anna",
            avatar=picture,
        )
        for follower, followed in (("ben", "anna"), ("anna", "ben"), ("cleo", "anna"), ("cleo", "ben")):
            self._write(
                f"{follower} follows {followed}",
                follower,
                "app.bsky.graph.follow",
                subject=self.dids[followed],
            )
        self._post("root", "anna", "Root of a thread", labels=labels, langs=["en"])
        self._post("reply", "ben", "A reply", reply=self._reply("root"))
        self._post("leaf", "anna", "A reply to the reply", reply=self._reply("reply", "root"))
        self._post("other", "cleo", "Another reply", reply=self._reply("root"))
        self._post("gone", "ben", "Gone soon", reply=self._reply("root"))
        self._post("orphan", "cleo", "Its parent is gone", reply=self._reply("gone", "root"))
        images = {"$type": "app.bsky.embed.images", "images": [{"image": picture, "alt": "A pixel"}]}
        self._post("picture", "anna", "A picture", embed=images)
        external = {"uri": "https://example.com/", "title": "Title", "description": "Description"}
        self._post("card", "anna", "A card", embed={"$type": "app.bsky.embed.external", "external": external})
        quote = {"$type": "app.bsky.embed.record", "record": self.refs["picture"]}
        self._post("quote", "ben", "A quote", embed=quote)
        both = {
            "$type": "app.bsky.embed.recordWithMedia",
            "record": {"record": self.refs["quote"]},
            "media": {**images, "images": [{"image": self._upload("cleo"), "alt": "Another"}]},
        }
        self._post("both", "cleo", "A quote with a picture", embed=both)
        mention = {"$type": "app.bsky.richtext.facet#mention", "did": self.dids["anna"]}
        facets = [{"index": {"byteStart": 0, "byteEnd": 5}, "features": [mention]}]
        self._post("mention", "ben", "@anna, look", facets=facets)
        self._write("like", "ben", "app.bsky.feed.like", subject=self.refs["root"])
        self._write("other like", "cleo", "app.bsky.feed.like", subject=self.refs["root"])
        self._write("repost", "ben", "app.bsky.feed.repost", subject=self.refs["picture"])
        self._write(
            "list", "anna", "app.bsky.graph.list", name="Friends", purpose="app.bsky.graph.defs#curatelist"
        )
        for who in ("ben", "cleo"):
            item = {"list": self.refs["list"]["uri"], "subject": self.dids[who]}
            self._write(f"{who} on the list", "anna", "app.bsky.graph.listitem", **item)
        self._write("pack", "anna", "app.bsky.graph.starterpack", name="Pack", list=self.refs["list"]["uri"])
        self._post("gated", "anna", "Nobody may reply")
        self._gate("anna", "threadgate", "gated", allow=[])
        self._post("refused", "ben", "Still a reply", reply=self._reply("gated"))
        self._post("ungiven", "anna", "Nobody may quote")
        self._gate(
            "anna", "postgate", "ungiven", embeddingRules=[{"$type": "app.bsky.feed.postgate#disableRule"}]
        )
        detached = {"$type": "app.bsky.embed.record", "record": self.refs["ungiven"]}
        self._post("detached", "ben", "A quote all the same", embed=detached)
        missing = {**self.refs["root"], "uri": f"at://{self.dids['anna']}/app.bsky.feed.post/3jzfcijpj2z2a"}
        self._post(
            "dangling", "ben", "Quotes nothing", embed={"$type": "app.bsky.embed.record", "record": missing}
        )
        gone = self.refs["gone"]["uri"].rpartition("/")[2]
        delete = {"repo": self.dids["ben"], "collection": "app.bsky.feed.post", "rkey": gone}
        self._call("com.atproto.repo.deleteRecord", "ben", delete)
        for who in self.dids:
            self._post(f"{who}'s last", who, "The end")
        self._call("app.bsky.graph.muteActor", "anna", {"actor": self.dids["cleo"]})
        self._call("app.bsky.bookmark.createBookmark", "anna", self.refs["quote"])
        self._wait(
            lambda: (
                self._get("app.bsky.graph.getMutes", {})["mutes"]
                and self._get("app.bsky.bookmark.getBookmarks", {})["bookmarks"]
            )
        )

    def see(self, who: str, nsid: str, params: Mapping[str, Any]) -> Any:
        """An answer, with everything named as in the story."""
        filled = {name: self._filled(value) for name, value in params.items()}
        response = self._client.get(f"/xrpc/{nsid}", params=filled, headers=self._auth(who))
        answer = response.json()
        if not response.is_success:
            return response.status_code, answer["error"]
        return self._named(answer)

    # Writing

    def _post(self, name: str, who: str, text: str, /, **fields: Any) -> None:
        self._write(name, who, "app.bsky.feed.post", text=text, **fields)
        # The app view reads each account by itself, so records that refer to this one have to wait for it.
        uri = self.refs[name]["uri"]
        self._wait(lambda: self._get("app.bsky.feed.getPosts", {"uris": uri})["posts"])

    def _write(self, name: str, who: str, collection: str, /, **fields: Any) -> None:
        record = {"$type": collection, "createdAt": self._moment(), **fields}
        wanted = {"repo": self.dids[who], "collection": collection, "record": record}
        self._remember(name, self._call("com.atproto.repo.createRecord", who, wanted))

    def _put(self, who: str, collection: str, rkey: str, /, **fields: Any) -> None:
        record = {"$type": collection, "createdAt": self._moment(), **fields}
        wanted = {"repo": self.dids[who], "collection": collection, "rkey": rkey, "record": record}
        self._remember(f"{who} {collection}", self._call("com.atproto.repo.putRecord", who, wanted))

    def _gate(self, who: str, kind: str, post: str, /, **fields: Any) -> None:
        uri = self.refs[post]["uri"]
        self._put(who, f"app.bsky.feed.{kind}", uri.rpartition("/")[2], post=uri, **fields)
        # What others write from now on has to find it closed.
        closed = {"threadgate": "replyDisabled", "postgate": "embeddingDisabled"}[kind]
        self._wait(
            lambda: self._get("app.bsky.feed.getPosts", {"uris": uri}, "ben")["posts"][0]["viewer"].get(
                closed
            )
        )

    def _reply(self, parent: str, root: str | None = None) -> dict[str, Any]:
        return {"parent": self.refs[parent], "root": self.refs[root or parent]}

    def _remember(self, name: str, answer: Mapping[str, Any]) -> None:
        self.refs[name] = {"uri": answer["uri"], "cid": answer["cid"]}
        self._names.setdefault(answer["uri"].rpartition("/")[2], f"<{name}>")

    def _upload(self, who: str) -> Any:
        headers = {**self._auth(who), "content-type": "image/png"}
        response = self._client.post("/xrpc/com.atproto.repo.uploadBlob", content=_PICTURE, headers=headers)
        return response.raise_for_status().json()["blob"]

    def _moment(self) -> str:
        self._seconds += 1
        moment = _BEGINNING + dt.timedelta(seconds=self._seconds)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _wait(self, seen: Callable[[], object]) -> None:
        for _ in range(600):
            if seen():
                return
            time.sleep(0.05)
        raise AssertionError("the app view never had everything")

    def _get(self, nsid: str, params: Mapping[str, Any], who: str = "anna") -> Any:
        response = self._client.get(f"/xrpc/{nsid}", params=dict(params), headers=self._auth(who))
        assert response.is_success, response.text
        return response.json()

    def _call(self, nsid: str, who: str | None, body: Any) -> Any:
        headers = {} if who is None else self._auth(who)
        response = self._client.post(f"/xrpc/{nsid}", json=body, headers=headers)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def _auth(self, who: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self._tokens[who]}"}

    # Naming

    def _filled(self, value: Any) -> Any:
        """A parameter with what this server calls things: ``<root>`` is a URI, ``<did anna>`` a DID."""
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if not isinstance(value, str) or not value.startswith("<"):
            return value
        name = value[1:-1]
        return self.dids[name[4:]] if name.startswith("did ") else self.refs[name]["uri"]

    def _named(self, value: Any) -> Any:
        match value:
            case dict():
                return {name: self._named(item) for name, item in value.items() if name not in _IGNORED}
            case list():
                return [self._named(item) for item in value]
            case str():
                for own, name in self._names.items():
                    value = value.replace(own, name)
                return _URL.sub("<url>", _TIME.sub("<time>", _CID.sub("<cid>", value)))
            case _:
                return value


QUERIES: Final[Mapping[str, tuple[str, str, Mapping[str, Any]]]] = {
    "own profile": ("anna", "app.bsky.actor.getProfile", {"actor": "<did anna>"}),
    "profile of somebody who is followed": ("anna", "app.bsky.actor.getProfile", {"actor": "<did ben>"}),
    "profile of somebody who is muted": ("anna", "app.bsky.actor.getProfile", {"actor": "<did cleo>"}),
    "profile with known followers": ("cleo", "app.bsky.actor.getProfile", {"actor": "<did anna>"}),
    "profiles": ("ben", "app.bsky.actor.getProfiles", {"actors": ["<did anna>", "<did cleo>"]}),
    "followers": ("ben", "app.bsky.graph.getFollowers", {"actor": "<did anna>"}),
    "follows": ("ben", "app.bsky.graph.getFollows", {"actor": "<did cleo>"}),
    "known followers": ("cleo", "app.bsky.graph.getKnownFollowers", {"actor": "<did anna>"}),
    "relationships": (
        "ben",
        "app.bsky.graph.getRelationships",
        {"actor": "<did anna>", "others": ["<did ben>", "<did cleo>"]},
    ),
    "mutes": ("anna", "app.bsky.graph.getMutes", {}),
    "list": ("ben", "app.bsky.graph.getList", {"list": "<list>"}),
    "lists": ("ben", "app.bsky.graph.getLists", {"actor": "<did anna>"}),
    "lists with membership": ("anna", "app.bsky.graph.getListsWithMembership", {"actor": "<did ben>"}),
    "list feed": ("anna", "app.bsky.feed.getListFeed", {"list": "<list>"}),
    "starter pack": ("ben", "app.bsky.graph.getStarterPack", {"starterPack": "<pack>"}),
    "starter packs of an account": ("ben", "app.bsky.graph.getActorStarterPacks", {"actor": "<did anna>"}),
    "bookmarks": ("anna", "app.bsky.bookmark.getBookmarks", {}),
    "likes": ("anna", "app.bsky.feed.getLikes", {"uri": "<root>"}),
    "reposts": ("anna", "app.bsky.feed.getRepostedBy", {"uri": "<picture>"}),
    "quotes": ("anna", "app.bsky.feed.getQuotes", {"uri": "<picture>"}),
    "posts": (
        "ben",
        "app.bsky.feed.getPosts",
        {"uris": ["<root>", "<picture>", "<card>", "<both>", "<quote>"]},
    ),
    "posts behind gates": ("ben", "app.bsky.feed.getPosts", {"uris": ["<gated>", "<ungiven>", "<detached>"]}),
    "post that quotes nothing": ("ben", "app.bsky.feed.getPosts", {"uris": ["<dangling>"]}),
    "timeline": ("ben", "app.bsky.feed.getTimeline", {}),
    "timeline with mutes": ("anna", "app.bsky.feed.getTimeline", {}),
    "author feed": ("cleo", "app.bsky.feed.getAuthorFeed", {"actor": "<did ben>"}),
    **{
        f"author feed: {name}": (
            "cleo",
            "app.bsky.feed.getAuthorFeed",
            {"actor": "<did ben>", "filter": name},
        )
        for name in ("posts_no_replies", "posts_with_media", "posts_and_author_threads", "posts_with_video")
    },
    "posts that one liked": ("ben", "app.bsky.feed.getActorLikes", {"actor": "<did ben>"}),
    "posts that others liked": ("anna", "app.bsky.feed.getActorLikes", {"actor": "<did ben>"}),
    "thread": ("ben", "app.bsky.feed.getPostThread", {"uri": "<root>"}),
    "thread from below": ("ben", "app.bsky.feed.getPostThread", {"uri": "<leaf>"}),
    "thread of an orphan": ("ben", "app.bsky.feed.getPostThread", {"uri": "<orphan>"}),
    "thread behind a gate": ("ben", "app.bsky.feed.getPostThread", {"uri": "<gated>"}),
    "thread that isn't there": ("ben", "app.bsky.feed.getPostThread", {"uri": "<gone>"}),
    "thread as a list": ("ben", "app.bsky.unspecced.getPostThreadV2", {"anchor": "<root>"}),
    "thread as a list, newest first": (
        "ben",
        "app.bsky.unspecced.getPostThreadV2",
        {"anchor": "<root>", "sort": "newest"},
    ),
    "thread as a list, cut": (
        "ben",
        "app.bsky.unspecced.getPostThreadV2",
        {"anchor": "<root>", "below": 1, "branchingFactor": 1},
    ),
    "thread as a list, from below": ("ben", "app.bsky.unspecced.getPostThreadV2", {"anchor": "<leaf>"}),
    "thread as a list, with mutes": ("anna", "app.bsky.unspecced.getPostThreadV2", {"anchor": "<root>"}),
    "thread as a list, an orphan": ("ben", "app.bsky.unspecced.getPostThreadV2", {"anchor": "<orphan>"}),
    "thread as a list, not there": ("ben", "app.bsky.unspecced.getPostThreadV2", {"anchor": "<gone>"}),
    "notifications": ("anna", "app.bsky.notification.listNotifications", {}),
    "notifications of those without mutes": ("ben", "app.bsky.notification.listNotifications", {}),
    "notifications by reason": (
        "ben",
        "app.bsky.notification.listNotifications",
        {"reasons": ["reply", "quote"]},
    ),
    "unread notifications": ("anna", "app.bsky.notification.getUnreadCount", {}),
    "notification preferences": ("anna", "app.bsky.notification.getPreferences", {}),
}
"""The viewer, the method and its parameters, where ``<name>`` is a record of the story."""
