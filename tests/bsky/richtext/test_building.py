"""Rich text that programs build and edit."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import pytest

from atlex.errors import InputError
from atlex_bsky import RichText
from atlex_bsky.richtext import Link, Mention, Segment, Tag
from atlex_sdk import app

ALICE = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
URL = "https://example.com/ä"


def facets(text):
    """The facets as the wire has them, in short."""
    wire = [facet.to_wire() for facet in text.facets]
    return [
        (facet["index"]["byteStart"], facet["index"]["byteEnd"], *facet["features"][0].values())
        for facet in wire
    ]


def test_each_kind_of_facet_is_built_with_offsets_in_bytes():
    text = RichText("hí ").mention("@alice", ALICE).text(" 👋 ").link("thís", URL).tag("#now", "now")
    text = text.text(" ").cashtag("aapl")
    assert text.plain == "hí @alice 👋 thís#now $AAPL"
    assert facets(text) == [
        (4, 10, "app.bsky.richtext.facet#mention", ALICE),
        (16, 21, "app.bsky.richtext.facet#link", URL),
        (21, 25, "app.bsky.richtext.facet#tag", "now"),
        (26, 31, "app.bsky.richtext.facet#tag", "$AAPL"),
    ]
    encoded = text.plain.encode()
    assert [encoded[start:end].decode() for start, end, *_ in facets(text)] == [
        "@alice",
        "thís",
        "#now",
        "$AAPL",
    ]


def test_what_a_text_says_is_enough_where_it_is_the_address():
    text = RichText().link(URL).tag("#cats").tag("dogs").mention("@Bob.example.com")
    assert [segment.features for segment in text] == [
        (Link(URL),),
        (Tag("cats"),),
        (Tag("dogs"),),
        text.segments[-1].features,
    ]
    assert text.segments[-1].handle == "bob.example.com"


def test_a_facet_may_stand_inside_another():
    text = RichText().link(RichText("all ").tag("#cats").text("!"), URL)
    assert text.segments == (
        Segment("all ", (Link(URL),)),
        Segment("#cats", (Tag("cats"), Link(URL))),
        Segment("!", (Link(URL),)),
    )


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("link", (RichText("a ").link("b", URL), URL)),
        ("tag", (RichText("a ").cashtag("b"), "c")),
        ("mention", (RichText("a ").mention("@b.example.com"), ALICE)),
    ],
)
def test_a_facet_is_refused_inside_one_of_its_kind(kind, arguments):
    with pytest.raises(InputError, match=f"A {kind} can't have another one in its text"):
        getattr(RichText(), kind)(*arguments)


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("link", ("this", "example.com")),
        ("link", ("this", "https://example.com/" + 8192 * "a")),
        ("link", ("", URL)),
        ("link", (" \ufeff", URL)),
        ("mention", ("@alice", "alice.example.com")),
        ("mention", ("@alice",)),
        ("tag", ("#",)),
        ("tag", ("#a", 65 * "a")),
        ("tag", ("#a", 64 * "a\u0301\u0301\u0301\u0301\u0301")),
        ("cashtag", ("$",)),
        ("cashtag", ("1A",)),
        ("cashtag", ("ABCDEF",)),
        ("cashtag", ("\u00e9",)),
    ],
)
def test_what_no_server_would_take_is_refused(kind, arguments):
    with pytest.raises(InputError):
        getattr(RichText(), kind)(*arguments)


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(RichText, id="new"),
        pytest.param(RichText.detect, id="detect"),
        pytest.param(RichText("a").text, id="text"),
        pytest.param(RichText("a").__add__, id="add"),
    ],
)
@pytest.mark.parametrize("text", ["\ud83d", "ab\udc00 #tag", "\udc4b\ud83d"])
def test_a_lone_surrogate_is_an_error_that_says_where(use, text):
    with pytest.raises(InputError, match=r"Character [02] of the text is a lone surrogate"):
        use(text)


def test_texts_are_values():
    text = RichText("a ").link("b", URL)
    assert text == "a " + RichText().link("b", URL) == RichText("a ") + RichText().link("b", URL)
    assert text != RichText("a b")
    assert text != "a b"
    assert len({text, RichText("a ").link("b", URL), RichText("a b")}) == 2
    assert pickle.loads(pickle.dumps(text)) == copy.deepcopy(text) == text
    assert str(text) == text.plain == "a b"
    assert repr(text) == "RichText('a b', facets: 1)"
    assert text
    assert not RichText()


def test_lengths_are_what_the_lexicon_counts():
    text = RichText("👨‍👩‍👧 é\r\n")
    assert (text.graphemes, text.bytes, len(text.plain)) == (4, 23, 9)


# The text of these is "hello world", with a link on "llo w".
LINKED = RichText("he").link("llo w", URL).text("orld")


@pytest.mark.parametrize(
    ("index", "linked"),
    [(0, "llo w"), (2, "llo w"), (4, "lltesto w"), (7, "llo w"), (11, "llo w")],
)
def test_facets_move_with_what_is_inserted(index, linked):
    text = LINKED.insert(index, "test")
    assert text.plain == "hello world"[:index] + "test" + "hello world"[index:]
    assert [segment.text for segment in text if segment.link] == [linked]


@pytest.mark.parametrize(
    ("start", "end", "linked"),
    [
        (0, 9, []),
        (2, 7, []),
        (7, 11, ["llo w"]),
        (4, 11, ["ll"]),
        (3, 5, ["l w"]),
        (1, 5, [" w"]),
        (0, 2, ["llo w"]),
        (4, 4, ["llo w"]),
        (0, 11, []),
    ],
)
def test_facets_shrink_with_what_is_deleted(start, end, linked):
    text = LINKED.delete(start, end)
    assert text.plain == "hello world"[:start] + "hello world"[end:]
    assert [segment.text for segment in text if segment.link] == linked


def test_a_text_with_facets_that_is_inserted_into_one_keeps_them():
    text = LINKED.insert(4, RichText("a").tag("#b"))
    assert [(segment.text, segment.link, segment.tag) for segment in text] == [
        ("he", None, None),
        ("ll", URL, None),
        ("a", URL, None),
        ("#b", None, "b"),
        ("o w", URL, None),
        ("orld", None, None),
    ]


def test_what_is_replaced_at_a_border_leaves_the_facet():
    assert [segment.text for segment in LINKED.replace(3, 6, "LO") if segment.link] == ["lLOw"]
    assert [segment.text for segment in LINKED.replace(0, 4, "J") if segment.link] == ["o w"]
    assert [segment.text for segment in LINKED.replace(5, 11, "!") if segment.link] == ["llo"]


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (5, 4), (0, 12), (12, 12)])
def test_places_outside_the_text_are_an_error(start, end):
    with pytest.raises(InputError, match="aren't within a text of 11"):
        LINKED.delete(start, end)


def test_a_slice_keeps_links_that_it_cuts_and_only_whole_mentions_and_tags():
    text = RichText("a ").link("link", URL).mention("@bob", ALICE).tag("#tag")
    assert text.slice(4, 9).segments == (Segment("nk", (Link(URL),)), Segment("@bo"))
    assert text.slice(6).segments == (Segment("@bob", (Mention(ALICE),)), Segment("#tag", (Tag("tag"),)))
    assert text.slice(-3).segments == (Segment("tag"),)
    assert text.slice() == text
    assert text.slice(100) == RichText()


def test_facets_fit_a_post():
    text = RichText("see ").link("this", URL)
    post = app.bsky.feed.post.Post(text=text.plain, facets=[*text.facets], created_at="2026-01-01T00:00:00Z")
    assert RichText.of(post) == text


def test_no_model_is_imported_before_facets_are_asked_for():
    program = """
import sys
from atlex_bsky.richtext import RichText
text = RichText.detect("@alice.test #a https://example.com $A").resolved({})
RichText.of({"text": "a", "facets": []}).insert(0, text).segments
assert not [name for name in sys.modules if name.startswith("atlex_sdk.app.")]
text.facets
assert "atlex_sdk.app.bsky.richtext.facet" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
