"""The wire form of an instance, written from its fields.

pydantic could write it too (``model_dump(mode="json")`` does, and gives the same), but only by asking each instance in
turn what it wants to be written as, which takes five times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias, cast

from pydantic import BaseModel

from atlex.data import UnknownObject
from atlex.model._bare import settle
from atlex.model._names import member_name
from atlex.model._salvage import KEPT, Kept
from atlex.model._unions import UNION
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
    cls = type(value)
    plan: tuple[_Field, ...] | Literal[False] | None = cls.__dict__.get("__atlex_plan__")
    if plan is None:
        plan = _plan(cls)
        cls.__atlex_plan__ = plan
    if plan is False:
        return cast("dict[str, Any]", value.model_dump(mode="json", by_alias=True))
    settle(value)
    fields, extra = value.__dict__, value.__pydantic_extra__
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
        elif value._is_null(name):
            data[wire] = None
    if extra:
        for name, item in extra.items():
            data[member_name(name)] = wire_value(item)
    private = value.__pydantic_private__
    kept: Kept | None = private and private.get(KEPT)
    if kept:
        kept.restore(data)
    return data


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
    return tuple(
        _Field(name, field.get("serialization_alias", name), _writer(field["schema"]))
        for name, field in fields.items()
    )


def _writer(schema: Any) -> Writer | None:
    if UNION in (schema.get("metadata") or {}):
        return _write_member
    match schema["type"]:
        case "str" | "int" | "bool" | "literal":
            return None
        case "tagged-union":
            return _write_member
        case "model" | "definition-ref":
            return write_model
        case "list":
            return _list_writer(_writer(schema["items_schema"]))
        case "default" | "nullable" | "function-before" | "function-after" if "serialization" not in schema:
            return _writer(schema["schema"])
        case _:
            return wire_value


def _list_writer(write: Writer | None) -> Writer:
    if write is None:
        return list
    return lambda items: [write(item) for item in items]


def _write_member(value: Any) -> Any:
    """Write the member of a union, which names its type."""
    if isinstance(value, UnknownObject):
        return value.to_wire()
    if not isinstance(value, BaseModel):
        return wire_value(value)
    data = write_model(value)
    lex_type = cast("Any", value).lex_type
    return data if "$type" in data or not lex_type else {"$type": lex_type, **data}
