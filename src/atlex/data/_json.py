"""JSON in and out, as deep as lexicons let values be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from os import urandom
from typing import Any, Final, NoReturn, TypeGuard, cast

from pydantic_core import PydanticSerializationError, from_json, to_json

from atlex._printable import printable
from atlex.errors import InputError

__all__ = [
    "MAX_DEPTH",
    "JsonError",
    "holds_constant",
    "is_list",
    "is_object",
    "parse_json",
    "without_mark",
    "write_json",
]

MAX_DEPTH: Final = 5000
"""How many arrays and objects may stand inside each other. Threads may have 1,000 parents, of two to four each."""

# pydantic's parser reads 200 levels.
_PART_DEPTH: Final = 190
# What comes before a bracket, and the bracket. At the end of the text, or of what can be told apart: the rest, and None.
_TO_BRACKET: Final = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+(?:([\[\]{}])|.*)', re.DOTALL)
# A lone surrogate, or perhaps one of a pair.
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")

_SHORT: Final = 10_000
_LETTERS: Final = 1000
# Strings, so that the words in them are passed over, and the words in the place of a number.
_STRING_OR_WORD: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|NaN|Infinity')


class JsonError(ValueError):
    """A text isn't JSON. Internal: callers turn it into the error that fits where the text came from."""


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a parsed JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a parsed JSON value is an array."""
    return isinstance(value, list)


def without_mark(text: bytes | bytearray | str) -> bytes | str:
    """A text without the byte order mark that editors and servers may put before it."""
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    return bytes(text).removeprefix(b"\xef\xbb\xbf")


def holds_constant(data: bytes | str) -> bool:
    """Whether a text may hold one of the words that pydantic's parser takes for numbers and JSON doesn't know."""
    text = data.encode(errors="replace") if isinstance(data, str) else data
    if len(text) < _SHORT:
        return b"NaN" in text or b"Infinity" in text
    for word in (b"NaN", b"Infinity"):
        # Same as ``word in text``, which is slower by far where the first letter is as rare as it is in real responses.
        place = text.find(word[:1])
        for _ in range(_LETTERS):
            if place < 0:
                break
            if text.startswith(word, place):
                return True
            place = text.find(word[:1], place + 1)
        else:
            if word in text:
                return True
    return False


def parse_json(data: bytes | bytearray | str) -> Any:
    """Read one JSON value. Of members with the same name the last counts.

    Args:
        data: UTF-8 bytes or text; a byte order mark at the start is skipped. NaN and Infinity aren't JSON. An escaped
            lone surrogate is read as Python has it, though UTF-8 can't write it. A number too large for a float, such
            as ``1e999``, is read as an infinite one, which `write_json` writes as ``1e999``.

    Raises:
        JsonError: The text isn't JSON, is nested deeper than `MAX_DEPTH`, or holds a number with more than 4,300
            digits before its point.
    """
    text = without_mark(data)
    try:
        text = text.encode() if isinstance(text, str) else text
    except UnicodeEncodeError:
        raise JsonError("Not JSON: it holds a lone surrogate that isn't escaped") from None
    try:
        return from_json(text, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        if "recursion limit" not in str(error) and _SURROGATE.search(text) is None:
            raise JsonError(f"Not JSON: {error}") from None
    try:
        return _parse_in_parts(text)
    except JsonError:
        raise
    except ValueError as error:
        # Without the position, which is that in a part.
        reason = re.split(r":? (?:at )?line ", str(error))[0]
        raise JsonError(f"Not JSON: {reason}") from None


def _parse_in_parts(text: bytes) -> Any:
    """Parse a text that the fast parser doesn't read as a whole, without recursion and in linear time.

    Arrays and objects that hold `_PART_DEPTH` levels are parsed one by one, the innermost first. In the text around
    it a string stands for each: one that nobody can guess.
    """
    mark = urandom(16).hex().encode()
    # Where each array or object begins that isn't closed, how many levels it holds so far, and the parts in it.
    begins, heights = [0], [_PART_DEPTH]
    parts: dict[int, list[tuple[int, int, Any]]] = {}
    for match in _TO_BRACKET.finditer(text):
        place, end = match.span(1)
        if place < 0:
            break
        if text[place] in b"[{":
            if len(begins) > MAX_DEPTH:
                raise JsonError(f"Nested too deeply: more than {MAX_DEPTH} levels")
            begins.append(place)
            heights.append(0)
            continue
        begin, height, depth = begins.pop(), heights.pop(), len(begins)
        if not depth:
            raise JsonError("Not JSON: a bracket closes nothing")
        if height == _PART_DEPTH:
            value = _parse_part(text, begin, end, parts.pop(depth, ()), mark)
            parts.setdefault(depth - 1, []).append((begin, end, value))
            heights[-1] = _PART_DEPTH
        elif heights[-1] <= height:
            heights[-1] = height + 1
    if len(begins) > 1:
        raise JsonError("Not JSON: a bracket isn't closed")
    return _parse_part(text, 0, len(text), parts.pop(0, ()), mark)


def _parse_part(text: bytes, begin: int, end: int, parts: Iterable[tuple[int, int, Any]], mark: bytes) -> Any:
    pieces: list[bytes] = []
    known: dict[str, Any] = {}
    for number, (first, after, value) in enumerate(parts):
        name = b"%s%d" % (mark, number)
        known[name.decode()] = value
        pieces += text[begin:first], b'"', name, b'"'
        begin = after
    piece = b"".join((*pieces, text[begin:end]))
    try:
        value = from_json(piece, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        if _SURROGATE.search(piece) is None:
            raise
        import json

        # The fast parser refuses lone surrogates.
        value = json.loads(piece.decode(), parse_int=from_json, parse_float=from_json, parse_constant=_refuse)
    if not known:
        return value
    if is_list(value):
        return [known.get(item, item) if type(item) is str else item for item in value]
    if not is_object(value):
        return known[value]
    if not known.keys().isdisjoint(value):
        raise JsonError("Not JSON: the name of a member isn't a string")
    return {name: known.get(item, item) if type(item) is str else item for name, item in value.items()}


def _refuse(word: str) -> NoReturn:
    raise JsonError(f"Not JSON: it holds the word {word}")


def write_json(value: Any) -> bytes:
    """Write a value that consists of JSON's own types, compact and as UTF-8.

    Raises:
        InputError: Some part of the value has no JSON form, or it is nested deeper than `MAX_DEPTH`.
    """
    try:
        written = to_json(value, inf_nan_mode="constants")
    except (PydanticSerializationError, ValueError):
        written = _write_by_level(value)
    if b"NaN" in written or b"Infinity" in written:
        written = _STRING_OR_WORD.sub(_number, written)
    return written


def _number(match: re.Match[bytes]) -> bytes:
    if match[0] == b"NaN":
        raise _unwritable("it holds NaN")
    return b"1e999" if match[0] == b"Infinity" else match[0]


def _write_by_level(value: Any) -> bytes:
    """Write what the fast writer refuses: without recursion, and with the place of what can't be written."""
    written = bytearray()
    path: list[str | int] = []
    # Of each open array or object: what is still to be written, and how it ends.
    levels: list[tuple[Iterator[tuple[Any, Any]], bytes]] = []
    while True:
        if isinstance(value, (dict, list, tuple)):
            if len(levels) == MAX_DEPTH:
                raise _unwritable(
                    f"it is nested too deeply (more than {MAX_DEPTH} levels), or contains itself"
                )
            holder = cast("dict[str, Any] | list[Any]", value)
            if isinstance(holder, dict):
                written += b"{"
                levels.append((iter(holder.items()), b"}"))
            else:
                written += b"["
                levels.append((enumerate(holder), b"]"))
            path.append("")
        else:
            written += _scalar(value, path)
        following = None
        while levels and (following := next(levels[-1][0], None)) is None:
            written += levels.pop()[1]
            path.pop()
        if following is None:
            return bytes(written)
        path[-1], value = following
        if written[-1] not in b"[{":
            written += b","
        if levels[-1][1] == b"}":
            written += _scalar(str(path[-1]), path) + b":"


def _scalar(value: Any, path: list[str | int]) -> bytes:
    try:
        return to_json(value, inf_nan_mode="constants")
    except (PydanticSerializationError, ValueError):
        reason = "a lone surrogate" if isinstance(value, str) else f"a value of type {type(value).__name__}"
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
        raise _unwritable(f"{printable(place) or 'it'} holds {reason}") from None


def _unwritable(reason: str) -> InputError:
    return InputError(f"The value can't be written as JSON: {reason}")
