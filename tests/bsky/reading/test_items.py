"""Feeds and searches give small values, with all that is in a post at hand."""

from __future__ import annotations

import pytest

from atlex.errors import InputError
from atlex_bsky._items import PostItem
from atlex_sdk import app

from ._records import follow, like, post, repost

_CID = "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
_DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
_URI = f"at://{_DID}/app.bsky.feed.post/3k5nobkf2w72g"
_AUTHOR = {"did": _DID, "handle": "carol.test"}
_TIME = "2026-01-02T03:04:05.678Z"
_MEDIA = {
    "$type": "app.bsky.embed.images#view",
    "images": [
        {"thumb": "https://a.test/t", "fullsize": "https://a.test/f", "alt": "A cat"},
        {
            "thumb": "https://a.test/t2",
            "fullsize": "https://a.test/f2",
            "alt": "",
            "aspectRatio": {"width": 4, "height": 3},
        },
    ],
}
_QUOTED = {
    "$type": "app.bsky.embed.record#view",
    "record": {
        "$type": "app.bsky.embed.record#viewRecord",
        "uri": _URI,
        "cid": _CID,
        "author": _AUTHOR,
        "value": {"$type": "app.bsky.feed.post", "text": "the quoted", "createdAt": _TIME},
        "embeds": [_MEDIA],
        "indexedAt": _TIME,
    },
}


def _item(record=None, embed=None):
    view = {
        "uri": _URI,
        "cid": _CID,
        "author": _AUTHOR,
        "record": {"$type": "app.bsky.feed.post", "text": "hello", "createdAt": _TIME, **(record or {})},
        "indexedAt": _TIME,
        **({} if embed is None else {"embed": embed}),
    }
    return PostItem(app.bsky.feed.defs.PostView.from_wire(view))


def test_a_timeline_has_the_posts_and_reposts_of_those_whom_one_follows(alice, bob, carol):
    follow(alice, bob)
    post(bob, "one")
    reposted = post(carol, "two")
    repost(bob, reposted)
    items = alice.timeline().take(items=10)
    assert [(item.text, item.author.handle) for item in items] == [("two", "carol.test"), ("one", "bob.test")]
    assert items[0].reposted_by.did == bob.did
    assert items[1].reposted_by is None
    assert (items[0].uri, items[0].cid) == (reposted.uri, reposted.cid)
    assert not items[0].pinned


def test_pages_and_the_cursor_stay_those_of_a_paginator(alice):
    for number in range(5):
        post(alice, str(number))
    feed = alice.author_feed(alice, limit=2)
    assert [item.text for item in feed.take(pages=1)] == ["4", "3"]
    again = alice.author_feed("alice.test", limit=2, cursor=feed.cursor)
    assert [[item.text for item in page.lex_items()] for page in again.pages()] == [["2", "1"], ["0"]]
    assert repr(feed).startswith("<Paginator of get_author_feed(), next cursor: ")
    assert next(iter(alice.author_feed(alice).pages())).response.feed[0].post.author.did == alice.did


def test_the_filter_of_an_author_feed_is_passed_on(alice):
    first = post(alice, "one")
    post(alice, "two", reply_to=first)
    assert [item.text for item in alice.author_feed(alice, filter="posts_no_replies")] == ["one"]


def test_a_search_gives_posts(alice, bob):
    post(alice, "cats are fine")
    post(bob, "cats are not")
    assert {item.text for item in alice.search("cats")} == {"cats are fine", "cats are not"}
    assert [item.text for item in alice.search("cats", author=bob)] == ["cats are not"]


def test_likes_are_ones_own_unless_said_otherwise(alice, bob):
    liked = post(bob, "fine")
    like(alice, liked)
    assert [item.uri for item in alice.likes()] == [liked.uri]


def test_followers_and_follows_are_profiles(alice, bob, carol):
    follow(alice, bob)
    follow(carol, bob)
    assert [profile.handle for profile in bob.followers()] == ["carol.test", "alice.test"]
    assert [profile.did for profile in bob.follows(alice)] == [bob.did]
    assert alice.did_of(next(iter(alice.follows()))) == bob.did


def test_the_address_of_a_list_may_have_a_handle(alice, bob):
    made = alice.client.app.bsky.graph.list.create(
        app.bsky.graph.list.List(
            name="Friends", purpose="app.bsky.graph.defs#curatelist", created_at="2026-01-01T00:00:00Z"
        )
    )
    alice.client.app.bsky.graph.listitem.create(
        app.bsky.graph.listitem.Listitem(subject=bob.did, list=made.uri, created_at="2026-01-01T00:00:00Z")
    )
    post(bob, "of a friend")
    link = f"https://bsky.app/profile/alice.test/lists/{made.rkey}"
    assert [item.text for item in alice.list_feed(link)] == ["of a friend"]
    assert [item.text for item in alice.list_feed(made)] == ["of a friend"]


def test_a_feed_generator_is_asked_by_its_did(alice, pds):
    asked = []

    @pds.method("app.bsky.feed.getFeed", auth=True)
    def get_feed(call):
        asked.append(call.params["feed"])
        return {"feed": []}

    assert list(alice.feed("https://bsky.app/profile/alice.test/feed/cats")) == []
    assert asked == [f"at://{alice.did}/app.bsky.feed.generator/cats"]


