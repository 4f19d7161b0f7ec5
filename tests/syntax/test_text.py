from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex.syntax import count_graphemes, exceeds_graphemes, iter_graphemes, utf8_length

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1e8\U0001f1ed"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("abc", 3),
        ("é", 2),
        ("€", 3),
        ("😀", 4),
        ("\ud800", 3),
        ("\udfff!", 4),
        ("a\ud800é", 6),
        ("\ud83d\ude00", 6),
    ],
)
def test_utf8_length(text: str, length: int) -> None:
    assert utf8_length(text) == length


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("abc", 3),
        ("a\r\nb", 3),
        ("\r\r\n\n", 3),
        ("\n\r", 2),
        ("é", 1),
        ("e\u0301", 1),
        (FAMILY, 1),
        (FAMILY * 3, 3),
        (FLAG, 1),
        (FLAG * 3, 3),
        (FLAG + FLAG[0], 2),
        (f"a{FLAG}b", 3),
        (FLAG + "\u0301" + FLAG, 2),
        (FLAG[0] + "\u200d" + FLAG, 2),
        ("\u0600" + FLAG, 1),
        ("👍🏽", 1),
        ("각", 1),
        ("\u1100\u1161\u11a8", 1),
        ("é\r\n", 2),
    ],
)
def test_count_graphemes(text: str, count: int) -> None:
    assert count_graphemes(text) == count
    assert not exceeds_graphemes(text, count)
    assert exceeds_graphemes(text, count + 1) is False
    if count:
        assert exceeds_graphemes(text, count - 1)


ALPHABET = "a\r\n\x00é\u0301\u0600\u0903\u0915\u094d\u200b\u200d\u1100\u1161\u11a8\ufe0f\U0001f1e6\U0001f1ff\U0001f3fd👨"


@given(st.text(max_size=20) | st.text(ALPHABET, max_size=20), st.integers(0, 20))
def test_exceeding_agrees_with_counting(text: str, limit: int) -> None:
    assert exceeds_graphemes(text, limit) is (count_graphemes(text) > limit)
    assert count_graphemes(text) <= len(text) <= utf8_length(text)


@given(st.text(max_size=20) | st.text(ALPHABET, max_size=20))
def test_a_text_is_made_of_as_many_graphemes_as_are_counted(text: str) -> None:
    graphemes = [*iter_graphemes(text)]
    assert "".join(graphemes) == text
    assert len(graphemes) == count_graphemes(text)


@given(st.lists(st.sampled_from(["a", "é", "e\u0301", FAMILY, FLAG, "\r\n", "각"])))
def test_whole_graphemes_count_one_each(graphemes: list[str]) -> None:
    assert count_graphemes("".join(graphemes)) == len(graphemes)


@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF)))
def test_utf8_length_is_that_of_the_encoded_text(text: str) -> None:
    assert utf8_length(text) == len(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (FLAG * 250_000, 250_000),
        ("\u0600" + FLAG * 250_000, 250_000),
        ("e" + "\u0301" * 500_000, 1),
        (FAMILY * 100_000, 100_000),
        ("\u200d" * 500_000, 1),
    ],
    ids=["flags", "flags after a prefix", "accents", "families", "joiners"],
)
def test_a_megabyte_of_hostile_text_is_counted(text: str, count: int) -> None:
    """A run of flags took the pattern ``\\X`` alone hours."""
    assert count_graphemes(text) == count
    assert exceeds_graphemes(text, count - 1)
    assert not exceeds_graphemes(text, count)


def _modules_loaded_by(statement: str) -> set[str]:
    script = (
        "import sys, atlex.errors\n"
        "before = set(sys.modules)\n"
        "from atlex.syntax import *\n"
        f"{statement}\n"
        "print(*set(sys.modules) - before)"
    )
    return set(
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout.split()
    )


def test_regex_is_imported_only_where_it_is_needed() -> None:
    cheap = "count_graphemes('ascii\\r\\n'); exceeds_graphemes('a' * 9, 3); exceeds_graphemes('\\xe9' * 3, 3)"
    assert "regex" not in _modules_loaded_by(cheap)
    assert "regex" in _modules_loaded_by("count_graphemes('\\xe9')")


def test_importing_the_package_loads_little_beside_itself() -> None:
    others = {name for name in _modules_loaded_by("") if not name.startswith("atlex.syntax")}
    assert others <= {"_contextvars", "_datetime", "datetime", "math", "threading", "warnings"}
