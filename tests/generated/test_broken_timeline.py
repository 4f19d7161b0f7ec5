"""One broken post costs a page as little as it can, whatever is broken about it."""

from __future__ import annotations

import json

import pydantic_core
import pytest
from tests.generated._documents import LEXICONS
from tests.generated._timeline import quote, timeline

from atlex import issues
from atlex.errors import XrpcResponseValidationError
from atlex.lexicon import Lexicons
from atlex.model import _salvage
from atlex_sdk.app.bsky.feed.get_timeline import GetTimelineOutput

PLACE = "feed[52]"
"""The post that is broken: it embeds a quote with an embed of its own."""


def _gone(*path):
    *owner, last = path

    def change(post):
        for step in owner:
            post = post[step]
        del post[last]

    return change


def _is(value, *path):
    *owner, last = path

    def change(post):
        for step in owner:
            post = post[step]
        post[last] = value

    return change


_BAD_LABEL = {"src": 5, "uri": "https://example.com", "val": "fun", "cts": "2026-01-02T03:04:05Z"}

# What is done to the post, where the issue is, and how many posts are left.
WAYS = {
    "a required field is missing": (_gone("uri"), "post.uri", 99),
    "a required field has another type": (_is(5, "indexedAt"), "post.indexedAt", 99),
    "a required field is null": (_is(None, "cid"), "post.cid", 99),
    "a required object lacks what it requires": (_gone("author", "did"), "post.author.did", 99),
    "an integer is 5.5": (_is(5.5, "likeCount"), "post.likeCount", 100),
    "an integer is true": (_is(True, "replyCount"), "post.replyCount", 100),
    "an optional string is a number": (_is(7, "author", "displayName"), "post.author.displayName", 100),
    "an optional object is a list": (_is([], "viewer"), "post.viewer", 100),
    "an item of an inner list is broken": (_is([_BAD_LABEL], "labels"), "post.labels[0].src", 100),
    "an item of an inner list is null": (_is([None], "labels"), "post.labels[0]", 100),
    "a union's member is broken": (_is({"$type": "app.bsky.embed.images#view"}, "embed"), "post.embed", 100),
    "a union's member names no type": (_gone("embed", "$type"), "post.embed", 100),
    "a union's member is no object": (_is("?", "embed"), "post.embed", 100),
    "a union's member in a member is broken": (
        _gone("embed", "record", "uri"),
        "post.embed.record",
        100,
    ),
    "a union's member in a list of a member in a member is broken": (
        _is([{"$type": "app.bsky.embed.external#view"}], "embed", "record", "embeds"),
        "post.embed.record.embeds[0]",
        100,
    ),
    "an optional integer in a member in a member is a string": (
        _is("many", "embed", "record", "likeCount"),
        "post.embed.record.likeCount",
        100,
    ),
}


def _broken(change):
    data = timeline()
    change(data["feed"][52]["post"])
    return data


def test_the_timeline_is_valid_and_read_whole():
    data = timeline()
    assert data["feed"][52]["post"]["embed"] == quote(52)
    assert (
        Lexicons.load(LEXICONS).validate_output("app.bsky.feed.getTimeline", "application/json", data) == []
    )
    for level in ("lenient", "strict"):
        value = GetTimelineOutput.from_wire(json.dumps(data), validation=level)
        assert value.to_wire() == data
        assert (len(value.feed), issues(value)) == (100, [])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", [json.dumps, lambda data: json.dumps(data).encode(), dict])
def test_a_page_loses_no_more_than_the_broken_thing_and_writes_it_back(way, form):
    change, path, left = WAYS[way]
    data = _broken(change)
    value = GetTimelineOutput.from_wire(form(data))

    assert len(value.feed) == left
    assert [issue.path for issue in issues(value)] == [f"{PLACE}.{path}"]
    assert value.to_wire() == data
    assert json.loads(value.to_json()) == data


@pytest.mark.parametrize("way", WAYS)
def test_a_strict_reading_raises_and_names_the_path(way):
    change, path, _ = WAYS[way]
    with pytest.raises(XrpcResponseValidationError) as caught:
        GetTimelineOutput.from_wire(json.dumps(_broken(change)), validation="strict")
    assert all(issue.path.startswith(f"{PLACE}.{path}") for issue in caught.value.issues)
    assert f"{PLACE}.{path}" in str(caught.value)


def test_an_item_that_is_no_object_is_left_out():
    data = timeline()
    data["feed"][3] = None
    value = GetTimelineOutput.from_wire(json.dumps(data))
    assert [issue.path for issue in issues(value)] == ["feed[3]"]
    assert len(value.feed) == 99
    assert value.to_wire() == data


def test_a_broken_post_is_looked_into_and_the_others_are_not(monkeypatch):
    """What is whole is read in one go: only the objects on the way to the fault are gone through member by member."""
    walked = []
    instance = _salvage._instance

    def counted(model, *arguments):
        walked.append(model.__name__)
        return instance(model, *arguments)

    monkeypatch.setattr(_salvage, "_instance", counted)
    change, _, _ = WAYS["an integer is 5.5"]
    GetTimelineOutput.from_wire(json.dumps(_broken(change)))
    assert walked == ["PostView", "FeedViewPost", "GetTimelineOutput"]


def test_a_second_broken_page_makes_no_validators_for_what_the_first_one_needed(monkeypatch):
    change, _, _ = WAYS["a required field is missing"]
    GetTimelineOutput.from_wire(json.dumps(_broken(change)))
    made = []
    real = pydantic_core.SchemaValidator

    def counted(schema, *arguments, **options):
        made.append(schema["type"])
        return real(schema, *arguments, **options)

    monkeypatch.setattr(_salvage, "SchemaValidator", counted)
    GetTimelineOutput.from_wire(json.dumps(_broken(change)))
    assert set(made) <= {"str", "int", "bool", "dict", "literal", "function-plain"}
    assert len(made) < 30
