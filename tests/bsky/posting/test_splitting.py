"""A long text is cut where a reader would pause, and nothing of it is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex.syntax import count_graphemes, utf8_length
from atlex_bsky._splitting import fits, split
from atlex_bsky.richtext import RichText

_WORDS = ["lorem", "ipsum", "dolor", "sit", "amet", "consetetur", "sadipscing", "elitr", "sed", "diam"]


def _texts(text):
    return [part.plain for part in split(RichText(text))]


def test_a_text_that_fits_stays_as_it_is():
    for text in ("", "  hello \n\n", "x" * 300, "🇺🇸" * 300, "é" * 300):
        assert _texts(text) == [text]


def test_the_limits_are_of_graphemes_and_of_bytes():
    assert fits(RichText("👨‍👩‍👧‍👧" * 100))
    assert not fits(RichText("👨‍👩‍👧‍👧" * 130))
    parts = split(RichText("👨‍👩‍👧‍👧" * 250))
    assert [part.graphemes for part in parts] == [120, 120, 10]
    assert all(part.bytes <= 3000 for part in parts)


def test_paragraphs_come_before_lines_lines_before_sentences_and_those_before_words():
    half = "word " * 40
    assert _texts(f"{half}end.\n\n{half}one.\ntwo.")[0] == f"{half}end."
    assert _texts(f"{half}\nOne. {half}")[0] == half.rstrip()
    assert _texts(f"{half}end. {half}")[0] == f"{half}end."
    assert _texts("word " * 100)[0] == ("word " * 60).rstrip()


def test_a_break_that_would_leave_a_post_mostly_empty_is_not_taken():
    text = "Title\n\n" + "word " * 100
    assert _texts(text)[0].startswith("Title\n\nword")


def test_line_breaks_inside_a_part_stay():
    text = (
        "Healers have the bloodiest hands... 🌙 🩸\n\n"
        "Take strength from this passion with this chic natural-toned tee from our friends at @hvbrand, featuring "
        "her rallying cry of coming change and her symbol of the Moon from #Divergence!\n\n"
        "Now available in our shop and on the website\n🇺🇸 http://shop.example.com\n⚔️ https://example.com\n\n"
        "[ Artwork by @artist ]"
    )
    parts = _texts(text)
    assert parts == [text[: text.index("\n\nNow")], text[text.index("Now") :]]


@pytest.mark.parametrize("quoted", ['"{}"', "({})", "“{}”", "{}"])
def test_a_sentence_ends_behind_what_closes_it(quoted):
    first = quoted.format("word " * 35 + "end.")
    assert _texts(f"{first} " + "more " * 60)[0] == first


def test_sentences_of_scripts_without_spaces_are_seen():
    assert _texts("漢字" * 100 + "。" + "仮名" * 100)[0] == "漢字" * 100 + "。"


def test_a_word_longer_than_a_post_is_cut_between_graphemes():
    assert _texts("🇺🇸" * 310) == ["🇺🇸" * 300, "🇺🇸" * 10]


def test_links_mentions_and_tags_stay_whole():
    did = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
    long_link = "https://example.com/" + "a" * 60
    text = RichText("x " * 130).link(long_link).text(" ").mention("@alice test", did).text(" " + "y " * 130)
    parts = split(text)
    segments = [segment for part in parts for segment in part if segment.features]
    assert [segment.text for segment in segments] == [long_link, "@alice test"]
    assert parts[0].plain == ("x " * 130).rstrip()


def test_a_link_longer_than_a_post_leads_to_its_place_from_each_part():
    parts = split(RichText("see ").link("z" * 400, "https://example.com"))
    linked = [segment.text for part in parts for segment in part if segment.link == "https://example.com"]
    assert "".join(linked) == "z" * 400


def test_white_space_alone_makes_no_post_of_its_own():
    assert _texts("a" * 300 + "\n" * 500 + "b") == ["a" * 300, "b"]


@given(
    st.lists(
        st.sampled_from([*_WORDS, ". ", " ", "\n", "\n\n", "🇩🇪", "e\u0301", "漢字。", "\u200d", "👩", "\r\n"])
    ).map("".join)
)
def test_every_part_fits_and_nothing_but_white_space_at_the_cuts_is_lost(text):
    parts = _texts(text * 6)
    assert all(count_graphemes(part) <= 300 and utf8_length(part) <= 3000 for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text * 6)
    assert len(parts) == 1 or all(part.strip() for part in parts)


def test_no_text_takes_long():
    assert len(_texts("word " * 20_000)) == 334
    assert len(_texts("\n" * 100_000 + "x" + " " * 100_000)) == 1
