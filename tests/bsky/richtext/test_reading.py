"""Texts that servers have: their facets may be anything, and nothing of it raises."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex.data import UnknownObject
from atlex.errors import InputError
from atlex_bsky import RichText
from atlex_bsky.richtext import Link, Segment
from atlex_sdk import app, chat

LINK = {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.com"}
TAG = {"$type": "app.bsky.richtext.facet#tag", "tag": "tag"}
TEXT = "one tẅo 👋 three"


def facet(start, end, *features):
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [*features] or [LINK]}


def linked(facets, text=TEXT):
    return [segment.text for segment in RichText(text, facets) if segment.link]


def test_facets_mark_bytes_and_need_no_order():
    assert linked([facet(10, 14), facet(0, 3), facet(4, 9)]) == ["one", "tẅo", "👋"]


@pytest.mark.parametrize(
    "index",
    [
        {"byteStart": 0, "byteEnd": 6},
        {"byteStart": 6, "byteEnd": 9},
        {"byteStart": 11, "byteEnd": 14},
        {"byteStart": 15, "byteEnd": 1000},
        {"byteStart": 1000, "byteEnd": 2000},
        {"byteStart": -3, "byteEnd": 3},
        {"byteStart": -3, "byteEnd": -1},
        {"byteStart": 3, "byteEnd": 0},
        {"byteStart": 2, "byteEnd": 2},
        {"byteStart": 3, "byteEnd": 4},
        {"byteStart": 0, "byteEnd": 10**30},
        {"byteStart": 0.0, "byteEnd": 3.0},
        {"byteStart": "0", "byteEnd": "3"},
        {"byteStart": 0},
        {},
        [],
        None,
    ],
    ids=json.dumps,
)
def test_what_marks_no_stretch_of_the_text_is_skipped(index):
    facets = [{"index": index, "features": [LINK]}, facet(0, 3)]
    assert linked(facets) == ["one"]
    assert "".join(segment.text for segment in RichText(TEXT, facets)) == TEXT


@pytest.mark.parametrize(
    "facets", [None, 3, "abc", {"index": 1}, [None], [[]], [{"index": {}}], b"abc"], ids=repr
)
def test_what_is_no_list_of_facets_is_none(facets):
    assert RichText(TEXT, facets).segments == (Segment(TEXT),)


@pytest.mark.parametrize(
    "features",
    [
        [],
        None,
        [None, 1, "a", []],
        [{}],
        [{"$type": 1}],
        [{"$type": "app.bsky.richtext.facet#link"}],
        [{**LINK, "uri": "example.com"}],
        [{**LINK, "uri": 7}],
        [{**LINK, "uri": "https://example.com/" + "a" * 9000}],
        [{**TAG, "tag": ""}],
        [{**TAG, "tag": 65 * "a"}],
        [{"$type": "app.bsky.richtext.facet#mention", "did": "alice.example.com"}],
    ],
    ids=str,
)
def test_features_that_break_their_lexicon_are_skipped(features):
    text = RichText(TEXT, [{"index": {"byteStart": 0, "byteEnd": 3}, "features": features}])
    assert text.segments == (Segment(TEXT),)


def test_the_first_in_the_text_stays_where_facets_overlap():
    assert linked([facet(0, 3), facet(2, 8), facet(4, 9)]) == ["one", "tẅo"]
    assert linked([facet(2, 8), facet(0, 3)]) == ["one"]
    assert linked([facet(0, 1000), facet(0, 3)]) == ["one"]


def test_the_first_counts_where_features_are_of_one_kind():
    other = {**LINK, "uri": "https://example.org"}
    (first, _) = RichText(TEXT, [facet(0, 3, other, LINK, TAG)]).segments
    assert (first.link, first.tag, len(first.features)) == ("https://example.org", "tag", 2)


def test_features_of_unknown_kinds_go_back_as_they_came():
    unknown = {"$type": "com.example.emote", "name": "wave", "deep": {"x": [1]}}
    text = RichText(TEXT, [facet(0, 3, unknown)])
    assert text.segments[0] == Segment("one", (UnknownObject(unknown),))
    assert [one.to_wire() for one in text.facets] == [facet(0, 3, unknown)]


POST = {
    "$type": "app.bsky.feed.post",
    "text": TEXT,
    "facets": [facet(0, 3)],
    "createdAt": "2026-01-01T00:00:00Z",
}
VIEW = {
    "uri": "at://did:web:a.com/app.bsky.feed.post/a",
    "cid": "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a",
    "author": {"did": "did:web:a.com", "handle": "a.com"},
    "record": POST,
    "indexedAt": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(POST, id="record"),
        pytest.param(app.bsky.feed.post.Post.from_wire(json.dumps(POST)), id="model"),
        pytest.param(VIEW, id="view as JSON"),
        pytest.param(app.bsky.feed.defs.PostView.from_wire(json.dumps(VIEW)), id="view"),
        pytest.param(
            app.bsky.feed.defs.FeedViewPost.from_wire(json.dumps({"post": VIEW})), id="item of a feed"
        ),
        pytest.param({"uri": VIEW["uri"], "value": POST}, id="answer of getRecord"),
        pytest.param({"description": TEXT, "descriptionFacets": [facet(0, 3)]}, id="list"),
        pytest.param(
            chat.bsky.convo.defs.MessageInput.from_wire(json.dumps({"text": TEXT, "facets": [facet(0, 3)]})),
            id="message",
        ),
    ],
)
def test_posts_messages_and_descriptions_are_read(source):
    assert RichText.of(source).segments == (Segment("one", (Link(LINK["uri"]),)), Segment(TEXT[3:]))


def test_a_record_without_a_text_has_an_empty_one():
    assert RichText.of({"record": {"$type": "app.bsky.feed.like"}}) == RichText()


def test_half_a_character_of_a_server_reads_as_one_that_cannot_be_shown():
    text = RichText.of({"text": "a\ud83db\ud83d\udc4bc", "facets": [facet(5, 9)]})
    assert text.plain == "a\ufffdb👋c"
    assert [segment.text for segment in text if segment.link] == ["👋"]


@pytest.mark.parametrize(
    "source", [None, 3, "text", len, []], ids=["None", "number", "text", "function", "list"]
)
def test_what_has_no_text_at_all_is_an_error(source):
    with pytest.raises(InputError, match="has no text"):
        RichText.of(source)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
OFFSETS = st.integers(-3, 40) | ANYTHING
FEATURES = st.sampled_from([LINK, TAG, {"$type": "a.b.c"}]) | ANYTHING
FACETS = st.fixed_dictionaries(
    {
        "index": st.fixed_dictionaries({"byteStart": OFFSETS, "byteEnd": OFFSETS}) | ANYTHING,
        "features": st.lists(FEATURES, max_size=3) | ANYTHING,
    }
)


@given(st.text(max_size=15), st.lists(FACETS | ANYTHING, max_size=6) | ANYTHING)
def test_any_facets_at_all_leave_the_text_whole_and_can_be_sent_again(text, facets):
    read = RichText.of({"text": text, "facets": facets})
    assert "".join(segment.text for segment in read) == read.plain == text
    assert RichText(text, read.facets) == read
