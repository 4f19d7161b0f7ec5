"""What `diff` says of each kind of change."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from tests.codegen.conftest import INTEGER, STRING, document, lexicons_of, obj, procedure, query, ref

from atlex_codegen._diff._changes import Change, ChangeKind
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


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_change_is_listed_once_with_what_it_means(name: str) -> None:
    old, new, *expected = CASES[name]
    assert [(c.kind, c.lexicon, c.python, c.message) for c in changes(old, new)] == [tuple(expected)]


def test_every_kind_of_change_has_a_case() -> None:
    assert {case[2] for case in CASES.values()} == set(get_args(ChangeKind))


GOAT_FINDS = {
    "type-change": {
        "a definition of another kind",
        "a method of another kind",
        "another type",
        "another type of items",
        "a reference that became a union",
    },
    "object-required": {
        "a new required property",
        "a new required property of an answer",
        "a required property that is gone",
        "an argument that must be given",
        "a part of an answer that is always there",
        "an argument that needn't be given",
        "a part of an answer that may be missing",
    },
    "object-nullable": {"a null in an answer", "a null where nothing was possible", "no null in an input"},
    "ref-change": {"another reference"},
    "union-closed-refs": {
        "a new member of a closed union in an answer",
        "a new member of a closed union in an input",
    },
    "union-open-closed": {"a union that is closed", "a union that is opened"},
    "enum-values": {"one value more in an input", "one value more in an answer", "another value"},
    "const-value": {"another const"},
    "string-format": {"a format of an input", "no format of an answer"},
    "string-length": {"a lower limit of an input"},
    "integer-range": {"a higher limit"},
    "blob-accept": {"a blob of other types"},
    "body-encoding": {"another content type"},
    "record-key-type": {"other record keys"},
}
"""The cases in which `goat lex breaking` has a finding, by its name."""

GOAT_PASSES = {
    "a new definition",
    "a definition that is deprecated",
    "a property that is no longer deprecated",
    "a new optional property",
    "an optional property that is gone",
    "a new member of an open union",
    "one member less in an input",
    "other known values",
    "another default",
    "a method that takes something",
    "a method that takes nothing any more",
    "a new error",
    "an error that is gone",
    "other permissions",
    "another revision",
    "keys of somebody else's",
}
"""Those in which it has none."""

ONLY_HERE = {
    "a definition that is gone",
    "an equal definition of another name",
    "a property of another name",
    "an input with nothing required",
    "an input that is required",
    "no input",
    "an answer",
    "no answer",
    "a schema of an answer",
    "no schema of an answer",
}
"""Those that it doesn't compare; docs/changes.md has the reasons."""


def test_the_verdicts_by_the_rules_are_those_of_goat() -> None:
    by_rule = {"breaking": set().union(*GOAT_FINDS.values()), "compatible": GOAT_PASSES}
    assert set().union(*by_rule.values(), ONLY_HERE) == CASES.keys()
    for name, case in CASES.items():
        verdict = "compatible" if case[3] == "deprecated" else case[3]
        assert verdict == "breaking" if name in ONLY_HERE else name in by_rule[verdict], name


@pytest.mark.parametrize("name", CASES)
def test_nothing_changed_where_both_sides_are_the_same(name: str) -> None:
    old, new, *_ = CASES[name]
    assert changes(old, old) == changes(new, new) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (thing(a=obj(x=STRING, y=INTEGER)), thing(a=obj(y=INTEGER, x=STRING))),
        (thing(a=ref("#b"), b=STRING), thing(a=ref(f"{ID}#b"), b=STRING)),
        (thing(a=ref(ID)), thing(a=ref(f"{ID}#main"))),
        (thing(a=union("#a", "#b"), b=obj()), thing(a=union("#b", "#a") | {"closed": False}, b=obj())),
        (thing(a=STRING | {"enum": ["x", "y"]}), thing(a=STRING | {"enum": ["y", "x"]})),
        (thing(a=STRING), thing(a=STRING | {"description": "What it is."})),
        (thing(a=STRING), thing(a=STRING) | {"$type": "com.atproto.lexicon.schema"}),
        (thing(a=STRING), thing(a=STRING) | {"description": "What it is."}),
        (thing(query(errors=("A", "B"))), thing(query(errors=("B", "A")))),
    ],
)
def test_order_prose_and_another_way_to_say_the_same_are_no_change(old: Json, new: Json) -> None:
    assert changes(old, new) == []


