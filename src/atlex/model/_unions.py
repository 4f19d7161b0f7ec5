"""Unions and unknown values: the fields whose type the data names itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias, cast, get_args

from pydantic import BaseModel, GetCoreSchemaHandler, SerializerFunctionWrapHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from atlex.data import UnknownObject, is_object
from atlex.model._bare import names_its_type
from atlex.model._markers import LENIENT, RESEND, STRICT
from atlex.model._names import own_types_of
from atlex.model._undeclared import within_data_model
from atlex.model._wire import wire_value

__all__ = ["CLOSED", "KNOWN_TAG", "UNION", "Unknown", "closed_union", "open_union", "reading_union"]

UNION: Final = "atlex_open_union"
"""The metadata key that marks an open union's schema."""

CLOSED: Final = "atlex_closed_union"
"""The metadata key that marks a closed union's schema."""

KNOWN_TAG: Final = "atlex_known_tag"
"""The error that the fallback of an open union raises for a type that the union knows: the other error counts."""


def _members(source: Any) -> list[type[BaseModel]]:
    return [
        member
        for member in (get_args(source) or (source,))
        if member is not UnknownObject and member is not NoneType
    ]


def _discriminator(classes: Mapping[str, type[BaseModel]]) -> Callable[[Any], str | None]:
    """The discriminator for input, where a member is an instance of its class or JSON that names its type."""

    def tag(value: object) -> str | None:
        if is_object(value):
            name = value.get("$type")
            return name if isinstance(name, str) else None
        found = next((tag for tag, member in classes.items() if isinstance(value, member)), None)
        # A class of the same type from elsewhere is refused by the class that stands for it here.
        return found or (_type_of(value) if _type_of(value) in classes else None)

    return tag


def _tagged(source: Any, handler: GetCoreSchemaHandler) -> core_schema.TaggedUnionSchema:
    classes: dict[str, type[BaseModel]] = {}
    choices: dict[Any, CoreSchema] = {}
    for member in _members(source):
        schema = handler.generate_schema(member)
        names_its_type(member)
        for tag in own_types_of(cast("Any", member).lex_type):
            classes[tag] = member
            choices[tag] = schema
    return core_schema.tagged_union_schema(choices, _discriminator(classes))


def _write_member(value: Any, handler: SerializerFunctionWrapHandler) -> Any:
    if isinstance(value, UnknownObject):
        return value.to_wire()
    data = handler(value)
    lex_type = _type_of(value)
    if lex_type and is_object(data) and "$type" not in data:
        return {"$type": lex_type, **data}
    return data


_MEMBER_SERIALIZATION: Final = core_schema.wrap_serializer_function_ser_schema(
    _write_member, schema=core_schema.any_schema()
)


def _type_of(value: object) -> str:
    return cast("str", getattr(value, "lex_type", ""))


def _foreign_member(tags: frozenset[str], value: object) -> Any:
    """What an open union takes as input beyond its own classes."""
    if isinstance(value, UnknownObject):
        if value.was_read:
            return value
        if value.type in tags:
            raise PydanticCustomError("union_member", "There is a class for the type that it names")
        return _sound_member(tags, value.raw)
    if isinstance(value, BaseModel) and _type_of(value):
        if _type_of(value) in tags:
            raise PydanticCustomError(KNOWN_TAG, "Doesn't match its class")
        return value
    return _sound_member(tags, value)


def _sound_member(tags: frozenset[str], value: object) -> UnknownObject:
    """A member that nobody knows, in which the data model's rules hold."""
    member = _unknown_member(tags, value)
    within_data_model(member.data)
    return member


def _unknown_member(tags: frozenset[str], value: object) -> UnknownObject:
    if is_object(value):
        name = value.get("$type")
        if isinstance(name, str):
            if name in tags:
                raise PydanticCustomError(KNOWN_TAG, "Doesn't match the type that it names")
            return UnknownObject(value, was_read=True)
        raise PydanticCustomError("union_member", "Names no type: $type is missing")
    raise PydanticCustomError("union_member", "Expected an object that names its type")


class _OpenUnion:
    """Objects of the types listed, or of any other that names itself."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        tagged = _tagged(source, handler)
        tags = frozenset(cast("dict[str, CoreSchema]", tagged["choices"]))
        return _open(tagged if tags else None, tags, _foreign_member)


def _open(
    tagged: CoreSchema | None, tags: frozenset[str], fallback: Callable[[frozenset[str], object], Any]
) -> CoreSchema:
    def unknown_member(value: object) -> Any:
        return fallback(tags, value)

    unknown = core_schema.no_info_plain_validator_function(
        unknown_member, json_schema_input_schema=core_schema.dict_schema(core_schema.str_schema())
    )
    choices: list[CoreSchema | tuple[CoreSchema, str]] = [] if tagged is None else [(tagged, "known")]
    return core_schema.union_schema(
        [*choices, (unknown, "unknown")],
        mode="left_to_right",
        auto_collapse=False,
        metadata={UNION: tags},
        serialization=_MEMBER_SERIALIZATION,
    )


def reading_union(schema: CoreSchema, walk: Callable[[Any], Any], *, strict: bool) -> CoreSchema:
    """The form of an open union's schema that reads the wire: the discriminator is looked up without Python."""
    tags = cast("frozenset[str]", cast("Any", schema)["metadata"][UNION])
    first = cast("Any", schema)["choices"][0]
    tagged = {**walk(first[0]), "discriminator": "$type"} if tags else None
    return _open(cast("Any", tagged), tags, _sound_member if strict else _unknown_member)


class _ClosedUnion:
    """Objects of the types listed, and no others."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = _tagged(source, handler)
        schema["serialization"] = _MEMBER_SERIALIZATION
        schema["metadata"] = {CLOSED: True}
        return schema


open_union: Final = _OpenUnion()
"""Marks a union that may meet members that nobody here knows; they are kept as `UnknownObject`."""

closed_union: Final = _ClosedUnion()
"""Marks a union that has the members listed and no others."""


class _UnknownValue:
    """An object of which the lexicon says nothing. It stays a plain mapping until it is asked for."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        plain = core_schema.dict_schema()
        return core_schema.no_info_plain_validator_function(
            _unknown_input,
            metadata={
                LENIENT: plain,
                STRICT: core_schema.no_info_after_validator_function(within_data_model, plain),
                RESEND: core_schema.no_info_plain_validator_function(_object),
            },
            json_schema_input_schema=core_schema.dict_schema(core_schema.str_schema()),
            serialization=core_schema.plain_serializer_function_ser_schema(wire_value),
        )


def _unknown_input(value: object) -> Any:
    return within_data_model(_object(value))


def _object(value: object) -> Any:
    if isinstance(value, (UnknownObject, BaseModel)) or is_object(value):
        return value
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    raise PydanticCustomError("unknown_value", "Expected an object")


if TYPE_CHECKING:
    Unknown: TypeAlias = Mapping[str, Any]
    """A JSON object of any shape, read-only."""
else:
    Unknown = Annotated[Mapping[str, Any], _UnknownValue()]
