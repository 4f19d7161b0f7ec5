"""JSON pointers (RFC 6901): what is at one, and on which line of a text."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from atlex.lexicon._json import is_array, is_object

__all__ = ["pointer_lines", "value_at"]

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+')


def value_at(raw: Any, pointer: str) -> Any:
    """The JSON value at a pointer; None where there is nothing."""
    value: Any = raw
    for segment in pointer.split("/")[1:]:
        key = segment.replace("~1", "/").replace("~0", "~")
        if is_array(value):
            value = value[int(key)] if key.isdecimal() and int(key) < len(value) else None
        else:
            value = value.get(key) if is_object(value) else None
    return value


def pointer_lines(text: str) -> dict[str, int]:
    """The lines of a JSON text, from 1, on which the values begin, or the keys that they are under, by their pointers.

    Args:
        text: The text; of one that isn't JSON only the beginning may be found.
    """
    lines: dict[str, int] = {}
    # The arrays and objects that are open: their pointers, and the position or key of the next value.
    places: list[tuple[str, int | str | None]] = []
    line, position = 1, 0
    for match in _TOKEN.finditer(text):
        piece = match[0]
        line += text.count("\n", position, match.start())
        position = match.start()
        pointer, at = places[-1] if places else ("", None)
        if piece in "]}":
            places[-1:] = []
        elif piece == ",":
            places[-1:] = [(pointer, at + 1 if isinstance(at, int) else None)]
        elif piece == ":":
            continue
        elif places and at is None:
            key = _key(piece)
            places[-1] = pointer, key
            lines[f"{pointer}/{key}"] = line
        else:
            value = pointer if at is None else f"{pointer}/{at}"
            lines.setdefault(value, line)
            if piece in "[{":
                places.append((value, 0 if piece == "[" else None))
    return lines


def _key(piece: str) -> str:
    try:
        key = str(json.loads(piece))
    except ValueError:
        key = piece
    return key.replace("~", "~0").replace("/", "~1")
