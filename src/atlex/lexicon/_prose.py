"""Telling a document's prose from its schema.

Prose is only what the language defines as prose: the ``description`` of a document, a definition, a schema, a body, a
parameter set, an error or a permission; and the ``title`` and ``detail`` of a permission set, with their
translations. A property *named* ``description`` is schema, and so is whatever a default, a const, an enum or a key
that the language doesn't know may hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from atlex.errors import LexiconError
from atlex.lexicon._diagnostic import fault_diagnostics, raise_on_errors
from atlex.lexicon._json import canonical_json, copy_json, is_array, is_object
from atlex.lexicon._language import Document

__all__ = ["schema_digest", "strip_prose"]

_Strip = Callable[[Any], Any]

_PERMISSION_SET_PROSE: Final = frozenset({"title", "title:lang", "detail", "detail:lang"})


def strip_prose(document: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a document without its prose.

    What isn't as the language wants it is copied as it is: the document needn't be valid.

    Args:
        document: The document's JSON.

    Raises:
        LexiconError: The mapping holds what JSON can't hold, or is nested too deeply.
    """
    copy, faults = copy_json(document)
    raise_on_errors(fault_diagnostics(faults))
    if not is_object(copy):
        raise LexiconError("A Lexicon document is a JSON object.")
    return _object_without_prose(copy, {"defs": _each_value(_schema)})


def schema_digest(document: Document | Mapping[str, Any]) -> str:
    """The SHA-256, in hex, of a document's canonical JSON without prose: prose and the order of keys don't change it.

    Raises:
        LexiconError: As `strip_prose` does.
    """
    raw = document.raw if isinstance(document, Document) else document
    return hashlib.sha256(canonical_json(strip_prose(raw))).hexdigest()


def _without_prose(raw: Any, parts: Mapping[str, _Strip], prose: frozenset[str] = frozenset()) -> Any:
    return _object_without_prose(raw, parts, prose) if is_object(raw) else raw


def _object_without_prose(
    raw: Mapping[str, Any], parts: Mapping[str, _Strip], prose: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Drop an object's description and the keys in ``prose``, and strip the parts that may hold more."""
    return {
        key: parts[key](value) if key in parts else value
        for key, value in raw.items()
        if key not in prose and not (key == "description" and isinstance(value, str))
    }


def _each_value(strip: _Strip) -> _Strip:
    def strip_values(raw: Any) -> Any:
        if not is_object(raw):
            return raw
        return {key: strip(value) for key, value in raw.items()}

    return strip_values


def _each_item(strip: _Strip) -> _Strip:
    def strip_items(raw: Any) -> Any:
        return [strip(item) for item in raw] if is_array(raw) else raw

    return strip_items


def _leaf(raw: Any) -> Any:
    return _without_prose(raw, {})


def _payload(raw: Any) -> Any:
    return _without_prose(raw, {"schema": _schema})


def _schema(raw: Any) -> Any:
    kind = raw.get("type") if is_object(raw) else None
    if not isinstance(kind, str):
        return _leaf(raw)
    return _without_prose(
        raw, _PARTS.get(kind, {}), _PERMISSION_SET_PROSE if kind == "permission-set" else frozenset()
    )


_METHOD: Final[Mapping[str, _Strip]] = {
    "parameters": _schema,
    "input": _payload,
    "output": _payload,
    "message": _payload,
    "errors": _each_item(_leaf),
}

_PARTS: Final[Mapping[str, Mapping[str, _Strip]]] = {
    "object": {"properties": _each_value(_schema)},
    "params": {"properties": _each_value(_schema)},
    "array": {"items": _schema},
    "record": {"record": _schema},
    "query": _METHOD,
    "procedure": _METHOD,
    "subscription": _METHOD,
    "permission-set": {"permissions": _each_item(_leaf)},
}
