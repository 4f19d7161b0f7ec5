"""Calls against documents: parameters, bodies and messages, as a server checks them."""

from __future__ import annotations

from typing import Any

import pytest

from atlex.errors import LexiconError
from atlex.lexicon import Lexicons, parse_document

NSID = "com.example.thing"
JSON = "application/json"


def lexicons(main: dict[str, Any], **defs: Any) -> Lexicons:
    document, diagnostics = parse_document({"lexicon": 1, "id": NSID, "defs": {"main": main, **defs}})
    assert document is not None, diagnostics
    return Lexicons([document])


def texts(issues: Any) -> list[str]:
    return [str(issue) for issue in issues]


PROPERTIES = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
    "deep": {"type": "boolean"},
    "sort": {"type": "string", "default": "new", "maxLength": 5},
    "ids": {"type": "array", "items": {"type": "integer"}, "maxLength": 2},
    "tags": {"type": "array", "items": {"type": "string"}},
    "flags": {"type": "array", "items": {"type": "boolean"}},
    "any": {"type": "unknown"},
}
DEFAULTS = {"limit": 50, "sort": "new"}


def query(*required: str) -> Lexicons:
    params = {"type": "params", "required": list(required), "properties": PROPERTIES}
    return lexicons({"type": "query", "parameters": params})


@pytest.mark.parametrize(
    ("pairs", "values"),
    [
        ([], {}),
        ([("limit", "5"), ("deep", "true"), ("sort", "old")], {"limit": 5, "deep": True, "sort": "old"}),
        ([("deep", "false")], {"deep": False}),
        ([("ids", "1")], {"ids": [1]}),
        ([("ids", "1"), ("tags", "a"), ("ids", "-2")], {"ids": [1, -2], "tags": ["a"]}),
        ([("flags", "true"), ("flags", "false")], {"flags": [True, False]}),
        ([("tags", "1"), ("tags", "true")], {"tags": ["1", "true"]}),
        ([("limit", ""), ("tags", ""), ("x", "")], {}),
        ([("x", "1"), ("y", "a"), ("y", "b")], {"x": "1", "y": ["a", "b"]}),
        ([("any", "1")], {"any": "1"}),
    ],
)
def test_a_query_string_becomes_values_with_defaults(
    pairs: list[tuple[str, str]], values: dict[str, Any]
) -> None:
    assert query().parse_params(NSID, pairs) == (DEFAULTS | values, [])


@pytest.mark.parametrize(
    ("pairs", "issue"),
    [
        ([("limit", "0")], "limit: integer is below 1"),
        ([("limit", "five")], "limit: expected an integer, got a string"),
        ([("limit", "5.0")], "limit: expected an integer, got a string"),
        ([("limit", "\u0665")], "limit: expected an integer, got a string"),
        ([("limit", "9" * 5000)], "limit: expected an integer, got a string"),
        ([("limit", "1"), ("limit", "2")], "limit: expected an integer, got an array"),
        ([("deep", "1")], "deep: expected a boolean, got a string"),
        ([("deep", "True")], "deep: expected a boolean, got a string"),
        ([("sort", "oldest")], "sort: length is 6 bytes of UTF-8, at most 5 allowed"),
        ([("ids", "1"), ("ids", "x")], "ids[1]: expected an integer, got a string"),
        ([("ids", "1"), ("ids", "2"), ("ids", "3")], "ids: length is 3 items, at most 2 allowed"),
    ],
)
def test_what_a_query_string_gets_wrong_is_said(pairs: list[tuple[str, str]], issue: str) -> None:
    _, found = query().parse_params(NSID, pairs)
    assert texts(found) == [issue]


def test_required_parameters_must_be_there_unless_they_have_a_default() -> None:
    _, found = query("deep", "limit", "any").parse_params(NSID, [("deep", "")])
    assert texts(found) == ["any: required, but missing", "deep: required, but missing"]
    assert query("any").parse_params(NSID, [("any", "x")])[1] == []


@pytest.mark.parametrize(
    ("values", "issue"),
    [
        ({"limit": True}, "limit: expected an integer, got a boolean"),
        ({"limit": None}, "limit: can't be null"),
        ({"ids": 1}, "ids: expected an array, got an integer"),
        ([], "expected an object, got an array"),
        *[
            ({"x": value}, "x: a parameter is a boolean, an integer, a string, or a list of one of these")
            for value in (None, 1.5, {}, [None], [1, "a"], [True, 1], [[1]])
        ],
    ],
)
def test_parameters_can_be_checked_as_values(values: Any, issue: str) -> None:
    assert texts(query().validate_params(NSID, values)) == [issue]


def test_parameters_that_are_right_pass_as_values() -> None:
    values = {"limit": 1, "ids": [1], "x": [1, 2], "y": "a", "z": [], "w": True, "any": "x"}
    assert query().validate_params(NSID, values) == []


