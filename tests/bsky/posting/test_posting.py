"""Posts say what was asked for, are checked before anything is written, and are written at once."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from types import SimpleNamespace

import pytest

from atlex import now
from atlex.data import cid_for
from atlex.errors import (
    IdentityAmbiguousError,
    IdentityFailedError,
    IdentityMismatchError,
    IdentityNotFoundError,
    InputError,
    XrpcError,
)
from atlex_bsky import Bluesky, RichText
from atlex_sdk import app

Post = app.bsky.feed.post.Post
WRITES = "com.atproto.repo.applyWrites"


def stored(bsky, uri):
    return bsky.client.app.bsky.feed.post.get(uri)


def test_a_text_is_a_post_with_its_links_mentions_and_tags(pds, bsky):
    post = bsky.post(
        "Look, @bob.test and @nobody.test: https://example.com #cats", langs="en", tags=["#dogs"]
    )
    record = stored(bsky, post.uri).value
    assert record.text == "Look, @bob.test and @nobody.test: https://example.com #cats"
    features = [facet.features[0] for facet in record.facets]
    facet = app.bsky.richtext.facet
    assert features == [
        facet.Mention(did=pds.account("bob.test").did),
        facet.Link(uri="https://example.com"),
        facet.Tag(tag="cats"),
    ]
    assert (record.langs, record.tags, record.labels, record.reply, record.embed) == (
        ["en"],
        ["dogs"],
        None,
        None,
        None,
    )
    assert pds.count(WRITES) == 1


def test_what_a_post_returns_is_what_the_server_has(bsky):
    post = bsky.post("héllo 👋 #x", labels="porn")
    found = stored(bsky, post.uri)
    assert (found.uri, found.cid, found.value) == (post.uri, post.cid, post.record)
    assert post.root == post.ref
    assert post.uri.endswith(post.rkey)
    assert [label.val for label in found.value.labels.values] == ["porn"]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"langs": ["en", "no language"]}, r"langs\[1\]"),
        ({"langs": ["en"] * 4}, "langs"),
        ({"tags": "x" * 65}, r"tags\[0\]"),
        ({"labels": "x" * 200}, "val"),
        ({"quote": SimpleNamespace(uri="at://x", cid="y")}, "uri"),
    ],
)
def test_what_breaks_the_lexicon_is_an_input_error_with_its_place(pds, bsky, wrong, path):
    with pytest.raises(InputError, match=path):
        bsky.post("hello", **wrong)
    assert pds.count(WRITES) == 0


def test_rich_text_stays_as_it_is(bsky):
    text = RichText("see ").link("#this", "https://example.com")
    [facet] = stored(bsky, bsky.post(text).uri).value.facets
    assert [feature.uri for feature in facet.features] == ["https://example.com"]


def test_a_server_that_fails_while_handles_are_resolved_writes_no_post(pds, bsky):
    pds.fail_next("com.atproto.identity.resolveHandle", status=500, times=5)
    with pytest.raises(XrpcError):
        bsky.post("hello @bob.test")
    assert pds.count(WRITES) == 0


@pytest.mark.parametrize("error", [IdentityNotFoundError, IdentityAmbiguousError, IdentityMismatchError])
def test_a_mention_that_a_resolver_finds_nobody_for_stays_text(bob, error):
    def resolver(handle):
        raise error("nobody", identifier=handle)

    post = Bluesky(bob.client, resolver=resolver).post("hello @bob.test")
    assert (post.record.text, post.record.facets) == ("hello @bob.test", None)


def test_a_resolver_that_fails_writes_no_post(pds, bob):
    def resolver(handle):
        raise IdentityFailedError("no network", identifier=handle)

    with pytest.raises(IdentityFailedError):
        Bluesky(bob.client, resolver=resolver).post("hello @bob.test")
    assert pds.count(WRITES) == 0


class TestReplies:
    def test_every_form_of_a_post_is_replied_to_in_its_own_thread(self, bsky, bob):
        root = bsky.post("root")
        middle = bob.post("middle", reply_to=root)
        [view] = bob.client.app.bsky.feed.get_posts(uris=[middle.uri]).posts
        link = f"https://bsky.app/profile/bob.test/post/{middle.rkey}"
        read = stored(bsky, middle.uri)
        for parent in (
            middle,
            view,
            view.ref,
            middle.uri,
            link,
            read,
            f"at://bob.test/app.bsky.feed.post/{middle.rkey}",
        ):
            reply = bsky.post("leaf", reply_to=parent).record.reply
            assert (reply.root, reply.parent) == (root.ref, middle.ref)

    def test_what_comes_with_its_record_is_not_looked_up(self, pds, bsky):
        first = bsky.post("one")
        second = bsky.post("two", reply_to=first)
        third = bsky.post("three", reply_to=second)
        assert third.root == second.root == first.ref
        assert pds.count("com.atproto.repo.getRecord") == 0

    @pytest.mark.parametrize("name", ["follow", "link", "nothing"])
    def test_what_is_no_post_is_refused(self, pds, bsky, name):
        subject = {
            "follow": bsky.follow("bob.test"),
            "link": "https://bsky.app/profile/bob.test/lists/3k5nobkf2w72g",
            "nothing": "hello",
        }[name]
        with pytest.raises(InputError):
            bsky.post("no", reply_to=subject)
        assert pds.count(WRITES) == 0

    def test_a_post_that_is_gone_is_an_error_before_anything_is_written(self, pds, bsky):
        with pytest.raises(XrpcError):
            bsky.post("no", reply_to=f"at://{bsky.did}/app.bsky.feed.post/3k5nobkf2w72g")
        assert pds.count(WRITES) == 0


class TestQuotes:
    def test_a_quote_is_a_record_in_the_post(self, bsky, bob):
        first = bsky.post("first")
        embed = bob.post("look", quote=first).record.embed
        assert isinstance(embed, app.bsky.embed.record.Record)
        assert embed.record == first.ref

    def test_a_quote_by_its_link_is_looked_up(self, bsky, bob):
        first = bsky.post("first")
        link = f"https://bsky.app/profile/alice.test/post/{first.rkey}"
        assert bob.post("look", quote=link).record.embed.record == first.ref

    def test_a_post_needs_something_to_say(self, bsky):
        with pytest.raises(InputError, match="needs a text"):
            bsky.post("")
        assert bsky.post(quote=bsky.post("first")).record.text == ""


class TestThreads:
    TEXT = " ".join(f"This is the sentence number {number} of a long story." for number in range(1, 33))

    def test_a_long_text_is_a_thread_written_at_once(self, pds, bsky):
        assert 1500 < len(self.TEXT) < 1700
        post = bsky.post(self.TEXT, langs=["en"], tags=["story"])
        assert pds.count(WRITES) == 1
        thread = [post, *post.continued]
        assert len(thread) == 6
        assert " ".join(part.record.text for part in thread) == self.TEXT
        assert all(part.record.text.endswith(".") for part in thread)
        for before, part in pairwise(thread):
            found = stored(bsky, part.uri)
            assert found.cid == part.cid
            assert found.value.reply.parent == before.ref
            assert found.value.reply.root == post.ref == part.root
        assert len({part.rkey for part in thread}) == len({part.record.created_at for part in thread}) == 6
        assert [part.rkey for part in thread] == sorted(part.rkey for part in thread)
        assert [part.record.tags for part in thread] == [["story"]] + [None] * 5
        assert {tuple(part.record.langs) for part in thread} == {("en",)}

    def test_a_thread_can_be_a_reply_and_have_a_quote(self, bsky, bob):
        root = bob.post("root")
        post = bsky.post(self.TEXT, reply_to=root, quote=root)
        assert {part.root.uri for part in (post, *post.continued)} == {root.uri}
        assert [part.record.embed is None for part in (post, *post.continued)] == [False] + [True] * 5

    def test_a_long_text_can_be_refused(self, pds, bsky):
        with pytest.raises(InputError, match="301 graphemes and 301 bytes: a post has at most 300 and 3000"):
            bsky.post("x" * 301, long="error")
        assert pds.count(WRITES) == 0

    def test_a_thread_that_the_server_refuses_is_not_written_in_part(self, pds, bsky):
        pds.fail_next(WRITES, status=400)
        with pytest.raises(XrpcError):
            bsky.post(self.TEXT)
        assert list(bsky.client.app.bsky.feed.post.iterate()) == []


class TestGates:
    def test_the_gates_are_written_with_the_post_under_its_key(self, pds, bsky):
        list_ = "https://bsky.app/profile/bob.test/lists/3k5nobkf2w72g"
        post = bsky.post("hello", reply_gate=["mentioned", "followers", "following", list_], quotable=False)
        assert pds.count(WRITES) == 1
        gate = bsky.client.app.bsky.feed.threadgate.get(post.rkey).value
        threadgate = app.bsky.feed.threadgate
        assert (gate.post, gate.created_at) == (post.uri, post.record.created_at)
        assert gate.allow == [
            threadgate.MentionRule(),
            threadgate.FollowerRule(),
            threadgate.FollowingRule(),
            threadgate.ListRule(list=f"at://{pds.account('bob.test').did}/app.bsky.graph.list/3k5nobkf2w72g"),
        ]
        gate = bsky.client.app.bsky.feed.postgate.get(post.rkey).value
        assert (gate.post, gate.embedding_rules) == (post.uri, [app.bsky.feed.postgate.DisableRule()])

    @pytest.mark.parametrize(("gate", "rules"), [("nobody", 0), ("followers", 1), (("mentioned",), 1)])
    def test_nobody_and_one_rule_need_no_list(self, bsky, gate, rules):
        post = bsky.post("hello", reply_gate=gate)
        assert len(bsky.client.app.bsky.feed.threadgate.get(post.rkey).value.allow) == rules

    def test_without_gates_there_are_no_records_of_them(self, bsky):
        bsky.post("hello")
        assert list(bsky.client.app.bsky.feed.threadgate.iterate()) == []
        assert list(bsky.client.app.bsky.feed.postgate.iterate()) == []

    @pytest.mark.parametrize(
        ("gate", "said"),
        [
            ((), "1 to 5 rules, not 0"),
            (["mentioned"] * 6, "not 6"),
            ("everybody", "reply_gate has no rule"),
            (["nobody"], "is 'nobody' alone"),
        ],
    )
    def test_a_gate_that_means_nothing_is_refused(self, pds, bsky, gate, said):
        with pytest.raises(InputError, match=said):
            bsky.post("hello", reply_gate=gate)
        assert pds.count(WRITES) == 0

    def test_a_reply_has_no_reply_gate_of_its_own(self, bsky):
        with pytest.raises(InputError, match="first post of a thread"):
            bsky.post("hello", reply_to=bsky.post("first"), reply_gate="nobody")


class TestDrafts:
    def test_a_draft_is_written_when_it_is_sent(self, pds, bsky):
        draft = bsky.compose("hello @bob.test", reply_gate="nobody")
        assert pds.count(WRITES) == 0
        assert [write.record.lex_type for write in draft.writes] == [
            "app.bsky.feed.post",
            "app.bsky.feed.threadgate",
        ]
        assert draft.post.cid == cid_for(draft.post.record)
        assert bsky.send(draft) is draft.post
        assert stored(bsky, draft.post.uri).cid == draft.post.cid

    def test_a_draft_of_another_account_is_refused(self, bsky, bob):
        with pytest.raises(InputError, match="isn't of this account"):
            bob.send(bsky.compose("hello"))


class TestTimes:
    @pytest.mark.parametrize(
        "written",
        [
            "2020-01-02T03:04:05.000Z",
            "2020-01-02T04:04:05+01:00",
            dt.datetime(2020, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
        ],
    )
    def test_the_time_can_be_given(self, bsky, written):
        assert bsky.post("old", created_at=written).record.created_at == "2020-01-02T03:04:05.000Z"

    @pytest.mark.parametrize(
        "written",
        [
            "yesterday",
            "2020-01-02",
            "2020-01-02T03:04:05",
            "2020-01-02T03:04:05.123456",
            "2020-01-02 03:04:05Z",
            dt.datetime(2020, 1, 2),  # noqa: DTZ001
        ],
    )
    def test_what_says_no_time_or_no_zone_is_refused(self, bsky, written):
        with pytest.raises(InputError):
            bsky.post("old", created_at=written)

    def test_it_is_now_by_itself(self, bsky):
        before = now()
        assert before <= bsky.post("new").record.created_at <= now()


class TestDeleting:
    def test_every_form_of_a_post_is_deleted_with_its_gates(self, bsky):
        def post():
            return bsky.post("hello", reply_gate="nobody", quotable=False)

        client = bsky.client
        for form in ("result", "view", "uri", "link"):
            made = post()
            [view] = client.app.bsky.feed.get_posts(uris=[made.uri]).posts
            link = f"https://bsky.app/profile/alice.test/post/{made.rkey}"
            bsky.delete({"result": made, "view": view, "uri": made.uri, "link": link}[form])
            for kind in (
                client.app.bsky.feed.post,
                client.app.bsky.feed.threadgate,
                client.app.bsky.feed.postgate,
            ):
                assert list(kind.iterate()) == []

    def test_a_thread_goes_as_a_whole(self, bsky):
        bsky.delete(bsky.post(TestThreads.TEXT))
        assert list(bsky.client.app.bsky.feed.post.iterate()) == []

    def test_what_is_gone_already_is_no_error(self, bsky):
        post = bsky.post("hello")
        bsky.delete(post)
        bsky.delete(post)

    def test_posts_of_others_are_refused_before_the_server_is_asked(self, pds, bsky, bob):
        with pytest.raises(InputError, match="isn't a record of this account"):
            bsky.delete(bob.post("mine"))
        assert pds.count("com.atproto.repo.deleteRecord") == 0
