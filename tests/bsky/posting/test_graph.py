"""What is done with a line is undone with a line, however the subject is named."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from atlex.errors import InputError
from atlex.testing import Call
from atlex_sdk import app

CREATE, DELETE = "com.atproto.repo.createRecord", "com.atproto.repo.deleteRecord"


def view_with(post, **viewer):
    """What of a post's view matters to undoing."""
    return SimpleNamespace(uri=post.uri, cid=post.cid, viewer=app.bsky.feed.defs.ViewerState(**viewer))


@pytest.fixture
def post(bob):
    return bob.post("hello")


@pytest.mark.parametrize(("do", "undo"), [("like", "unlike"), ("repost", "unrepost")])
class TestPosts:
    def forms(self, bob, post):
        [view] = bob.client.app.bsky.feed.get_posts(uris=[post.uri]).posts
        return [post, view, view.ref, post.uri, f"https://bsky.app/profile/bob.test/post/{post.rkey}"]

    def test_a_post_in_every_form_is_marked_and_unmarked(self, bsky, bob, post, do, undo):
        records = getattr(bsky.client.app.bsky.feed, do)
        for form in self.forms(bob, post):
            made = getattr(bsky, do)(form)
            assert made.value.subject == post.ref
            assert [listed.uri for listed in records.iterate()] == [made.uri]
            assert getattr(bsky, undo)(form) is True
            assert list(records.iterate()) == []

    def test_twice_is_once(self, bsky, post, do, undo):
        getattr(bsky, do)(post)
        getattr(bsky, do)(post)
        assert getattr(bsky, undo)(post) is True
        assert getattr(bsky, undo)(post, missing_ok=True) is False

    def test_once_leaves_the_first_record(self, pds, bsky, post, do, undo):
        made = getattr(bsky, do)(post, once=True)
        assert getattr(bsky, do)(post.uri, once=True) == replace(made, commit=None, validation_status=None)
        view = view_with(post, **{do: made.uri})
        assert getattr(bsky, do)(view, once=True).uri == made.uri
        assert pds.count(CREATE) == 1
        getattr(bsky, undo)(made)
        assert getattr(bsky, do)(view, once=True).uri != made.uri

    def test_what_it_returned_undoes_it_in_one_call(self, pds, bsky, post, do, undo):
        made = getattr(bsky, do)(post)
        calls = len(pds.requests)
        assert getattr(bsky, undo)(made) is True
        assert getattr(bsky, undo)(made.uri) is True
        assert len(pds.requests) == calls + 2

    def test_a_view_that_names_the_record_undoes_it_in_one_call(self, pds, bsky, post, do, undo):
        made = getattr(bsky, do)(post)
        calls = len(pds.requests)
        view = view_with(post, **{do: made.uri})
        assert getattr(bsky, undo)(view) is True
        assert getattr(bsky, undo)(SimpleNamespace(uri=post.uri, cid=post.cid, view=view)) is True
        assert len(pds.requests) == calls + 2

    def test_undoing_what_was_never_done_is_an_error_unless_allowed(self, bsky, post, do, undo):
        with pytest.raises(InputError, match=rf"no app\.bsky\.feed\.{do} of {post.uri} to take back"):
            getattr(bsky, undo)(post)
        assert getattr(bsky, undo)(post, missing_ok=True) is False

    def test_one_older_than_the_latest_hundred_is_found_by_asking(self, pds, bsky, bob, post, do, undo):
        made = getattr(bsky, do)(post)
        for number in range(100):
            getattr(bsky, do)(
                SimpleNamespace(uri=f"at://{bob.did}/app.bsky.feed.post/{number}", cid=post.cid)
            )

        @pds.method("app.bsky.feed.getPosts", auth=True)
        def get_posts(call: Call) -> object:
            author = {"did": bob.did, "handle": "bob.test"}
            view = {
                "uri": call.params["uris"][0],
                "cid": post.cid,
                "author": author,
                "record": post.record.to_wire(),
            }
            return {"posts": [{**view, "indexedAt": post.record.created_at, "viewer": {do: made.uri}}]}

        assert getattr(bsky, undo)(post.uri) is True
        assert made.uri not in {listed.uri for listed in getattr(bsky.client.app.bsky.feed, do).iterate()}


MARKS = {"follow": "following", "block": "blocking"}


