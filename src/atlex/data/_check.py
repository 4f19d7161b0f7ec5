"""What the data model allows in a value of which no lexicon says anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias, cast

from pydantic import BaseModel

from atlex.data._blob import Blob, LegacyBlob, blob_from_wire
from atlex.data._bytes import bytes_from_wire
from atlex.data._link import CidLink
from atlex.data._unknown import UnknownObject
from atlex.syntax import is_valid_cid

__all__ = ["MAX_INTEGER", "Fault", "faults_of", "is_sound"]

MAX_INTEGER: Final = 2**53 - 1
"""The greatest integer that every implementation can hold; the least is its negative."""

Path: TypeAlias = tuple[str | int, ...]

_WHOLE: Final = (str, bool, bytes, CidLink, Blob, LegacyBlob, UnknownObject, BaseModel)
"""What is right as it is: by itself, or because it was checked when it was made or came from the wire."""


class Fault(NamedTuple):
    """Something that the data model doesn't allow: where, why, and the value at fault."""

    path: Path
    reason: str
    value: object


def is_sound(value: object) -> bool:
    """Whether `faults_of` would find nothing in a parsed JSON value. Quick, and unsure of what JSON's parser doesn't make."""
    pending = [value]
    while pending:
        item = pending.pop()
        kind = type(item)
        if kind is dict:
            members = cast("dict[str, object]", item)
            if _object_reason(members) is not None:
                return False
            pending.extend([inner for inner in members.values() if type(inner) is not str])
        elif kind is list:
            pending.extend([inner for inner in cast("list[object]", item) if type(inner) is not str])
        elif kind is int:
            if not -MAX_INTEGER <= cast("int", item) <= MAX_INTEGER:
                return False
        elif kind is not bool and kind is not str and item is not None:
            return False
    return True


def faults_of(value: object) -> Iterator[Fault]:
    """Go through a JSON value, or Python's form of one, for what the data model doesn't allow.

    That is: numbers with a fraction or beyond 53 bits, links, bytes and blobs out of shape, a ``$type`` that is no
    name, and what isn't JSON at all.

    Source: https://atproto.com/specs/data-model
    """
    pending: list[tuple[Path, object]] = [((), value)]
    while pending:
        path, item = pending.pop()
        if item is None or isinstance(item, _WHOLE):
            continue
        if isinstance(item, Mapping):
            members = cast("Mapping[object, object]", item)
            reason = _object_reason(members)
            if reason is None:
                pending.extend(((*path, str(name)), inner) for name, inner in members.items())
        elif isinstance(item, (list, tuple)):
            items = cast("list[object]", item)
            reason = None
            pending.extend(((*path, index), inner) for index, inner in enumerate(items))
        else:
            reason = _scalar_reason(item)
        if reason is not None:
            yield Fault(path, reason, item)


def _scalar_reason(value: object) -> str | None:
    if isinstance(value, float) and not value.is_integer():
        return "The data model has no numbers with a fraction"
    if isinstance(value, (int, float)):
        return None if abs(value) <= MAX_INTEGER else "An integer has to be within 53 bits"
    return f"A value of type {type(value).__name__} has no JSON form"


def _object_reason(members: Mapping[Any, object]) -> str | None:
    for key in members:
        if not isinstance(key, str):
            return "The names of an object's members have to be strings"
        if key[:1] == "$" and (reason := _special_reason(key, members)) is not None:
            return reason
    return None


def _special_reason(key: str, members: Mapping[str, object]) -> str | None:
    match key, members[key]:
        case "$link", _:
            link = CidLink.from_wire(members)
            if link is None or not is_valid_cid(link.cid):
                return 'Expected a link, {"$link": "<cid>"}'
        case "$bytes", _:
            if bytes_from_wire(members) is None:
                return 'Expected bytes, {"$bytes": "<base64>"}'
        case "$type", "blob":
            if not isinstance(blob_from_wire(members), Blob):
                return "Expected a blob"
        case "$type", name if not isinstance(name, str) or not name:
            return "$type has to be the name of a type"
        case _:
            pass
    return None
