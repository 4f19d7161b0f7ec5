"""Records and calls that are valid by the documents never bring the server itself down."""

from __future__ import annotations

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from atlex.data import cid_for
from atlex.lexicon import DefId, Procedure, Query
from atlex.testing import FakePds, PdsError, values
from atlex.testing._repo import StoredBlob, Write, blobs_in

from .conftest import Caller, User

CHAT = {"atproto-proxy": "did:web:api.bsky.chat#bsky_chat"}
POST = "app.bsky.feed.post"
KEY = "3jzfcijpj2z2a"

# Each kind of record, and what it has to say to be seen in a view of alice's.
KINDS = {
    POST: {},
    "app.bsky.actor.profile": {},
    "app.bsky.actor.status": {},
    "app.bsky.notification.declaration": {},
    "chat.bsky.actor.declaration": {},
    "app.bsky.labeler.service": {},
    "app.bsky.feed.generator": {},
    "app.bsky.feed.like": {"subject": "<ref>"},
    "app.bsky.feed.repost": {"subject": "<ref>"},
    "app.bsky.feed.threadgate": {"post": "<uri>"},
    "app.bsky.feed.postgate": {"post": "<uri>"},
    "app.bsky.graph.follow": {"subject": "<bob>"},
    "app.bsky.graph.list": {},
    "app.bsky.graph.listitem": {"subject": "<bob>"},
    "app.bsky.graph.listblock": {},
    "app.bsky.graph.starterpack": {},
}
APP_METHODS = sorted(nsid for nsid in FakePds().methods if nsid.startswith(("app.bsky.", "chat.bsky.")))
VIEWS = (
    ("app.bsky.actor.getProfile", {"actor": "<did>"}),
    ("app.bsky.actor.searchActors", {"q": "a"}),
    ("app.bsky.bookmark.getBookmarks", {}),
    ("app.bsky.feed.getActorFeeds", {"actor": "<did>"}),
    ("app.bsky.feed.getAuthorFeed", {"actor": "<did>", "filter": "posts_with_media"}),
    ("app.bsky.feed.getLikes", {"uri": "<uri>"}),
    ("app.bsky.feed.getPostThread", {"uri": "<uri>"}),
    ("app.bsky.feed.getTimeline", {}),
    ("app.bsky.feed.searchPostsV2", {"query": "a", "domains": "example.com"}),
    ("app.bsky.graph.getActorStarterPacks", {"actor": "<did>"}),
    ("app.bsky.graph.getFollows", {"actor": "<did>"}),
    ("app.bsky.graph.getListBlocks", {}),
    ("app.bsky.graph.getLists", {"actor": "<did>"}),
    ("app.bsky.labeler.getServices", {"dids": "<did>", "detailed": "true"}),
    ("app.bsky.notification.listNotifications", {}),
    ("app.bsky.unspecced.getPostThreadV2", {"anchor": "<uri>"}),
    ("com.atproto.sync.getRepo", {"did": "<did>"}),
)


class Scene:
    """A server with two accounts and a post of one that the other replies to."""

    def __init__(self, lexicons):
        self.pds = FakePds(lexicons, clock=lambda: 1_700_000_000.0)
        self.caller = Caller(self.pds)
        self.alice, self.bob = (User(self.pds, self.caller, f"{name}.test") for name in ("alice", "bob"))
        record = {"text": "hello", "createdAt": "2024-01-01T00:00:00Z"}
        answer = self.alice.repo("createRecord", collection=POST, rkey=KEY, record=record).json()
        self.ref = {name: answer[name] for name in ("uri", "cid")}
        self.bob.say("hello, too", reply_to=self.ref)
        self.names = {
            "<did>": self.alice.did,
            "<bob>": self.bob.did,
            "<uri>": answer["uri"],
            "<ref>": self.ref,
        }

    def write(self, collection, record):
        """Put a record into alice's repository, with the blobs that it refers to."""
        repo = self.alice.account.repo
        for blob in blobs_in(record):
            blob["size"] = 3
            repo._blobs[blob["ref"]["$link"]] = StoredBlob(b"abc", blob["mimeType"])
        rkey = "self" if collection.endswith((".profile", ".declaration", ".status", ".service")) else KEY
        if collection == POST:
            rkey = "3jzfcijpj2z2b"
        action = "create" if repo.get(collection, rkey) is None else "update"
        cid = cid_for(record)
        repo.apply(
            [Write(action=action, collection=collection, rkey=rkey, value=record, cid=cid, valid=True)]
        )

    def close(self):
        self.caller.http.close()
        self.pds.check()


@pytest.fixture(scope="module")
def scene(lexicons):
    scene = Scene(lexicons)
    yield scene
    scene.close()


@pytest.mark.parametrize("collection", KINDS)
@settings(max_examples=3)
@given(data=st.data())
def test_views_of_any_valid_record_are_valid(scene, collection, lexicons, data):
    record = data.draw(values(collection, lexicons=lexicons, undeclared=True))
    record = {**record, "$type": collection}
    record |= {name: scene.names[value] for name, value in KINDS[collection].items()}
    try:
        scene.write(collection, record)
    except PdsError:
        # Blobs in the form of the protocol's first year may be anywhere, and are refused.
        reject()
    for nsid, params in VIEWS:
        given_params = {name: scene.names.get(value, value) for name, value in params.items()}
        answer = scene.alice.get(nsid, **given_params)
        assert answer.status_code < 500, answer.text
    scene.pds.check()


@pytest.mark.parametrize("nsid", APP_METHODS)
@settings(max_examples=3)
@given(data=st.data())
def test_any_valid_call_is_answered(scene, nsid, lexicons, data):
    method = lexicons.find(DefId(nsid))
    params = {}
    if method.parameters is not None:
        params = data.draw(values(nsid, lexicons=lexicons, part="params"))
    body = None
    if isinstance(method, Procedure) and method.input is not None and method.input.schema is not None:
        body = data.draw(values(nsid, lexicons=lexicons, part="input"))
    answer = scene.caller.http.request(
        "GET" if isinstance(method, Query) else "POST",
        f"/xrpc/{nsid}",
        params={name: _wire(value) for name, value in params.items()},
        json=body,
        headers={**CHAT, "authorization": f"Bearer {scene.alice.access}"},
    )
    assert answer.status_code < 500, answer.text
    scene.pds.check()


def _wire(value):
    """A parameter as a query string has it."""
    if isinstance(value, list):
        return [_wire(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else value
