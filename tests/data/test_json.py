"""JSON in and out: the same verdicts as Python's own parser, and any depth that lexicons allow."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from typing import Any, NoReturn

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atlex.data import MAX_DEPTH, JsonError, faults_of, holds_constant, is_sound, parse_json, write_json
from atlex.errors import InputError

MARK = b"\xef\xbb\xbf"

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
# Text that json.dumps escapes, lone surrogates included.
texts = st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF))
_WORDS = (
    r"""- 1e5 1. .5 01 NaN -Infinity 1e999 true nul ' \ud800 \uDC00 "\ud83d" "\ud83d\ude00" \u00 \/ \x é"""
)
tokens = st.sampled_from([*'[]{}:,"\\ \n0', *_WORDS.split(), "\x00", "\u00a0", "9" * 5000])


def refuse(word: str) -> NoReturn:
    raise ValueError(word)


def real(digits: str) -> float:
    # Python limits the digits of integers only, and pydantic's parser those before a fraction too.
    int(digits.partition(".")[0].lower().partition("e")[0])
    return float(digits)


def by_python(text: str) -> Any:
    return json.loads(text, parse_constant=refuse, parse_float=real)


def verdict(read: Any, text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        return ValueError


def nested(text: str, depth: int) -> str:
    pairs, rest = divmod(depth, 2)
    return '[{"a":' * pairs + "[" * rest + text + "]" * rest + "}]" * pairs


def innermost(value: Any) -> Any:
    while isinstance(value, (dict, list)):
        value = list(value.values() if isinstance(value, dict) else value)[-1]
    return value


def nest(value: Any, depth: int, *beside: Any) -> Any:
    for _ in range(depth):
        value = [*beside, value]
    return value


@given(values)
def test_json_comes_back(value: Any) -> None:
    assert parse_json(write_json(value)) == value


@given(st.lists(tokens, max_size=12).map("".join))
@example('["\\ud800", 1e999, -0]')
@example('{"a":1,"a":"\\ud800"}')
def test_what_is_json_is_what_python_says(text: str) -> None:
    assert verdict(parse_json, text) == verdict(by_python, text)


@example(0.5, 0, "9" * 5000, 0)
@example([0.5, "\U0001f600"], 1, "9" * 5000, 0)
@example(["\ud800", 0.5], 11, "9" * 5000, 0)
@example(1e300, 0, "9" * 5000, 0)
@given(values, st.integers(min_value=0), tokens, st.integers(0, 2))
def test_a_mutated_text_gets_the_verdict_that_python_gives_it(
    value: Any, place: int, token: str, removed: int
) -> None:
    text = json.dumps(value)
    place %= len(text) + 1
    text = text[:place] + token + text[place + removed :]

    assert verdict(parse_json, text) == verdict(by_python, text)


@given(st.lists(tokens, max_size=8).map("".join), st.integers(0, 150), st.integers(90, 350))
def test_depth_changes_no_verdict(text: str, above: int, below: int) -> None:
    # Beside something deep, so that the text is parsed in parts, and inside of it.
    beside = f"[{text},{nested('1', below)}]"
    wanted = verdict(by_python, f"[{text},1]")

    found = verdict(parse_json, beside)
    assert (found if found is ValueError else [*found[:-1], innermost(found[-1])]) == wanted
    inside = verdict(parse_json, nested(beside, above))
    assert (inside is ValueError) == (wanted is ValueError)


@pytest.mark.parametrize("shape", ["[", '{"a":', '{"x":[1],"a":', '[{"text":"]}\\\\\\"[{"},'])
@pytest.mark.parametrize("depth", [199, 201, 1000, 2500])
def test_deep_values_come_back(shape: str, depth: int) -> None:
    end = "]" if shape[0] == "[" else "}"
    text = shape * depth + '"\U0001f600"' + end * depth

    value = parse_json(text)
    assert innermost(value) == "\U0001f600"
    assert write_json(value).decode() == text
    assert is_sound(value)
    assert not list(faults_of(value))


def test_values_are_read_and_written_up_to_the_limit_and_no_deeper() -> None:
    deepest, deeper = "[" * MAX_DEPTH + "]" * MAX_DEPTH, nested("1", MAX_DEPTH + 1)

    assert write_json(parse_json(deepest)).decode() == deepest
    with pytest.raises(JsonError, match=r"^Nested too deeply: more than 5000 levels$"):
        parse_json(deeper)
    with pytest.raises(InputError, match="nested too deeply"):
        write_json([parse_json(deepest)])


def test_what_is_deep_and_cannot_be_written_is_named_with_its_place() -> None:
    value = nest({"a\x1b": object()}, 300)

    with pytest.raises(InputError, match=r"\[0\]\[0\].*… holds a value of type object$"):
        write_json(value)


DEEP = "[" * 300 + "]" * 300


@pytest.mark.parametrize(
    "text",
    [
        "{",
        DEEP[:-1],
        DEEP + "]",
        DEEP[:300] + '"' + DEEP[300:],
        DEEP + DEEP,
        f'["{DEEP}',
        f'["\\{DEEP}]',
        f'["a"{DEEP}"]',
        f"{{{DEEP}:1}}",
        f'{{"a":{DEEP}}}}}',
        f"[{DEEP},]",
        f"[{DEEP}{DEEP}]",
        DEEP[:299] + "{]" + DEEP[301:],
    ],
)
def test_what_is_deep_and_broken_is_refused(text: str) -> None:
    with pytest.raises(JsonError, match=r"^Not JSON: "):
        parse_json(text)


@pytest.mark.parametrize(
    "text", ["[" * 2**23, '{"a":' * 2**21, "[" * 300 + "[]," * 2**17, '[{"' * 2**21, '["\\ud800' * 2**20]
)
def test_hostile_depth_costs_no_more_than_what_it_weighs(text: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(JsonError):
            parse_json(text)
        assert tracemalloc.get_traced_memory()[1] < 10 * len(text)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff", b"NaN", b"[1,]", MARK, MARK + MARK + b"1", "\ud800", "\ufeff"]
)
def test_what_is_not_json_is_one_kind_of_error(text: Any) -> None:
    with pytest.raises(JsonError, match=r"^Not JSON: "):
        parse_json(text)


@pytest.mark.parametrize(
    "text", [b"1", MARK + b"1", "\ufeff1", bytearray(b"1"), MARK + b" 1\n", "\ufeff\r\n1"]
)
def test_a_byte_order_mark_is_skipped(text: Any) -> None:
    assert parse_json(text) == 1


@pytest.mark.parametrize("text", ['"\ud800"', '{"\udfff":1}', '["\ud83d\ude00"]'])
def test_a_surrogate_that_is_not_escaped_is_an_error_of_json(text: str) -> None:
    with pytest.raises(JsonError, match="lone surrogate"):
        parse_json(text)


@pytest.mark.parametrize("text", ["[NaN]", '{"a":-Infinity}', "Infinity", "[" * 300 + "NaN" + "]" * 300])
def test_words_in_the_place_of_numbers_are_refused(text: str) -> None:
    with pytest.raises(JsonError, match=r"^Not JSON: "):
        parse_json(text)
    # In a string they may stand, which only a parser can tell.
    assert parse_json(json.dumps(text)) == text
    for shown in (text, text.encode(), json.dumps("N" * 5000 + "I" * 5000 + text)):
        assert holds_constant(shown)
    assert not holds_constant("NINaInfinit" * 5000)


def test_what_has_no_json_form_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"^The value can't be written as JSON: x holds a value of type object$"
    ):
        write_json({"x": object()})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud800"', "\ud800"),
        (r'"\uDFFFx\ud83d\ude00"', "\udfffx😀"),
        (r'{"\ud800": ["\\ud800", "é"]}', {"\ud800": ["\\ud800", "é"]}),
        (r'["\ud800", -0, 12, 1e999]', ["\ud800", 0, 12, float("inf")]),
    ],
)
def test_a_lone_surrogate_in_one_string_does_not_cost_the_rest(text: str, value: Any) -> None:
    assert parse_json(text) == value
    assert parse_json(text.encode()) == value
    assert innermost(parse_json(nested(text, 300))) == innermost(value)


