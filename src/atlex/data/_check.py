"""What the data model allows in a value of which no lexicon says anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias, TypeGuard, cast

from pydantic import BaseModel

from atlex._printable import is_unicode
from atlex.data._blob import Blob, LegacyBlob, blob_from_wire
from atlex.data._bytes import bytes_from_wire
from atlex.data._json import MAX_DEPTH, is_object
from atlex.data._link import CidLink
from atlex.data._unknown import UnknownObject
from atlex.syntax import Cid, is_valid_cid

__all__ = ["MAX_INTEGER", "Fault", "blob_reasons", "faults_of", "is_sound", "is_usual_blob"]

MAX_INTEGER: Final = 2**53 - 1
"""The greatest integer that every implementation can hold; the least is its negative."""

Path: TypeAlias = tuple[str | int, ...]

_LONE_SURROGATE: Final = "Holds a lone surrogate, which UTF-8 can't write"
_RAW_SHA_256: Final = "bafkrei"
_WHOLE: Final = (bool, bytes, LegacyBlob, UnknownObject, BaseModel)
"""What is right as it is: by itself, or because it was checked when it was made or came from the wire."""


class Fault(NamedTuple):
    """Something that the data model doesn't allow: where, why, and the value at fault."""

    path: Path
    reason: str
    value: object


def is_sound(value: object) -> bool:
    """Whether `faults_of` would find nothing in a parsed JSON value. Fast, and unsure of what JSON's parser doesn't make."""
    # One loop, since calls are most of what a recursion would cost. Depth first: what contains itself has no end.
    pending: list[tuple[Any, int]] = [([value], 0)]
    while pending:
        holder, depth = pending.pop()
        if depth > MAX_DEPTH:
            return False
        items = holder
        if cast("object", type(holder)) is dict:
            try:
                names = "".join(holder)
            except TypeError:
                return False
            if "$" in names or not names.isascii():
                if is_usual_blob(holder):
                    continue
                if _object_reason(holder) is not None:
                    return False
            items = holder.values()
        depth += 1
        for item in items:
            kind = cast("object", type(item))
            if kind is str:
                if not (item.isascii() or is_unicode(item)):
                    return False
            elif kind is dict or kind is list:
                pending.append((item, depth))
            elif kind is int:
                if not -MAX_INTEGER <= item <= MAX_INTEGER:
                    return False
            elif not (item is None or kind is bool):
                return False
    return True


def faults_of(value: object) -> Iterator[Fault]:
    """Go through a JSON value, or Python's form of one, for what the data model doesn't allow.

    That is: numbers with a fraction or beyond 53 bits, links, bytes and blobs out of shape, a ``$type`` that is no
    name, lone surrogates, what is nested too deeply or contains itself, and what isn't JSON at all.

    Source: https://atproto.com/specs/data-model
    """
    path: list[str | int] = []
    # Of each array or object around the value: what is still to be looked at.
    levels: list[Iterator[tuple[object, object]]] = []
    while True:
        if isinstance(value, UnknownObject) and not value.was_read:
            value = value.raw
        elif isinstance(value, (CidLink, Blob)):
            value = value.to_wire()
        if isinstance(value, (Mapping, list, tuple)):
            if len(levels) == MAX_DEPTH:
                # The end: something that contains itself has no last fault.
                yield Fault(tuple(path[:8]), "Is nested too deeply, or contains itself", value)
                return
            holder = cast("Mapping[object, object] | list[object]", value)
            parts: Iterable[tuple[object, object]] = ()
            if not isinstance(holder, Mapping):
                parts = enumerate(holder)
            elif (reason := _object_reason(holder)) is None:
                parts = holder.items()
            else:
                yield Fault(tuple(path), reason, holder)
            levels.append(iter(parts))
            path.append("")
        elif (reason := _scalar_reason(value)) is not None:
            yield Fault(tuple(path), reason, value)
        following = None
        while levels and (following := next(levels[-1], None)) is None:
            levels.pop()
            path.pop()
        if following is None:
            return
        step, value = following
        path[-1] = step if isinstance(step, int) else str(step)


def _scalar_reason(value: object) -> str | None:
    if value is None or isinstance(value, _WHOLE):
        return None
    if isinstance(value, str):
        return None if is_unicode(value) else _LONE_SURROGATE
    if isinstance(value, float) and not value.is_integer():
        return "The data model has no numbers with a fraction"
    if isinstance(value, (int, float)):
        return None if abs(value) <= MAX_INTEGER else "An integer has to be within 53 bits"
    return f"A value of type {type(value).__name__} has no JSON form"


def blob_reasons(blob: Blob) -> list[str]:
    """Why a blob can't be written into a record, whatever the lexicon allows; each goes on from "the blob"."""
    reasons: list[str] = []
    cid = blob.ref.cid
    if "/" not in blob.mime_type:
        reasons.append(f"has the type {blob.mime_type[:60]!r}, which is not a MIME type")
    if not is_valid_cid(cid):
        reasons.append("has a ref that is not a valid CID")
    # Nearly all CIDs of raw bytes begin like this, and parsing one costs more than all the rest.
    elif not cid.startswith(_RAW_SHA_256) and not Cid.parse(cid).is_raw:
        reasons.append("has a ref that is not the CID of raw bytes")
    if not 0 <= blob.size <= MAX_INTEGER:
        reasons.append("has no size" if blob.size < 0 else "has a size beyond 53 bits")
    return reasons


def is_usual_blob(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value is surely the JSON form of a blob without a fault. A response may hold hundreds."""
    if not is_object(value) or len(value) != 4 or value.get("$type") != "blob":
        return False
    ref, mime_type, size = value.get("ref"), value.get("mimeType"), value.get("size")
    if not is_object(ref) or len(ref) != 1:
        return False
    cid = ref.get("$link")
    return (
        (isinstance(cid, str) and cid.startswith(_RAW_SHA_256) and is_valid_cid(cid))
        and (isinstance(mime_type, str) and "/" in mime_type and mime_type.isascii())
        and (type(size) is int and 0 <= size <= MAX_INTEGER)
    )


def _object_reason(members: Mapping[Any, object]) -> str | None:
    try:
        names = "".join(members)
    except TypeError:
        return "The names of an object's members have to be strings"
    if not is_unicode(names):
        return _LONE_SURROGATE
    if "$" not in names:
        return None
    if "$type" in members:
        type_ = members["$type"]
        if not isinstance(type_, str) or not type_:
            return "$type has to be the name of a type"
        if type_ == "blob":
            blob = blob_from_wire(members)
            if not isinstance(blob, Blob):
                return "expected a blob"
            reasons = ["has members that blobs don't have"] if blob.extra else blob_reasons(blob)
            return f"A blob that {'; '.join(reasons)}" if reasons else None
    if "$link" in members and (len(members) != 1 or not is_valid_cid(members["$link"])):
        return 'expected a link, {"$link": "<cid>"}'
    if "$bytes" in members and bytes_from_wire(members) is None:
        return 'expected bytes, {"$bytes": "<base64>"}'
    return None
