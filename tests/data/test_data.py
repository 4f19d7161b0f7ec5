"""The data model's own values: links, blobs, bytes, unknown objects, the sentinel, JSON."""

from __future__ import annotations

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
