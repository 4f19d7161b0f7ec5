"""What holds for every document and every value."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from atlex.lexicon import Lexicons, Object, parse_document, references, schema_digest, strip_prose

NSID = "com.example.thing"

KINDS = [
    "array", "blob", "boolean", "bytes", "cid-link", "integer", "null", "object", "params", "permission",
    "permission-set", "procedure", "query", "record", "ref", "string", "subscription", "token", "union", "unknown",
]  # fmt: skip
KEYS = [
    "$type", "accept", "closed", "const", "default", "description", "detail", "encoding", "enum", "errors", "format",
    "input", "items", "key", "knownValues", "maxGraphemes", "maxLength", "maxSize", "maximum", "message",
    "minGraphemes", "minLength", "minimum", "name", "nullable", "output", "parameters", "permissions", "properties",
    "record", "ref", "refs", "required", "resource", "schema", "title", "title:lang", "type",
]  # fmt: skip

words = st.sampled_from([*KINDS, *KEYS, "#x", NSID, "did", "tid", "application/json"]) | st.text(max_size=3)
scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | words
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner)
    ),
    max_leaves=12,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@st.composite
def nearly_definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Definitions with the right keys and, often, the wrong values."""
    definition = draw(st.dictionaries(st.sampled_from(KEYS), anything, max_size=6))
    return definition | {"type": draw(st.sampled_from(KINDS))}


names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=4)
some_scalars = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "maxLength": 3},
        {"type": "integer", "minimum": 0},
        {"type": "boolean"},
        {"type": "unknown"},
        {"type": "bytes"},
        {"type": "cid-link"},
        {"type": "blob"},
        {"type": "ref", "ref": "#o"},
        {"type": "union", "refs": ["#o"]},
        {"type": "union", "refs": ["#o"], "closed": True},
    ]
)
schemas = st.recursive(
    some_scalars,
    lambda inner: (
        st.dictionaries(names, inner, max_size=3).map(
            lambda properties: {
                "type": "object",
                "properties": properties,
                "required": sorted(properties)[:1],
            }
        )
        | inner.filter(lambda schema: schema["type"] != "array").map(
            lambda items: {"type": "array", "items": items}
        )
    ),
    max_leaves=6,
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    return {"type": "object", "properties": draw(st.dictionaries(names, schemas, max_size=4))}


def doc(**defs: Any) -> dict[str, Any]:
    return {"lexicon": 1, "id": NSID, "defs": {"o": {"type": "object"}, **defs}}


@settings(deadline=None)
@given(st.binary() | st.text() | anything)
def test_nothing_crashes_the_reader(data: Any) -> None:
    document, diagnostics = parse_document(data)
    assert document is not None or diagnostics


@settings(deadline=None)
@given(st.dictionaries(words, nearly_definitions(), max_size=3))
def test_a_document_comes_out_or_an_error_does(defs: dict[str, Any]) -> None:
    document, diagnostics = parse_document({"lexicon": 1, "id": NSID, "defs": defs})
    assert (document is None) == any(diagnostic.is_error for diagnostic in diagnostics)
    assert all(str(diagnostic).isprintable() for diagnostic in diagnostics)
    if document is not None:
        lexicons = Lexicons([document])
        lexicons.check_refs()
        assert dict(Lexicons.from_package_data(lexicons.to_package_data())) == dict(lexicons)


def at_pointer(raw: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        segment = part.replace("~1", "/").replace("~0", "~")
        raw = raw[int(segment)] if isinstance(raw, list) else raw[segment]
    return raw


@settings(deadline=None)
@given(objects(), st.sampled_from(["main", "a/b", "~", "x"]))
def test_pointers_lead_to_what_was_read(schema: Any, name: str) -> None:
    raw = doc(**{name: schema})
    document, diagnostics = parse_document(json.dumps(raw))
    assert document is not None, diagnostics
    definition = document.defs[name]
    assert isinstance(definition, Object)
    assert at_pointer(raw, definition.pointer) == schema
    for prop in definition.properties.values():
        assert at_pointer(raw, prop.schema.pointer) == schema["properties"][prop.name]
    for reference in references(definition):
        assert at_pointer(raw, reference.pointer) == "#o"


@settings(deadline=None)
@given(objects(), json_values | anything)
def test_any_value_can_be_checked_and_strict_is_never_kinder(schema: Any, value: Any) -> None:
    document, _ = parse_document(doc(main=schema))
    assert document is not None
    lexicons = Lexicons([document])
    lenient = lexicons.validate(NSID, value, validation="lenient")
    strict = lexicons.validate(NSID, value)
    assert {issue.path for issue in lenient} <= {issue.path for issue in strict}


@settings(deadline=None)
@given(st.dictionaries(words, st.text(max_size=3) | nearly_definitions(), max_size=4))
def test_prose_is_stripped_once_and_for_all_and_the_digest_does_not_see_it(defs: dict[str, Any]) -> None:
    raw = json.loads(
        json.dumps({"lexicon": 1, "id": NSID, "defs": defs}, default=str)
        .replace("NaN", "0")
        .replace("Infinity", "1")
    )
    stripped = strip_prose(raw)
    assert strip_prose(stripped) == stripped
    assert schema_digest(stripped) == schema_digest(raw)


def with_prose(schema: Any) -> Any:
    """The same schema, with a description wherever one may stand."""
    described = {**schema, "description": "Prose."}
    if "properties" in schema:
        described["properties"] = {name: with_prose(inner) for name, inner in schema["properties"].items()}
    if "items" in schema:
        described["items"] = with_prose(schema["items"])
    return described


@settings(deadline=None)
@given(objects())
def test_prose_that_is_added_can_be_stripped_again(schema: Any) -> None:
    assert strip_prose(doc(main=with_prose(schema))) == strip_prose(doc(main=schema)) == doc(main=schema)
