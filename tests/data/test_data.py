"""The data model's own values: links, blobs, bytes, unknown objects, the sentinel."""

from __future__ import annotations

import copy
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
    LegacyBlob,
    UnknownObject,
    WireBytes,
    bytes_from_wire,
    bytes_to_wire,
)

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
