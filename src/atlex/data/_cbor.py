"""DAG-CBOR: the binary form of records, which their CIDs are hashes of.

One value has one form: lengths and integers in the fewest bytes, and the keys of an object by length first.

Source: https://ipld.io/specs/codecs/dag-cbor/spec/, https://atproto.com/specs/data-model
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from atlex.data._bytes import bytes_from_wire, bytes_to_wire
from atlex.errors import InputError
from atlex.syntax import is_valid_cid

__all__ = ["cid_for", "encode_cbor"]

_MAX_DEPTH: Final = 200
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = range(7)
_LINK_TAG: Final = 42
_FALSE, _TRUE, _NULL = b"\xf4", b"\xf5", b"\xf6"
# Version 1, codec dag-cbor, SHA-256, 32 bytes of digest.
_CID_HEADER: Final = bytes((1, 0x71, 0x12, 32))


def encode_cbor(value: object) -> bytes:
    """Write a value of the data model as DAG-CBOR.

    Args:
        value: A record or another model, or JSON: dicts, lists, strings, integers, booleans and None, with
            links and bytes as ``{"$link": …}`` and ``{"$bytes": …}``, or as `CidLink` and ``bytes``. A float
            with a whole value is an integer, as everywhere in the protocol's JSON.

    Raises:
        InputError: A part of the value isn't of the data model, or lies more than 200 levels deep.

    Source: https://atproto.com/specs/data-model
    """
    parts: list[bytes] = []
    _write(value, parts, 0)
    return b"".join(parts)


def cid_for(value: object) -> str:
    """The CID of a record, as its server will name it: version 1, codec dag-cbor, SHA-256.

    With a key of one's own making (``Tid.now()``) it gives a strong reference to a record before it is
    written. It holds if the record is written unchanged: a server adds ``$type`` where JSON lacks it.

    Args:
        value: The record, in any form that `encode_cbor` takes.

    Raises:
        InputError: As `encode_cbor`.
    """
    from hashlib import sha256

    digest = sha256(encode_cbor(value)).digest()
    return "b" + b32encode(_CID_HEADER + digest).decode().rstrip("=").lower()


def _write(value: object, parts: list[bytes], depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise InputError(f"The value is nested more than {_MAX_DEPTH} levels deep")
    match value:
        case None:
            parts.append(_NULL)
        case bool():
            parts.append(_TRUE if value else _FALSE)
        case int():
            parts.append(_head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value))
        case float() if value.is_integer():
            _write(int(value), parts, depth)
        case str():
            text = _utf8(value)
            parts.extend((_head(_TEXT, len(text)), text))
        case list() | tuple():
            items = cast("Sequence[object]", value)
            parts.append(_head(_ARRAY, len(items)))
            for item in items:
                _write(item, parts, depth + 1)
        case dict():
            _write_object(cast("Mapping[str, Any]", value), parts, depth)
        case bytes():
            _write(bytes_to_wire(value), parts, depth)
        case _:
            to_wire = getattr(value, "to_wire", None)
            if to_wire is None:
                raise InputError(f"The data model has no value like this {type(value).__name__}")
            _write(to_wire(), parts, depth + 1)


def _write_object(value: Mapping[str, Any], parts: list[bytes], depth: int) -> None:
    if len(value) == 1:
        if isinstance(link := value.get("$link"), str):
            parts.append(_link(link))
            return
        if isinstance(value.get("$bytes"), str):
            data = bytes_from_wire(value)
            if data is None:
                raise InputError("The text of a $bytes isn't base64")
            parts.extend((_head(_BYTES, len(data)), data))
            return
    keys = sorted(((_utf8(key), key) for key in value), key=lambda pair: (len(pair[0]), pair[0]))
    parts.append(_head(_MAP, len(keys)))
    for data, key in keys:
        parts.extend((_head(_TEXT, len(data)), data))
        _write(value[key], parts, depth + 1)


def _head(major: int, number: int) -> bytes:
    """The type and its number, which is a length for most types, in the fewest bytes."""
    if number < 24:
        return bytes((major << 5 | number,))
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes((major << 5 | code,)) + number.to_bytes(size)
    raise InputError("The integer is too large for the data model")


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InputError("A string holds a lone surrogate") from None


def _link(cid: str) -> bytes:
    if not is_valid_cid(cid):
        raise InputError("A link isn't a CID of version 1")
    text = cid[1:].upper()
    # The leading zero says that what follows is a CID in its binary form.
    binary = b"\0" + b32decode(text + "=" * (-len(text) % 8))
    return _head(_TAG, _LINK_TAG) + _head(_BYTES, len(binary)) + binary
