"""Any value in its JSON form."""

from __future__ import annotations

from typing import Any, cast

from pydantic import BaseModel

from atlex.data import Blob, CidLink, LegacyBlob, UnknownObject, bytes_to_wire, is_object
from atlex.errors import InputError

__all__ = ["wire_value"]


def wire_value(value: Any) -> Any:
    """The JSON form of a value that may hold models, links, blobs and bytes at any depth.

    A model that knows its type says so, since the lexicon doesn't say it in this place.

    Raises:
        InputError: A part of the value has no JSON form.
    """
    if isinstance(value, (str, int, float)) or value is None:
        return value
    if isinstance(value, BaseModel):
        lex_type = getattr(value, "lex_type", None)
        if lex_type is None:
            return value.model_dump(mode="json", by_alias=True)
        data: dict[str, Any] = cast("Any", value).to_wire()
        return data if not lex_type or "$type" in data else {"$type": lex_type, **data}
    if isinstance(value, UnknownObject):
        return wire_value(value.raw)
    if isinstance(value, (CidLink, Blob, LegacyBlob)):
        return value.to_wire()
    if isinstance(value, bytes):
        return bytes_to_wire(value)
    if is_object(value):
        return {key: wire_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [wire_value(item) for item in cast("list[Any]", value)]
    raise InputError(f"The value can't be written as JSON: it holds a {type(value).__name__}")
