"""What is prose in a document and what is schema, shown on made-up documents and on the committed ones."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlex.lexicon import schema_digest, strip_prose

Json = dict[str, Any]
Pair = tuple[Json, Json]  # a schema without prose, and the same with prose

PROSE = "Words that only people read."
PROSE_NAMES = ["description", "title", "detail", "title:lang", "detail:lang"]
TITLES = {"title": PROSE, "title:lang": {"de": PROSE}, "detail": PROSE, "detail:lang": {"de": PROSE}}


def property_paths(value: Any, path: str = "") -> Iterator[str]:
    """The place of every property, wherever an object declares some."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from property_paths(item, f"{path}/{index}")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in {"defs", "properties"} and isinstance(item, dict):
                # Names are chosen freely here: even "properties" can be one.
                for name, schema in item.items():
                    if key == "properties":
                        yield f"{path}/{key}/{name}"
                    yield from property_paths(schema, f"{path}/{key}/{name}")
            else:
                yield from property_paths(item, f"{path}/{key}")


def describe_schema(schema: Json) -> None:
    """Puts prose at every place where the language has some, below one schema or body."""
    schema["description"] = PROSE
    for part in ("items", "record", "parameters", "input", "output", "message", "schema"):
        if isinstance(schema.get(part), dict):
            describe_schema(schema[part])
    for error in schema.get("errors", []) + schema.get("permissions", []):
        error["description"] = PROSE
    if schema.get("type") in {"object", "params"}:
        for property_ in schema.get("properties", {}).values():
            describe_schema(property_)
    if schema.get("type") == "permission-set":
        schema.update(TITLES)


def described(document: Json) -> Json:
    result = copy.deepcopy(document)
    result["description"] = PROSE
    for definition in result["defs"].values():
        describe_schema(definition)
    return result


def test_the_committed_documents_hold_no_prose(committed: dict[str, Json]) -> None:
    assert [nsid for nsid, document in committed.items() if strip_prose(document) != document] == []


def test_no_text_under_a_prose_name_is_left_in_the_committed_documents(committed: dict[str, Json]) -> None:
    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (key for key in PROSE_NAMES if isinstance(value.get(key), str))
            yield from (key for key in value if key.endswith(":lang"))
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from texts(item)

    assert [nsid for nsid, document in committed.items() if list(texts(document))] == []


def test_no_text_of_several_words_is_left_in_the_committed_documents(committed: dict[str, Json]) -> None:
    def sentences(value: Any) -> Iterator[str]:
        if isinstance(value, str) and " " in value:
            yield value
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from sentences(item)

    assert [text for document in committed.values() for text in sentences(document)] == []


def test_prose_put_everywhere_into_the_committed_documents_is_dropped_and_nothing_else(
    committed: dict[str, Json],
) -> None:
    for document in committed.values():
        full = described(document)
        bare = strip_prose(full)
        assert bare == document
        assert list(bare) == list(document)
        assert set(property_paths(bare)) == set(property_paths(full)) == set(property_paths(document))
        assert schema_digest(full) == schema_digest(document)


def test_22_objects_of_the_committed_documents_have_a_property_called_description(
    committed: dict[str, Json],
) -> None:
    paths = [path for document in committed.values() for path in property_paths(document)]
    assert len([path for path in paths if path.endswith("/properties/description")]) == 22


@pytest.mark.parametrize(
    "name", ["description", "title", "detail", "title:lang", "defs", "type", "properties", "errors"]
)
def test_a_property_is_kept_whatever_its_name(name: str) -> None:
    inner = {"type": "object", "properties": {name: {"type": "string"}}, "required": [name]}
    outer = {"type": "object", "properties": {name: inner, "list": {"type": "array", "items": inner}}}
    document = {"lexicon": 1, "id": "com.example.thing", "defs": {"main": outer, name: inner}}
    full = described(document)
    assert strip_prose(full) == document
    assert set(property_paths(strip_prose(full))) == set(property_paths(full))


def test_a_property_whose_schema_is_cut_short_to_a_text_is_not_prose() -> None:
    document = {"defs": {"main": {"type": "object", "properties": {"description": "oops", "title": "oops"}}}}
    assert strip_prose(document) == document


