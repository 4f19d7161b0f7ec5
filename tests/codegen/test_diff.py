"""What `diff` says of each kind of change."""

from __future__ import annotations

from typing import get_args

import pytest
from tests.codegen._diff_cases import CASES, ID, POINTS, Json, changes, thing, union
from tests.codegen.conftest import INTEGER, STRING, document, lexicons_of, obj, query, ref

from atlex_codegen._diff._changes import ChangeKind
from atlex_codegen._diff._compare import compare_documents


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
