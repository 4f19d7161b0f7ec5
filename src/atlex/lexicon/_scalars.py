"""What strings, integers and booleans must be: the checks that documents (their defaults) and values share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from atlex._printable import is_unicode
from atlex.lexicon._language import Boolean, Integer, String
from atlex.syntax import count_graphemes, is_valid_format, utf8_length

__all__ = [
    "MAX_INTEGER",
    "as_integer",
    "boolean_faults",
    "integer_faults",
    "json_type",
    "length_faults",
    "string_faults",
]

MAX_INTEGER: Final = 2**53 - 1
"""The greatest integer of the data model; the least is its negative."""

_CHOICES_SHOWN: Final = 8


def json_type(value: object) -> str:
    """The name of a value's JSON type, with its article, for messages."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a number with a fraction"
        case str():
            return "a string"
        case list() | tuple():
            return "an array"
        case dict():
            return "an object"
        case _:
            return f"a value of type {type(value).__name__}"


def length_faults(
    length: int, unit: str, minimum: int | None, maximum: int | None, *, noun: str = "length"
) -> list[str]:
    """Say how a length misses its limits. The unit is a plural noun."""
    if minimum is not None and length < minimum:
        return [f"{noun} is {length} {unit}, at least {minimum} expected"]
    if maximum is not None and length > maximum:
        return [f"{noun} is {length} {unit}, at most {maximum} allowed"]
    return []


def _choice_faults(value: object, enum: Sequence[object] | None, const: object) -> list[str]:
    if const is not None and value != const:
        return [f"expected {const!r}"]
    if enum is not None and value not in enum:
        shown = ", ".join(repr(member) for member in enum[:_CHOICES_SHOWN])
        return [f"expected one of {shown}{', …' if len(enum) > _CHOICES_SHOWN else ''}"]
    return []


def string_faults(schema: String, value: object, *, limits: bool = True) -> list[str]:
    """Say what is wrong with a value for a string schema.

    An enum or a const says all: the limits beside it aren't looked at, and neither are others without ``limits``.
    """
    if not isinstance(value, str):
        return [f"expected a string, got {json_type(value)}"]
    if schema.enum is not None or schema.const is not None:
        return _choice_faults(value, schema.enum, schema.const)
    faults: list[str] = []
    if limits:
        if not is_unicode(value):
            faults.append("a lone surrogate is not text")
        if schema.min_length is not None or schema.max_length is not None:
            faults += length_faults(
                utf8_length(value), "bytes of UTF-8", schema.min_length, schema.max_length
            )
        # A text never has more graphemes than characters, so most texts needn't be segmented.
        if schema.min_graphemes or (schema.max_graphemes is not None and len(value) > schema.max_graphemes):
            count = count_graphemes(value)
            faults += length_faults(count, "graphemes", schema.min_graphemes, schema.max_graphemes)
        if schema.format is not None and not is_valid_format(schema.format, value):
            faults.append(f"not a valid {schema.format}")
    return faults


def as_integer(value: object) -> int | None:
    """The integer that a JSON number stands for, or None: ``5.0`` is 5, a boolean and ``5.5`` are none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None


def integer_faults(schema: Integer, value: object, *, limits: bool = True) -> list[str]:
    """Say what is wrong with a value for an integer schema; limits go as for `string_faults`."""
    number = as_integer(value)
    if number is None:
        return [f"expected an integer, got {json_type(value)}"]
    if schema.enum is not None or schema.const is not None:
        return _choice_faults(number, schema.enum, schema.const)
    faults: list[str] = []
    if limits:
        if abs(number) > MAX_INTEGER:
            faults.append("integer is outside ±(2**53 - 1)")
        elif schema.minimum is not None and number < schema.minimum:
            faults.append(f"integer is below {schema.minimum}")
        elif schema.maximum is not None and number > schema.maximum:
            faults.append(f"integer is above {schema.maximum}")
    return faults


def boolean_faults(schema: Boolean, value: object) -> list[str]:
    """Say what is wrong with a value for a boolean schema."""
    if not isinstance(value, bool):
        return [f"expected a boolean, got {json_type(value)}"]
    return _choice_faults(value, None, schema.const)
