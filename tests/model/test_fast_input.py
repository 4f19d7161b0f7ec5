"""The fast path of input: a class that is used often checks what it is given as it did the first time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError, field_validator
from tests.model.classes import External, Image, Images, Post, Put, Reply

from atlex.data import Blob, CidLink, UnknownObject
from atlex.errors import InputError
from atlex.model import Model, check
from atlex.model._errors import for_author
from atlex.model._fast_input import checked_fast
from atlex.model._state import state_of

NOW = "2023-01-01T00:00:00Z"
CID = "bafkreicoa5aikyv63ofwbtqfyhpm7y5nc23semewpxqb6zalpzdstne7zy"
BLOB = {"$type": "blob", "ref": {"$link": CID}, "mimeType": "image/png", "size": 5}
IMAGES = {"$type": "app.test.images", "images": [{"alt": "a"}]}
GIVEN: dict[str, Any] = {
    "text": "x",
    "created_at": NOW,
    "embed": IMAGES,
    "langs": ["en"],
    "reply": {"root": "at://did:plc:tea3gg73j6rvg6w64jlfecjt/app.test.post/3jzfcijpj2z2a"},
    "picture": BLOB,
}
CLASSES = (External, Image, Images, Post, Put, Reply)


@pytest.fixture(autouse=True)
def _used_often() -> Iterator[None]:
    before = {cls: state_of(cls).inputs for cls in CLASSES}
    for cls in CLASSES:
        state_of(cls).inputs = 1000
    yield
    for cls, inputs in before.items():
        state_of(cls).inputs = inputs
        state_of(cls).fast_input.clear()


def in_full(cls: type[Model], value: object) -> Any:
    return cls.__pydantic_validator__.validate_python(value)


def errors(error: ValidationError) -> list[Any]:
    return error.errors(include_url=False)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"embed": Images(images=[Image(alt="a")])},
        {"embed": External(uri="https://a.test/b c".replace(" ", "%20"))},
        {"embed": UnknownObject({"$type": "app.other.thing"})},
        {"embed": None, "langs": None},
        {"text": "ä" * 300, "created_at": "1985-04-12T23:20:50+01:00"},
        {"reply": Reply(root="at://a.test")},
        {"picture": Blob(CidLink(CID), "image/gif", 100)},
    ],
)
def test_the_fast_path_makes_what_the_full_check_makes(changes: dict[str, Any]) -> None:
    values = GIVEN | changes
    fast = checked_fast(Post, "input", values)
    full = in_full(Post, values)
    assert fast is not None
    assert fast == full == Post(**values) == Post.model_validate(values)
    assert fast.model_fields_set == full.model_fields_set == Post(**values).model_fields_set
    assert fast.to_wire() == full.to_wire()


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "ä" * 301},
        {"text": "\ud800"},
        {"created_at": "yesterday"},
        {"langs": []},
        {"langs": ["en"] * 4},
        {"langs": ["?"]},
        {"embed": {"$type": "app.test.images", "images": [{"alt": "a", "$type": "app.test.external"}]}},
        {"embed": {"$type": "app.test.images", "images": [{"alt": "a", "titel": "b"}]}},
        {"embed": Image(alt="a")},
        {"picture": {**BLOB, "size": 101}},
        {"picture": {**BLOB, "mimeType": "text/plain"}},
        {"picture": {**BLOB, "more": 1}},
        {"txt": "x"},
        {"$type": "app.test.external"},
        {"$type": 5},
    ],
)
def test_the_fast_path_refuses_in_the_words_of_the_full_check(changes: dict[str, Any]) -> None:
    values = GIVEN | changes
    assert checked_fast(Post, "input", values) is None
    with pytest.raises(ValidationError) as full:
        in_full(Post, values)
    with pytest.raises(ValidationError) as validated:
        Post.model_validate(values)
    assert errors(validated.value) == errors(for_author(full.value, Post.__pydantic_core_schema__))


@pytest.mark.parametrize("type_", ["app.test.post", "app.test.post#main"])
def test_a_record_may_name_its_own_type(type_: str) -> None:
    values = {"$type": type_, **GIVEN}
    made = checked_fast(Post, "input", values)
    assert made == in_full(Post, values)
    assert "$type" in values


def test_a_value_that_was_changed_is_refused_before_it_is_sent() -> None:
    post = Post(**GIVEN)
    check(post)
    post.__dict__["text"] = "ä" * 301
    assert post.reply is not None
    post.reply.__dict__["root"] = "nowhere"
    with pytest.raises(InputError) as refused:
        check(post)
    assert sorted(issue.path for issue in refused.value.issues) == ["reply.root", "text"]


def test_what_came_from_the_wire_is_checked_as_ever_before_it_is_sent() -> None:
    data = {"$type": "app.test.post", "text": "x", "createdAt": NOW, "embed": IMAGES, "more": {"a": 1}}
    post = Post.from_wire(data)
    check(post)
    assert post.to_wire() == data
    post.__dict__["created_at"] = "yesterday"
    with pytest.raises(InputError, match="created_at"):
        check(post)


def test_a_users_own_validator_runs_once_for_each_instance() -> None:
    seen: list[str] = []

    class Own(Post):
        @field_validator("text")
        @classmethod
        def _note(cls, text: str) -> str:
            seen.append(text)
            return text

    for number in range(50):
        with pytest.raises(ValidationError):
            Own(**GIVEN | {"text": str(number), "langs": []})
    assert seen == [str(number) for number in range(50)]


def test_a_class_has_a_fast_path_from_the_twenty_first_use_on() -> None:
    class Own(Post):
        pass

    made = [Own(**GIVEN) for _ in range(20)]
    assert not state_of(Own).fast_input
    made.append(Own(**GIVEN))
    assert state_of(Own).fast_input.keys() == {"input"}
    assert all(one == made[0] for one in made)


@pytest.mark.parametrize(
    ("embed", "kinds"),
    [
        (Image(alt="a"), ["union_member"]),
        (7, ["union_member"]),
        ({"$type": "app.test.external"}, ["missing"]),
        ({"$type": "app.test.images", "images": [{"alt": 5}, {}]}, ["string_type", "missing"]),
    ],
)
def test_an_open_union_reports_each_fault_once(embed: Any, kinds: list[str]) -> None:
    with pytest.raises(ValidationError) as refused:
        Post(**GIVEN | {"embed": embed})
    assert [fault["type"] for fault in errors(refused.value)] == kinds