@pytest.mark.parametrize("key", ["default", "const", "enum", "knownValues", "x-own"])
def test_data_with_the_keys_of_prose_is_kept(key: str) -> None:
    data = [{"description": PROSE, "title": PROSE, "detail": PROSE}]
    schema = {"type": "object", "properties": {"value": {"type": "unknown", key: data}}}
    document = {"lexicon": 1, "id": "com.example.thing", "defs": {"main": schema}, "x-own": data}
    assert strip_prose(described(document)) == document


def test_only_a_permission_set_has_a_title_and_a_detail_that_are_prose() -> None:
    rule = {"type": "permission", "resource": "repo", "title": PROSE, "detail": PROSE}
    bare = {"type": "permission-set", "permissions": [rule]}
    other = {"type": "object", "title": PROSE, "detail": PROSE, "properties": {}}
    defs = {"main": {**bare, **TITLES, "description": PROSE}, "other": {**other, "description": PROSE}}
    assert strip_prose({"defs": defs}) == {"defs": {"main": bare, "other": other}}


# Documents made by chance, each twice: bare, and with prose at some of the places where the language has it.

_names = st.sampled_from([*PROSE_NAMES, "type", "properties", "items", "name", "von"])
_data = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.just(PROSE),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_names, inner, max_size=2),
    max_leaves=4,
)


def _with_prose(pair: Pair, *, has_description: bool) -> Pair:
    bare, full = pair
    return bare, {"description": PROSE, **full} if has_description else full


def _described(pairs: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    return st.builds(lambda pair, has: _with_prose(pair, has_description=has), pairs, st.booleans())


def _leaves() -> st.SearchStrategy[Pair]:
    kinds = st.sampled_from(["string", "integer", "unknown", "token", "ref", "union", "from-the-future"])
    keys = st.sampled_from(["default", "const", "enum", "knownValues", "title", "detail"])
    schemas = st.builds(
        lambda kind, data: {**data, "type": kind}, kinds, st.dictionaries(keys, _data, max_size=2)
    )
    return schemas.map(lambda schema: (schema, schema))


def _objects(kind: str) -> Callable[[st.SearchStrategy[Pair]], st.SearchStrategy[Pair]]:
    def build(properties: dict[str, Pair]) -> Pair:
        bare, full = ({name: pair[side] for name, pair in properties.items()} for side in (0, 1))
        return {"type": kind, "properties": bare}, {"type": kind, "properties": full}

    return lambda inner: st.dictionaries(_names, inner, max_size=3).map(build)


def _wrapped(kind: str, part: str, inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    return inner.map(lambda pair: ({"type": kind, part: pair[0]}, {"type": kind, part: pair[1]}))


_schemas = st.recursive(
    _described(_leaves()),
    lambda inner: _described(_objects("object")(inner) | _wrapped("array", "items", inner)),
    max_leaves=8,
)
_params = _described(_objects("params")(_schemas))
_bodies = _described(
    _schemas.map(
        lambda pair: ({"encoding": "a/b", "schema": pair[0]}, {"encoding": "a/b", "schema": pair[1]})
    )
)
_methods = _described(
    st.one_of(
        _wrapped("query", "parameters", _params),
        _wrapped("query", "output", _bodies),
        _wrapped("procedure", "input", _bodies),
        _wrapped("subscription", "message", _bodies),
    )
)
_records = _described(_wrapped("record", "record", _schemas))


def _document(definitions: dict[str, Pair]) -> Pair:
    bare, full = (
        {
            "lexicon": 1,
            "id": "com.example.thing",
            "defs": {name: pair[side] for name, pair in definitions.items()},
        }
        for side in (0, 1)
    )
    return bare, {**full, "description": PROSE}


_documents = st.dictionaries(_names, _schemas | _methods | _records, max_size=3).map(_document)


@settings(max_examples=200, deadline=None)
@given(_documents)
def test_stripping_drops_prose_and_keeps_every_property(pair: Pair) -> None:
    bare, full = pair
    before = copy.deepcopy(full)
    assert strip_prose(full) == bare
    assert full == before
    assert set(property_paths(strip_prose(full))) == set(property_paths(full))
    assert strip_prose(bare) == bare
    assert schema_digest(full) == schema_digest(bare)
