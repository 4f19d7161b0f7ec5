"""Prose goes, schema stays; and the digest only sees the schema."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

import pytest

from atlex.errors import LexiconError
from atlex.lexicon import parse_document, schema_digest, strip_prose

WITH_PROSE: dict[str, Any] = {
    "lexicon": 1,
    "id": "com.example.thing",
    "description": "Prose.",
    "defs": {
        "main": {
            "type": "procedure",
            "description": "Prose.",
            "parameters": {
                "type": "params",
                "description": "Prose.",
                "required": ["description"],
                "properties": {"description": {"type": "string", "description": "Prose."}},
            },
            "input": {
                "encoding": "application/json",
                "description": "Prose.",
                "schema": {"type": "ref", "ref": "#description", "description": "Prose."},
            },
            "output": {
                "encoding": "application/json",
                "schema": {"type": "union", "refs": [], "description": "Prose."},
            },
            "errors": [{"name": "description", "description": "Prose."}],
        },
        "description": {
            "type": "object",
            "description": "Prose.",
            "required": ["description", "title"],
            "nullable": ["description"],
            "properties": {
                "description": {
                    "type": "string",
                    "description": "Prose.",
                    "default": "description",
                    "knownValues": ["description"],
                },
                "title": {"type": "string", "enum": ["description"], "const": "description"},
                "detail": {
                    "type": "array",
                    "description": "Prose.",
                    "items": {
                        "type": "object",
                        "description": "Prose.",
                        "properties": {"properties": {"type": "unknown", "description": "Prose."}},
                    },
                },
                "x": {
                    "type": "integer",
                    "default": {"description": "data"},
                    "x-note": {"description": "data"},
                },
            },
        },
        "token": {"type": "token", "description": "Prose.", "title": "schema", "detail": "schema"},
        "stream": {
            "type": "subscription",
            "message": {
                "description": "Prose.",
                "schema": {"type": "union", "refs": [], "description": "Prose."},
            },
        },
        "odd": {"type": "space", "description": "Prose.", "inner": {"description": "data"}},
    },
}

WITHOUT_PROSE: dict[str, Any] = {
    "lexicon": 1,
    "id": "com.example.thing",
    "defs": {
        "main": {
            "type": "procedure",
            "parameters": {
                "type": "params",
                "required": ["description"],
                "properties": {"description": {"type": "string"}},
            },
            "input": {"encoding": "application/json", "schema": {"type": "ref", "ref": "#description"}},
            "output": {"encoding": "application/json", "schema": {"type": "union", "refs": []}},
            "errors": [{"name": "description"}],
        },
        "description": {
            "type": "object",
            "required": ["description", "title"],
            "nullable": ["description"],
            "properties": {
                "description": {"type": "string", "default": "description", "knownValues": ["description"]},
                "title": {"type": "string", "enum": ["description"], "const": "description"},
                "detail": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"properties": {"type": "unknown"}}},
                },
                "x": {
                    "type": "integer",
                    "default": {"description": "data"},
                    "x-note": {"description": "data"},
                },
            },
        },
        "token": {"type": "token", "title": "schema", "detail": "schema"},
        "stream": {"type": "subscription", "message": {"schema": {"type": "union", "refs": []}}},
        "odd": {"type": "space", "inner": {"description": "data"}},
    },
}


def test_prose_goes_and_schema_stays() -> None:
    before = copy.deepcopy(WITH_PROSE)
    assert strip_prose(WITH_PROSE) == WITHOUT_PROSE
    assert before == WITH_PROSE


def test_stripping_twice_changes_nothing_more_and_order_stays() -> None:
    stripped = strip_prose(WITH_PROSE)
    assert strip_prose(stripped) == stripped
    assert list(stripped) == ["lexicon", "id", "defs"]
    assert list(stripped["defs"]) == list(WITH_PROSE["defs"])


def test_a_record_loses_prose_at_both_levels() -> None:
    record = {"type": "object", "description": "P.", "properties": {"description": {"type": "string"}}}
    raw = {"defs": {"main": {"type": "record", "key": "tid", "description": "P.", "record": record}}}
    stripped = strip_prose(raw)["defs"]["main"]
    assert stripped == {
        "type": "record",
        "key": "tid",
        "record": {"type": "object", "properties": {"description": {"type": "string"}}},
    }


def test_a_permission_set_loses_its_texts_in_every_language() -> None:
    main = {
        "type": "permission-set",
        "title": "P.",
        "title:lang": {"de": "P."},
        "detail": "P.",
        "detail:lang": {"de": "P."},
        "permissions": [{"type": "permission", "resource": "repo", "description": "P.", "title": "schema"}],
    }
    assert strip_prose({"defs": {"main": main}})["defs"]["main"] == {
        "type": "permission-set",
        "permissions": [{"type": "permission", "resource": "repo", "title": "schema"}],
    }


@pytest.mark.parametrize(
    "raw",
    [
        {"defs": 1},
        {"defs": {"main": 1}},
        {"defs": {"main": {"type": 1}}},
        {"defs": {"main": {"type": "object", "properties": []}}},
        {"defs": {"main": {"type": "object", "properties": {"a": []}}}},
        {"defs": {"main": {"type": "query", "errors": {}, "output": 1, "description": {"not": "prose"}}}},
        {"title": "not prose here", "type": "permission-set"},
    ],
)
def test_what_is_not_a_document_is_copied(raw: dict[str, Any]) -> None:
    assert strip_prose(raw) == raw


def test_what_is_not_json_is_an_error() -> None:
    with pytest.raises(LexiconError):
        strip_prose({"defs": object()})
    with pytest.raises(LexiconError, match="JSON object"):
        strip_prose([])  # type: ignore[arg-type]


def test_the_digest_is_the_schemas() -> None:
    digest = schema_digest(WITH_PROSE)
    assert digest == schema_digest(WITHOUT_PROSE)
    assert digest == schema_digest(dict(reversed(WITH_PROSE.items())))
    assert len(digest) == 64
    changed = copy.deepcopy(WITH_PROSE)
    changed["defs"]["main"]["errors"][0]["name"] = "Other"
    assert schema_digest(changed) != digest


def test_a_document_has_the_digest_of_its_json() -> None:
    raw = {"lexicon": 1, "id": "com.example.a", "defs": {"main": {"type": "token", "description": "Prose."}}}
    document, _ = parse_document(raw)
    assert document is not None
    assert schema_digest(document) == schema_digest(raw)
    # Written out, so that pins made once stay good.
    canonical = b'{"defs":{"main":{"type":"token"}},"id":"com.example.a","lexicon":1}'
    assert schema_digest(raw) == hashlib.sha256(canonical).hexdigest()
