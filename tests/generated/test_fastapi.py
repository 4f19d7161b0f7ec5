"""Generated classes as bodies and answers of FastAPI, and their JSON Schemas."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import anyio
import httpx
import jsonschema
import pytest
from fastapi import FastAPI
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import ValidationError
from pydantic.json_schema import models_json_schema

import atlex_sdk
from atlex.model import Model
from atlex_sdk.app.bsky.feed.get_timeline import GetTimelineOutput
from atlex_sdk.app.bsky.feed.post import Post

# FastAPI hands the schema of a deferred class a field's metadata, about which pydantic warns without effect.
pytestmark = pytest.mark.filterwarnings("ignore::pydantic.warnings.UnsupportedFieldAttributeWarning")

NOW = "2026-01-02T03:04:05.678Z"
GOOD = {"$type": "app.bsky.feed.post", "text": "hello", "createdAt": NOW, "langs": ["en"]}


class Server:
    """Calls the application without a network."""

    def __init__(self, api):
        self._api = api

    def post(self, path, json):
        return anyio.run(self._send, "POST", path, json)

    def get(self, path):
        return anyio.run(self._send, "GET", path)

    async def _send(self, verb, path, json=None):
        transport = httpx.ASGITransport(self._api)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(verb, path, json=json)


@pytest.fixture(scope="module")
def server():
    api = FastAPI()

    @api.post("/posts")
    def echo(post: Post) -> Post:
        return post

    @api.post("/validated")
    def validated(body: dict[str, Any]) -> list[Any]:
        try:
            Post.model_validate(body)
        except ValidationError as error:
            return error.errors(include_url=False)
        return []

    @api.get("/read")
    def read() -> Post:
        return Post.from_wire({**GOOD, "later": {"a": None}, "tags": 5})

    @api.get("/timeline")
    def timeline() -> GetTimelineOutput:
        return GetTimelineOutput(feed=[])

    return Server(api)


def test_a_body_is_read_and_an_answer_is_written_in_the_wires_form(server):
    answer = server.post("/posts", json=GOOD)
    assert (answer.status_code, answer.json()) == (200, GOOD)


@pytest.mark.parametrize(
    ("change", "place"),
    [({"text": "x" * 301}, "text"), ({"createdAt": "today"}, "createdAt"), ({"txt": "a"}, "txt")],
)
def test_a_body_that_breaks_a_rule_is_refused_with_its_place(server, change, place):
    answer = server.post("/posts", json={**GOOD, **change})
    assert answer.status_code == 422
    assert [error["loc"] for error in answer.json()["detail"]] == [["body", place]]


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"text": 5}, ["text"], "expected a string (got 5)"),
        ({"embed": 5}, ["embed"], "expected an object that names its type"),
        ({"reply": {"root": 1, "parent": {}}}, ["reply", "root"], "expected an object (got 1)"),
    ],
)
def test_a_route_that_validates_by_itself_has_the_words_and_places_of_atlex(server, change, place, words):
    fault = server.post("/validated", json={**GOOD, **change}).json()[0]
    assert (fault["loc"], fault["msg"]) == (place, words)


def test_the_openapi_document_is_valid_and_names_the_fields_of_bodies_and_answers(server):
    document = server.get("/openapi.json").json()
    OpenAPIV31SpecValidator(document).validate()
    schemas = document["components"]["schemas"]

    def schema_of(part):
        return schemas[part["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]]

    call = document["paths"]["/posts"]["post"]
    body, answer = schema_of(call["requestBody"]), schema_of(call["responses"]["200"])
    timeline = schema_of(document["paths"]["/timeline"]["get"]["responses"]["200"])
    for post in (body, answer):
        assert {"$type", "text", "createdAt", "embed", "reply", "langs"} <= post["properties"].keys()
        assert "graphemes" in post["properties"]["text"]["description"]
        assert post["properties"]["createdAt"]["format"] == "date-time"
    assert body["required"] == ["text", "createdAt"]
    assert answer["required"] == ["$type", "text", "createdAt"]
    assert timeline["properties"].keys() == {"cursor", "feed"}
    names = {name.rpartition("__")[2] for name in schemas}
    assert {"FeedViewPost", "PostView", "ProfileViewBasic", "ReplyRef"} <= {
        name.partition("-")[0] for name in names
    }


def test_the_schema_of_an_answer_refuses_what_is_no_answer(server):
    document = server.get("/openapi.json").json()
    call = document["paths"]["/posts"]["post"]["responses"]["200"]
    schema = {**call["content"]["application/json"]["schema"], "components": document["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(server.post("/posts", json=GOOD).json())
    validator.validate(server.get("/read").json() | {"tags": []})
    for wrong in (
        {**GOOD, "text": 5},
        {**GOOD, "langs": "en"},
        {"text": ""},
        {**GOOD, "$type": "app.bsky.feed.like"},
    ):
        assert not validator.is_valid(wrong)


def test_an_answer_keeps_what_was_read(server):
    assert server.get("/read").json() == {**GOOD, "later": {"a": None}, "tags": 5}


def _classes():
    for module in pkgutil.walk_packages(atlex_sdk.__path__, "atlex_sdk."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Model) and value.__module__ == module.name:
                yield value


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_every_class_has_a_json_schema(mode):
    classes = list(_classes())
    keys, document = models_json_schema([(class_, mode) for class_ in classes])
    assert len(keys) == len(set(classes)) > 900
    jsonschema.Draft202012Validator.check_schema(document)


def test_the_wire_form_of_a_value_fits_its_schema():
    post = Post(text="hello", created_at=NOW, langs=["en"])
    jsonschema.Draft202012Validator(Post.model_json_schema(mode="serialization")).validate(post.to_wire())
