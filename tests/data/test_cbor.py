from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex.data import CidLink, UnknownObject, cid_for, encode_cbor
from atlex.errors import InputError
from atlex.syntax import Cid
from atlex_sdk.app.bsky.feed.post import Post

_CID = "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # RFC 8949, appendix A
        (0, "00"),
        (10, "0a"),
        (23, "17"),
        (24, "1818"),
        (100, "1864"),
        (1000, "1903e8"),
        (1000000, "1a000f4240"),
        (1000000000000, "1b000000e8d4a51000"),
        (-1, "20"),
        (-10, "29"),
        (-100, "3863"),
        (-1000, "3903e7"),
        (False, "f4"),
        (True, "f5"),
        (None, "f6"),
        ("", "60"),
        ("IETF", "6449455446"),
        ("ü", "62c3bc"),
        ("水", "63e6b0b4"),
        ([], "80"),
        ([1, [2, 3], [4, 5]], "8301820203820405"),
        ({}, "a0"),
        ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
        ({"$bytes": "AQIDBA"}, "4401020304"),
        ({"$bytes": "AQIDBA=="}, "4401020304"),
        # DAG-CBOR's own: short keys first
        ({"bb": 1, "a": 2, "c": 3}, "a361610261630362626201"),
        (5.0, "05"),
    ],
)
def test_known_values_have_their_known_bytes(value, expected):
    assert encode_cbor(value).hex() == expected


def test_a_record_has_the_bytes_and_the_cid_that_the_reference_implementation_gives_it():
    record = {
        "text": "Hello 👋",
        "langs": ["en"],
        "$type": "app.bsky.feed.post",
        "createdAt": "2024-01-01T00:00:00.000Z",
        "n": -1,
        "big": 2**53 - 1,
        "low": -(2**53 - 1),
        "f": [True, False, None],
        "link": {"$link": _CID},
        "raw": {"$bytes": "AQID"},
        "é": 1,
        "zz": 256,
        "": 65536,
    }
    assert hashlib.sha256(encode_cbor(record)).hexdigest() == Cid.parse(cid_for(record)).digest.hex()
    assert cid_for(record) == "bafyreihycdfqkqvy73rjzy4ewwukeqbs2jubgddsngl2sgywejvcnewmj4"
    assert cid_for({}) == _CID


_LINK = {"$link": "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"}
_BYTES = {"$bytes": "nFERjvLLiw9qm45JrqH9QTzyC2Lu1Xb4ne6+sBrCzI0"}


# Source: https://github.com/bluesky-social/atproto-interop-tests, data-model-fixtures.json (CC0)
@pytest.mark.parametrize(
    ("value", "cid"),
    [
        (
            {
                "string": "abc",
                "unicode": "a~öñ©⽘☎𓋓😀👨‍👩‍👧‍👧",
                "integer": 123,
                "bool": True,
                "null": None,
                "array": ["abc", "def", "ghi"],
                "object": {"string": "abc", "number": 123, "bool": True, "arr": ["abc", "def", "ghi"]},
            },
            "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq",
        ),
        (
            {
                "a": _LINK,
                "b": _BYTES,
                "c": {
                    "$type": "blob",
                    "ref": {"$link": "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity"},
                    "mimeType": "image/jpeg",
                    "size": 10000,
                },
            },
            "bafyreihldkhcwijkde7gx4rpkkuw7pl6lbyu5gieunyc7ihactn5bkd2nm",
        ),
        (
            {
                "a": {
                    "b": [
                        {
                            "d": [_LINK, _LINK],
                            "e": [_BYTES, {"$bytes": "iE+sPoHobU9tSIqGI+309LLCcWQIRmEXwxcoDt19tas"}],
                        }
                    ]
                }
            },
            "bafyreid3imdulnhgeytpf6uk7zahjvrsqlofkmm5b5ub2maw4kqus6jp4i",
        ),
    ],
)
def test_the_protocols_own_examples_have_their_cids(value, cid):
    assert cid_for(value) == cid


def test_values_of_the_data_model_and_models_have_the_cid_of_their_json():
    link = CidLink(_LINK["$link"])
    unknown = UnknownObject({"$type": "com.example.any", "a": 1})
    assert cid_for({"l": link, "b": b"ab", "u": unknown}) == cid_for(
        {"l": link.to_wire(), "b": {"$bytes": "YWI"}, "u": unknown.to_wire()}
    )
    post = Post(text="hello", created_at="2024-01-01T00:00:00.000Z")
    assert cid_for(post) == cid_for(
        {"$type": "app.bsky.feed.post", "text": "hello", "createdAt": "2024-01-01T00:00:00.000Z"}
    )


def test_a_link_is_tag_42_around_the_binary_cid():
    assert encode_cbor({"$link": _CID}).startswith(bytes.fromhex("d82a58250001711220"))


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        float("nan"),
        {"$link": "nope"},
        {"$link": "Qm" + "1" * 44},
        {"$bytes": "?"},
        "\ud800",
        {1, 2},
        2**64,
    ],
)
def test_what_the_data_model_lacks_is_refused(value):
    with pytest.raises(InputError):
        encode_cbor([value])


def test_deep_nesting_is_refused_without_exhausting_the_stack():
    value = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(InputError, match="nested"):
        encode_cbor(value)


def _decode(data, at=0):
    """Reads one value, and gives the place after it: written anew from the RFC, to check the encoder by."""
    major, short = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        return {20: False, 21: True, 22: None}[short], at
    number = short
    if short >= 24:
        size = 1 << (short - 24)
        number, at = int.from_bytes(data[at : at + size]), at + size
        assert number >= (24 if size == 1 else 1 << 4 * size)
    if major <= 1:
        return (number if major == 0 else -1 - number), at
    if major in {2, 3}:
        chunk = data[at : at + number]
        if major == 3:
            return chunk.decode(), at + number
        return {"$bytes": base64.b64encode(chunk).rstrip(b"=").decode()}, at + number
    if major == 4:
        items = []
        for _ in range(number):
            item, at = _decode(data, at)
            items.append(item)
        return items, at
    assert major == 5
    fields = {}
    for _ in range(number):
        key, at = _decode(data, at)
        fields[key], at = _decode(data, at)
    order = [(len(key.encode()), key.encode()) for key in fields]
    assert order == sorted(order)
    return fields, at


_integers = st.integers(-(2**53) + 1, 2**53 - 1)
_texts = st.text(st.characters(exclude_categories=["Cs"]))
_keys = _texts.filter(lambda key: key not in {"$link", "$bytes"})
_bytes = st.binary().map(lambda data: {"$bytes": base64.b64encode(data).rstrip(b"=").decode()})
_json = st.recursive(
    st.none() | st.booleans() | _integers | _texts | _bytes,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_keys, inner, max_size=30),
    max_leaves=20,
)


@given(_json)
def test_every_value_can_be_read_back_and_is_canonical(value):
    data = encode_cbor(value)
    assert _decode(data) == (value, len(data))


@given(st.dictionaries(_keys, _integers), st.randoms())
def test_the_order_of_keys_doesnt_change_the_cid(value, random):
    items = list(value.items())
    random.shuffle(items)
    assert cid_for(dict(items)) == cid_for(value)
