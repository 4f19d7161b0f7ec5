"""Documents whose names meet, and odd ones, become a package that works like any other."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.generated import _family
from tests.generated._agreement import disagreements
from tests.generated._completion import classes
from tests.generated._examples import FEW, written
from tests.generated._mutations import mutated

from atlex.lexicon import Lexicons, Object, Record, parse_document
from atlex.testing import values
from atlex_codegen import build


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The classes of the family's package, by the type that they stand for."""
    folder = tmp_path_factory.mktemp("family")
    _family.write(folder / "lexicons")
    build(folder / "lexicons", folder / _family.PACKAGE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        importlib.invalidate_caches()
        found: dict[str, Any] = {}
        for cls in classes(_family.PACKAGE):
            if lex_type := vars(cls).get("lex_type"):
                assert found.setdefault(lex_type, cls) is cls
        yield found


LEXICONS = Lexicons(
    [document for raw in _family.documents().values() if (document := parse_document(raw)[0]) is not None]
)
TYPES = [
    str(def_id) for def_id, definition in LEXICONS.definitions() if isinstance(definition, Object | Record)
]


def test_every_object_has_a_class_of_its_own(family: dict[str, Any]) -> None:
    assert len(_family.documents()) == len(LEXICONS)
    assert family.keys() == set(TYPES)


@pytest.mark.parametrize("lex_type", TYPES)
def test_values_come_back_and_are_judged_as_the_documents_say(family: dict[str, Any], lex_type: str) -> None:
    cls = family[lex_type]
    compared = partial(disagreements, cls, partial(LEXICONS.validate, lex_type))

    @FEW
    @given(values(lex_type, lexicons=LEXICONS, undeclared=True), st.integers(0, 2**64))
    def check(value: Any, seed: int) -> None:
        for level in ("lenient", "strict"):
            assert written(cls.from_wire(json.dumps(value), validation=level).to_wire()) == written(value)
        for each in (value, mutated(value, Random(seed))):
            assert compared(each) == [], each

    check()


def test_modules_are_where_their_names_say(family: dict[str, Any]) -> None:
    package = importlib.import_module(_family.PACKAGE)
    annotations = package.com.example.annotations_
    assert annotations.Annotations is family["com.example.annotations"]
    assert annotations.typing.Typing is family["com.example.annotations.typing"]
