from __future__ import annotations

import pytest
from tests.codegen.conftest import STRING, document, lexicons_of, obj, procedure, ref

from atlex_codegen._resolve import DEPTH_LIMIT, reference_faults


def messages(*documents) -> list[str]:
    return [str(diagnostic) for diagnostic in reference_faults(lexicons_of(*documents))]


def chain(length: int):
    defs = {f"d{number}": obj(next=ref(f"#d{number + 1}")) for number in range(length - 1)}
    return document("com.example.defs", None, **defs, **{f"d{length - 1}": obj(a=STRING)})


def array(items):
    return {"type": "array", "items": items}


def test_a_reference_that_leads_nowhere_is_named_with_its_place() -> None:
    found = reference_faults(
        lexicons_of(document("com.example.defs", None, a=obj(b=ref("com.example.gone"))))
    )
    assert [(each.severity, each.nsid, each.pointer) for each in found] == [
        ("error", "com.example.defs", "/defs/a/properties/b/ref")
    ]


def test_objects_may_hold_each_other() -> None:
    assert messages(document("com.example.defs", None, a=obj(b=ref("#b")), b=obj(a=array(ref("#a"))))) == []


@pytest.mark.parametrize(
    "defs",
    [
        {"a": array(ref("#a"))},
        {"a": array(ref("#b")), "b": array(ref("#a"))},
    ],
)
def test_a_list_of_nothing_but_itself_is_refused(defs) -> None:
    found = messages(document("com.example.defs", None, **defs))
    assert len(found) == len(defs)
    assert all("the list holds nothing but itself" in message for message in found)


def test_a_list_that_leads_to_a_circle_elsewhere_is_not_itself_at_fault() -> None:
    found = messages(document("com.example.defs", None, a=array(ref("#a")), start=array(ref("#a"))))
    assert len(found) == 1


def test_a_list_between_objects_is_no_circle() -> None:
    assert messages(document("com.example.defs", None, a=array(ref("#b")), b=obj(c=ref("#a")))) == []


def test_references_may_go_as_deep_as_the_limit() -> None:
    assert messages(chain(DEPTH_LIMIT)) == []
    (found,) = messages(chain(DEPTH_LIMIT + 1))
    assert f"references go more than {DEPTH_LIMIT} objects deep" in found


def test_objects_inside_each_other_count_as_well() -> None:
    nested = STRING
    for _ in range(DEPTH_LIMIT + 1):
        nested = obj(a=nested)
    (found,) = messages(document("com.example.defs", nested))
    assert "objects deep" in found


def test_bodies_and_records_count_as_well() -> None:
    documents = [
        chain(DEPTH_LIMIT),
        document("com.example.call", procedure(obj(a=array(ref("com.example.defs#d0"))))),
        document(
            "com.example.thing",
            {
                "type": "record",
                "key": "tid",
                "record": obj(a={"type": "union", "refs": ["com.example.call2"]}),
            },
        ),
        document("com.example.call2", obj(a=ref("com.example.thing"))),
    ]
    (found,) = messages(*documents)
    assert "com.example.call" in found


def test_a_reference_to_an_unknown_kind_is_a_warning() -> None:
    found = reference_faults(
        lexicons_of(document("com.example.defs", None, a=obj(b=ref("#c")), c={"type": "newfangled"}))
    )
    assert [each.severity for each in found] == ["warning"]
