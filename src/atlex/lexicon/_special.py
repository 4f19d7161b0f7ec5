"""The objects that stand for something else in JSON: links, bytes and blobs; and which MIME types match a pattern.

Source: https://atproto.com/specs/data-model
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeGuard

from atlex.lexicon._language import Blob
from atlex.lexicon._scalars import MAX_INTEGER, as_integer
from atlex.syntax import Cid, is_valid_cid

__all__ = [
    "base_type",
    "blob_faults",
    "bytes_length",
    "is_mapping",
    "is_sequence",
    "is_special",
    "link_faults",
    "mime_matches",
]

_MAX_LINK: Final = 2048
_BLOB_KEYS: Final = frozenset({"$type", "ref", "mimeType", "size"})


def base_type(content_type: str) -> str:
    """The MIME type of a content type, in lower case: without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def mime_matches(patterns: Iterable[str], mime_type: str) -> bool:
    """Whether a MIME type is, letter for letter, among some patterns: ``*/*``, ``image/*``, or one type."""
    return any(
        pattern in {"*/*", mime_type} or (pattern.endswith("/*") and mime_type.startswith(pattern[:-1]))
        for pattern in patterns
    )


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Whether a value stands for a JSON object; its keys aren't looked at."""
    return isinstance(value, Mapping)


def is_sequence(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether a value stands for a JSON array."""
    return isinstance(value, list | tuple)


def is_special(value: Mapping[Any, Any]) -> bool:
    """Whether an object stands for a link or for bytes, so that it isn't an object of the data model."""
    return len(value) == 1 and ("$link" in value or "$bytes" in value)


def link_faults(value: object, *, strict: bool) -> list[str]:
    """Say what is wrong with a value for a cid-link; unless strict, the CID itself isn't looked at."""
    link = _sole(value, "$link")
    if link is None:
        return ['expected a link, {"$link": "<cid>"}']
    if strict and not (len(link) <= _MAX_LINK and is_valid_cid(link)):
        return ["not a valid cid"]
    return []


def bytes_length(value: object) -> int | None:
    """How many bytes ``{"$bytes": "<base64>"}`` stands for, padded or not; None when it doesn't."""
    text = _sole(value, "$bytes")
    if text is None:
        return None
    try:
        return len(b64decode(text if "=" in text else text + "=" * (-len(text) % 4), validate=True))
    except (binascii.Error, ValueError):
        return None


def _sole(value: object, key: str) -> str | None:
    if not is_mapping(value) or len(value) != 1:
        return None
    text = value.get(key)
    return text if isinstance(text, str) else None


def blob_faults(schema: Blob, value: object, *, strict: bool) -> list[str]:
    """Say what is wrong with a value for a blob.

    Args:
        schema: Gives the MIME types and the size allowed.
        value: Anything.
        strict: Otherwise blobs of the old form pass, no limit is looked at, and the parts only need their types.
    """
    if not is_mapping(value):
        return ["expected a blob"]
    if value.get("$type") != "blob":
        return _legacy_blob_faults(value, strict=strict)
    mime_type, size = value.get("mimeType"), as_integer(value.get("size"))
    faults = [
        f'the blob\'s "ref" is wrong: {fault}' for fault in link_faults(value.get("ref"), strict=strict)
    ]
    if not isinstance(mime_type, str):
        faults.append('the blob\'s "mimeType" is not a string')
    if size is None:
        faults.append('the blob\'s "size" is not an integer')
    if not strict or faults or size is None or not isinstance(mime_type, str):
        return faults
    if not 0 <= size <= MAX_INTEGER:
        faults.append('the blob\'s "size" is out of range')
    if "/" not in mime_type:
        faults.append('the blob\'s "mimeType" is not a MIME type')
    if not Cid.parse(value["ref"]["$link"]).is_raw:
        faults.append('the blob\'s "ref" is not the CID of raw bytes')
    if not _BLOB_KEYS.issuperset(value):
        faults.append("the blob has keys that blobs don't have")
    if schema.accept is not None and not mime_matches(schema.accept, mime_type):
        faults.append(f"the blob's MIME type is not among {', '.join(schema.accept)}")
    if schema.max_size is not None and size > schema.max_size:
        faults.append(f"the blob has {size} bytes, at most {schema.max_size} allowed")
    return faults


def _legacy_blob_faults(value: Mapping[Any, Any], *, strict: bool) -> list[str]:
    is_legacy = (
        "$type" not in value and isinstance(value.get("cid"), str) and isinstance(value.get("mimeType"), str)
    )
    if not is_legacy:
        return ["expected a blob"]
    return ["a blob of the old form, without size"] if strict else []