@pytest.mark.parametrize(("do", "undo"), [("follow", "unfollow"), ("block", "unblock")])
class TestAccounts:
    def forms(self, pds, bsky):
        did = pds.account("bob.test").did
        view = bsky.client.app.bsky.actor.get_profile(actor=did)
        return [view, did, "bob.test", "@bob.test", "https://bsky.app/profile/bob.test"]

    def test_an_account_in_every_form_is_marked_and_unmarked(self, pds, bsky, do, undo):
        records = getattr(bsky.client.app.bsky.graph, do)
        for form in self.forms(pds, bsky):
            made = getattr(bsky, do)(form)
            assert made.value.subject == pds.account("bob.test").did
            assert getattr(bsky, undo)(form) is True
            assert list(records.iterate()) == []

    def test_undoing_what_was_never_done_is_an_error_unless_allowed(self, bsky, do, undo):
        with pytest.raises(InputError, match=rf"no app\.bsky\.graph\.{do} of bob\.test to take back"):
            getattr(bsky, undo)("bob.test")
        assert getattr(bsky, undo)("bob.test", missing_ok=True) is False

    def test_once_leaves_the_first_record(self, pds, bsky, do, undo):
        made = getattr(bsky, do)("bob.test", once=True)
        assert getattr(bsky, do)("@bob.test", once=True).uri == made.uri
        assert pds.count(CREATE) == 1
        getattr(bsky, undo)(made)
        assert getattr(bsky, do)("bob.test", once=True).uri != made.uri

    def test_the_record_and_the_view_undo_it_in_one_call(self, pds, bsky, do, undo):
        for form in ("result", "uri", "view"):
            made = getattr(bsky, do)("bob.test")
            view = SimpleNamespace(
                did=made.value.subject, viewer=app.bsky.actor.defs.ViewerState(**{MARKS[do]: made.uri})
            )
            calls = len(pds.requests)
            assert getattr(bsky, undo)({"result": made, "uri": made.uri, "view": view}[form]) is True
            assert len(pds.requests) == calls + 1

    def test_one_older_than_the_latest_hundred_is_found_by_asking(self, pds, bsky, bob, do, undo):
        made = getattr(bsky, do)("bob.test")
        for number in range(100):
            getattr(bsky, do)(f"did:web:{number}.example.com")

        @pds.method("app.bsky.graph.getRelationships", auth=True)
        def get_relationships(call: Call) -> object:
            assert call.params == {"actor": bsky.did, "others": [bob.did]}
            related = {"$type": "app.bsky.graph.defs#relationship", "did": bob.did, MARKS[do]: made.uri}
            return {"actor": bsky.did, "relationships": [related]}

        assert getattr(bsky, undo)("bob.test") is True
        assert made.uri not in {listed.uri for listed in getattr(bsky.client.app.bsky.graph, do).iterate()}


def test_the_record_of_another_account_is_never_deleted(pds, bsky, bob):
    followed_by = bob.follow("alice.test").uri
    with pytest.raises(InputError, match="isn't in the repository"):
        bsky.unfollow(followed_by)
    assert pds.count(DELETE) == 0


def test_what_names_no_record_or_account_is_refused_before_anything_is_sent(pds, bsky):
    calls = len(pds.requests)
    for wrong in ("", "hello", "at://bob.test", "https://example.com/profile/bob.test/post/3k5nobkf2w72g"):
        with pytest.raises(InputError):
            bsky.like(wrong)
        with pytest.raises(InputError):
            bsky.unlike(wrong)
    for wrong in ("", "bob", "at://bob.test/app.bsky.feed.post/3k5nobkf2w72g"):
        with pytest.raises(InputError):
            bsky.follow(wrong)
    assert len(pds.requests) == calls


def test_a_like_says_by_whose_repost_it_came(bsky, bob, post):
    repost = bob.repost(post)
    assert bsky.like(post, via=repost).value.via.uri == repost.uri


def test_a_list_is_blocked_and_unblocked(pds, bsky):
    list_ = f"at://{pds.account('bob.test').did}/app.bsky.graph.list/3k5nobkf2w72g"
    blocked = bsky.block_list("https://bsky.app/profile/bob.test/lists/3k5nobkf2w72g")
    assert blocked.value.subject == list_
    assert bsky.block_list(list_).uri == blocked.uri
    assert bsky.unblock_list(list_) is True
    assert bsky.unblock_list(list_, missing_ok=True) is False


def test_mutes_and_bookmarks_are_calls_with_the_full_address(pds, bsky, bob, post):
    called = []

    def note(name):
        @pds.method(name, auth=True)
        def handler(call: Call) -> None:
            called.append((name, call.input))

    for name in (
        "muteActor",
        "unmuteActor",
        "muteActorList",
        "unmuteActorList",
        "muteThread",
        "unmuteThread",
    ):
        note(f"app.bsky.graph.{name}")
    for name in ("createBookmark", "deleteBookmark"):
        note(f"app.bsky.bookmark.{name}")
    reply = bsky.post("reply", reply_to=post)
    link = "https://bsky.app/profile/bob.test/lists/3k5nobkf2w72g"
    bsky.mute("@bob.test")
    bsky.unmute("bob.test")
    bsky.mute_list(link)
    bsky.unmute_list(link)
    bsky.mute_thread(reply)
    bsky.unmute_thread(reply.uri)
    bsky.bookmark(post.uri)
    bsky.unbookmark(f"https://bsky.app/profile/bob.test/post/{post.rkey}")
    list_ = f"at://{bob.did}/app.bsky.graph.list/3k5nobkf2w72g"
    assert called == [
        ("app.bsky.graph.muteActor", {"actor": bob.did}),
        ("app.bsky.graph.unmuteActor", {"actor": bob.did}),
        ("app.bsky.graph.muteActorList", {"list": list_}),
        ("app.bsky.graph.unmuteActorList", {"list": list_}),
        ("app.bsky.graph.muteThread", {"root": post.uri}),
        ("app.bsky.graph.unmuteThread", {"root": post.uri}),
        ("app.bsky.bookmark.createBookmark", {"uri": post.uri, "cid": post.cid}),
        ("app.bsky.bookmark.deleteBookmark", {"uri": post.uri}),
    ]
