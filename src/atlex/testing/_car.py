"""CAR files, in which blocks of repositories travel.

Source: https://ipld.io/specs/transport/car/carv1/
"""

from __future__ import annotations

from base64 import b32decode
from collections.abc import Iterable

from atlex.data import cid_for, encode_cbor

__all__ = ["car"]


def car(root: str | None, blocks: Iterable[object]) -> bytes:
    """A CAR file, version 1.

    Args:
        root: The CID of the root; None for a file without one.
        blocks: The values in it.
    """
    roots = [] if root is None else [{"$link": root}]
    header = encode_cbor({"roots": roots, "version": 1})
    parts = [_varint(len(header)), header]
    seen = set[str]()
    for value in blocks:
        cid = cid_for(value)
        if cid not in seen:
            seen.add(cid)
            binary, data = _binary(cid), encode_cbor(value)
            parts += (_varint(len(binary) + len(data)), binary, data)
    return b"".join(parts)


def _binary(cid: str) -> bytes:
    text = cid[1:].upper()
    return b32decode(text + "=" * (-len(text) % 8))


def _varint(number: int) -> bytes:
    groups = [number >> shift & 0x7F for shift in range(0, max(number.bit_length(), 1), 7)]
    return bytes([*(group | 0x80 for group in groups[:-1]), groups[-1]])