@pytest.mark.parametrize(
    "text",
    [
        r'"\ud800',
        r'"\ud80"',
        r'["\ud800", NaN]',
        r'["\ud800"] 1',
        b'["\\ud800", "\xed\xa0\x80"]',
        "[" * 300 + r'"\ud800"' + "]" * 299,
        r'["\ud800", ' + "9" * 5_000 + "]",
    ],
)
def test_a_lone_surrogate_excuses_nothing_else(text: Any) -> None:
    with pytest.raises(JsonError, match=r"^Not JSON: "):
        parse_json(text)


@given(texts)
def test_any_text_that_json_can_escape_is_read(text: str) -> None:
    # A high half before a low one is one character, however it is written.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert parse_json(json.dumps(text)) == whole


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("\ud800", "it"),
        ({"a": [1, "\udc00"]}, r"a\[1\]"),
        ({"\ud800": 1}, r"\\ud800"),
        ([{"a\x1b": "\ud800"}], r"\[0\]\.a\\x1b"),
    ],
)
def test_a_lone_surrogate_cannot_be_written_and_the_error_says_where_it_is(value: Any, place: str) -> None:
    with pytest.raises(
        InputError, match=rf"^The value can't be written as JSON: {place} holds a lone surrogate$"
    ):
        write_json(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}),
        ("18446744073709551616", 2**64),
        ("-9007199254740993", -(2**53) - 1),
        ("9" * 400, int("9" * 400)),
        ("1E2", 100),
        ("5.0", 5),
        ("[1e999, -1e999, 9e400]", [float("inf"), float("-inf"), float("inf")]),
    ],
)
def test_numbers_and_members_come_back_as_json_has_them(text: str, value: Any) -> None:
    assert parse_json(text) == value
    assert parse_json(write_json(parse_json(text))) == value


