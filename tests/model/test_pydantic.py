"""Models are pydantic models, and do what its users expect."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from typing import Any, Generic, TypeVar

import pytest
from pydantic import (
    BaseModel,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)
from tests.model.classes import External, Image, Images, Post, Reply

from atlex import UnknownObject, issues
from atlex.errors import InputError
from atlex.model import check

NOW = "2026-01-02T03:04:05.678Z"
GOOD = {"$type": "app.test.post", "text": "a", "createdAt": NOW}
BROKEN = {
    **GOOD,
    "later": {"b": None},
    "count": "5",
    "list": [{"root": "at://a.test"}, {"root": 5}, {"root": "at://b.test", "later": [1]}],
    "embed": {"$type": "app.test.images", "images": 5},
}
COPIES: dict[str, Any] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "model_copy": lambda value: value.model_copy(),
    "model_copy, deep": lambda value: value.model_copy(deep=True),
    **{
        f"pickle {number}": lambda value, number=number: pickle.loads(pickle.dumps(value, number))
        for number in range(pickle.HIGHEST_PROTOCOL + 1)
    },
}


def post(**values: Any) -> Post:
    return Post(text="a", created_at=NOW, **values)


def test_a_dump_has_the_wires_names_unless_python_names_are_asked_for() -> None:
    value = post(from_="x")
    assert value.model_dump() == {"$type": "app.test.post", "text": "a", "createdAt": NOW, "from": "x"}
    assert value.model_dump(by_alias=False) == {
        "$type": "app.test.post",
        "text": "a",
        "created_at": NOW,
        "from_": "x",
    }


@pytest.mark.parametrize("by_alias", [True, False])
@pytest.mark.parametrize("mode", ["python", "json"])
def test_a_dump_is_read_back_as_the_same_value(mode: Any, by_alias: bool) -> None:
    value = post(embed=Images(images=[Image(alt="b")]), data=b"hi", meta={"a": 1}, list=[])
    assert Post.model_validate(value.model_dump(mode=mode, by_alias=by_alias)) == value


def test_json_text_is_read_back_as_the_same_value() -> None:
    value = post(embed=External(uri="https://a.test"), data=b"hi")
    assert Post.model_validate_json(value.model_dump_json()) == value
    assert value.model_dump_json().encode() == value.to_json()


def test_parts_of_a_dump_can_be_asked_for() -> None:
    value = post(count=1)
    assert value.model_dump(include={"text"}) == {"$type": "app.test.post", "text": "a"}
    assert "count" not in value.model_dump(exclude={"count"})
    whole = value.model_dump()
    assert value.model_dump(exclude_none=True) == whole
    assert value.model_dump(exclude_unset=True) == whole
    assert value.model_dump(exclude_defaults=True) == whole


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_has_all_that_was_kept(name: str) -> None:
    value = Post.from_wire(BROKEN)
    again = COPIES[name](value)
    assert again is not value
    assert again == value
    assert again.to_wire() == value.to_wire() == BROKEN
    assert issues(again) == issues(value)
    assert len(issues(again)) == 3
    assert again.model_fields_set == value.model_fields_set


@pytest.mark.parametrize("name", [name for name in COPIES if "deep" in name or "pickle" in name])
def test_a_deep_copy_shares_nothing(name: str) -> None:
    value = Post.from_wire(BROKEN)
    again = COPIES[name](value)
    again.count = 5
    again.list[0].root = "at://c.test"
    assert value.to_wire() == BROKEN
    assert len(issues(value)) == 3


def test_a_changed_copy_is_checked_when_it_is_sent() -> None:
    changed = post().model_copy(update={"text": 5})
    with pytest.raises(InputError, match="text"):
        check(changed)


def test_equality_is_of_the_class_and_the_fields() -> None:
    assert post() == Post.from_wire(GOOD)
    assert post() != post(count=1)
    assert Post.from_wire(GOOD) != Post.from_wire({**GOOD, "later": 1})
    assert Images(images=[]) != {"images": []}


def test_models_have_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(post())


def test_a_repr_shows_what_is_there() -> None:
    assert repr(post(count=1)) == f"Post(text='a', created_at='{NOW}', count=1)"
    assert str(Image(alt="b")) == "alt='b'"


@pytest.mark.parametrize("values", [{**GOOD, "text": 5}, {**GOOD, "txt": "a"}, {"text": "a"}, BROKEN, 5])
def test_validation_and_assignment_raise_pydantics_error(values: Any) -> None:
    with pytest.raises(ValidationError):
        Post.model_validate(values)
    with pytest.raises(ValidationError):
        TypeAdapter(Post).validate_python(values)
    value = post()
    with pytest.raises(ValidationError):
        value.count = 99
    assert value.count is None


def test_construct_checks_nothing_until_it_is_sent() -> None:
    value = Post.model_construct(text=5, created_at=NOW)  # type: ignore[arg-type]
    assert value.model_fields_set == {"text", "created_at"}
    with pytest.raises(InputError, match="text"):
        check(value)


class Longer(Post):
    """What a user makes of a generated class."""

    note: str | None = None

    @field_validator("text")
    @classmethod
    def _no_shouting(cls, text: str) -> str:
        if text.isupper():
            raise ValueError("don't shout")
        return text

    def words(self) -> int:
        return len(self.text.split())


def test_a_subclass_adds_fields_methods_and_rules() -> None:
    value = Longer.from_wire({**GOOD, "note": "b", "later": 1})
    assert (value.note, value.words()) == ("b", 1)
    assert value.to_wire() == {**GOOD, "note": "b", "later": 1}
    assert Longer(text="a b", created_at=NOW).words() == 2
    with pytest.raises(ValidationError, match="don't shout"):
        Longer(text="A", created_at=NOW)
    check(value)


def test_a_member_of_a_union_may_be_of_a_subclass() -> None:
    class Gallery(Images):
        pass

    value = post(embed=Gallery(images=[]))
    assert isinstance(value.embed, Gallery)
    assert value.to_wire()["embed"] == {"$type": "app.test.images", "images": []}
    check(value)


T = TypeVar("T")


def test_users_own_models_and_dataclasses_hold_models() -> None:
    class Box(BaseModel, Generic[T]):
        item: T
        more: list[T] = []

    @dataclasses.dataclass
    class Pair:
        first: Post
        second: Reply | None = None

    box = Box[Post].model_validate({"item": GOOD, "more": [post()]})
    assert box.item == post()
    assert box.model_dump()["item"] == GOOD
    assert Box[Post].model_validate_json(box.model_dump_json()) == box
    pair = TypeAdapter(Pair).validate_python({"first": GOOD, "second": {"root": "at://a.test"}})
    assert pair == Pair(post(), Reply(root="at://a.test"))
    assert TypeAdapter(list[Post]).dump_python([post()]) == [GOOD]


@pytest.mark.parametrize(
    ("embed", "expected"),
    [
        ({"$type": "app.test.images", "images": []}, "0 images"),
        ({"$type": "app.test.external", "uri": "a:b"}, "a:b"),
        ({"$type": "com.example.new", "a": 1}, "com.example.new"),
        (None, "nothing"),
    ],
)
def test_match_tells_the_members_of_a_union(embed: Any, expected: str) -> None:
    match Post.from_wire({**GOOD, "embed": embed}).embed:
        case Images(images=images):
            found = f"{len(images)} images"
        case External(uri=uri):
            found = uri
        case UnknownObject(type=type_):
            found = str(type_)
        case None:
            found = "nothing"
    assert found == expected


def test_an_attribute_of_an_unknown_value_is_told_how_to_be_read() -> None:
    wire = {**GOOD, "meta": {"$type": "app.test.thing", "size": 1}}
    for value in (Post.from_wire(wire), Post.from_wire(json.dumps(wire)), Post.model_validate(wire)):
        assert value.meta is value.meta
        assert value.meta == wire["meta"]
        with pytest.raises(AttributeError, match=r"meta_as\(Type\)\.size, or get the member with \['size'\]"):
            _ = value.meta.size  # type: ignore[attr-defined]
        for twin in (copy.deepcopy(value), pickle.loads(pickle.dumps(value)), value):
            assert twin.meta == wire["meta"]
            assert twin.to_wire() == wire
            assert json.loads(json.dumps(twin.meta)) == wire["meta"]
        assert not hasattr(value.meta, "__json__")
        value.meta = {"a": 1}
        assert value.to_wire()["meta"] == {"a": 1}
    with pytest.raises(AttributeError):
        _ = Post.meta


class After(Post):
    @model_validator(mode="after")
    def checked(self) -> Any:
        return self


class Before(Post):
    @model_validator(mode="before")
    @classmethod
    def checked(cls, value: Any) -> Any:
        return value


class Around(After):
    @model_validator(mode="wrap")
    @classmethod
    def checked_around(cls, value: Any, handler: Any) -> Any:
        return handler(value)


@pytest.mark.parametrize("kind", [After, Before, Around])
def test_a_class_with_validators_of_its_own_is_as_any_other(kind: Any) -> None:
    value = kind(text="a", created_at=NOW)
    assert value == kind.model_validate(GOOD)
    assert value != kind(text="b", created_at=NOW)
    assert value.model_dump() == json.loads(value.model_dump_json()) == GOOD
    assert TypeAdapter(list[kind]).dump_python([value]) == [GOOD]
    assert kind.from_wire({**GOOD, "more": 1}).to_wire() == {**GOOD, "more": 1}
    for mode in ("validation", "serialization"):
        schema = kind.model_json_schema(mode=mode)
        assert schema["properties"]["$type"] == {"const": "app.test.post", "type": "string"}
        assert schema["properties"]["createdAt"]["type"] == "string"
    for values, fault in [
        ({"txt": "a"}, "did you mean 'text'"),
        ({"$type": "app.test.other"}, "another type"),
    ]:
        with pytest.raises(ValidationError, match=fault):
            kind.model_validate({**GOOD, **values})
