"""What holds of `diff` whatever the documents are."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.codegen.conftest import lexicons_of

from atlex.lexicon import Lexicons
from atlex_codegen._diff._compare import compare_documents
from atlex_codegen._diff._names import package_names
from atlex_codegen._diff._python import with_names
from atlex_codegen._load import Source
from atlex_codegen._naming import Naming
from atlex_codegen._planner import plan_package

Json = dict[str, Any]

NAMES = st.sampled_from(["a", "b", "fooBar", "foo_bar", "class", "from", "text", "URL", "x1"])
LIMITS = st.integers(0, 50)


def limited(kind: str, low: str, high: str) -> st.SearchStrategy[Json]:
    return st.builds(lambda least, more: {"type": kind, low: least, high: least + more}, LIMITS, LIMITS)


SCALARS = st.one_of(
    st.just({"type": "boolean"}),
    st.just({"type": "unknown"}),
    st.just({"type": "cid-link"}),
    st.just({"type": "blob", "accept": ["image/*"], "maxSize": 100}),
    limited("integer", "minimum", "maximum"),
    limited("bytes", "minLength", "maxLength"),
    limited("string", "minGraphemes", "maxGraphemes"),
    st.just({"type": "string", "format": "did"}),
    st.just({"type": "string", "enum": ["p", "q"]}),
    st.just({"type": "string", "knownValues": ["p", "q"]}),
    st.just({"type": "ref", "ref": "#part"}),
    st.just({"type": "union", "refs": ["#part", "#piece"]}),
    st.just({"type": "union", "refs": ["#part", "#piece"], "closed": True}),
)


def objects(values: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    def make(properties: dict[str, Json], chosen: set[str], nulls: set[str]) -> Json:
        raw: Json = {"type": "object", "properties": properties}
        raw["required"] = sorted(chosen & properties.keys())
        raw["nullable"] = sorted(nulls & properties.keys())
        return raw

    return st.builds(
        make, st.dictionaries(NAMES, values, min_size=1, max_size=4), st.sets(NAMES), st.sets(NAMES)
    )


VALUES = st.one_of(
    SCALARS, st.builds(lambda items: {"type": "array", "items": items}, SCALARS), objects(SCALARS)
)


@st.composite
def documents(draw: st.DrawFn) -> Json:
    """A procedure, a query or a record, and the definitions that it refers to."""
    kind = draw(st.sampled_from(["procedure", "query", "record"]))
    value = draw(objects(VALUES))
    body = {"encoding": "application/json", "schema": value}
    main: Json = {"type": kind}
    if kind == "record":
        main |= {"key": "tid", "record": value}
    else:
        main |= {"output" if kind == "query" else "input": body}
        main |= {
            "errors": [{"name": "A"}],
            "parameters": {"type": "params", "properties": {"limit": {"type": "integer"}}},
        }
    part = {"type": "object", "properties": {"p": {"type": "string"}, "q": {"type": "integer"}}}
    piece = {"type": "object", "properties": {"r": {"type": "boolean"}}}
    return {"lexicon": 1, "id": "com.example.thing", "defs": {"main": main, "part": part, "piece": piece}}


def compared(old: Lexicons, new: Lexicons):
    def names(lexicons: Lexicons):
        source = Source(tuple(lexicons.values()), {}, {}, {}, ())
        return package_names(Naming(lexicons), plan_package(lexicons, source))

    return with_names(compare_documents(old, new, {}, {}), names(old), names(new))


def places(raw: Any, key: str, kind: type = list) -> list[Json]:
    """All objects in a document that have a key with a value of a type."""
    found: list[Json] = []
    pending = [raw]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            found += [value] if isinstance(value.get(key), kind) else []
            pending += value.values()
        elif isinstance(value, list):
            pending += value
    return found


def remove(part: Json, name: str) -> None:
    for key in ("required", "nullable"):
        part[key] = [other for other in part[key] if other != name]
    del part["properties"][name]


def retype(properties: Json, name: str) -> None:
    properties[name] = {"type": "bytes" if properties[name]["type"] == "boolean" else "boolean"}


def toggle(names: list[str], name: str) -> None:
    if name in names:
        names.remove(name)
    else:
        names.append(name)


@st.composite
def mutations(draw: st.DrawFn) -> tuple[Json, Json]:
    """A document, and the same with one thing changed."""
    raw = draw(documents())
    new = json.loads(json.dumps(raw))
    changes: list[Callable[[], object]] = []
    for part in places(new, "required"):
        properties = part["properties"]
        name = draw(st.sampled_from(sorted(properties)))
        changes += [
            partial(properties.update, brandNew={"type": "boolean"}),
            partial(remove, part, name),
            partial(toggle, part["required"], name),
            partial(toggle, part["nullable"], name),
            partial(retype, properties, name),
        ]
    for key in ("maximum", "maxLength", "maxGraphemes", "maxSize"):
        for part in places(new, key, int):
            changes.append(partial(part.update, {key: part[key] + 1}))
    for part in places(new, "refs"):
        changes += [
            partial(part.update, closed=not part.get("closed")),
            partial(part.update, refs=part["refs"][:1]),
        ]
    for key in ("enum", "knownValues"):
        for part in places(new, key):
            changes.append(partial(part[key].append, "r"))
    for part in places(new, "ref", str):
        changes.append(partial(part.update, ref="#piece"))
    main = new["defs"]["main"]
    if main["type"] == "record":
        changes.append(partial(main.update, key="any"))
    else:
        changes += [
            partial(main.update, errors=[]),
            partial(main["errors"].append, {"name": "B"}),
            partial(main.pop, "parameters"),
            partial(main["parameters"]["properties"]["limit"].update, default=3),
            partial(main["input" if "input" in main else "output"].update, encoding="text/plain"),
        ]
    changes += [
        partial(new["defs"].update, brandNew={"type": "token"}),
        partial(new.update, revision=3),
        partial(new["defs"]["part"].update, {"x-mark": 1}),
        partial(new["defs"]["part"].update, description="Deprecated."),
    ]
    draw(st.sampled_from(changes))()
    return raw, new


@settings(deadline=None, max_examples=30)
@given(documents())
def test_a_document_does_not_differ_from_itself(raw: Json) -> None:
    assert not compared(lexicons_of(raw), lexicons_of(raw))


@settings(deadline=None, max_examples=150)
@given(mutations())
def test_one_change_is_listed_once_in_either_direction(pair: tuple[Json, Json]) -> None:
    old, new = map(lexicons_of, pair)
    for before, after in ((old, new), (new, old)):
        found = compared(before, after)
        assert len(found.changes) == 1, [change.message for change in found.changes]


@settings(deadline=None, max_examples=30)
@given(mutations(), mutations())
def test_no_two_sets_of_documents_are_too_different_to_compare(
    one: tuple[Json, Json], other: tuple[Json, Json]
) -> None:
    found = compared(lexicons_of(one[0]), lexicons_of(other[1]))
    assert len({(change.kind, change.old, change.new, change.subject) for change in found.changes}) == len(
        found.changes
    )
