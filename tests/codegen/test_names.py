from __future__ import annotations

import keyword
from itertools import islice, product
from pathlib import Path

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex.client import (
    AsyncLiteralRecords,
    AsyncRecords,
    BaseAsyncClient,
    BaseClient,
    LiteralRecords,
    Records,
)
from atlex.lexicon import Lexicons, Object, Params, walk
from atlex.model import Model
from atlex.model._keys import to_camel as model_to_camel
from atlex_codegen._names import (
    CLIENT_NAMES,
    FIELD_NAMES,
    KEYWORDS,
    RECORDS_NAMES,
    Scope,
    allocate,
    class_name,
    constant_name,
    error_name,
    field_name,
    segment_name,
    snake_case,
    to_camel,
)

NATURALS = [class_name, constant_name, error_name, field_name, segment_name]

names = st.one_of(
    st.text(min_size=1, max_size=12),
    st.from_regex(r"[a-zA-Z][a-zA-Z0-9_-]{0,10}", fullmatch=True),
    st.sampled_from(
        ["from", "None", "none", "true", "self", "validate", "9", "", "_", "__init__", "é", "a b"]
    ),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("postView", "post_view"),
        ("isOverAge13", "is_over_age13"),
        ("searchPostsV2", "search_posts_v2"),
        ("didDoc", "did_doc"),
        ("DIDDoc", "did_doc"),
        ("HTTPServer2", "http_server2"),
        ("a-b.c$d", "a_b_c_d"),
        ("already_snake", "already_snake"),
        ("", ""),
    ],
)
def test_snake_case_keeps_digits_and_acronyms_whole(name: str, expected: str) -> None:
    assert snake_case(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("from", "from_"),
        ("validate", "validate_"),
        ("schema", "schema_"),
        ("list", "list"),
        ("9", "field_9"),
        ("é", "field"),
    ],
)
def test_only_keywords_and_attributes_of_the_base_change_a_field(name: str, expected: str) -> None:
    assert field_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("getProfile", "get_profile"),
        ("in", "in_"),
        ("4-2", "_4_2"),
        ("list", "list"),
        ("AUX", "aux_"),
        ("annotations", "annotations_"),
        ("com1", "com1_"),
        ("com", "com"),
    ],
)
def test_segments_become_module_names(name: str, expected: str) -> None:
    assert segment_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("postView", "PostView"), ("9", "Def9"), ("ob-je-c$t", "ObJeCT"), ("none", "None_"), ("$", "Def")],
)
def test_definitions_become_class_names(name: str, expected: str) -> None:
    assert class_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("InvalidSwap", "InvalidSwapError"),
        ("BadError", "BadError"),
        ("none", "NoneError"),
        ("not-found", "NotFoundError"),
    ],
)
def test_error_classes_end_in_error(name: str, expected: str) -> None:
    assert error_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("reasonSpam", "REASON_SPAM"), ("9", "TOKEN_9"), ("$", "TOKEN")]
)
def test_tokens_become_constants(name: str, expected: str) -> None:
    assert constant_name(name) == expected


@given(name=names)
@pytest.mark.parametrize("natural", NATURALS)
def test_every_name_is_an_ascii_identifier_and_no_keyword(natural, name: str) -> None:
    found = natural(name)
    assert found.isascii()
    assert found.isidentifier()
    assert not keyword.iskeyword(found)


@given(name=names)
def test_fields_are_never_private_and_never_hide_the_base(name: str) -> None:
    found = field_name(name)
    assert not found.startswith("_")
    assert found not in FIELD_NAMES


@given(
    scope=st.lists(names, unique=True, max_size=8),
    taken=st.sets(st.sampled_from(["a", "a_2", "from_", "Def"])),
)
@pytest.mark.parametrize("natural", NATURALS)
def test_names_of_one_scope_differ_whatever_their_order(natural, scope: list[str], taken: set[str]) -> None:
    found = allocate(scope, natural, taken)
    assert len(set(found.values())) == len(scope)
    assert not taken & set(found.values())
    assert allocate(reversed(scope), natural, taken) == found
    assert all(name.isidentifier() for name in found.values())


def test_numbers_pass_over_what_another_name_naturally_is() -> None:
    assert allocate(["fooBar", "foo_bar", "foo_bar_2"], field_name) == {
        "fooBar": "foo_bar_3",
        "foo_bar": "foo_bar",
        "foo_bar_2": "foo_bar_2",
    }
    assert allocate(["foo-bar", "fooBar"], field_name) == {"foo-bar": "foo_bar", "fooBar": "foo_bar_2"}


@given(scope=st.lists(names, unique=True, max_size=8))
def test_no_field_is_called_as_another_is_on_the_wire(scope: list[str]) -> None:
    for wire, name in allocate(scope, field_name).items():
        assert name == wire or name not in scope


def test_a_numbered_name_has_no_underscore_twice() -> None:
    assert Scope(["from_"]).take("from_") == "from_2"
    assert Scope(["_"]).take("_") == "__2"


def test_numbers_go_on_where_the_last_one_ended() -> None:
    scope = Scope()
    assert [scope.take("a") for _ in range(3)] == ["a", "a_2", "a_3"]
    names = ["".join(("a", *marks)) for marks in islice(product("!$%&", repeat=8), 20_000)]
    assert len(allocate(names, field_name)) == 20_000


def test_the_fixed_keywords_are_those_of_this_python() -> None:
    assert set(keyword.kwlist) == KEYWORDS


def public(*classes: type) -> set[str]:
    return {name for class_ in classes for name in dir(class_) if not name.startswith("_")}


def test_the_fixed_field_names_are_those_of_the_models_base() -> None:
    assert public(pydantic.BaseModel, Model, type(Model)) <= FIELD_NAMES


def test_the_fixed_client_names_are_those_of_the_clients_bases() -> None:
    assert public(BaseClient, BaseAsyncClient) == CLIENT_NAMES
    assert public(Records, AsyncRecords, LiteralRecords, AsyncLiteralRecords) == RECORDS_NAMES


@given(name=names)
def test_the_wire_name_is_derived_as_the_runtime_derives_it(name: str) -> None:
    assert to_camel(name) == model_to_camel(name)


def test_every_name_of_the_official_lexicons_is_reached_by_its_alias() -> None:
    lexicons = Lexicons.load(Path(__file__).parents[2] / "lexicons")
    checked = 0
    for _, definition in lexicons.definitions():
        for part in walk(definition):
            if isinstance(part, Object | Params):
                found = allocate(part.properties, field_name)
                assert len(set(found.values())) == len(part.properties)
                checked += len(found)
    assert checked > 2500
