"""What the data model allows in a value of which no lexicon says anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias, cast

from pydantic import BaseModel

from atlex.data._blob import Blob, LegacyBlob, blob_from_wire
from atlex.data._bytes import bytes_from_wire
from atlex.data._link import CidLink
from atlex.data._unknown import UnknownObject
from atlex.syntax import is_valid_cid

__all__ = ["DEEPEST", "MAX_INTEGER", "Fault", "faults_of", "is_sound", "is_unicode"]

MAX_INTEGER: Final = 2**53 - 1
"""The greatest integer that every implementation can hold; the least is its negative."""

Path: TypeAlias = tuple[str | int, ...]

DEEPEST: Final = 128
"""How deeply a value may be nested. Servers take less."""

_HALF: Final = "Holds half of a character that takes two (a lone surrogate)"
_WHOLE: Final = (bool, bytes, CidLink, Blob, LegacyBlob, UnknownObject, BaseModel)
"""What is right as it is: by itself, or because it was checked when it was made or came from the wire."""


class Fault(NamedTuple):
    """Something that the data model doesn't allow: where, why, and the value at fault."""

    path: Path
    reason: str
    value: object


def is_sound(value: object) -> bool:
    """Whether `faults_of` would find nothing in a parsed JSON value. Quick, and unsure of what JSON's parser doesn't make."""
    # One loop, since calls are most of what a recursion would cost. Depth first: what contains itself has no end.
    pending: list[tuple[Any, int]] = [([value], 0)]
    while pending:
        holder, depth = pending.pop()
        kind = cast("object", type(holder))
        if depth > DEEPEST or (kind is dict and _object_reason(holder) is not None):
            return False
        for item in holder.values() if kind is dict else holder:
            kind = cast("object", type(item))
            if kind is str:
                if not (item.isascii() or is_unicode(item)):
                    return False
            elif kind is dict or kind is list:
                pending.append((item, depth + 1))
            elif kind is int:
                if not -MAX_INTEGER <= item <= MAX_INTEGER:
                    return False
            elif not (item is None or kind is bool):
                return False
    return True


def faults_of(value: object) -> Iterator[Fault]:
    """Go through a JSON value, or Python's form of one, for what the data model doesn't allow.

    That is: numbers with a fraction or beyond 53 bits, links, bytes and blobs out of shape, a ``$type`` that is no
    name, half characters, what is nested too deeply or contains itself, and what isn't JSON at all.

    Source: https://atproto.com/specs/data-model
    """
    try:
        yield from _faults(value, ())
    except _TooDeepError as deep:
        # The end: something that contains itself has no last fault.
        yield deep.fault


class _TooDeepError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def _faults(value: object, path: Path) -> Iterator[Fault]:
    if isinstance(value, UnknownObject) and not value.was_read:
        value = value.raw
    if value is None or isinstance(value, _WHOLE):
        return
    if isinstance(value, str):
        if not is_unicode(value):
            yield Fault(path, _HALF, value)
    elif isinstance(value, (Mapping, list, tuple)):
        if len(path) == DEEPEST:
            raise _TooDeepError(Fault(path[:8], "Is nested too deeply, or contains itself", value))
        if isinstance(value, Mapping):
            members = cast("Mapping[object, object]", value)
            reason = _object_reason(members)
            parts: Iterable[tuple[str | int, object]] = (
                (str(name), inner) for name, inner in members.items()
            )
        else:
            reason = None
            parts = enumerate(cast("list[object]", value))
        if reason is not None:
            yield Fault(path, reason, cast("object", value))
            return
        for step, inner in parts:
            yield from _faults(inner, (*path, step))
    elif (reason := _scalar_reason(value)) is not None:
        yield Fault(path, reason, value)


def is_unicode(text: str) -> bool:
    """Whether a text is of whole characters: Python's can hold halves of surrogate pairs, which UTF-8 can't write."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _scalar_reason(value: object) -> str | None:
    if isinstance(value, float) and not value.is_integer():
        return "The data model has no numbers with a fraction"
    if isinstance(value, (int, float)):
        return None if abs(value) <= MAX_INTEGER else "An integer has to be within 53 bits"
    return f"A value of type {type(value).__name__} has no JSON form"


def _object_reason(members: Mapping[Any, object]) -> str | None:
    for name in members:
        if not isinstance(name, str):
            return "The names of an object's members have to be strings"
        if not (name.isascii() or is_unicode(name)):
            return _HALF
    if "$type" in members:
        type_ = members["$type"]
        if not isinstance(type_, str) or not type_:
            return "$type has to be the name of a type"
        if type_ == "blob" and not isinstance(blob_from_wire(members), Blob):
            return "Expected a blob"
    if "$link" in members and (len(members) != 1 or not is_valid_cid(members["$link"])):
        return 'Expected a link, {"$link": "<cid>"}'
    if "$bytes" in members and bytes_from_wire(members) is None:
        return 'Expected bytes, {"$bytes": "<base64>"}'
    return None