def test_what_is_no_account_is_refused_before_anything_is_sent(alice, pds):
    pds.forget()
    for call in (alice.author_feed, alice.followers, alice.follows, alice.likes):
        with pytest.raises(InputError):
            call("not an account")
    with pytest.raises(InputError):
        alice.search("cats", author="not an account")
    assert pds.count() == 0


def test_links_are_those_of_the_text_and_the_card_each_once():
    link = {"$type": "app.bsky.richtext.facet#link"}
    item = _item(
        {
            "facets": [
                {"index": {"byteStart": 0, "byteEnd": 1}, "features": [{**link, "uri": "https://a.test"}]},
                {"index": {"byteStart": 1, "byteEnd": 2}, "features": [{**link, "uri": "https://b.test"}]},
                {
                    "index": {"byteStart": 2, "byteEnd": 3},
                    "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "cats"}],
                },
            ],
            "embed": {
                "$type": "app.bsky.embed.recordWithMedia",
                "record": {"$type": "app.bsky.embed.record", "record": {"uri": _URI, "cid": _CID}},
                "media": {
                    "$type": "app.bsky.embed.external",
                    "external": {"uri": "https://a.test", "title": "", "description": ""},
                },
            },
        }
    )
    assert item.links == ("https://a.test", "https://b.test")
    assert [segment.link for segment in item.rich_text if segment.link] == [
        "https://a.test",
        "https://b.test",
    ]


def test_a_card_alone_is_a_link():
    card = {"uri": "https://c.test/x", "title": "", "description": ""}
    item = _item({"embed": {"$type": "app.bsky.embed.external", "external": card}})
    assert item.links == ("https://c.test/x",)


@pytest.mark.parametrize(
    "embed",
    [_MEDIA, {"$type": "app.bsky.embed.recordWithMedia#view", "record": _QUOTED, "media": _MEDIA}],
    ids=["alone", "beside a quote"],
)
def test_images_have_their_addresses_and_ratios(embed):
    first, second = _item(embed=embed).images
    assert (first.alt, first.thumb, first.fullsize, first.aspect_ratio) == (
        "A cat",
        "https://a.test/t",
        "https://a.test/f",
        None,
    )
    assert (second.alt, second.aspect_ratio) == ("", (4, 3))


def test_a_gallery_has_images_too():
    shown = {
        "$type": "app.bsky.embed.gallery#viewImage",
        "thumbnail": "https://a.test/t",
        "fullsize": "https://a.test/f",
        "alt": "A cat",
        "aspectRatio": {"width": 1, "height": 2},
    }
    [image] = _item(
        embed={"$type": "app.bsky.embed.gallery#view", "items": [shown, {"$type": "a.b.c"}]}
    ).images
    assert (image.thumb, image.aspect_ratio) == ("https://a.test/t", (1, 2))


@pytest.mark.parametrize(
    "embed",
    [_QUOTED, {"$type": "app.bsky.embed.recordWithMedia#view", "record": _QUOTED, "media": _MEDIA}],
    ids=["alone", "beside pictures"],
)
def test_a_quote_is_a_post(embed):
    quote = _item(embed=embed).quote
    assert (quote.text, quote.uri, quote.cid, quote.author.handle) == ("the quoted", _URI, _CID, "carol.test")
    assert [image.alt for image in quote.images] == ["A cat", ""]
    assert quote.quote is None


@pytest.mark.parametrize(
    "record",
    [
        {"$type": "app.bsky.embed.record#viewNotFound", "uri": _URI, "notFound": True},
        {"$type": "app.bsky.embed.record#viewBlocked", "uri": _URI, "blocked": True, "author": {"did": _DID}},
        {"$type": "app.bsky.embed.record#viewDetached", "uri": _URI, "detached": True},
        {"$type": "com.example.other"},
    ],
)
def test_a_quote_that_is_not_shown_is_none(record):
    assert _item(embed={"$type": "app.bsky.embed.record#view", "record": record}).quote is None


@pytest.mark.parametrize(
    "record",
    [{"text": 5}, {"$type": "com.example.other"}, {"text": None}, {"createdAt": 1}],
    ids=["wrong text", "other type", "no text", "wrong time"],
)
def test_a_record_that_is_no_post_has_no_text_and_raises_nothing(record):
    item = _item(record)
    assert item.record is None
    assert (item.text, item.links, item.reply_to, item.images, item.quote) == ("", (), None, (), None)
    assert item.rich_text.plain == ""
    assert item.view.record["$type"] == item.view.to_wire()["record"]["$type"]


def test_a_reply_names_what_it_replies_to(alice):
    first = post(alice, "one")
    post(alice, "two", reply_to=first)
    item = alice.author_feed(alice).take(items=1)[0]
    assert (item.reply_to.uri, item.reply_to.cid) == (first.uri, first.cid)
    assert item.record.reply.root.uri == first.uri


def test_an_item_is_shown_in_one_line():
    assert repr(_item()) == f"<PostItem {_URI} by carol.test: 'hello'>"
