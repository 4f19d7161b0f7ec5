"""The wire form is written from the fields, and is what pydantic would write."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import field_serializer
from tests.generated._timeline import timeline
from tests.model.classes import External, Image, Images, Post, Put, Reply, Timeline

from atlex.data import Blob, CidLink, UnknownObject
from atlex.errors import InputError
from atlex.model import Model
from atlex_sdk.app.bsky.feed.get_timeline import GetTimelineOutput

CID = "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
RAW = "bafkreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
NOW = "2023-01-01T00:00:00Z"

VALUES: dict[str, Model] = {
    "a record": Post(text="", created_at=NOW),
    "every kind of field": Post(
        text="a",
        created_at=NOW,
        embed=Images(images=[Image(alt="", width=1, nested=External(uri="a:b"))]),
        langs=["en"],
        reply=Reply(root="at://a.test", media=External(uri="a:b"), parent=Reply(root="at://b.test")),
        meta={"a": [CidLink(CID), b"hi", Reply(root="at://a.test"), (1, None)]},
        count=5,
        picture=Blob(CidLink(RAW), "image/png", 4),
        data=b"hi",
        link=CidLink(CID),
        yes=True,
    ),
    "members that nobody knows": Post(
        text="", created_at=NOW, embed=UnknownObject({"$type": "app.test.stranger", "x": [1]})
    ),
    "null": Put(swap_record=None),
    "an answer": GetTimelineOutput.from_wire(timeline()),
    "a broken answer": Timeline.from_wire(
        {
            "feed": [{"post": 1}, {"post": {"text": "", "createdAt": NOW, "size": "x", "reply": None}}],
            "$type": "x",
        }
    ),
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_the_wire_form_is_what_pydantic_writes(value: Model) -> None:
    data = value.to_wire()
    assert data == value.model_dump(mode="json")
    assert list(data) == list(value.model_dump(mode="json"))
    assert json.loads(value.to_json()) == json.loads(value.model_dump_json()) == json.loads(json.dumps(data))


def test_the_wire_form_shares_nothing_with_the_value() -> None:
    value = Post.from_wire(
        {"text": "", "createdAt": NOW, "langs": ["en"], "meta": {"a": [1]}, "new": {"b": []}}
    )
    data = value.to_wire()
    data["langs"].append("de")
    data["meta"]["a"].append(2)
    data["new"]["b"].append(3)
    assert value.to_wire() == {
        "text": "",
        "createdAt": NOW,
        "langs": ["en"],
        "meta": {"a": [1]},
        "new": {"b": []},
    }


def test_serializers_of_a_users_own_are_heard() -> None:
    class Loud(Post):
        @field_serializer("text")
        def _shout(self, text: str) -> str:
            return text.upper()

    loud = Loud(text="hi", created_at=NOW)
    assert loud.to_wire() == {"$type": "app.test.post", "text": "HI", "createdAt": NOW}
    assert Put(record=loud).to_wire() == {"record": loud.to_wire()}


def test_a_field_that_a_subclass_adds_is_written_too() -> None:
    class More(Post):
        extra_thing: int = 0

    assert More(text="", created_at=NOW, extra_thing=3).to_wire() == {
        "$type": "app.test.post",
        "text": "",
        "createdAt": NOW,
        "extraThing": 3,
    }


@pytest.mark.parametrize("stray", [object(), {1, 2}, 1j])
def test_what_has_no_json_form_is_named(stray: Any) -> None:
    put = Put(record={})
    assert isinstance(put.record, dict)
    put.record["a"] = [stray]
    with pytest.raises(InputError, match=f"can't be written as JSON: it holds a {type(stray).__name__}"):
        put.to_wire()
