"""The hand-written endpoints say what the official lexicons say."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest
from pydantic.alias_generators import to_camel

from atlex.session import AsyncPasswordSession, PasswordSession, SessionData, _endpoints

LEXICONS = Path(__file__).parents[2] / "lexicons"
ENDPOINTS = [
    _endpoints.CREATE_ACCOUNT,
    _endpoints.CREATE_SESSION,
    _endpoints.DELETE_SESSION,
    _endpoints.GET_SESSION,
    _endpoints.REFRESH_SESSION,
]
TYPES = {"string": str, "boolean": bool, "unknown": dict}


@pytest.fixture(params=ENDPOINTS, ids=lambda endpoint: endpoint.method.nsid.rpartition(".")[2])
def endpoint(request):
    return request.param


@pytest.fixture
def main(endpoint):
    path = LEXICONS.joinpath(*endpoint.method.nsid.split(".")).with_suffix(".json")
    return json.loads(path.read_text())["defs"]["main"]


def types(schema):
    return {name: TYPES[described["type"]] for name, described in schema["properties"].items()}


def test_kind_and_encodings_are_the_lexicons(endpoint, main):
    assert endpoint.method.kind == main["type"]
    assert endpoint.method.input_encoding == main.get("input", {}).get("encoding")
    assert endpoint.method.output_encoding == main.get("output", {}).get("encoding")
    assert "parameters" not in main


def test_errors_are_the_lexicons(endpoint, main):
    assert set(endpoint.method.errors) == {error["name"] for error in main.get("errors", [])}


def test_input_is_the_lexicons(endpoint, main):
    schema = main.get("input", {}).get("schema", {"properties": {}})
    assert {to_camel(name): kind for name, kind in endpoint.input.items()} == types(schema)
    assert {to_camel(name) for name in endpoint.required} == set(schema.get("required", []))


def test_output_is_the_lexicons(endpoint, main):
    if "output" not in main:
        return
    schema = main["output"]["schema"]
    assert types(schema).items() <= _endpoints.OUTPUT.items()
    assert "nullable" not in schema
    if endpoint is not _endpoints.GET_SESSION:
        assert schema["required"] == ["accessJwt", "refreshJwt", "handle", "did"]


def test_session_data_is_the_output_of_create_session_and_service():
    path = LEXICONS / "com/atproto/server/createSession.json"
    schema = json.loads(path.read_text())["defs"]["main"]["output"]["schema"]
    fields = {field.alias: field.is_required() for field in SessionData.model_fields.values()}
    expected = {name: name in schema["required"] for name in schema["properties"]}
    assert fields == expected | {"service": True}
    assert types(schema) == dict(_endpoints.OUTPUT)


@pytest.mark.parametrize("method", ["login", "create_account"])
@pytest.mark.parametrize("class_", [PasswordSession, AsyncPasswordSession])
def test_the_signatures_take_every_property(class_, method):
    endpoint = _endpoints.CREATE_SESSION if method == "login" else _endpoints.CREATE_ACCOUNT
    parameters = inspect.signature(getattr(class_, method)).parameters
    assert set(endpoint.input) <= set(parameters)
    required = {
        name
        for name, parameter in parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is parameter.empty
    }
    assert required == endpoint.required


def test_both_classes_have_the_same_names_and_arguments():
    def shape(class_):
        return {
            name: [
                (parameter.name, parameter.kind, parameter.default)
                for parameter in inspect.signature(member).parameters.values()
            ]
            for name, member in inspect.getmembers(class_)
            if not name.startswith("_") and callable(member)
        }

    def properties(class_):
        return {name for name, member in vars(class_).items() if isinstance(member, property)}

    both = shape(AsyncPasswordSession)
    assert both.pop("aclose") == both["close"]
    assert shape(PasswordSession) == both
    assert properties(PasswordSession) == properties(AsyncPasswordSession)
    assert {"did", "handle", "data", "destroyed"} == properties(PasswordSession)
