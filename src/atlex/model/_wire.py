"""Values whose shape no lexicon gives: their JSON form, and what the data model says of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from atlex.data import MAX_DEPTH, Blob, CidLink, LegacyBlob, UnknownObject, bytes_to_wire, faults_of, is_sound
from atlex.errors import InputError

__all__ = ["wire_value", "within_data_model"]

T = TypeVar("T")

_PLAIN: Final = frozenset({bool, float, int, str, NoneType})


def wire_value(value: Any, _done: object = None) -> Any:
    """The JSON form of a value that may hold models, links, blobs and bytes at any depth.

    A model that knows its type says so, since the lexicon doesn't say it in this place.

    Raises:
        InputError: A part of the value has no JSON form, or is nested too deeply.
    """
    if isinstance(value, (Blob, CidLink)):
        # The fields of these types come here too.
        return value.to_wire()
    root: list[Any] = [value]
    pending: list[tuple[Any, Any, int]] = [(root, 0, 0)]
    while pending:
        holder, place, depth = pending.pop()
        item = holder[place]
        if depth > MAX_DEPTH:
            raise InputError(
                "The value can't be written as JSON: it is nested too deeply, or contains itself"
            )
        made: Any
        if isinstance(item, (dict, Mapping)):
            holder[place] = made = dict(cast("Mapping[str, Any]", item))
            pending += [(made, name, depth + 1) for name, inner in made.items() if type(inner) not in _PLAIN]
        elif isinstance(item, (list, tuple)):
            holder[place] = made = list(cast("list[Any]", item))
            pending += [
                (made, index, depth + 1) for index, inner in enumerate(made) if type(inner) not in _PLAIN
            ]
        elif isinstance(item, UnknownObject):
            holder[place] = item.raw
            pending.append((holder, place, depth + 1))
        else:
            holder[place] = _scalar(item)
    return root[0]


def _scalar(value: Any) -> Any:
    if isinstance(value, (str, int, float)) or value is None:
        return value
    if isinstance(value, BaseModel):
        lex_type = getattr(value, "lex_type", None)
        if lex_type is None:
            return value.model_dump(mode="json", by_alias=True)
        data: dict[str, Any] = cast("Any", value).to_wire()
        return data if not lex_type or "$type" in data else {"$type": lex_type, **data}
    if isinstance(value, (CidLink, Blob, LegacyBlob)):
        return value.to_wire()
    if isinstance(value, bytes):
        return bytes_to_wire(value)
    raise InputError(f"The value can't be written as JSON: it holds a {type(value).__name__}")


def within_data_model(value: T) -> T:
    """The value itself, if the data model allows it.

    Raises:
        pydantic.ValidationError: It doesn't; every fault has its place.
    """
    if is_sound(value):
        return value
    details = [
        InitErrorDetails(
            type=PydanticCustomError("data_model", cast("Any", fault.reason)),
            loc=fault.path,
            input=fault.value,
        )
        for fault in faults_of(value)
    ]
    if details:
        raise ValidationError.from_exception_data("value", details, hide_input=True)
    return value
