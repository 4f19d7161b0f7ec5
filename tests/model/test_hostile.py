"""Answers that are broken on purpose cost what their size says, and break nothing but themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.model.classes import Post, Put, Reply, Timeline

from atlex.data import MAX_DEPTH, UnknownObject
from atlex.errors import InputError, XrpcInvalidResponseError, XrpcResponseValidationError
from atlex.model import _salvage, build, issues, read_as
from atlex.model._salvage import MOST_FAULTS

TEXT_TOO_DEEP = '{"root":"at://a.test","parent":' * MAX_DEPTH + "{}" + "}" * MAX_DEPTH
NOW = "2023-01-01T00:00:00Z"
PLAIN: dict[str, Any] = {"$type": "app.test.post", "text": "x", "createdAt": NOW}


@pytest.mark.parametrize("name", [[1], {}, 5, None, True], ids=str)
def test_a_record_whose_type_is_no_name_is_refused_like_any_other(name: object) -> None:
    with pytest.raises(XrpcResponseValidationError, match="names"):
        read_as({**PLAIN, "$type": name if name is not None else 0}, Post)


def test_a_level_may_be_anything_and_is_refused() -> None:
    with pytest.raises(InputError, match="validation must be"):
        Post.from_wire(PLAIN, validation=[])  # type: ignore[arg-type]


def test_many_broken_items_are_each_an_issue_and_come_back_in_their_places() -> None:
    """Were any step of it quadratic, this would take minutes."""
    feed = [
        0 if index % 3 else {"post": {"text": str(index), "createdAt": NOW}} for index in range(MOST_FAULTS)
    ]
    value = Timeline.from_wire(json.dumps({"feed": feed}))
    assert len(value.feed) == len(issues(value)) // 2 + 1
    assert value.to_wire() == {"feed": feed}


@pytest.mark.parametrize("item", [{}, 0, {"root": 5}, {"root": "at://a.test", "list": 5}], ids=str)
def test_a_list_with_more_broken_items_than_can_be_kept_is_given_up_whole(item: object) -> None:
    data = {**PLAIN, "list": [item] * (MOST_FAULTS + 5), "count": "x"}
    value = Post.from_wire(json.dumps(data))
    if value.list is None:
        assert sorted(issue.path for issue in issues(value)) == ["count", "list"]
    else:
        assert [issue.path for issue in issues(value)] == ["count"]
    assert value.to_wire() == data


@pytest.mark.parametrize("validation", ["lenient", "strict"])
def test_a_response_with_too_many_faults_is_refused(validation: Any) -> None:
    feed = [{"post": 5}] * (3 * MOST_FAULTS)
    with pytest.raises(XrpcResponseValidationError) as caught:
        Timeline.from_wire(json.dumps({"feed": feed}), validation=validation)
    assert len(caught.value.issues) <= 2 * MOST_FAULTS + 3


def test_what_is_deep_and_broken_in_many_places_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    real = vars(_salvage)["validator"]

    def counted(model: Any, level: Any) -> Any:
        tried.append(model.__name__)
        return real(model, level)

    monkeypatch.setattr(_salvage, "validator", counted)
    reply: dict[str, Any] = {
        "root": "at://a.test",
        "embed": {"$type": "app.test.images", "images": [{}] * 50},
    }
    for _ in range(40):
        reply = {"root": "at://a.test", "parent": reply}
    data = {**PLAIN, "reply": reply, "list": [{"root": "at://a.test"}, {"root": 1}]}
    value = Post.from_wire(json.dumps(data))
    assert value.to_wire() == data
    assert len(issues(value)) == 51
    # Each item after the first broken one of its list, which pydantic hasn't looked at, and what is before it.
    assert tried.count("Image") == 49
    assert len(tried) < 55


def test_a_strict_reading_names_each_of_many_deep_faults() -> None:
    reply: dict[str, Any] = {
        "root": "at://a.test",
        "embed": {"$type": "app.test.images", "images": [{}] * 500},
    }
    for _ in range(60):
        reply = {"root": "at://a.test", "parent": reply}
    with pytest.raises(XrpcResponseValidationError) as caught:
        Post.from_wire(json.dumps({**PLAIN, "reply": reply}), validation="strict")
    prefix = "reply" + ".parent" * 60 + ".embed.images"
    assert [issue.path for issue in caught.value.issues] == [f"{prefix}[{index}].alt" for index in range(500)]


def test_what_contains_itself_is_refused() -> None:
    twice: dict[str, Any] = {}
    twice["a"] = twice["b"] = [twice]
    for values in ({"record": twice}, {"record": {"x": [twice, twice]}}):
        with pytest.raises(InputError, match="nested too deeply"):
            build(Put, values)


def test_a_mapping_that_is_nested_too_deeply_is_refused() -> None:
    deep: dict[str, Any] = {"root": "at://a.test"}
    for _ in range(2 * MAX_DEPTH):
        deep = {"root": "at://a.test", "parent": deep}
    for data in (deep, TEXT_TOO_DEEP):
        with pytest.raises((XrpcInvalidResponseError, XrpcResponseValidationError), match="too deeply"):
            Reply.from_wire(data, validation="strict")


def test_a_mapping_that_contains_itself_is_refused_or_given_up() -> None:
    circle: dict[str, Any] = {"root": "at://a.test"}
    circle["parent"] = circle
    with pytest.raises(XrpcResponseValidationError, match="contains itself"):
        Reply.from_wire(circle, validation="strict")


def test_a_path_from_outside_is_cut_and_stays_on_one_line() -> None:
    with pytest.raises(XrpcResponseValidationError) as caught:
        Post.from_wire(json.dumps({**PLAIN, "meta": {"k\n" * 200_000: 1.5}}), validation="strict")
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("place", ["text", "kind", "unheard"])
def test_a_lone_surrogate_is_refused_in_input_and_in_strict_reading_and_never_sent(place: str) -> None:
    with pytest.raises(InputError, match=r"record\.a\[0\]: holds a lone surrogate"):
        build(Put, {"record": {"a": ["\ud800"]}})
    data = {**PLAIN, place: "\ud800"}
    for form in (data, json.dumps(data)):
        with pytest.raises(XrpcResponseValidationError, match=place):
            Post.from_wire(form, validation="strict")
    value = Post.from_wire(json.dumps({**PLAIN, "text": "\ud800"}))
    with pytest.raises(InputError, match="text holds a lone surrogate"):
        value.to_json()


def test_an_unknown_object_that_a_program_made_is_checked_and_one_that_was_read_is_not() -> None:
    values = {"text": "", "created_at": NOW}
    for made in (
        UnknownObject({"a": 1}),
        UnknownObject({"$type": "app.test.stranger", "a": 1.5}),
        UnknownObject({}, stray=5),
        UnknownObject({"$type": "app.test.external", "uri": "a:b"}),
    ):
        with pytest.raises(InputError, match="embed"):
            build(Post, {**values, "embed": made})
    fine = UnknownObject({"$type": "app.test.stranger", "a": 1})
    assert build(Post, {**values, "embed": fine}).embed == fine
    read = Post.from_wire({**PLAIN, "embed": {"$type": "app.test.stranger", "a": 1.5}})
    assert build(Post, {**values, "embed": read.embed}).to_wire()["embed"] == {
        "$type": "app.test.stranger",
        "a": 1.5,
    }
