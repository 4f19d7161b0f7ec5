"""JSON from outside, read so that nothing in it can do harm, and JSON written so that equal values give equal bytes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final, TypeGuard, cast

from atlex._printable import is_unicode
from atlex.lexicon._diagnostic import Fault, pointer_to

__all__ = ["MAX_DEPTH", "compact_json", "copy_json", "read_json"]

MAX_DEPTH: Final = 100
"""How many arrays and objects of a document may stand inside each other."""

_MAX_BITS: Final = 64


class _Repeating(dict[str, Any]):
    """An object of which some keys came more than once."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    counts = Counter(key for key, _ in pairs)
    marked = _Repeating(result)
    marked.repeated = tuple(key for key, count in counts.items() if count > 1)
    return marked


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)


def read_json(data: bytes | str) -> tuple[Any, list[Fault]]:
    """Parse JSON text. Of text that isn't JSON, the value is None and the one fault says why.

    A leading byte order mark is allowed. Repeated keys are found by `copy_json`.
    """
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data.removeprefix("\ufeff")
        return _DECODER.decode(text), []
    except UnicodeDecodeError as error:
        return None, [("", f"not UTF-8: byte {error.start} can't be read", "save the file as UTF-8")]
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        return None, [("", message, "correct the JSON")]
    except ValueError as error:
        return None, [("", f"not JSON: {error}", "correct the JSON")]
    except RecursionError:
        return None, [("", "nested too deeply to be read", f"use at most {MAX_DEPTH} levels")]


def copy_json(value: object) -> tuple[Any, list[Fault]]:
    """Copy a JSON value into plain dicts and lists, and list what JSON can't hold or readers disagree about.

    The copy is only whole when there are no faults.
    """
    copier = _Copier()
    try:
        return copier.copy(value), copier.faults
    except _TooDeepError:
        copier.fault(f"nested more than {MAX_DEPTH} levels deep", f"use at most {MAX_DEPTH} levels")
        return None, copier.faults


class _TooDeepError(Exception):
    pass


class _Copier:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._path: list[str | int] = []

    def fault(self, message: str, hint: str) -> None:
        self.faults.append((pointer_to("", *self._path), message, hint))

    def copy(self, value: object) -> Any:
        if isinstance(value, str):
            if not is_unicode(value):
                self.fault(
                    "a lone surrogate is not text", "write the surrogate pair, or the character itself"
                )
        elif isinstance(value, (list, tuple)):
            self._go_deeper()
            items = cast("list[object] | tuple[object, ...]", value)
            return [self._member(index, item) for index, item in enumerate(items)]
        # Before the other mappings, which are told by an abstract class: that takes long.
        elif isinstance(value, dict):
            self._go_deeper()
            return self._object(cast("dict[object, object]", value))
        elif isinstance(value, bool) or value is None:
            return value
        elif isinstance(value, int):
            if value.bit_length() > _MAX_BITS:
                self.fault("a number that is too large", "write a number within ±(2**53 - 1)")
        elif isinstance(value, float):
            if not isfinite(value):
                self.fault(f"the number {value} doesn't exist in JSON", "write a finite number")
        elif isinstance(value, Mapping):
            self._go_deeper()
            return self._object(cast("Mapping[object, object]", value))
        else:
            self.fault(f"a value of type {type(value).__name__} is not JSON", "give JSON values only")
        return value

    def _go_deeper(self) -> None:
        if len(self._path) >= MAX_DEPTH:
            raise _TooDeepError

    def _object(self, value: Mapping[object, object]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                self.fault(f"a key of type {type(key).__name__}", "give strings as keys")
            elif not is_unicode(key):
                self.fault("a key with a lone surrogate", "write the surrogate pair, or the character itself")
            else:
                result[key] = self._member(key, item)
        if isinstance(value, _Repeating):
            for key in value.repeated:
                self._path.append(key)
                self.fault(f'the key "{key}" is given twice', "keep one")
                self._path.pop()
        return result

    def _member(self, segment: str | int, item: object) -> Any:
        self._path.append(segment)
        copy = self.copy(item)
        self._path.pop()
        return copy


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value of a document is an object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether a value of a document is an array."""
    return isinstance(value, list)


def compact_json(value: object, *, sort_keys: bool) -> bytes:
    """Write a JSON value as UTF-8. With sorted keys, equal values give equal bytes."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=sort_keys)
    return text.encode()
