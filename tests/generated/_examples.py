"""Values for every class of the generated package, made from the documents and checked against them."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.strategies import SearchStrategy
from tests.generated._documents import LEXICONS, Shape, documents, module_name

from atlex._validation import Validation
from atlex.errors import Issue
from atlex.lexicon import DefId, Lexicons, Object, Params, walk
from atlex.testing._strategies import Strategies

# The profile's number is that of a test that runs once.
FEW = settings(
    max_examples=settings().max_examples // 20,
    database=None,
    deadline=None,
    # The values of some definitions are large; that is what they are.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@cache
def lexicons() -> Lexicons:
    return Lexicons.load(LEXICONS)


@cache
def _strategies(validation: Validation, undeclared: bool) -> Strategies:
    return Strategies(lexicons(), limits=validation == "strict", undeclared=undeclared)


def class_of(shape: Shape) -> Any:
    return getattr(import_module(module_name(shape.nsid)), shape.name)


def values_of(
    shape: Shape, *, validation: Validation = "strict", undeclared: bool = False
) -> SearchStrategy[Any]:
    strategies = _strategies(validation, undeclared)
    if shape.lex_type:
        return strategies.named(_def_id(shape))
    return strategies.described(_part_of(shape))


def faults_of(shape: Shape, value: object, validation: Validation = "strict") -> list[Issue]:
    """What the validator that interprets documents finds wrong with a value."""
    if shape.lex_type:
        return lexicons().validate(_def_id(shape), value, validation=validation)
    return lexicons()._check(validation).run(_part_of(shape), value)


def _def_id(shape: Shape) -> DefId:
    nsid, _, name = shape.lex_type.partition("#")
    return DefId(nsid, name or "main")


def _part_of(shape: Shape) -> Object | Params:
    """What `atlex.lexicon` made of the same part of the document."""
    return _parts()[id(shape.schema)]


@cache
def _parts() -> dict[int, Object | Params]:
    return {
        id(_at(documents()[def_id.nsid], part.pointer)): part
        for def_id, definition in lexicons().definitions()
        for part in walk(definition)
        if isinstance(part, Object | Params)
    }


def _at(raw: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        raw = raw[int(step)] if isinstance(raw, list) else raw[step.replace("~1", "/").replace("~0", "~")]
    return raw


def written(value: object) -> str:
    """Equal for values that are the same JSON: 1, 1.0 and true are three, and the order of members is none."""
    return json.dumps(value, sort_keys=True)
