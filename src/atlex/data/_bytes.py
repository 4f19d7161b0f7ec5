"""Bytes in JSON: ``{"$bytes": "<base64>"}``, with or without padding."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, cast

__all__ = ["WireBytes", "bytes_from_wire", "bytes_to_wire"]


class WireBytes(bytes):
    """Bytes that came from the wire in a spelling other than the protocol's own, and keep it.

    Attributes:
        encoded: The base64 text as it came.
    """

    encoded: str


def _encode(value: bytes) -> str:
    return b64encode(value).rstrip(b"=").decode("ascii")


def bytes_from_wire(data: object) -> bytes | None:
    """Read ``{"$bytes": "…"}``; None where the data hasn't that shape or isn't base64 (RFC 4648, section 4)."""
    if not isinstance(data, Mapping):
        return None
    members = cast("Mapping[str, object]", data)
    text = members.get("$bytes")
    if len(members) != 1 or not isinstance(text, str):
        return None
    try:
        value = b64decode(text + "=" * (-len(text) % 4) if "=" not in text else text, validate=True)
    except (binascii.Error, ValueError):
        return None
    if _encode(value) != text:
        value = WireBytes(value)
        value.encoded = text
    return value


def bytes_to_wire(value: bytes) -> dict[str, Any]:
    """The JSON form, ``{"$bytes": "…"}``: without padding, except where the bytes came with other spelling."""
    return {"$bytes": value.encoded if isinstance(value, WireBytes) else _encode(value)}