def test_places_are_those_of_either_side() -> None:
    (change,) = changes(thing(point=obj(x=INTEGER)), thing(point=obj(x=INTEGER, y=STRING)))
    assert change.old is None
    assert change.new is not None
    assert (str(change.new.definition), change.new.pointer) == (f"{ID}#point", "/defs/point/properties/y")
    assert (change.before, change.after) == (None, STRING)


class TestRenaming:
    def test_a_document_that_moved_takes_its_references_along(self) -> None:
        def at(nsid: str) -> Json:
            return document(
                nsid, query(ref("#answer"), limit=INTEGER), answer=obj(a=ref("#part")), part=POINTS
            )

        found = changes(at("com.example.getThing"), at("com.example.better.getThing"))
        assert [change.kind for change in found] == ["definition-renamed"] * 3
        assert {(change.before, change.after) for change in found} == {
            (f"com.example.getThing{end}", f"com.example.better.getThing{end}")
            for end in ("", "#answer", "#part")
        }

    def test_what_changed_beside_the_name_is_listed_and_makes_it_a_guess(self) -> None:
        found = changes(
            thing(pointView=obj(("x",), x=INTEGER, y=INTEGER, z=INTEGER, label=STRING)),
            thing(
                pointViewBasic=obj(("x",), x=INTEGER, y=INTEGER, z=INTEGER, title=STRING | {"maxLength": 3})
            ),
        )
        assert [(change.kind, change.is_guess) for change in found] == [
            ("definition-renamed", True),
            ("property-removed", False),
            ("property-added", False),
        ]

    def test_what_moved_under_its_own_name_is_certain_though_it_says_little(self) -> None:
        def at(nsid: str) -> list[Json]:
            return [
                document(nsid, spam={"type": "token"}, view=obj(a=ref("#part")), part=obj(x=INTEGER)),
                document("com.example.thing", obj(a=ref(f"{nsid}#view"))),
            ]

        found = compare_documents(
            lexicons_of(*at("com.example.old.defs")), lexicons_of(*at("com.example.defs")), {}, {}
        )
        assert [(str(change.definition), change.kind, change.is_guess) for change in found] == [
            (f"com.example.defs#{name}", "definition-renamed", False) for name in ("part", "spam", "view")
        ]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ({"apple": STRING}, {"pear": STRING}),
            ({"one": {"type": "token"}}, {"two": {"type": "token"}}),
            ({"apple": POINTS}, {"pear": POINTS, "plum": POINTS}),
            ({"apple": POINTS, "pear": POINTS}, {"plum": POINTS}),
            ({"apple": POINTS}, {"apples": STRING}),
        ],
    )
    def test_no_name_is_guessed_from_too_little(self, old: Json, new: Json) -> None:
        kinds = {change.kind for change in changes(thing(**old), thing(**new))}
        assert kinds == {"definition-removed", "definition-added"}

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ({"displayName": STRING}, {"displayedName": STRING}, False),
            ({"text": STRING | {"maxLength": 9}}, {"body": STRING | {"maxLength": 9}}, True),
            ({"displayName": STRING, "x": INTEGER}, {"displayedName": STRING}, True),
        ],
    )
    def test_a_property_is_found_again_by_its_schema(self, old: Json, new: Json, *, expected: bool) -> None:
        found = [
            change for change in changes(thing(a=obj(**old)), thing(a=obj(**new))) if "renamed" in change.kind
        ]
        assert [(change.before, change.after, change.is_guess) for change in found] == [
            (next(iter(old)), next(iter(new)), expected)
        ]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ({"apple": STRING, "x": INTEGER}, {"pear": STRING}),
            ({"displayName": STRING}, {"displayedName": INTEGER}),
            ({"nameA": STRING}, {"nameB": STRING, "nameC": STRING}),
        ],
    )
    def test_a_property_that_may_be_another_is_not_found_again(self, old: Json, new: Json) -> None:
        kinds = {change.kind for change in changes(thing(a=obj(**old)), thing(a=obj(**new)))}
        assert kinds == {"property-removed", "property-added"}
