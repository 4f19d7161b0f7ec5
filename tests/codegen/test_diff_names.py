"""What `diff` says of names in Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.codegen.conftest import INTEGER, STRING, document, obj, procedure, query, ref, write_documents

from atlex_codegen import Diff, diff

Json = dict[str, Any]
ID = "com.example.getThing"


def compared(tmp_path: Path, old: list[Json], new: list[Json]) -> Diff:
    return diff(write_documents(tmp_path / "old", *old), write_documents(tmp_path / "new", *new))


def said(found: Diff) -> list[tuple[str, str]]:
    return [(str(name.old or ""), str(name.new or "")) for name in found.python]


def test_a_new_parameter_is_an_argument_and_a_field(tmp_path: Path) -> None:
    found = compared(
        tmp_path, [document(ID, query(a=STRING))], [document(ID, query(a=STRING, maxItems=INTEGER))]
    )
    assert said(found) == [
        ("", "com.example.get_thing.GetThingParams.max_items"),
        ("", "client.com.example.get_thing(max_items=)"),
    ]
    assert [(name.new_type, name.new_required) for name in found.python] == [("int | None", False)] * 2


def test_a_property_of_an_input_that_is_shared_changes_every_method_that_takes_it(tmp_path: Path) -> None:
    def at(*required: str) -> list[Json]:
        shared = document("com.example.defs", thing=obj(required, a=STRING))
        methods = [
            document(f"com.example.{name}", procedure(ref("com.example.defs#thing")))
            for name in ("addThing", "setThing")
        ]
        return [shared, *methods]

    found = compared(tmp_path, at(), at("a"))
    (change,) = found.changes
    assert (change.kind, change.python) == ("property-required", "breaking")
    assert said(found) == [
        (name, name)
        for name in (
            "com.example.defs.Thing.a",
            "client.com.example.add_thing(a=)",
            "client.com.example.set_thing(a=)",
        )
    ]
    assert all((name.old_required, name.new_required) == (False, True) for name in change.names)


def test_a_renamed_document_renames_its_module_method_and_classes_and_no_field(tmp_path: Path) -> None:
    def at(nsid: str) -> list[Json]:
        return [document(nsid, query(obj(a=STRING, b=INTEGER), limit=INTEGER))]

    found = compared(tmp_path, at(ID), at("com.example.findThing"))
    assert said(found) == [
        ("com.example.get_thing", "com.example.find_thing"),
        ("com.example.get_thing.GetThingParams", "com.example.find_thing.FindThingParams"),
        ("com.example.get_thing.GetThingOutput", "com.example.find_thing.FindThingOutput"),
        ("client.com.example.get_thing()", "client.com.example.find_thing()"),
    ]


def test_a_class_that_is_gone_is_one_change_whatever_it_had(tmp_path: Path) -> None:
    found = compared(tmp_path, [document(ID, query(obj(a=STRING)))], [document(ID, query())])
    assert ("com.example.get_thing.GetThingOutput", "") in said(found)
    assert not any("GetThingOutput.a" in old for old, _ in said(found))


def test_a_type_is_shown_as_a_reader_would_write_it(tmp_path: Path) -> None:
    parts = {"part": obj(x=INTEGER), "other": obj(y=INTEGER)}
    found = compared(
        tmp_path,
        [document(ID, query(obj(a=ref("#part"))), **parts)],
        [document(ID, query(obj(a={"type": "union", "refs": ["#part", "#other"]})), **parts)],
    )
    (change,) = found.changes
    assert change.kind == "ref-to-union"
    assert [(str(name.new), name.old_type, name.new_type) for name in change.names] == [
        ("com.example.get_thing.GetThingOutputA", "", "Part | Other | UnknownObject"),
        ("com.example.get_thing.GetThingOutput.a", "Part | None", "GetThingOutputA | None"),
    ]


def test_the_name_of_a_union_is_of_another_type_when_its_members_change(tmp_path: Path) -> None:
    def at(*refs: str) -> list[Json]:
        union = {"type": "union", "refs": list(refs)}
        return [document(ID, query(obj(a=union)), part=obj(x=INTEGER), other=obj(y=INTEGER))]

    found = compared(tmp_path, at("#part"), at("#part", "#other"))
    assert [(str(name.new), name.old_type, name.new_type) for name in found.python] == [
        (
            "com.example.get_thing.GetThingOutputA",
            "Part | UnknownObject",
            "Part | Other | UnknownObject",
        )
    ]


def test_what_refers_to_a_renamed_class_is_not_of_another_type(tmp_path: Path) -> None:
    def at(name: str) -> list[Json]:
        part = obj(x=INTEGER, y=INTEGER, label=STRING)
        return [document(ID, query(obj(a=ref(f"#{name}"))), **{name: part})]

    found = compared(tmp_path, at("part"), at("piece"))
    assert [change.kind for change in found.changes] == ["definition-renamed"]
    assert said(found) == [("com.example.get_thing.Part", "com.example.get_thing.Piece")]


def test_a_name_that_another_took_is_listed_although_nothing_changed_there(tmp_path: Path) -> None:
    old = {"foo-bar": obj(x=INTEGER)}
    found = compared(
        tmp_path,
        [document("com.example.defs", **old)],
        [document("com.example.defs", fooBar=STRING, **old)],
    )
    assert [change.kind for change in found.changes] == ["definition-added"]
    before_and_after = {(str(name.old), str(name.new)) for name in found.names}
    # Which of two names is numbered follows from their spelling, so one of them stays as it is.
    assert before_and_after <= {("com.example.defs.FooBar", "com.example.defs.FooBar_2")}
    assert found.impact == ("breaking" if found.names else "compatible")


def test_errors_go_by_their_codes_wherever_they_stand(tmp_path: Path) -> None:
    found = compared(
        tmp_path, [document(ID, query(errors=("A", "B")))], [document(ID, query(errors=("B", "C")))]
    )
    assert sorted(said(found)) == [
        ("", "com.example.get_thing.CError"),
        ("com.example.get_thing.AError", ""),
    ]


def test_documents_on_a_base_are_compared_without_it(tmp_path: Path) -> None:
    def at(**properties: Json) -> list[Json]:
        own = obj(label=ref("com.example.base.defs#label"), main=ref("com.example.base.thing"), **properties)
        return [document("com.example.thing", {"type": "record", "key": "tid", "record": own})]

    assert not compared(tmp_path, at(), at())
    assert said(compared(tmp_path, at(), at(a=STRING))) == [("", "com.example.thing.Thing.a")]


def test_a_record_is_a_collection_of_the_client(tmp_path: Path) -> None:
    record = {"type": "record", "key": "tid", "record": obj(a=STRING)}
    found = compared(
        tmp_path,
        [document("com.example.thing", record), document(ID, query())],
        [document(ID, query())],
    )
    assert said(found) == [
        ("com.example.thing", ""),
        ("com.example.thing.Thing", ""),
        ("client.com.example.thing", ""),
    ]
