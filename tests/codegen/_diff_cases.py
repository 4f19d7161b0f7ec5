"""A case for each kind of change, and what they are made of."""

from __future__ import annotations

from typing import Any

from tests.codegen.conftest import INTEGER, STRING, document, lexicons_of, obj, procedure, query, ref

from atlex_codegen._diff._changes import Change
from atlex_codegen._diff._compare import compare_documents

Json = dict[str, Any]
ID = "com.example.thing"


def changes(old: Json, new: Json) -> list[Change]:
    return compare_documents(lexicons_of(old), lexicons_of(new), {}, {})


def thing(main: Json | None = None, /, **defs: Json) -> Json:
    return document(ID, main, **defs)


def field(schema: Json, *required: str, **rest: Json) -> Json:
    """A record, whose values go both ways, with a property ``a``."""
    return thing({"type": "record", "key": "tid", "record": obj(required, a=schema, **rest)})


def sent(schema: Json, *required: str) -> Json:
    """A procedure that takes a property ``a``."""
    return thing(procedure(obj(required, a=schema)))


def received(schema: Json, *required: str) -> Json:
    """A query that answers with a property ``a``."""
    return thing(query(obj(required, a=schema)))


def union(*refs: str, closed: bool = False) -> Json:
    return {"type": "union", "refs": list(refs)} | ({"closed": True} if closed else {})


def body(encoding: str, schema: Json | None = None) -> Json:
    raw: Json = {"type": "query", "output": {"encoding": encoding}}
    if schema is not None:
        raw["output"]["schema"] = schema
    return thing(raw)


BLOB: Json = {"type": "blob"}
POINTS = obj(x=INTEGER, y=INTEGER, label=STRING)
TWO = {"a": obj(x=INTEGER), "b": obj(y=INTEGER)}

