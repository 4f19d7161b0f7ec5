"""JSON in and out."""

from __future__ import annotations

import re
from typing import Any, Final, TypeGuard, cast

from pydantic_core import PydanticSerializationError, from_json, to_json

from atlex.errors import InputError

__all__ = ["JsonError", "holds_constant", "is_list", "is_object", "parse_json", "write_json"]


# Half of a surrogate pair, or perhaps a whole one.
_SHORT: Final = 10_000
_LETTERS: Final = 1000
"""How many times a letter may be met before looking for it does not pay any more."""

_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


class JsonError(ValueError):
    """A text isn't JSON. Internal: callers turn it into the error that fits where the text came from."""


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a parsed JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a parsed JSON value is an array."""
    return isinstance(value, list)


def holds_constant(data: bytes | str) -> bool:
    """Whether a text holds one of the words that pydantic's parser takes for numbers and JSON doesn't know."""
    nan, infinity = ("NaN", "Infinity") if isinstance(data, str) else (b"NaN", b"Infinity")
    if len(data) < _SHORT:
        return nan in cast("Any", data) or infinity in cast("Any", data)
    return _holds(data, nan) or _holds(data, infinity)


def _holds(data: Any, word: Any) -> bool:
    """``word in data``, by its first letter, which is rare: looking for one letter takes a third of the time."""
    place = data.find(word[:1])
    for _ in range(_LETTERS):
        if place < 0 or data.startswith(word, place):
            return bool(place >= 0)
        place = data.find(word[:1], place + 1)
    return word in data


def parse_json(data: bytes | str) -> Any:
    """Read one JSON value. Of members with the same name the last counts.

    Args:
        data: UTF-8 bytes or text. NaN and infinities aren't JSON. Half of a surrogate pair, which JSON can escape and
            UTF-8 can't write, is read as Python has it.

    Raises:
        JsonError: The text isn't JSON, or is nested too deeply to read.
    """
    try:
        return from_json(data, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        refused = error
    import json

    try:
        text = data if isinstance(data, str) else data.decode()
        if _SURROGATE.search(text) is None:
            raise refused
        # The quick parser refuses halves of pairs. It vouches for all the rest, the depth too, before the slow one
        # reads them.
        from_json(_SURROGATE.sub(r"\\u0020", text), allow_inf_nan=False)
        return json.loads(text)
    except ValueError as error:
        raise JsonError(f"Not JSON: {error}") from None


def write_json(value: Any) -> bytes:
    """Write a value that consists of JSON's own types, compact and as UTF-8.

    Raises:
        InputError: Some part of the value has no JSON form.
    """
    try:
        written = to_json(value, inf_nan_mode="constants")
    except (PydanticSerializationError, ValueError) as error:
        place = _half_character(value) if "UnicodeEncodeError" in str(error) else None
        reason = str(error) if place is None else f"{place} holds half of a character that takes two"
        raise InputError(f"The value can't be written as JSON: {reason}") from None
    if b"NaN" in written or b"Infinity" in written:
        # They may well stand inside a string.
        try:
            from_json(written, allow_inf_nan=False)
        except ValueError:
            raise InputError(
                "The value can't be written as JSON: it holds a number that isn't finite."
            ) from None
    return written


def _half_character(value: Any, path: str = "") -> str | None:
    """Where a text is that UTF-8 can't write, or None."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return path or "it"
        return None
    if is_object(value):
        parts = [(name, f"{path}.{name}" if path else name, inner) for name, inner in value.items()]
        if any(_half_character(name) for name, _, _ in parts):
            return f"the name of a member of {path or 'it'}"
        found = (_half_character(inner, place) for _, place, inner in parts)
    elif is_list(value):
        found = (_half_character(item, f"{path}[{index}]") for index, item in enumerate(value))
    else:
        return None
    return next((place for place in found if place), None)
