from __future__ import annotations

import pytest
from tests.codegen.conftest import STRING, document, lexicons_of, obj, procedure, ref

from atlex_codegen._resolve import DEPTH_LIMIT, UNION_LIMIT, reference_faults


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


def union(*targets: str):
    return {"type": "union", "refs": list(targets)}


def aliases(length: int, make, end):
    """A chain of definitions that only stand for the next."""
    defs = {f"a{number}": make(f"#a{number + 1}") for number in range(length)}
    return document("com.example.defs", None, **defs, **{f"a{length}": end})


@pytest.mark.parametrize(
    "make", [ref, union, lambda target: array(ref(target))], ids=["refs", "unions", "lists"]
)
@pytest.mark.parametrize("length", [21, 400, 4000])
@pytest.mark.parametrize("backwards", [False, True])
def test_long_chains_of_aliases_are_refused(make, length: int, backwards: bool) -> None:
    raw = aliases(length, make, obj())
    if backwards:
        raw["defs"] = dict(reversed(raw["defs"].items()))
    found = [message for message in messages(raw) if "error" in message]
    assert len(found) == 1
    assert f"more than {DEPTH_LIMIT} lists, refs and unions" in found[0]


@pytest.mark.parametrize("length", [3, 100])
def test_unions_may_lead_to_each_other_within_the_limit(length: int) -> None:
    defs = {f"u{number}": union(f"#u{(number + 1) % length}") for number in range(length)}
    found = [
        message for message in messages(document("com.example.defs", None, **defs)) if "error" in message
    ]
    assert len(found) == (length > DEPTH_LIMIT)


@pytest.mark.parametrize("nested", [False, True])
def test_unions_have_a_limited_number_of_members(nested: bool) -> None:
    def of(count: int):
        things = {f"t{number}": obj() for number in range(count)}
        names = [f"#t{number}" for number in range(count)]
        halves = {"one": union(*names[::2]), "two": union(*names[1::2])}
        value = union("#one", "#two") if nested else union(*names)
        return document("com.example.defs", obj(value=value), **things, **halves)

    assert not [message for message in messages(of(UNION_LIMIT)) if "error" in message]
    (found,) = [message for message in messages(of(UNION_LIMIT + 1)) if "error" in message]
    assert "com.example.defs /defs/main/properties/value" in found
    assert f"more than {UNION_LIMIT} members" in found


@pytest.mark.parametrize(
    "defs",
    [
        {
            "values": {"type": "string", "enum": [f"v{number}" for number in range(5000)]},
            **{f"list{number}": array(ref("#values")) for number in range(100)},
        },
        {
            **{f"t{number}": obj() for number in range(250)},
            "all": union(*(f"#t{number}" for number in range(250))),
            **{f"some{number}": obj(x=union("#all")) for number in range(1000)},
        },
    ],
    ids=["values", "unions"],
)
def test_a_document_cannot_make_a_module_many_times_its_size(defs) -> None:
    found = [
        message for message in messages(document("com.example.defs", None, **defs)) if "error" in message
    ]
    assert len(found) == 1
    assert "written out" in found[0]


def test_objects_that_all_lead_to_each_other_are_followed_within_a_limit() -> None:
    spokes = {f"s{number}": obj(hub=ref("#hub")) for number in range(3000)}
    hub = obj(**{name: ref(f"#{name}") for name in spokes})
    (found,) = messages(document("com.example.defs", None, hub=hub, **spokes))
    assert "too many objects lead to each other" in found
    few = dict(list(spokes.items())[:300])
    hub = obj(**{name: ref(f"#{name}") for name in few})
    assert messages(document("com.example.defs", None, hub=hub, **few)) == []


def test_depth_is_not_counted_twice_where_ways_meet() -> None:
    core = {f"d{number}": obj(**{f"to{k}": ref(f"#d{k}") for k in range(12)}) for number in range(12)}
    more = {f"o{number}": obj(next=ref(f"#o{number + 1}"), core=ref("#d0")) for number in range(7)}
    assert messages(document("com.example.defs", None, **core, **more, o7=obj(core=ref("#d0")))) == []
