"""Strings that are nearly of a format: the checks agree with a second reading of the specifications.

The second reading is `_by_hand`: slow, without regular expressions, and written apart from the package.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.syntax._by_hand import BY_HAND
from tests.syntax.test_formats import INVALID, LENIENT, NOT_EVEN_LENIENT, VALID

from atlex.syntax import FORMATS, is_valid_at_uri, is_valid_language

SEEDS = {
    name: [
        value
        for table in (VALID, INVALID, LENIENT, NOT_EVEN_LENIENT)
        for value in table.get(name, [])
        if len(value) < 120
    ]
    for name in FORMATS
}
# The characters on which the formats turn, and their lookalikes.
TURNING = st.sampled_from(
    "aAzZkfF0123789.-_~:%/#?@+=TtZx \n\r\x00\x1c\x7f\xa0\x85é٣\uff10\u212a\u2028\ufeff\ud800"
)
PIECES = {
    "at-identifier": ["did:", "plc", ":", "a", ".", "-", "%", "4", "A"],
    "at-uri": [
        "at://",
        "did:x:y",
        "a.b",
        "/",
        "a.b.c",
        "#",
        "?",
        "%41",
        "%C3",
        "%A9",
        "k",
        ".",
        "~",
        "[",
        "]",
    ],
    "cid": ["b", "a", "q", "7", "afkqaaa", "afyrei", "b" * 8, "A", "1", "="],
    "datetime": ["2024", "-", "02", "29", "30", "T", "23", ":", "59", "60", "00", ".", "123", "Z", "+", "t"],
    "did": ["did:", "DID:", "plc", ":", "a", "Z", "9", ".", "_", "-", "%", "%41", "é"],
    "handle": ["a", "Z", "9", "-", ".", "_", "b" * 63, "c" * 62],
    "language": [
        "en",
        "zh",
        "abc",
        "Latn",
        "419",
        "US",
        "1901",
        "rozaj",
        "ROZAJ",
        "-",
        "u",
        "U",
        "x",
        "i",
        "12345678",
    ],
    "nsid": ["a", "Z", "9", "-", ".", "_", "b" * 63, "c" * 62, "#"],
    "record-key": ["a", "Z", "9", ".", "-", "_", "~", ":", "%", "/", "k" * 255],
    "tid": ["3jzfcij", "pj2z2a", "2", "7", "a", "j", "k", "z", "1", "8", "A"],
    "uri": ["https", ":", "/", "//", "a", "1", "+", ".", "-", "_", "é", " ", "#", "\xa0"],
}


@st.composite
def _mutated(draw: st.DrawFn, name: str) -> str:
    """A string of the tables with up to three characters changed, put in, taken out or doubled."""
    text = draw(st.sampled_from(SEEDS[name]))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.integers(0, 2)))
        text = text[:at] + draw(st.just("") | TURNING | st.just(text[at:end] * 2)) + text[end:]
    return text


def _candidates(name: str) -> st.SearchStrategy[str]:
    return _mutated(name) | st.lists(st.sampled_from(PIECES[name]), max_size=12).map("".join)


def test_every_format_has_a_second_reading() -> None:
    assert set(BY_HAND) == set(FORMATS) == set(PIECES)


@pytest.mark.parametrize("name", FORMATS)
def test_the_second_reading_agrees_with_the_tables(name: str) -> None:
    assert [value for value in VALID[name] if not BY_HAND[name](value)] == []
    assert [value for value in INVALID[name] if BY_HAND[name](value)] == []


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_near_misses_are_judged_as_the_second_reading_judges_them(name: str, data: st.DataObject) -> None:
    text = data.draw(_candidates(name))
    assert FORMATS[name](text) is BY_HAND[name](text)


@given(_candidates("at-uri"))
def test_a_lenient_at_uri_without_its_liberties_is_a_strict_one_up_to_the_record_key(text: str) -> None:
    if not is_valid_at_uri(text, lenient=True):
        return
    bare = text.partition("#")[0].partition("?")[0].removesuffix("/")
    account_and_collection = "/".join(bare.split("/")[:4])
    assert is_valid_at_uri(account_and_collection)


@given(_candidates("language"))
def test_a_lenient_language_tag_is_a_strict_one_or_repeats_a_subtag(text: str) -> None:
    if is_valid_language(text, lenient=True) and not is_valid_language(text):
        subtags = text.lower().split("-")
        assert len(set(subtags)) < len(subtags)
