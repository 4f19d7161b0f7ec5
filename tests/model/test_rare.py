"""Fields that objects hardly ever have are left out of the fast reading, and nobody can tell."""

from __future__ import annotations

import builtins
import copy
import json
import pickle
from typing import Any

import pytest
from tests.model.classes import forget

import atlex.model as sdk
from atlex.errors import XrpcResponseValidationError
from atlex.model import issues
from atlex.model._fast import is_counted
from atlex.model._state import is_lean, state_of

ANSWERS = 5
"""After so many of a kind, its objects are known."""


class Thing(sdk.Object):
    lex_type = "app.test.defs#thing"
    name: sdk.Text
    size: sdk.Integer | None = None
    colour: sdk.Text | None = None
    inner: Thing | None = None


class Things(sdk.Object):
    things: builtins.list[Thing]


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    forget(Thing, Things)


def answer(count: int = 40, **more: Any) -> dict[str, Any]:
    usual = [{"name": str(number), "size": number} for number in range(count - 1)]
    return {"things": [{"name": "first", "size": 1, **more}, *usual]}


def learn() -> None:
    for _ in range(ANSWERS):
        Things.from_wire(answer())
    assert state_of(Thing).rare == {"colour", "inner"}


def test_fields_that_none_of_many_objects_had_are_rare() -> None:
    assert is_counted(Things)
    learn()
    assert not is_counted(Things)
    assert state_of(Things).rare == frozenset()
    assert set(vars(Things.from_wire(answer()).things[0])) == {"name", "size"}


def test_few_objects_make_nothing_rare() -> None:
    for _ in range(ANSWERS * 2):
        Things.from_wire(answer(count=3))
    assert state_of(Thing).rare == frozenset()


def test_a_field_that_came_once_while_answers_were_watched_is_not_rare() -> None:
    Things.from_wire(answer())
    Things.from_wire(answer(colour="red"))
    for _ in range(ANSWERS):
        Things.from_wire(answer())
    assert state_of(Thing).rare == {"inner"}


USES: dict[str, Any] = {
    "attribute": lambda value: value.colour,
    "model_fields_set": lambda value: value.model_fields_set,
    "equality": lambda value: value == Thing.from_wire({"name": "first", "size": 1}),
    "repr": repr,
    "to_wire": lambda value: value.to_wire(),
    "model_dump": lambda value: value.model_dump(),
    "model_copy": lambda value: value.model_copy(),
    "a deep model_copy": lambda value: value.model_copy(deep=True),
    "copy": copy.copy,
    "pickle": pickle.dumps,
    "assignment": lambda value: setattr(value, "colour", None),
    "deletion": lambda value: delattr(value, "size") or setattr(value, "size", 1),
    "issues": issues,
    "check": sdk.check,
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_an_object_without_its_rare_fields_is_like_one_that_has_them(use: Any) -> None:
    full = Thing(name="first", size=1)
    learn()
    value = Things.from_wire(answer()).things[0]
    use(value)
    use(value)
    assert (value.colour, value.inner) == (None, None)
    assert vars(value) == vars(full)
    assert repr(value) == repr(full)
    assert value == full
    assert value.to_wire() == full.to_wire()
    assert value.model_dump() == full.model_dump()
    assert value.model_fields_set == full.model_fields_set
    assert set(vars(value)) == set(vars(full))


def test_what_a_program_reads_first_is_there() -> None:
    learn()
    value = Things.from_wire(answer()).things[0]
    assert (value.name, value.size, value.colour, value.inner) == ("first", 1, None, None)
    assert Things.from_wire(answer()).things[0].inner is None


def test_an_object_that_has_a_rare_field_after_all_is_read_in_full_and_its_class_has_it_back() -> None:
    learn()
    data = answer(colour="red", inner={"name": "deep", "colour": "blue"})
    first = Things.from_wire(data)
    assert first.to_wire() == data
    assert first.things[0].colour == "red"
    assert state_of(Thing).rare == frozenset()
    second = Things.from_wire(data)
    assert is_lean(second.things[0])
    assert second == first
    assert second.to_wire() == data


def test_one_field_that_comes_back_leaves_the_others_rare() -> None:
    learn()
    Things.from_wire(answer(colour="red"))
    assert state_of(Thing).rare == {"inner"}


@pytest.mark.parametrize("validation", ["lenient", "strict"])
def test_rules_hold_for_rare_fields(validation: Any) -> None:
    learn()
    data = answer(colour=5)
    if validation == "strict":
        with pytest.raises(XrpcResponseValidationError, match=r"things\[0\].colour"):
            Things.from_wire(data, validation="strict")
    else:
        value = Things.from_wire(json.dumps(data))
        assert [issue.path for issue in issues(value)] == ["things[0].colour"]
        assert value.to_wire() == data
