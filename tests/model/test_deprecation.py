"""Deprecated classes and fields: whoever uses one is warned, and reading, writing and comparing warn nobody."""

from __future__ import annotations

import copy
import inspect
import pickle
import warnings
from typing import Annotated

import pytest

from atlex import interface as lex
from atlex.model import Model

_LIST = {"old": {"text": "a"}, "term": "b", "plain": "c", "many": [{"text": "d"}]}


@lex.deprecated("Use `New`.")
class Old(lex.Object):
    lex_type = "com.example.defs#old"

    text: str | None = None


class Holder(lex.Object):
    lex_type = "com.example.defs#holder"

    old: Old | None = None
    term: Annotated[str | None, lex.deprecated("Use `plain`.")] = None
    plain: str | None = None
    many: list[Old] | None = None


@pytest.fixture(params=["constructed", "read", "read from text", "copied"])
def holder(request: pytest.FixtureRequest) -> Holder:
    match request.param:
        case "constructed":
            with pytest.warns(DeprecationWarning, match="Use `New`"):
                return Holder(old=Old(text="a"), term="b", plain="c", many=[Old(text="d")])
        case "read":
            return Holder.from_wire(_LIST)
        case "read from text":
            return Holder.from_wire('{"old":{"text":"a"},"term":"b","plain":"c","many":[{"text":"d"}]}')
        case _:
            return copy.deepcopy(Holder.from_wire(_LIST))


def test_a_constructor_warns_at_the_line_that_calls_it():
    with pytest.warns(DeprecationWarning, match="Use `New`") as caught:
        Old(text="a")
    assert [warning.filename for warning in caught] == [__file__]
    assert vars(Old)["__deprecated__"] == "Use `New`."


def test_reading_a_deprecated_field_warns_at_the_line_that_reads_it(holder):
    with pytest.warns(DeprecationWarning, match="Use `plain`") as caught:
        assert holder.term == "b"
    assert [warning.filename for warning in caught] == [__file__]


def test_nothing_else_warns(holder):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert holder.plain == "c"
        assert holder.old is not None
        assert holder.old.text == "a"
        assert holder.to_wire() == _LIST
        assert holder == copy.deepcopy(holder) == copy.copy(holder) == pickle.loads(pickle.dumps(holder))
        assert "term='b'" in repr(holder)
        assert holder.model_dump()["term"] == "b"
        assert '"term":"b"' in holder.model_dump_json()
        assert holder.model_copy(update={"plain": "x"}).plain == "x"
        assert Holder.model_validate(_LIST) == Holder.from_wire(_LIST)
        assert set(vars(holder)) == set(_LIST)


def test_a_deprecated_field_can_be_set_and_deleted(holder):
    holder.term = "z"
    assert holder.to_wire()["term"] == "z"
    del holder.term
    with pytest.warns(DeprecationWarning, match="Use `plain`"):
        assert not hasattr(holder, "term")


def test_a_field_that_was_left_out_reads_as_its_default():
    holder = Holder.from_wire({"plain": "c"})
    with pytest.warns(DeprecationWarning, match="Use `plain`"):
        assert holder.term is None


def test_the_class_has_no_such_attribute_as_any_other_field():
    Holder.model_rebuild()
    assert not hasattr(Holder, "term")
    assert not hasattr(Holder, "plain")


def test_schemas_and_signatures_tell():
    schema = Holder.model_json_schema()
    assert schema["properties"]["term"]["deprecated"] is True
    assert "deprecated" not in schema["properties"]["plain"]
    assert schema["$defs"]["Old"]["deprecated"] is True
    assert list(inspect.signature(Old).parameters) == ["text"]


def test_a_subclass_reads_as_its_base_does():
    class Own(Holder):
        more: str | None = None

    own = Own.from_wire(_LIST | {"more": "x"})
    assert own.more == "x"
    with pytest.warns(DeprecationWarning, match="Use `plain`"):
        assert own.term == "b"
    assert issubclass(Own, Model)


def test_functions_are_marked_as_python_does_it():
    @lex.deprecated("Use something else.")
    def old() -> int:
        return 1

    with pytest.warns(DeprecationWarning, match="something else") as caught:
        assert old() == 1
    assert [warning.filename for warning in caught] == [__file__]
    assert inspect.signature(old).return_annotation == "int"
