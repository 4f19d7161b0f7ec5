"""A thread is a tree that can be walked up and down."""

from __future__ import annotations

import pickle

import pytest

from atlex_bsky._thread_view import PostNotShownError, ThreadNode
from atlex_sdk import app

from ._records import post

Defs = app.bsky.feed.defs


def test_a_thread_has_the_posts_above_and_below(alice, bob):
    root = post(alice, "root")
    middle = post(bob, "middle", reply_to=root)
    post(alice, "below", reply_to=middle, root=root)
    node = alice.thread(middle)
    assert node.post.text == "middle"
    assert node.parent.post.uri == root.uri
    assert [place.post.text for place in node.parents()] == ["root"]
    assert [reply.post.text for reply in node.replies] == ["below"]
    assert alice.ref_of(node) == alice.ref_of(middle)


def test_a_walk_shows_each_post_before_its_replies(alice):
    root = post(alice, "root")
    one = post(alice, "1", reply_to=root)
    two = post(alice, "2", reply_to=root)
    post(alice, "1.1", reply_to=one, root=root)
    post(alice, "2.1", reply_to=two, root=root)
    walked = [(depth, place.post.text) for depth, place in alice.thread(root.uri).walk()]
    assert walked[0] == (0, "root")
    assert walked.index((1, "1")) + 1 == walked.index((2, "1.1"))
    assert walked.index((1, "2")) + 1 == walked.index((2, "2.1"))
    assert len(walked) == 5


def test_a_link_names_the_post(alice, pds):
    root = post(alice, "root")
    assert alice.thread(f"https://bsky.app/profile/alice.test/post/{root.rkey}").post.uri == root.uri
    assert pds.requests[-1].nsid == "app.bsky.feed.getPostThread"


def test_a_thread_can_be_deeper_than_pythons_stack(alice):
    def view(number):
        return {
            "$type": "app.bsky.feed.defs#threadViewPost",
            "post": {
                "uri": f"at://{alice.did}/app.bsky.feed.post/{number}",
                "cid": "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka",
                "author": {"did": alice.did, "handle": "alice.test"},
                "record": {
                    "$type": "app.bsky.feed.post",
                    "text": str(number),
                    "createdAt": "2026-01-01T00:00:00Z",
                },
                "indexedAt": "2026-01-01T00:00:00Z",
            },
        }

    below = Defs.ThreadViewPost.from_wire(view(0))
    above = Defs.ThreadViewPost.from_wire(view(0))
    for number in range(1, 3000):
        node = Defs.ThreadViewPost.from_wire(view(number))
        node.__dict__["replies"] = [below]
        below = node
        node = Defs.ThreadViewPost.from_wire(view(number))
        node.__dict__["parent"] = above
        above = node
    walked = list(ThreadNode(below).walk())
    assert walked[-1][0] == 2999
    assert walked[-1][1].post.text == "0"
    assert len(list(ThreadNode(above).parents())) == 2999
    assert repr(ThreadNode(below)).endswith("with 1 replies>")


def test_posts_that_are_not_shown_stand_in_the_tree(alice, pds):
    uri = f"at://{alice.did}/app.bsky.feed.post/3k5nobkf2w72g"
    shown = post(alice, "shown")
    blocked = {
        "$type": "app.bsky.feed.defs#blockedPost",
        "uri": uri,
        "blocked": True,
        "author": {"did": alice.did},
    }
    missing = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}

    @pds.method("app.bsky.feed.getPostThread", auth=True)
    def get_post_thread(_):
        return {
            "thread": {
                "$type": "app.bsky.feed.defs#threadViewPost",
                "post": {
                    "uri": shown.uri,
                    "cid": shown.cid,
                    "author": {"did": alice.did, "handle": "alice.test"},
                    "record": {},
                    "indexedAt": "2026-01-01T00:00:00Z",
                },
                "parent": missing,
                "replies": [blocked, missing, {"$type": "com.example.other"}],
            }
        }

    node = alice.thread(shown)
    assert [*node.parents()] == [node.parent]
    assert isinstance(node.parent, Defs.NotFoundPost)
    assert [type(place).__name__ for place in node.replies] == ["BlockedPost", "NotFoundPost"]
    assert [depth for depth, _ in node.walk()] == [0, 1, 1]


@pytest.mark.parametrize(
    ("thread", "said"),
    [
        (
            {"$type": "app.bsky.feed.defs#blockedPost", "blocked": True, "author": {"did": "did:web:a.test"}},
            "block",
        ),
        ({"$type": "app.bsky.feed.defs#notFoundPost", "notFound": True}, "deleted"),
        ({"$type": "com.example.other"}, "deleted"),
    ],
)
def test_a_post_that_is_not_shown_is_an_error(alice, pds, thread, said):
    uri = f"at://{alice.did}/app.bsky.feed.post/3k5nobkf2w72g"
    pds.method("app.bsky.feed.getPostThread", auth=True)(lambda _: {"thread": {**thread, "uri": uri}})
    with pytest.raises(PostNotShownError, match=said) as caught:
        alice.thread(uri)
    assert caught.value.uri == uri
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_post_that_was_deleted_is_an_error(alice):
    gone = post(alice, "gone")
    alice.client.app.bsky.feed.post.delete(gone.rkey)
    with pytest.raises(PostNotShownError) as caught:
        alice.thread(gone)
    assert caught.value.view is None
