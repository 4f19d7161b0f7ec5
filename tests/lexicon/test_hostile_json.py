"""No file and no mapping can crash the reader, or mean two things."""

from __future__ import annotations

from typing import Any

import pytest

from atlex.lexicon import parse_document

HEAD = '"lexicon": 1, "id": "com.example.thing", "defs": {}'


def messages(data: Any) -> dict[str, str]:
    document, diagnostics = parse_document(data, source="x.json")
    assert document is None
    assert all(diagnostic.is_error and diagnostic.hint and diagnostic.file for diagnostic in diagnostics)
    return {diagnostic.pointer: diagnostic.message for diagnostic in diagnostics}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON: Expecting value at line 1, column 1"),
        (b"{", "not JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
        (b"\xff\xfe", "not UTF-8: byte 0 can't be read"),
        (b'{"a": NaN}', "not JSON: NaN is not JSON"),
        (b'{"a": -Infinity}', "not JSON: -Infinity is not JSON"),
    ],
)
def test_what_is_not_json_is_one_error(data: bytes, message: str) -> None:
    assert messages(data) == {"": message}


def test_a_number_of_a_million_digits_is_an_error() -> None:
    (message,) = messages('{"a": ' + "1" * 1_000_000 + "}").values()
    assert message.startswith("not JSON: ")


@pytest.mark.parametrize("depth", [101, 1_000, 1_000_000])
def test_nesting_has_an_end(depth: int) -> None:
    (message,) = messages("[" * depth + "]" * depth).values()
    assert message.startswith("nested ")


def test_a_mapping_that_contains_itself_is_nested_too_deeply() -> None:
    raw: dict[str, Any] = {"lexicon": 1, "id": "com.example.thing"}
    raw["defs"] = {"a": raw, "b": raw}
    (message,) = messages(raw).values()
    assert message == "nested more than 100 levels deep"


def test_a_hundred_levels_can_be_read() -> None:
    document, _ = parse_document("{" + HEAD + ', "x": ' + "[" * 99 + "]" * 99 + "}")
    assert document is not None


def test_repeated_keys_are_errors_at_their_place() -> None:
    text = "{" + HEAD + ', "x": [{"a/b": 1, "a/b": 2, "c": 3, "c": 4, "c": 5}], "x": 1}'
    assert messages(text) == {"/x": 'the key "x" is given twice'}
    text = "{" + HEAD + ', "x": [{"a/b": 1, "a/b": 2, "c": 3, "c": 4, "c": 5}]}'
    assert messages(text) == {
        "/x/0/a~1b": 'the key "a/b" is given twice',
        "/x/0/c": 'the key "c" is given twice',
    }


def test_a_structural_fault_names_the_document() -> None:
    _, diagnostics = parse_document("{" + HEAD + ', "defs": {}}')
    assert [diagnostic.nsid for diagnostic in diagnostics] == ["com.example.thing"]
    _, diagnostics = parse_document('{"id": 1, "id": 2}')
    assert [diagnostic.nsid for diagnostic in diagnostics] == [""]


@pytest.mark.parametrize(
    ("value", "pointer", "message"),
    [
        (float("nan"), "/x", "the number nan doesn't exist in JSON"),
        (float("inf"), "/x", "the number inf doesn't exist in JSON"),
        (1 << 70, "/x", "a number that is too large"),
        ("\ud800", "/x", "a lone surrogate is not text"),
        ({"\ud800": 1}, "/x", "a key with a lone surrogate"),
        ({1: 2}, "/x", "a key of type int"),
        (b"bytes", "/x", "a value of type bytes is not JSON"),
        ({"a": {2}}, "/x/a", "a value of type set is not JSON"),
        ((1, [object()]), "/x/1/0", "a value of type object is not JSON"),
    ],
)
def test_what_json_can_not_hold_is_an_error(value: Any, pointer: str, message: str) -> None:
    raw = {"lexicon": 1, "id": "com.example.thing", "defs": {}, "x": value}
    assert messages(raw) == {pointer: message}


def test_surrogates_escaped_in_json_are_errors() -> None:
    assert messages("{" + HEAD + ', "x": "\\ud800"}') == {"/x": "a lone surrogate is not text"}
