"""Names that meet: undeclared members and attributes, fields and the keys of pydantic's schemas."""

from __future__ import annotations

import builtins as _builtins
import json
import typing as _t
from typing import Any

import pytest
from tests.model.classes import Post, Put

from atlex import interface as _sdk
from atlex.errors import XrpcResponseValidationError
from atlex.model import Model, check, issues

_str = _builtins.str
POST = {"$type": "app.test.post", "text": "hi", "createdAt": "2023-01-01T00:00:00Z"}


class Named(_sdk.Object):
    """Fields that are called like keys of a core schema."""

    metadata: Inner | None = None
    ref: _t.Annotated[_str, _sdk.String(max_length=3)] | None = None
    type: _t.Annotated[_str, _sdk.String(max_length=3)] | None = None
    default: int | None = None


class Inner(_sdk.Object):
    """An object with a field of two names."""

    created_at: str | None = None


@pytest.mark.parametrize(
    ("cls", "data"),
    [
        (Put, {"swap_record": 1}),
        (Put, {"swap_record": None}),
        (Put, {"swap_record": 1, "swapRecord": None}),
        (Put, {"swap_record": None, "swapRecord": "x"}),
        (Put, {"swap_record": 1, "swapRecord": "x", "\0swap_record": 2, "\0": 3}),
        (Post, {**POST, "created_at": None}),
        (Inner, {"created_at": True}),
        (Named, {"metadata": {"created_at": True}}),
    ],
    ids=str,
)
@pytest.mark.parametrize("validation", ["lenient", "strict"])
def test_an_undeclared_member_may_have_an_attributes_name(
    cls: type[Model], data: dict[str, Any], validation: Any
) -> None:
    for form in (data, json.dumps(data)):
        value = cls.from_wire(form, validation=validation)
        check(value)
        assert value.to_wire() == data
        assert json.loads(value.to_json()) == data
        assert value == cls.from_wire(data)


def test_a_null_is_kept_apart_from_it() -> None:
    data = {"created_at": 1, "createdAt": None}
    assert Inner.from_wire(data).to_wire() == data


def test_that_holds_where_a_reading_gave_something_up() -> None:
    data = {"swapRecord": 5, "swap_record": None, "\0": 1}
    value = Put.from_wire(data)

    assert value.swap_record is None
    assert [issue.path for issue in issues(value)] == ["swapRecord"]
    assert value.to_wire() == data


def test_fields_may_be_called_like_the_keys_of_a_schema() -> None:
    data = {"metadata": {"unheard": 1}, "ref": "long", "type": "long", "default": 2}
    value = Named.from_wire(data)

    assert issues(value) == []
    assert value.to_wire() == data
    with pytest.raises(XrpcResponseValidationError) as caught:
        Named.from_wire(data, validation="strict")
    assert [issue.path for issue in caught.value.issues] == ["ref", "type"]


@pytest.mark.parametrize("raw", [None, 5, [], {}], ids=str)
def test_what_is_no_member_of_an_open_union_is_named_once(raw: object) -> None:
    with pytest.raises(XrpcResponseValidationError) as caught:
        Post.from_wire({**POST, "embed": raw}, validation="strict")
    assert [issue.path for issue in caught.value.issues] == ["embed"]
