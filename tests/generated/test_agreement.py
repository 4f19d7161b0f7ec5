"""The classes and the validator that interprets documents say the same of every value, right or nearly right."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generated._agreement import disagreements
from tests.generated._documents import Shape, shapes
from tests.generated._examples import FEW, class_of, faults_of, values_of
from tests.generated._mutations import mutated

from atlex.model._state import state_of

# The profile "slow" gives 25 values of each of the 940 classes, and as many that are nearly right.
_SOME = settings(FEW, max_examples=max(4, settings().max_examples // 160))


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.id)
def test_classes_and_interpreter_agree(shape: Shape) -> None:
    compared = partial(
        disagreements, class_of(shape), partial(faults_of, shape), is_read=shape.schema["type"] != "params"
    )

    @_SOME
    @given(values_of(shape), st.integers(0, 2**64))
    def check(value: Any, seed: int) -> None:
        for each in (value, mutated(value, Random(seed))):
            assert compared(each) == [], each

    check()


@pytest.mark.parametrize("tag", ["\ud800", "", None, 5, [], {}])
def test_what_is_no_name_is_no_type(tag: Any) -> None:
    shape = next(shape for shape in shapes() if shape.name == "DeactivateAccountInput")
    value = {"$type": tag}
    assert [issue.path for issue in faults_of(shape, value)] == ["$type"]
    assert disagreements(class_of(shape), partial(faults_of, shape), value) == []


@pytest.mark.parametrize(
    "shape", [shape for shape in shapes() if not faults_of(shape, {})], ids=lambda shape: shape.id
)
def test_objects_that_were_seen_with_a_type_may_name_what_they_might_before(
    shape: Shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = state_of(class_of(shape))
    learnt: dict[str, Any] = {"is_tagged": True, "is_full": False, "fast": {}, "fast_input": {}}
    for name, value in learnt.items():
        monkeypatch.setattr(state, name, value)
    compared = partial(
        disagreements, class_of(shape), partial(faults_of, shape), is_read=shape.schema["type"] != "params"
    )
    own = shape.lex_type.removesuffix("#main")
    tags: list[Any] = ["", "#main", "com.example.thing", own, f"{own}#main", "\ud800", None, 5, []]
    for tag in tags:
        assert compared({"$type": tag}) == [], tag
