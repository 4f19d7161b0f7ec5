"""The hand-written repository calls say what the official documents say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest

from atlex.client import _repo
from atlex.lexicon import (
    Array,
    Boolean,
    DefId,
    Integer,
    Lexicons,
    Object,
    Procedure,
    Query,
    Ref,
    String,
    Unknown,
)
from atlex.lexicon import Union as LexiconUnion
from atlex.model import Bool, Int, Model, closed_union
from atlex.model import String as StringMarker
from atlex.model import Unknown as UnknownMarker
from atlex.xrpc import Method

LEXICONS = Lexicons.load(Path(__file__).parents[2] / "lexicons" / "com" / "atproto" / "repo")
METHODS = [value for value in vars(_repo).values() if isinstance(value, Method)]
NAMED = [
    value
    for value in vars(_repo).values()
    if isinstance(value, type) and issubclass(value, Model) and value.lex_type
]
_STRING_RULES = ("format", "min_length", "max_length", "min_graphemes", "max_graphemes", "const")


def described(schema: object) -> object:
    """What a document says of a value. Known values are not compared: any other is as valid."""
    match schema:
        case String():
            rules = {rule: getattr(schema, rule) for rule in _STRING_RULES}
            return "string", rules | {"enum": schema.enum or ()}
        case Integer():
            return "integer", schema.minimum, schema.maximum, schema.enum or (), schema.const
        case Boolean():
            return "boolean", schema.const
        case Unknown():
            return "unknown"
        case Ref():
            return str(schema.target)
        case LexiconUnion():
            assert schema.closed
            return {str(target) for target in schema.targets}
        case Array():
            assert schema.min_length is schema.max_length is None
            return [described(schema.items)]
        case _:
            pytest.fail(f"No rule for {schema}")


def annotated(type_: Any) -> object:
    """What a class says of a value, in the same form."""
    origin, arguments = get_origin(type_), get_args(type_)
    if origin in {Union, UnionType}:
        (only,) = [argument for argument in arguments if argument is not NoneType]
        return annotated(only)
    if origin is list:
        return [annotated(arguments[0])]
    if origin is Annotated:
        match arguments[1]:
            case StringMarker() as marker:
                return "string", {rule: getattr(marker, rule) for rule in (*_STRING_RULES, "enum")}
            case Int() as marker:
                return "integer", marker.minimum, marker.maximum, marker.enum, marker.const
            case Bool() as marker:
                return "boolean", marker.const
            case UnknownMarker():
                return "unknown"
            case marker:
                assert marker is closed_union
                return {member.lex_type for member in get_args(arguments[0])}
    assert issubclass(type_, Model)
    return type_.lex_type


def documented_object(schema: Any) -> Mapping[str, tuple[object, bool, bool]]:
    return {
        prop.name: (described(prop.schema), prop.required, prop.nullable)
        for prop in schema.properties.values()
    }


def written_object(class_: type[Model]) -> Mapping[str, tuple[object, bool, bool]]:
    hints = get_type_hints(class_, include_extras=True)
    return {
        field.alias or name: (annotated(hints[name]), field.is_required(), name in class_.lex_nullable)
        for name, field in class_.model_fields.items()
    }


def main_of(method: Method[Any, Any, Any]) -> Query | Procedure:
    main = LEXICONS[method.nsid].main
    assert isinstance(main, Query | Procedure)
    return main


@pytest.fixture(params=METHODS, ids=[method.nsid.rpartition(".")[2] for method in METHODS])
def method(request):
    return request.param


def test_these_are_the_calls():
    assert sorted(method.nsid.rpartition(".")[2] for method in METHODS) == [
        "applyWrites",
        "createRecord",
        "deleteRecord",
        "getRecord",
        "listRecords",
        "putRecord",
    ]


def test_the_kind_is_the_documents(method):
    assert method.kind == main_of(method).kind


def test_the_parameters_are_the_documents(method):
    parameters = main_of(method).parameters
    if parameters is None:
        assert method.params is None
    else:
        assert written_object(method.params) == documented_object(parameters)


@pytest.mark.parametrize("side", ["input", "output"])
def test_bodies_and_encodings_are_the_documents(method, side):
    payload = getattr(main_of(method), side, None)
    class_ = getattr(method, side)
    encoding = getattr(method, f"{side}_encoding")
    if payload is None:
        assert class_ is encoding is None
    else:
        assert encoding == payload.encoding
        assert isinstance(payload.schema, Object)
        assert written_object(class_) == documented_object(payload.schema)


def test_the_errors_are_the_documents(method):
    codes = [error.name for error in main_of(method).errors]
    assert {code: class_.__name__ for code, class_ in method.errors.items()} == {
        code: f"{code}Error" for code in codes
    }


@pytest.mark.parametrize("class_", NAMED, ids=[class_.lex_type for class_ in NAMED])
def test_a_class_that_names_a_definition_is_that_definition(class_):
    nsid, _, name = class_.lex_type.partition("#")
    definition = LEXICONS.definition(DefId(nsid, name))
    assert isinstance(definition, Object)
    assert written_object(class_) == documented_object(definition)
