"""The wire form of an instance, written from its fields.

pydantic could write it too (``model_dump(mode="json")`` does, and gives the same), but only by asking each instance in
turn what it wants to be written as, which takes five times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

from pydantic import BaseModel

from atlex.data import UnknownObject, is_list, is_object
from atlex.errors import InputError
from atlex.model._deep import over_depth
from atlex.model._kept import kept_of
from atlex.model._keys import CLOSED, LENIENT, UNION, member_name, metadata_of
from atlex.model._levels import model_fields_schema, wire_names
from atlex.model._state import ClassState, FieldWriter, Writer
from atlex.model._wire import wire_value

__all__ = ["lengths_of", "type_written", "write", "write_deep"]

Definitions = Mapping[str, Any]


def write_deep(value: BaseModel) -> dict[str, Any]:
    """The JSON form of an instance that nests too deeply for `write`.

    Raises:
        InputError: It contains itself, or is nested more deeply than JSON is read.
    """
    try:
        return cast("dict[str, Any]", over_depth(value, write))
    except RecursionError:
        raise InputError("The value can't be written as JSON: it is nested too deeply") from None


def write(value: Any, done: dict[int, Any] | None = None) -> dict[str, Any]:
    """The JSON form of an instance.

    Args:
        value: The instance.
        done: The forms of instances inside it that have been written already, by identity.

    Raises:
        InputError: A part of the value has no JSON form.
        RecursionError: It nests too deeply for a recursion.
        pydantic_core.PydanticSerializationError: A serializer of the user's own class failed.
    """
    if done and (written := done.get(id(value))) is not None:
        return cast("dict[str, Any]", written)
    cls = cast("Any", type(value))
    state: ClassState = cls.__atlex__
    if state.writers is None:
        state.writers = _writers(cls)
    if state.writers is False:
        return cast("dict[str, Any]", value.model_dump(mode="json", by_alias=True))
    # First, since asking a lean instance for it fills the instance.
    extra: dict[str, Any] | None = value.__pydantic_extra__
    fields, given = value.__dict__, value.__pydantic_fields_set__
    data: dict[str, Any] = {}
    if (extra or cls.lex_is_record) and (named := type_written(cls, extra)) is not None:
        data["$type"] = named
    for name, wire, write_field in state.writers:
        item = fields.get(name)
        if item is not None:
            data[wire] = item if write_field is None else write_field(item, done)
        elif name in given and (extra is not None or name in cls.lex_nullable):
            data[wire] = None
    if extra:
        for name, item in extra.items():
            if name != "$type":
                data[member_name(name)] = wire_value(item)
    if value.__pydantic_private__ and (kept := kept_of(value)) is not None:
        kept.restore(data, lengths_of(value))
    return data


def type_written(cls: Any, extra: Mapping[str, Any] | None) -> str | None:
    """The ``$type`` that an instance is written with where its place doesn't ask for one: as it came, or none.

    A record that was made here names its type, and the type of a document's main definition has one spelling.

    Args:
        cls: The instance's class.
        extra: Its undeclared members; None for an instance that was made here.
    """
    if extra is None:
        return cast("str", cls.lex_type) if cls.lex_is_record else None
    named = extra.get("$type")
    if cls.lex_is_record and named == f"{cls.lex_type}#main":
        return cast("str", cls.lex_type)
    return cast("str | None", named)


def lengths_of(value: BaseModel) -> dict[str, int]:
    """How many items the lists of an instance have, by wire name."""
    fields = value.__dict__
    return {
        wire: len(items)
        for name, wire in wire_names(type(value)).items()
        if is_list(items := fields.get(name))
    }


class _ForeignError(Exception):
    """A field is of a kind that no lexicon has: pydantic knows how to write it."""


def _writers(cls: Any) -> tuple[FieldWriter, ...] | Literal[False]:
    """How the fields of a class are written, or False where its user has a say in it."""
    decorators = cls.__pydantic_decorators__
    if decorators.field_serializers or decorators.computed_fields or decorators.model_serializers:
        return False
    fields, definitions = model_fields_schema(cls)
    try:
        return tuple(_field(name, field, definitions) for name, field in fields.items())
    except _ForeignError:
        return False


def _field(name: str, field: Any, definitions: Definitions) -> FieldWriter:
    if field.get("serialization_exclude"):
        raise _ForeignError
    return FieldWriter(name, field.get("serialization_alias", name), _writer(field["schema"], definitions))


def _writer(schema: Any, definitions: Definitions) -> Writer | None:
    metadata = metadata_of(schema)
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


def _list_writer(write_item: Writer | None) -> Writer:
    if write_item is None:
        return lambda items, _done: list(items)
    return lambda items, done: [write_item(item, done) for item in items]


def _class(schema: Any, definitions: Definitions) -> Any:
    while schema["type"] != "model":
        schema = definitions[schema["schema_ref"]] if schema["type"] == "definition-ref" else schema["schema"]
    if not hasattr(schema["cls"], "lex_type"):
        raise _ForeignError
    return schema["cls"]


def _model_writer(schema: Any, definitions: Definitions) -> Writer:
    cls = _class(schema, definitions)

    def write_model(value: Any, done: dict[int, Any] | None) -> Any:
        # A list can be given plain mappings after it was checked.
        return write(value if isinstance(value, BaseModel) else cls.model_validate(value), done)

    return write_model


def _member_writer(choices: Mapping[Any, Any], definitions: Definitions) -> Writer:
    """What writes the members of a union, each with its type."""
    classes = {tag: _class(choice, definitions) for tag, choice in choices.items()}

    def write_member(value: Any, done: dict[int, Any] | None) -> Any:
        if isinstance(value, UnknownObject):
            return wire_value(value.raw)
        if is_object(value) and (cls := classes.get(value.get("$type"))) is not None:
            return {"$type": value["$type"], **write(cls.model_validate(value), done)}
        if not isinstance(value, BaseModel):
            return wire_value(value)
        data = write(value, done)
        lex_type = cast("Any", value).lex_type
        return data if "$type" in data or not lex_type else {"$type": lex_type, **data}

    return write_member
