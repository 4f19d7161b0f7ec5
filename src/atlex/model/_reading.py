"""From bytes or a mapping to an instance: the fast path, the full validator, then piece by piece."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from random import randrange
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import SchemaValidator

from atlex._validation import Validation
from atlex.data import JsonError, holds_constant, is_object, parse_json
from atlex.errors import InputError, XrpcInvalidResponseError, XrpcResponseValidationError
from atlex.model._collector import collector_paused
from atlex.model._fast import count, fast_validator, is_counted, note_read
from atlex.model._issues import issues
from atlex.model._levels import validator
from atlex.model._salvage import faults_of, salvage

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["read"]

M = TypeVar("M", bound="BaseModel")

_LARGE: Final = 64 * 1024
"""The length of a text, in bytes, from which pausing the garbage collector is worth it."""

_STRIDE: Final = 17
"""One character of so many is looked at to see whether a text is crowded. A prime: texts repeat themselves."""

_log = logging.getLogger("atlex")


def read(model: type[M], data: bytes | bytearray | str | Mapping[str, Any], level: Validation) -> M:
    """Read an instance of a class from JSON text or a parsed object.

    Raises:
        XrpcResponseValidationError: The data doesn't match the class, beyond what can be given up.
        XrpcInvalidResponseError: The text isn't JSON.
        InputError: There is no such level.
    """
    if level not in ("lenient", "strict"):
        raise InputError(f"validation must be 'lenient' or 'strict', not {level!r:.60}")
    source = _source(data)
    try:
        value = _validated(fast_validator(model, level), source)
    except ValidationError:
        # Not here, where the error would live on with its copies of what is around each fault.
        pass
    else:
        if is_counted(model):
            count(value)
        return cast("M", value)
    return cast("M", _read_in_full(model, source, level))


def _source(data: Any) -> Any:
    """What a validator takes: text that holds no word which JSON doesn't know, or a dictionary."""
    if is_object(data):
        return data
    if isinstance(data, bytearray):
        data = bytes(data)
    if isinstance(data, (bytes, str)):
        # A constant may well stand inside a string.
        is_odd = holds_constant(data) or (len(data) >= _LARGE and _is_crowded(data))
        return _parsed(data) if is_odd else data
    try:
        return _plain(data)
    except RecursionError:
        raise XrpcInvalidResponseError("The data is nested too deeply", status=200) from None


def _is_crowded(data: bytes | str) -> bool:
    """Whether a text is little more than brackets and commas.

    pydantic's own form of JSON takes about 400 bytes for an object and 64 for a number, which Python's objects don't:
    ``{}`` a million times over would cost far more than a response of that size.
    """
    # Counting all of them would take a tenth of the reading. The start is random, so that no text can be made to
    # hide them from a sample.
    sample = data[randrange(_STRIDE) :: _STRIDE]  # noqa: S311 - guessing right once in 17 times gains nothing
    if isinstance(sample, str):
        return 16 * sample.count("{") + 3 * sample.count(",") > len(sample)
    return 16 * sample.count(b"{") + 3 * sample.count(b",") > len(sample)


def _plain(data: Any) -> Any:
    """Mappings of other kinds as what JSON's parser would have made."""
    if isinstance(data, Mapping):
        return {name: _plain(item) for name, item in cast("Mapping[str, Any]", data).items()}
    if isinstance(data, (list, tuple)):
        return [_plain(item) for item in cast("list[Any]", data)]
    return data


def _parsed(data: bytes | str) -> Any:
    try:
        return parse_json(data)
    except JsonError as broken:
        raise XrpcInvalidResponseError(str(broken), status=200) from None


def _validated(validator: SchemaValidator, source: Any) -> Any:
    if not isinstance(source, (bytes, str)):
        return validator.validate_python(source)
    if len(source) < _LARGE:
        return validator.validate_json(source)
    # A tree of models has no cycles.
    with collector_paused():
        return validator.validate_json(source)


def _read_in_full(model: type[BaseModel], source: Any, level: Validation) -> Any:
    # Parsed here, also because pydantic's parser takes less: less depth, no lone surrogates, no byte order mark. And
    # an error refers to the objects around each fault, where of a text it would make a copy of each.
    data = _parsed(source) if isinstance(source, (bytes, str)) else source
    try:
        with collector_paused():
            value = validator(model, level).validate_python(data)
    except ValidationError as error:
        faults = faults_of(error)
    else:
        note_read(value)
        return value
    value, found = salvage(model, data, faults, level)
    if found:
        raise XrpcResponseValidationError(found) from None
    if left := issues(value):
        many = "issue" if len(left) == 1 else "issues"
        _log.warning("%s was read with %d %s, the first: %s", model.__name__, len(left), many, left[0])
    return value
