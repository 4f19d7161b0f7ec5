"""Nothing is lost: what any class reads, it writes back as it came."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.generated._documents import documents, shapes
from tests.generated._examples import FEW, class_of, faults_of, values_of, written

import atlex

_EVERY_SHAPE = pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.id)


def _texts(value):
    """The value in each form that `from_wire` takes."""
    return [json.dumps(value, ensure_ascii=False).encode(), json.dumps(value), value]


def _assert_written_back(cls, value, validation):
    wanted = written(value)
    for form in _texts(value):
        read = cls.from_wire(form, validation=validation)
        assert atlex.issues(read) == []
        assert written(read.to_wire()) == wanted
    assert written(value) == wanted, "reading has changed what was given"


@_EVERY_SHAPE
def test_what_is_read_is_written_back_as_it_came(shape):
    cls = class_of(shape)

    @FEW
    @given(
        st.tuples(st.just("strict"), values_of(shape, undeclared=True))
        | st.tuples(st.just("lenient"), values_of(shape, validation="lenient", undeclared=True))
    )
    def check(drawn):
        mode, value = drawn
        assert faults_of(shape, value, mode) == []
        _assert_written_back(cls, value, "lenient")
        if mode == "strict":
            _assert_written_back(cls, value, "strict")

    check()


@_EVERY_SHAPE
def test_what_the_documents_allow_passes_the_input_check(shape):
    cls = class_of(shape)

    @FEW
    @given(values_of(shape))
    def check(value):
        assert faults_of(shape, value) == []
        assert written(cls.model_validate(value).to_wire()) == written(value)

    check()


def test_no_definition_is_left_out():
    found = 0
    pending = [definition for document in documents().values() for definition in document["defs"].values()]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            found += node.get("type") in ("object", "params")
            pending += [inner for key, inner in node.items() if key not in {"knownValues", "required"}]
        elif isinstance(node, list):
            pending += node
    assert len({shape.id for shape in shapes()}) == len(shapes()) == found > 900