def test_lenient_mode_lets_limits_and_undeclared_parameters_pass() -> None:
    lex = query()
    assert lex.validate_params(NSID, {"limit": 1000, "x": {}}, validation="lenient") == []
    assert texts(lex.validate_params(NSID, {"limit": "x"}, validation="lenient")) == [
        "limit: expected an integer, got a string"
    ]
    assert lex.parse_params(NSID, [("limit", "1000")], validation="lenient") == (
        {"limit": 1000, "sort": "new"},
        [],
    )


def test_a_method_without_parameters_takes_what_it_does_not_know() -> None:
    lex = lexicons({"type": "query"})
    assert lex.parse_params(NSID, [("a", "1")]) == ({"a": "1"}, [])
    assert texts(lex.validate_params(NSID, {"a": None}))


# Bodies

SCHEMA = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "maxLength": 1}}}


def procedure(body: dict[str, Any] | None) -> Lexicons:
    main = {"type": "procedure"} if body is None else {"type": "procedure", "input": body, "output": body}
    return lexicons(main)


def body_checks(lex: Lexicons) -> list[Any]:
    return [lex.validate_input, lex.validate_output]


def test_a_json_body_is_checked_against_its_schema() -> None:
    for check in body_checks(procedure({"encoding": JSON, "schema": SCHEMA})):
        for encoding in (JSON, "application/json; charset=utf-8", "Application/JSON"):
            assert check(NSID, encoding, {"a": "x"}) == []
            assert texts(check(NSID, encoding, {})) == ["a: required, but missing"]
        assert texts(check(NSID, JSON, {"a": "xx"}))
        assert check(NSID, JSON, {"a": "xx"}, validation="lenient") == []


def test_the_type_of_a_body_must_match() -> None:
    for check in body_checks(procedure({"encoding": JSON, "schema": SCHEMA})):
        assert texts(check(NSID, None, None)) == ["expected a body of type application/json, got none"]
        assert texts(check(NSID, "text/plain", {"a": "x"})) == [
            "expected a body of type application/json, got text/plain"
        ]
        assert texts(check(NSID, "", {})) == ["expected a body of type application/json, got no type"]


@pytest.mark.parametrize(
    ("pattern", "encoding", "matches"),
    [
        ("*/*", "image/png", True),
        ("text/*", "text/plain;charset=utf-8", True),
        ("text/*", "texts/plain", False),
        ("application/vnd.ipld.car", "application/vnd.ipld.car", True),
        ("application/vnd.ipld.car", "application/vnd.ipld.car2", False),
    ],
)
def test_other_bodies_only_need_the_type(pattern: str, encoding: str, matches: bool) -> None:
    for check in body_checks(procedure({"encoding": pattern})):
        assert (check(NSID, encoding, b"\x00") == []) is matches


def test_a_json_body_without_a_schema_is_of_the_data_model() -> None:
    for check in body_checks(procedure({"encoding": JSON})):
        assert check(NSID, JSON, [1, None, {"a": "b"}]) == []
        assert texts(check(NSID, JSON, {"a": 1.5})) == ["a: the data model has no numbers with a fraction"]


def test_a_schema_under_a_pattern_is_for_json_only() -> None:
    for check in body_checks(procedure({"encoding": "*/*", "schema": SCHEMA})):
        assert texts(check(NSID, JSON, {})) == ["a: required, but missing"]
        assert check(NSID, "image/png", b"") == []


def test_without_a_declaration_no_body_goes_in_and_anything_comes_out() -> None:
    lex = procedure(None)
    assert lex.validate_input(NSID, None, None) == []
    assert texts(lex.validate_input(NSID, JSON, {})) == ["no body is expected"]
    assert lex.validate_output(NSID, None, None) == lex.validate_output(NSID, JSON, {"a": 1.5}) == []
    assert texts(lexicons({"type": "query"}).validate_input(NSID, JSON, {})) == ["no body is expected"]


# Subscriptions


def test_messages_are_members_of_the_union() -> None:
    main = {"type": "subscription", "message": {"schema": {"type": "union", "refs": ["#m"]}}}
    lex = lexicons(main, m=SCHEMA)
    assert lex.validate_message(NSID, {"$type": f"{NSID}#m", "a": "x"}) == []
    assert texts(lex.validate_message(NSID, {"$type": f"{NSID}#m"})) == ["a: required, but missing"]
    assert lex.validate_message(NSID, {"$type": f"{NSID}#new"}) == []
    assert texts(lex.validate_input(NSID, JSON, {})) == ["no body is expected"]
    with pytest.raises(LexiconError, match="is a subscription"):
        lex.validate_output(NSID, None, None)


def test_only_subscriptions_have_messages() -> None:
    with pytest.raises(LexiconError, match="is a query, which has no messages"):
        lexicons({"type": "query"}).validate_message(NSID, {})


def test_only_methods_can_be_called() -> None:
    lex = lexicons({"type": "object"})
    for call in (
        lambda: lex.validate_params(NSID, {}),
        lambda: lex.parse_params(NSID, []),
        lambda: lex.validate_input(NSID, None, None),
        lambda: lex.validate_output("com.example.other", None, None),
    ):
        with pytest.raises(LexiconError):
            call()
