"""Telling a document's prose from its schema.

Prose is only what the language defines as prose: the ``description`` of a document, a definition, a schema, a body, a
parameter set, an error or a permission; and the ``title`` and ``detail`` of a permission set, with their
translations. A property *named* ``description`` is schema, and so is whatever a default, a const, an enum or a key
that the language doesn't know may hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from atlex.errors import LexiconError
from atlex.lexicon._diagnostic import fault_diagnostics, raise_on_errors
from atlex.lexicon._json import compact_json, copy_json, is_array, is_object
from atlex.lexicon._language import Document

__all__ = ["schema_digest", "strip_prose"]

_PERMISSION_SET_PROSE: Final = frozenset({"title", "title:lang", "detail", "detail:lang"})

# Where more prose stands: by kind of object and by key, the kind of what stands there. It is that of its own "type"
# for a schema; "{}" and "[]" mean that the values of an object, or the items of an array, are of the kind.
_METHOD: Final = {
    "parameters": "schema",
    "input": "payload",
    "output": "payload",
    "message": "payload",
    "errors": "[]leaf",
}
_PARTS: Final[Mapping[str, Mapping[str, str]]] = {
    "document": {"defs": "{}schema"},
    "payload": {"schema": "schema"},
    "object": {"properties": "{}schema"},
    "params": {"properties": "{}schema"},
    "array": {"items": "schema"},
    "record": {"record": "schema"},
    "query": _METHOD,
    "procedure": _METHOD,
    "subscription": _METHOD,
    "permission-set": {"permissions": "[]leaf"},
}


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
        raise LexiconError("A Lexicon document is a JSON object")
    stripped: dict[str, Any] = _strip(copy, "document")
    return stripped


def schema_digest(document: Document | Mapping[str, Any]) -> str:
    """The SHA-256, in hex, of a document's canonical JSON without prose: prose and the order of keys don't change it.

    Raises:
        LexiconError: As `strip_prose` does.
    """
    raw = document.raw if isinstance(document, Document) else document
    return hashlib.sha256(compact_json(strip_prose(raw), sort_keys=True)).hexdigest()


def _strip(raw: Any, kind: str) -> Any:
    """Copy a part of a document without its prose, and without that in its own parts."""
    if kind.startswith("[]") and is_array(raw):
        return [_strip(item, kind[2:]) for item in raw]
    if not is_object(raw) or kind.startswith("[]"):
        return raw
    if kind.startswith("{}"):
        return {key: _strip(value, kind[2:]) for key, value in raw.items()}
    if kind == "schema":
        # A type that isn't known has no parts.
        kind = str(raw.get("type"))
        kind = "leaf" if kind in {"document", "payload"} else kind
    parts = _PARTS.get(kind, {})
    prose = _PERMISSION_SET_PROSE if kind == "permission-set" else frozenset[str]()
    return {
        key: _strip(value, parts[key]) if key in parts else value
        for key, value in raw.items()
        if key not in prose and not (key == "description" and isinstance(value, str))
    }
