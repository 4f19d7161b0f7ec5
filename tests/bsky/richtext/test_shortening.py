"""Rich text that is made to fit: truncated, cut, cleaned of empty lines, and edited in any way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex.errors import InputError
from atlex_bsky import RichText
from atlex_bsky.richtext import Segment

URL = "https://example.com"


def linked(text):
    return [segment.text for segment in text if segment.link]


@pytest.mark.parametrize(
    ("text", "shortened"),
    [
        ("12345", "12345"),
        ("123456", "1234…"),
        ("123  6", "123…"),
        ("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", "👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧"),
        ("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧a", "👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧…"),
        ("e\u0301" * 6, "e\u0301" * 4 + "…"),
        ("123\r\n\r\n6", "123…"),
    ],
)
def test_a_text_is_cut_between_characters_as_people_see_them(text, shortened):
    assert RichText(text).truncated(5).plain == shortened


def test_a_text_that_fits_stays_as_it_is():
    text = RichText("a ").link("b", URL)
    assert text.truncated() is text


def test_a_cut_leaves_facets_whole():
    text = RichText("see ").link("this page", URL).text("!")
    assert text.truncated(13).segments == RichText("see…").segments
    assert text.truncated(14) == text
    assert RichText("see ").link("this", URL).text(" page").truncated(9).plain == "see this…"


def test_a_facet_that_is_too_long_by_itself_is_cut_and_still_leads_to_its_place():
    assert RichText().link("a" * 20, URL).truncated(5).segments == (
        Segment("aaaa", RichText().link("a", URL).segments[0].features),
        Segment("…"),
    )


def test_bytes_are_limited_too():
    assert RichText("e" + "\u0301" * 20).truncated(max_bytes=40).plain == "…"
    assert RichText("ä" * 20).truncated(max_bytes=30, ending="").plain == "ä" * 15


def test_an_ending_without_room_is_an_error():
    with pytest.raises(InputError, match="alone is longer than 2 graphemes"):
        RichText("abcd").truncated(2, ending="...")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\n\nb", "a\n\nb"),
        ("a\n\n\nb\n\n\n\nc", "a\n\nb\n\nc"),
        ("a\r\n\r\nb", "a\n\nb"),
        ("a\n \u200b\n\u00ad\u2060\n b", "a\n\n b"),
        ("a\n\x85\n\x1c\nb", "a\n\x85\n\x1c\nb"),
        ("\n\n\n", "\n\n"),
        ("", ""),
    ],
)
def test_more_than_two_line_breaks_become_two(text, cleaned):
    assert RichText(text).cleaned().plain == cleaned


def test_facets_move_when_lines_are_cleaned():
    text = RichText("a\n\n\n").link("b\n \n \nc", URL).text("\n\n\n").link("d", URL)
    assert linked(text.cleaned()) == ["b\n\nc", "d"]
    assert RichText("a\n").link("\n\nb", URL).cleaned().segments[-1].text == "b"
    assert linked(RichText("\n\n").link("\nb", URL).text("c").cleaned().delete(2, 3)) == []


TEXTS = st.text(st.sampled_from("ab \n\u0301👋"), max_size=6)
RICH = st.lists(st.tuples(TEXTS, st.booleans()), max_size=5).map(
    lambda parts: sum(
        (RichText().link(text, URL) if link and text.strip() else RichText(text) for text, link in parts),
        RichText(),
    )
)


@given(RICH, RICH, st.data())
def test_an_edit_changes_what_it_replaces_and_nothing_else(text, other, data):
    start = data.draw(st.integers(0, len(text.plain)))
    end = data.draw(st.integers(start, len(text.plain)))
    edited = text.replace(start, end, other)
    assert edited.plain == text.plain[:start] + other.plain + text.plain[end:]
    assert edited.slice(0, start) == text.slice(0, start)
    assert edited.slice(start + len(other.plain)) == text.slice(end)
    assert "".join(segment.text for segment in edited) == edited.plain
    assert RichText(edited.plain, edited.facets).plain == edited.plain


@given(RICH, st.integers(1, 12), st.integers(3, 30))
def test_a_truncated_text_fits_and_is_a_beginning(text, graphemes, max_bytes):
    short = text.truncated(graphemes, max_bytes=max_bytes)
    assert short.graphemes <= graphemes
    assert short.bytes <= max_bytes
    assert text.plain.startswith(short.plain.removesuffix("…"))


@given(RICH)
def test_cleaning_twice_is_cleaning_once(text):
    assert text.cleaned().cleaned() == text.cleaned()


MANY = 20_000


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        ("", "@"),
        ("", "@a"),
        ("@", "a."),
        ("@", "-"),
        ("", "("),
        ("", "(a"),
        ("", "a."),
        ("", " a.b"),
        ("", "http://"),
        (" http://", "."),
        ("", "#"),
        ("", " #"),
        ("#", "1"),
        ("#", "."),
        ("#", 9 * "." + "a"),
        ("", "$A"),
        ("", " $AAAAA"),
        ("", "\n"),
        ("", "\n "),
        ("\n", " "),
        ("", "\n" + 9 * " "),
        ("", "["),
        ("", "]("),
        ("", "[]("),
        ("", "[a](https://a.com/"),
        ("[a](", "("),
        ("[a](", "()"),
        ("[a](https://a.com/", "(a)"),
        ("", "[a](<"),
        ("", "[a](https://a.com)"),
        ("[[[[[[[[[[", "[](https://a.com)"),
        ("", "<http://"),
        ("", "\\"),
        ("", "&"),
        ("", "&#1"),
        ("", "e\u0301"),
        ("e", "\u0301"),
        ("", "\U0001f1e6"),
    ],
    ids=ascii,
)
def test_hostile_texts_take_time_in_proportion(begin, again):
    # It would take minutes if any step took the square of it.
    text = begin + again * MANY
    rich = RichText.detect(RichText.markdown(text)).resolved({}).cleaned()
    assert len(rich.to_html()) >= len(rich.plain)
    assert rich.truncated().graphemes <= 300
    written = RichText.detect(text).to_markdown()
    assert RichText.markdown(written).plain.strip() == text.strip()


def test_brackets_that_no_link_closes_take_time_in_proportion():
    for label in ("[", "[a"):
        text = RichText.markdown(label * MANY + "](https://a.com)" * MANY)
        assert len([segment for segment in text if segment.link]) == 1


def test_many_facets_take_time_in_proportion():
    facets = [
        {"index": {"byteStart": 3 * n, "byteEnd": 3 * n + 1}, "features": [{"$type": "a.b.c", "n": n}]}
        for n in range(MANY // 2, 0, -1)
    ]
    text = RichText("a\n\n" * MANY, facets)
    assert sum(bool(segment.features) for segment in text.cleaned()) == MANY // 2
    assert RichText.detect(text).bytes == 3 * MANY