@pytest.mark.parametrize("text", ["-0.0", "0.1", "1e300", "5e-324"])
def test_floats_keep_every_bit(text: str) -> None:
    value = parse_json(text)
    assert str(parse_json(write_json(value))) == str(value) == str(float(text))


@pytest.mark.parametrize("depth", [0, 300])
def test_infinite_numbers_are_written_as_numbers_and_their_names_in_a_text_stay(depth: int) -> None:
    value = ["NaN", '"-Infinity', {"Infinity\\": float("-inf")}, float("inf")]

    written = write_json(nest(value, depth))
    assert written.endswith(rb'["NaN","\"-Infinity",{"Infinity\\":-1e999},1e999]' + b"]" * depth)
    assert parse_json(written) == nest(value, depth)
    with pytest.raises(InputError, match="holds NaN"):
        write_json([*value, nest(float("nan"), depth)])


def test_huge_integers_are_read_up_to_a_length_whatever_the_interpreter_allows() -> None:
    script = """
from atlex.data import JsonError, parse_json, write_json
for text in ("9" * 4300, "-" + "1" * 700, '["\\\\ud800", ' + "1" * 700 + "]", "[" * 300 + "1" * 700 + "]" * 300):
    value = parse_json(text)
    if "ud800" not in text:
        assert write_json(value).decode() == text
try:
    parse_json("9" * 4301)
except JsonError as error:
    assert "number out of range" in str(error)
else:
    raise AssertionError
"""
    for limit in ("640", "4300", "0"):
        subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONINTMAXSTRDIGITS": limit})


def test_what_holds_itself_or_is_far_too_deep_is_refused() -> None:
    circle: list[Any] = []
    circle.append(circle)
    for value in (circle, nest(1, 100_000), {"a": circle, "b": circle}):
        with pytest.raises(InputError, match="nested too deeply"):
            write_json(value)
        assert not is_sound(value)
        assert [fault.reason for fault in faults_of(value)] == ["Is nested too deeply, or contains itself"]


def test_the_faults_of_a_deep_value_have_their_whole_path() -> None:
    value = nest([1.5, {"$link": 1}, "\ud800"], 1000, "é")

    assert not is_sound(value)
    assert [(fault.path, fault.value) for fault in faults_of(value)] == [
        ((1,) * 1000 + (0,), 1.5),
        ((1,) * 1000 + (1,), {"$link": 1}),
        ((1,) * 1000 + (2,), "\ud800"),
    ]
