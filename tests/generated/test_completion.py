"""What a class becomes depends on nothing but its lexicon: on no name of the caller's, no order and no thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.generated import _completion, _family
from tests.generated._documents import PACKAGE, ROOT, shapes
from tests.generated._fresh import run_fresh

from atlex_codegen import build

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What three processes made of the classes, each in another order."""
    folder = tmp_path_factory.mktemp("family")
    _family.write(folder / "lexicons")
    build(folder / "lexicons", folder / _family.PACKAGE)
    program = Path(_completion.__file__).read_text()
    paths = f"{folder}:{ROOT / 'generated'}"
    return [run_fresh(program, str(seed), PACKAGE, _family.PACKAGE, PYTHONPATH=paths) for seed in range(1, 4)]


def test_every_class_is_completed(orders: list[dict[str, Any]]) -> None:
    for order in orders:
        assert order["incomplete"] == []
        assert order["classes"] == len(order["forms"]) > len(shapes()) + 150


def test_a_class_has_one_form_wherever_it_stands(orders: list[dict[str, Any]]) -> None:
    for order in orders:
        assert {name: forms for name, forms in order["forms"].items() if len(forms) != 1} == {}


def test_a_class_has_the_same_form_in_every_order(orders: list[dict[str, Any]]) -> None:
    first, *others = (order["forms"] for order in orders)
    for other in others:
        assert {name for name, forms in other.items() if first.get(name) != forms} == set()
