"""The parts of a call against the method's definition: parameters and bodies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from atlex.errors import Issue
from atlex.lexicon._language import Array, Boolean, Integer, Params, Payload, Property, Schema, String
from atlex.lexicon._special import base_type, mime_matches
from atlex.lexicon._validate import ValueCheck

__all__ = ["body_issues", "default_of", "read_parameters"]

_JSON: Final = "application/json"
_INTEGER: Final = re.compile(r"-?[0-9]{1,16}")
_BOOLEANS: Final = {"true": True, "false": False}


def read_parameters(params: Params, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Turn the pairs of a query string into values of the declared types, and add defaults.

    What can't be turned stays as it is, for the validator to complain about. Empty values count as absent, as they do
    for the reference implementation.
    """
    texts: dict[str, list[str]] = {}
    for name, text in pairs:
        if text:
            texts.setdefault(name, []).append(text)
    values = {name: _value(params.properties.get(name), found) for name, found in texts.items()}
    for name, prop in params.properties.items():
        default = default_of(prop.schema)
        if name not in values and default is not None:
            values[name] = default
    return values


def default_of(schema: Schema) -> str | int | bool | None:
    """What an absent value means, or None where the definition doesn't say."""
    return schema.default if isinstance(schema, String | Integer | Boolean) else None


def _value(prop: Property | None, texts: list[str]) -> Any:
    if prop is not None and isinstance(prop.schema, Array):
        items = prop.schema.items
        return [_scalar(items, text) for text in texts]
    if len(texts) > 1:
        return texts
    return texts[0] if prop is None else _scalar(prop.schema, texts[0])


def _scalar(schema: Schema, text: str) -> Any:
    if isinstance(schema, Integer) and _INTEGER.fullmatch(text):
        return int(text)
    if isinstance(schema, Boolean):
        return _BOOLEANS.get(text, text)
    return text


def body_issues(
    payload: Payload, encoding: str | None, body: object, check: Callable[[], ValueCheck]
) -> list[Issue]:
    """Check a body: its MIME type, and its value where that is JSON."""
    if encoding is None:
        return [Issue("", f"expected a body of type {payload.encoding}, got none")]
    found = base_type(encoding)
    if not mime_matches([payload.encoding.lower()], found):
        return [Issue("", f"expected a body of type {payload.encoding}, got {found or 'no type'}")]
    if payload.schema is not None and found == _JSON:
        return check().run(payload.schema, body)
    if payload.encoding.lower() == _JSON:
        return check().run_anything(body)
    return []
