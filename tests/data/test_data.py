"""The data model's own values: links, blobs, bytes, unknown objects, the sentinel, JSON."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from atlex.data import (
    OMIT,
    Blob,
    CidLink,
    JsonError,
    LegacyBlob,
    UnknownObject,
    WireBytes,
    bytes_from_wire,
    bytes_to_wire,
    parse_json,
    write_json,
)
from atlex.errors import InputError

RAW = "bafkreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
BLOB = {"$type": "blob", "ref": {"$link": RAW}, "mimeType": "image/png", "size": 4}
LEGACY = {"cid": RAW, "mimeType": "image/png"}


@given(st.binary())
def test_bytes_come_back_from_their_json_form(value: bytes) -> None:
    wire = bytes_to_wire(value)

    assert "=" not in wire["$bytes"]
    assert bytes_from_wire(wire) == value
    assert bytes_to_wire(bytes_from_wire(wire) or b"") == wire


def test_bytes_with_padding_keep_their_spelling() -> None:
    value = bytes_from_wire({"$bytes": "aGk="})

    assert isinstance(value, WireBytes)
    assert value == b"hi"
    assert bytes_to_wire(value) == {"$bytes": "aGk="}


@pytest.mark.parametrize(
    "wire",
    [
        None,
        "aGk",
        {"$bytes": 1},
        {"$bytes": "aGk", "more": 1},
        {"$bytes": "a!"},
        {"$bytes": "é"},
        {"$bytes": "a"},
    ],
)
def test_what_is_not_bytes_is_none(wire: Any) -> None:
    assert bytes_from_wire(wire) is None


@pytest.mark.parametrize(("cls", "wire"), [(Blob, BLOB), (LegacyBlob, LEGACY)])
def test_blobs_of_both_forms_live_in_other_pydantic_models(cls: Any, wire: dict[str, Any]) -> None:
    adapter = TypeAdapter[Any](cls)
    blob = adapter.validate_python(wire)

    assert isinstance(blob, cls)
    assert blob.cid == RAW
    assert blob.mime_type == "image/png"
    assert blob.to_wire() == adapter.dump_python(blob) == wire
    assert adapter.json_schema()["type"] == "object"
    for other in (LEGACY if cls is Blob else BLOB, {}, None, {**wire, "mimeType": 1}):
        with pytest.raises(ValidationError):
            adapter.validate_python(other)


def test_a_blobs_size_may_be_written_with_a_fraction_but_not_be_one() -> None:
    adapter = TypeAdapter(Blob)

    assert adapter.validate_python({**BLOB, "size": 4.0}).size == 4
    for size in (4.5, True, "4"):
        with pytest.raises(ValidationError):
            adapter.validate_python({**BLOB, "size": size})


def test_unknown_objects_keep_their_data_and_know_their_type() -> None:
    adapter = TypeAdapter(UnknownObject)
    value = adapter.validate_python({"$type": "a.b.c", "x": [1]})

    assert value.type == "a.b.c"
    assert UnknownObject({"$type": 1}).type is None
    assert adapter.validate_python(value) is value
    assert value.to_wire() == adapter.dump_python(value) == {"$type": "a.b.c", "x": [1]}
    with pytest.raises(ValidationError):
        adapter.validate_python(1)


def test_a_link_is_its_cid() -> None:
    link = CidLink(RAW)

    assert str(link) == RAW
    assert CidLink.from_wire(link.to_wire()) == link
    assert CidLink.from_wire({"$link": RAW, "more": 1}) is None
    assert CidLink.from_wire([RAW]) is None


def test_omit_is_false_and_says_its_name() -> None:
    assert not OMIT
    assert repr(OMIT) == "OMIT"


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", "[" * 100_000, b"NaN", b"[1,]"])
def test_what_is_not_json_is_one_kind_of_error(text: Any) -> None:
    with pytest.raises(JsonError):
        parse_json(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_comes_back(value: Any) -> None:
    assert parse_json(write_json(value)) == value


def test_what_has_no_json_form_is_refused() -> None:
    with pytest.raises(InputError, match="JSON"):
        write_json({"x": object()})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud800"', "\ud800"),
        (r'"\uDFFFx\ud83d\ude00"', "\udfffx😀"),
        (r'{"\ud800": ["\\ud800", "é"]}', {"\ud800": ["\\ud800", "é"]}),
    ],
)
def test_half_a_surrogate_pair_in_one_string_does_not_cost_the_rest(text: str, value: Any) -> None:
    assert parse_json(text) == value
    assert parse_json(text.encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        r'"\ud800',
        r'"\ud80"',
        r'["\ud800", NaN]',
        r'["\ud800"] 1',
        b'["\\ud800", "\xed\xa0\x80"]',
        "[" * 300 + r'"\ud800"' + "]" * 300,
        "[" * 100_000 + r'"\ud800"',
        r'["\ud800", ' + "9" * 5_000 + "]",
    ],
)
def test_half_a_surrogate_pair_excuses_nothing_else(text: Any) -> None:
    with pytest.raises(JsonError, match=r"^Not JSON: "):
        parse_json(text)


@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF)))
def test_any_text_that_json_can_escape_is_read(text: str) -> None:
    # A high half before a low one is one character, however it is written.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert parse_json(json.dumps(text)) == whole


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}),
        ("18446744073709551616", 2**64),
        ("-9007199254740993", -(2**53) - 1),
        ("9" * 400, int("9" * 400)),
        ("1E2", 100),
        ("5.0", 5),
    ],
)
def test_numbers_and_members_come_back_as_json_has_them(text: str, value: Any) -> None:
    assert parse_json(text) == value
    assert parse_json(write_json(parse_json(text))) == value


@pytest.mark.parametrize("text", ["-0.0", "0.1", "1e300", "5e-324"])
def test_floats_keep_every_bit(text: str) -> None:
    value = parse_json(text)
    assert str(parse_json(write_json(value))) == str(value) == str(float(text))


@pytest.mark.parametrize("number", [float("nan"), float("-inf"), parse_json("1e400")])
def test_numbers_that_json_cannot_write_are_refused_but_not_their_names_in_a_text(number: float) -> None:
    with pytest.raises(InputError, match="a number that isn't finite"):
        write_json({"x": ["NaN", number]})
    assert write_json(["NaN", "-Infinity"]) == b'["NaN","-Infinity"]'


def test_what_holds_itself_or_is_too_deep_is_refused() -> None:
    circle: list[Any] = []
    circle.append(circle)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (circle, deep, "\ud800"):
        with pytest.raises(InputError, match="can't be written as JSON"):
            write_json(value)


@pytest.mark.parametrize(("cls", "wire"), [(Blob, BLOB), (LegacyBlob, LEGACY)])
def test_blobs_with_members_that_nobody_knows_are_hashed_and_compared(cls: Any, wire: dict[str, Any]) -> None:
    adapter = TypeAdapter[Any](cls)
    plain, twin, other = map(adapter.validate_python, (wire, wire, {**wire, "more": [1]}))

    assert len({plain, twin, other}) == 2
    assert plain == twin != other
    assert pickle.loads(pickle.dumps(other)) == copy.deepcopy(other) == other
    assert other.to_wire() == {**wire, "more": [1]}


@pytest.mark.parametrize("encoded", ["aGk=", "aGl", "aGl="])
def test_bytes_keep_their_spelling_through_copying_and_pickling(encoded: str) -> None:
    value = bytes_from_wire({"$bytes": encoded})

    assert value == b"hi"
    for twin in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert bytes_to_wire(twin) == {"$bytes": encoded}


@pytest.mark.parametrize(
    "encoded", ["=", "====", "a===", "aGk==", "aGk=aGk=", "aGk=\n", "aG k", "_-8=", "a" * 5]
)
def test_what_is_not_base64_is_none(encoded: str) -> None:
    assert bytes_from_wire({"$bytes": encoded}) is None