CASES: dict[str, tuple[Json, Json, str, str, str, str]] = {
    "a new definition": (
        thing(a=obj(x=INTEGER)),
        thing(**TWO),
        "definition-added",
        "compatible",
        "compatible",
        "the object is new",
    ),
    "a definition that is gone": (
        thing(**TWO),
        thing(a=obj(x=INTEGER)),
        "definition-removed",
        "breaking",
        "breaking",
        "the object was removed",
    ),
    "an equal definition of another name": (
        thing(point=POINTS),
        thing(place=POINTS),
        "definition-renamed",
        "breaking",
        "breaking",
        "the object is called com.example.thing#place now",
    ),
    "a definition of another kind": (
        thing(a=obj(x=INTEGER)),
        thing(a=STRING),
        "type-changed",
        "breaking",
        "breaking",
        "the definition was of type object and is of type string",
    ),
    "a method of another kind": (
        thing(query()),
        thing(procedure()),
        "type-changed",
        "breaking",
        "breaking",
        "the definition was of type query and is of type procedure",
    ),
    "a definition that is deprecated": (
        thing(a=obj(x=INTEGER)),
        thing(a=obj(x=INTEGER) | {"description": "Deprecated: use b."}),
        "deprecated",
        "deprecated",
        "deprecated",
        "the object is deprecated now",
    ),
    "a property that is no longer deprecated": (
        field(STRING | {"deprecated": True}),
        field(STRING),
        "undeprecated",
        "compatible",
        "compatible",
        'the property "a" isn\'t deprecated any more',
    ),
    "a new optional property": (
        field(STRING),
        field(STRING, b=INTEGER),
        "property-added",
        "compatible",
        "compatible",
        'the optional property "b" is new',
    ),
    "a new required property": (
        field(STRING),
        field(STRING, "b", b=INTEGER),
        "property-added",
        "breaking",
        "breaking",
        'the required property "b" is new',
    ),
    "a new required property of an answer": (
        thing(query(obj(a=STRING))),
        thing(query(obj(("b",), a=STRING, b=INTEGER))),
        "property-added",
        "breaking",
        "compatible",
        'the required property "b" is new',
    ),
    "an optional property that is gone": (
        field(STRING, b=INTEGER),
        field(STRING),
        "property-removed",
        "compatible",
        "breaking",
        'the optional property "b" was removed',
    ),
    "a required property that is gone": (
        field(STRING, "b", b=INTEGER),
        field(STRING),
        "property-removed",
        "breaking",
        "breaking",
        'the required property "b" was removed',
    ),
    "a property of another name": (
        thing(query(obj(displayName=STRING))),
        thing(query(obj(displayedName=STRING))),
        "property-renamed",
        "breaking",
        "breaking",
        'the property "displayName" is called "displayedName" now',
    ),
    "an argument that must be given": (
        sent(STRING),
        sent(STRING, "a"),
        "property-required",
        "breaking",
        "breaking",
        'the property "a" is required now',
    ),
    "a part of an answer that is always there": (
        received(STRING),
        received(STRING, "a"),
        "property-required",
        "breaking",
        "compatible",
        'the property "a" is required now',
    ),
    "an argument that needn't be given": (
        sent(STRING, "a"),
        sent(STRING),
        "property-optional",
        "breaking",
        "compatible",
        'the property "a" is optional now',
    ),
    "a part of an answer that may be missing": (
        received(STRING, "a"),
        received(STRING),
        "property-optional",
        "breaking",
        "breaking",
        'the property "a" is optional now',
    ),
    "a null in an answer": (
        thing(query(obj(("a",), a=STRING))),
        thing(query(obj(("a",), ("a",), a=STRING))),
        "property-nullable",
        "breaking",
        "breaking",
        'the property "a" may be null now',
    ),
    "a null where nothing was possible": (
        thing(query(obj(a=STRING))),
        thing(query(obj((), ("a",), a=STRING))),
        "property-nullable",
        "breaking",
        "compatible",
        'the property "a" may be null now',
    ),
    "no null in an input": (
        thing(procedure(obj((), ("a",), a=STRING))),
        thing(procedure(obj(a=STRING))),
        "property-not-nullable",
        "breaking",
        "breaking",
        'the property "a" must not be null now',
    ),
    "another type": (
        field(STRING),
        field(INTEGER),
        "type-changed",
        "breaking",
        "breaking",
        'the property "a" was of type string and is of type integer',
    ),
    "another type of items": (
        field({"type": "array", "items": STRING}),
        field({"type": "array", "items": INTEGER}),
        "type-changed",
        "breaking",
        "breaking",
        'each item of the property "a" was of type string and is of type integer',
    ),
    "another reference": (
        thing(query(obj(a=ref("#a"))), **TWO),
        thing(query(obj(a=ref("#b"))), **TWO),
        "ref-changed",
        "breaking",
        "breaking",
        'the property "a" referred to com.example.thing#a and refers to com.example.thing#b',
    ),
    "a reference that became a union": (
        thing(query(obj(a=ref("#a"))), **TWO),
        thing(query(obj(a=union("#a", "#b"))), **TWO),
        "ref-to-union",
        "breaking",
        "breaking",
        'the property "a" was of type ref and is of type union',
    ),
    "a new member of an open union": (
        thing(query(obj(a=union("#a"))), **TWO),
        thing(query(obj(a=union("#a", "#b"))), **TWO),
        "union-member-added",
        "compatible",
        "compatible",
        'the property "a" can be com.example.thing#b now',
    ),
    "a new member of a closed union in an answer": (
        thing(query(obj(a=union("#a", closed=True))), **TWO),
        thing(query(obj(a=union("#a", "#b", closed=True))), **TWO),
        "union-member-added",
        "breaking",
        "breaking",
        'the property "a" can be com.example.thing#b now',
    ),
    "a new member of a closed union in an input": (
        thing(procedure(obj(a=union("#a", closed=True))), **TWO),
        thing(procedure(obj(a=union("#a", "#b", closed=True))), **TWO),
        "union-member-added",
        "breaking",
        "compatible",
        'the property "a" can be com.example.thing#b now',
    ),
    "one member less in an input": (
        thing(procedure(obj(a=union("#a", "#b"))), **TWO),
        thing(procedure(obj(a=union("#a"))), **TWO),
        "union-member-removed",
        "compatible",
        "breaking",
        'the property "a" can\'t be com.example.thing#b any more',
    ),
    "a union that is closed": (
        thing(procedure(obj(a=union("#a", "#b"))), **TWO),
        thing(procedure(obj(a=union("#a", "#b", closed=True))), **TWO),
        "union-closed",
        "breaking",
        "breaking",
        'the property "a" is a closed union now',
    ),
    "a union that is opened": (
        thing(query(obj(a=union("#a", "#b", closed=True))), **TWO),
        thing(query(obj(a=union("#a", "#b"))), **TWO),
        "union-opened",
        "breaking",
        "breaking",
        'the property "a" is an open union now',
    ),
    "one value more in an input": (
        sent(STRING | {"enum": ["x"]}),
        sent(STRING | {"enum": ["x", "y"]}),
        "enum-changed",
        "breaking",
        "compatible",
        '"enum" of the property "a" gained "y"',
    ),
    "one value more in an answer": (
        received(INTEGER | {"enum": [1]}),
        received(INTEGER | {"enum": [1, 2]}),
        "enum-changed",
        "breaking",
        "breaking",
        '"enum" of the property "a" gained 2',
    ),
    "another value": (
        sent(STRING | {"enum": ["x", "y"]}),
        sent(STRING | {"enum": ["x", "z"]}),
        "enum-changed",
        "breaking",
        "breaking",
        '"enum" of the property "a" lost "y" and gained "z"',
    ),
    "other known values": (
        field(STRING | {"knownValues": ["x"]}),
        field(STRING | {"knownValues": ["y"]}),
        "known-values-changed",
        "compatible",
        "compatible",
        '"knownValues" of the property "a" lost "x" and gained "y"',
    ),
    "another const": (
        field(STRING | {"const": "x"}),
        field(STRING | {"const": "y"}),
        "const-changed",
        "breaking",
        "breaking",
        '"const" of the property "a" was "x" and is "y"',
    ),
    "another default": (
        field({"type": "boolean"}),
        field({"type": "boolean", "default": True}),
        "default-changed",
        "compatible",
        "compatible",
        '"default" of the property "a" is true now, and was not given',
    ),
    "a format of an input": (
        sent(STRING),
        sent(STRING | {"format": "did"}),
        "format-changed",
        "breaking",
        "breaking",
        '"format" of the property "a" is "did" now, and was not given',
    ),
    "no format of an answer": (
        received(STRING | {"format": "did"}),
        received(STRING),
        "format-changed",
        "breaking",
        "compatible",
        '"format" of the property "a" was "did", and isn\'t given any more',
    ),
    "a lower limit of an input": (
        sent(STRING | {"maxLength": 20}),
        sent(STRING | {"maxLength": 10}),
        "limit-changed",
        "breaking",
        "breaking",
        '"maxLength" of the property "a" was 20 and is 10',
    ),
    "a higher limit": (
        field(INTEGER | {"maximum": 10}),
        field(INTEGER | {"maximum": 20}),
        "limit-changed",
        "breaking",
        "compatible",
        '"maximum" of the property "a" was 10 and is 20',
    ),
    "a blob of other types": (
        field(BLOB | {"accept": ["image/png"]}),
        field(BLOB | {"accept": ["image/*"]}),
        "accept-changed",
        "breaking",
        "breaking",
        '"accept" of the property "a" lost "image/png" and gained "image/*"',
    ),
    "a method that takes something": (
        thing(query()),
        thing(query(limit=INTEGER)),
        "parameters-added",
        "compatible",
        "compatible",
        "there are parameters now",
    ),
    "a method that takes nothing any more": (
        thing(query(limit=INTEGER)),
        thing(query()),
        "parameters-removed",
        "compatible",
        "breaking",
        "the parameters were removed",
    ),
    "an input with nothing required": (
        thing(procedure()),
        thing(procedure(obj(a=STRING))),
        "input-added",
        "breaking",
        "compatible",
        "there is an input now",
    ),
    "an input that is required": (
        thing(procedure()),
        thing(procedure(obj(("a",), a=STRING))),
        "input-added",
        "breaking",
        "breaking",
        "there is an input now",
    ),
    "no input": (
        thing(procedure(obj(a=STRING))),
        thing(procedure()),
        "input-removed",
        "breaking",
        "breaking",
        "the input was removed",
    ),
    "an answer": (
        thing(query()),
        thing(query(obj(a=STRING))),
        "output-added",
        "breaking",
        "compatible",
        "there is an output now",
    ),
    "no answer": (
        thing(query(obj(a=STRING))),
        thing(query()),
        "output-removed",
        "breaking",
        "breaking",
        "the output was removed",
    ),
    "a schema of an answer": (
        body("application/json"),
        body("application/json", obj(a=STRING)),
        "schema-added",
        "breaking",
        "breaking",
        "the output has a schema now",
    ),
    "no schema of an answer": (
        body("application/json", obj(a=STRING)),
        body("application/json"),
        "schema-removed",
        "breaking",
        "breaking",
        "the output has no schema any more",
    ),
    "another content type": (
        body("image/png"),
        body("image/jpeg"),
        "encoding-changed",
        "breaking",
        "breaking",
        '"encoding" of the output was "image/png" and is "image/jpeg"',
    ),
    "a new error": (
        thing(query(errors=("A",))),
        thing(query(errors=("B", "A"))),
        "error-added",
        "compatible",
        "compatible",
        'the error "B" is new',
    ),
    "an error that is gone": (
        thing(query(errors=("A", "B"))),
        thing(query(errors=("B",))),
        "error-removed",
        "compatible",
        "breaking",
        'the error "A" was removed',
    ),
    "other record keys": (
        thing({"type": "record", "key": "tid", "record": obj(a=STRING)}),
        thing({"type": "record", "key": "any", "record": obj(a=STRING)}),
        "record-key-changed",
        "breaking",
        "breaking",
        'the record\'s "key" was "tid" and is "any"',
    ),
    "other permissions": (
        thing({"type": "permission-set", "permissions": []}),
        thing(
            {
                "type": "permission-set",
                "permissions": [{"type": "permission", "resource": "repo", "collection": [ID]}],
            }
        ),
        "permissions-changed",
        "compatible",
        "compatible",
        "the set holds other permissions",
    ),
    "another revision": (
        thing(a=STRING) | {"revision": 1},
        thing(a=STRING) | {"revision": 2},
        "revision-changed",
        "compatible",
        "compatible",
        'the document\'s "revision" was 1 and is 2',
    ),
    "keys of somebody else's": (
        thing(a=STRING),
        thing(a=STRING | {"x-order": 1}),
        "unknown-keys-changed",
        "compatible",
        "compatible",
        "the string has other keys that the language doesn't define",
    ),
}
"""By name: the document before and after, the kind of the change, its verdicts by the rules and for Python, its message."""
