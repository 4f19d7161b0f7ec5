"""The wire form of an instance, written from its fields.

pydantic could write it too (``model_dump(mode="json")`` does, and gives the same), but only by asking each instance in
turn what it wants to be written as, which takes five times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias, cast

from pydantic import BaseModel

from atlex.data import UnknownObject, is_list, is_object
from atlex.model._markers import LENIENT
from atlex.model._names import NAMES, member_name
from atlex.model._salvage import kept_of
from atlex.model._unions import CLOSED, UNION
from atlex.model._wire import wire_value

__all__ = ["write_model"]

Writer: TypeAlias = Callable[[Any], Any]


class _Field(NamedTuple):
    """An attribute, its name on the wire, and what writes its value; None for one that is JSON as it is."""

    name: str
    wire: str
    write: Writer | None


def write_model(value: Any) -> dict[str, Any]:
    """The JSON form of an instance.

    Raises:
        InputError: A part of the value has no JSON form.
        pydantic_core.PydanticSerializationError: As above, of a class with serializers of its user's own.
    """
    cls = cast("Any", type(value))
    plan: tuple[_Field, ...] | Literal[False] | None = cls.__dict__.get("__atlex_plan__")
    if plan is None:
        plan = _plan(cls)
        cls.__atlex_plan__ = plan
    if plan is False:
        return cast("dict[str, Any]", value.model_dump(mode="json", by_alias=True))
    # First, since it settles a bare instance.
    extra = value.__pydantic_extra__
    fields, given = value.__dict__, value.__pydantic_fields_set__
    data: dict[str, Any] = {}
    if extra is None:
        if value.lex_is_record:
            data["$type"] = cls.lex_type
    elif "$type" in extra:
        data["$type"] = extra["$type"]
    for name, wire, write in plan:
        item = fields.get(name)
        if item is not None:
            data[wire] = item if write is None else write(item)
        elif name in given and value._is_null(name):
            data[wire] = None
    if extra:
        for name, item in extra.items():
            data[member_name(name)] = wire_value(item)
    if value.__pydantic_private__ and (kept := kept_of(value)) is not None:
        kept.restore(data, lengths_of(value))
    return data


def lengths_of(value: Any) -> dict[str, int]:
    """How many items the lists of an instance have, by wire name."""
    fields = value.__dict__
    return {
        wire: len(items)
        for name, wire in cast("dict[str, str]", getattr(cast("Any", type(value)), NAMES)).items()
        if is_list(items := fields.get(name))
    }


def _plan(cls: Any) -> tuple[_Field, ...] | Literal[False]:
    """How the fields of a class are written, or False where its user has a say in it."""
    decorators = cls.__pydantic_decorators__
    if decorators.field_serializers or decorators.computed_fields or len(decorators.model_serializers) > 1:
        return False
    cls.model_rebuild()
    schema: Any = cls.__pydantic_core_schema__
    definitions = {item["ref"]: item for item in schema.get("definitions", ())}
    while schema["type"] != "model-fields":
        schema = definitions[schema["schema_ref"]] if schema["type"] == "definition-ref" else schema["schema"]
    fields: Mapping[str, Any] = schema["fields"]
    try:
        return tuple(_field(name, field, definitions) for name, field in fields.items())
    except _ForeignError:
        return False


class _ForeignError(Exception):
    """A field is of a kind that no lexicon has: pydantic knows how to write it."""


def _field(name: str, field: Any, definitions: Mapping[str, Any]) -> _Field:
    if field.get("serialization_exclude"):
        raise _ForeignError
    return _Field(name, field.get("serialization_alias", name), _writer(field["schema"], definitions))


def _writer(schema: Any, definitions: Mapping[str, Any]) -> Writer | None:
    metadata: dict[str, Any] = schema.get("metadata") or {}
    if UNION in metadata:
        first = schema["choices"][0]
        return _member_writer(first[0]["choices"] if first[1] == "known" else {}, definitions)
    if LENIENT in metadata and schema["type"] == "function-plain":
        return wire_value
    match schema["type"]:
        case "tagged-union" if CLOSED in metadata:
            return _member_writer(schema["choices"], definitions)
        case "default" | "nullable" | "function-before" | "function-after" | "function-wrap" if (
            "serialization" not in schema and schema["schema"]["type"] != "model-fields"
        ):
            return _writer(schema["schema"], definitions)
        case "str" | "int" | "bool" | "literal" if "serialization" not in schema:
            return None
        case "model" | "definition-ref":
            return _model_writer(schema, definitions)
        case "list" if "serialization" not in schema:
            return _list_writer(_writer(schema["items_schema"], definitions))
        case _:
            raise _ForeignError


def _list_writer(write: Writer | None) -> Writer:
    if write is None:
        return list
    return lambda items: [write(item) for item in items]


def _class(schema: Any, definitions: Mapping[str, Any]) -> Any:
    while schema["type"] != "model":
        schema = definitions[schema["schema_ref"]] if schema["type"] == "definition-ref" else schema["schema"]
    if not hasattr(schema["cls"], "lex_type"):
        raise _ForeignError
    return schema["cls"]


def _model_writer(schema: Any, definitions: Mapping[str, Any]) -> Writer:
    cls = _class(schema, definitions)

    def write(value: Any) -> Any:
        # A list can be given plain mappings after it was checked.
        return write_model(value if isinstance(value, BaseModel) else cls.model_validate(value))

    return write


def _member_writer(choices: Mapping[Any, Any], definitions: Mapping[str, Any]) -> Writer:
    """What writes the members of a union, each with its type."""
    classes = {tag: _class(choice, definitions) for tag, choice in choices.items()}

    def write(value: Any) -> Any:
        if isinstance(value, UnknownObject):
            return wire_value(value.raw)
        if is_object(value) and (cls := classes.get(value.get("$type"))) is not None:
            return {"$type": value["$type"], **write_model(cls.model_validate(value))}
        if not isinstance(value, BaseModel):
            return wire_value(value)
        data = write_model(value)
        lex_type = cast("Any", value).lex_type
        return data if "$type" in data or not lex_type else {"$type": lex_type, **data}

    return write
