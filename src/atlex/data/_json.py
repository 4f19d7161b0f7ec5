"""JSON in and out."""

from __future__ import annotations

from typing import Any, TypeGuard

from pydantic_core import PydanticSerializationError, from_json, to_json

from atlex.errors import InputError

__all__ = ["JsonError", "is_list", "is_object", "parse_json", "write_json"]


class JsonError(ValueError):
    """A text isn't JSON. Internal: callers turn it into the error that fits where the text came from."""


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a parsed JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a parsed JSON value is an array."""
    return isinstance(value, list)


def parse_json(data: bytes | str) -> Any:
    """Read one JSON value.

    Args:
        data: UTF-8 bytes or text. NaN and infinities aren't JSON.

    Raises:
        JsonError: The text isn't JSON, or is nested too deeply to read.
    """
    try:
        return from_json(data, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        raise JsonError(f"Not JSON: {error}") from None


def write_json(value: Any) -> bytes:
    """Write a value that consists of JSON's own types, compact and as UTF-8.

    Raises:
        InputError: Some part of the value has no JSON form.
    """
    try:
        return to_json(value, inf_nan_mode="constants")
    except (PydanticSerializationError, ValueError) as error:
        raise InputError(f"The value can't be written as JSON: {error}") from None
