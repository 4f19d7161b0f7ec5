"""Unions and unknown values: the fields whose type the data names itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias, Union, cast, get_args, get_origin

from pydantic import BaseModel, GetCoreSchemaHandler, SerializerFunctionWrapHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from atlex.data import UnknownObject, is_object
from atlex.model._annotations import evaluate
from atlex.model._keys import (
    CLOSED,
    KNOWN_TAG,
    LENIENT,
    RESEND,
    STRICT,
    UNION,
    UNKNOWN,
    metadata_of,
    own_types_of,
)
from atlex.model._markers import JSON_OBJECT, Marker
from atlex.model._packages import class_for, owner_package, package_of
from atlex.model._state import state_of
from atlex.model._wire import wire_value, within_data_model

__all__ = ["Anything", "Unknown", "closed_union", "open_union", "reading_union"]

Members: TypeAlias = Mapping[str, type[BaseModel]]
"""The classes that a union lists, by each spelling of their types."""


def _tagged(source: Any, handler: GetCoreSchemaHandler) -> tuple[Members, core_schema.TaggedUnionSchema]:
    members: dict[str, type[BaseModel]] = {}
    choices: dict[Any, CoreSchema] = {}
    for member in get_args(source) or (source,):
        if member is UnknownObject or member is NoneType:
            continue
        schema = handler.generate_schema(member)
        state_of(member).is_tagged = True
        for tag in own_types_of(member.lex_type):
            members[tag] = member
            choices[tag] = schema

    def tag_of(value: object) -> str | None:
        if is_object(value):
            name = value.get("$type")
            return name if isinstance(name, str) else None
        found = next((tag for tag, member in members.items() if isinstance(value, member)), None)
        # A class of the same type from elsewhere is refused by the class that stands for it here.
        return found or (_type_of(value) if _type_of(value) in members else None)

    return members, core_schema.tagged_union_schema(choices, tag_of)


def _type_of(value: object) -> str:
    return cast("str", getattr(value, "lex_type", ""))


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


class _OpenUnion:
    """Objects of the types listed, or of any other that names itself."""

    def __getitem__(self, members: Any) -> Any:
        listed: list[Any] = [*members] if isinstance(members, tuple) else [members]
        return Annotated[Union[(*listed, UnknownObject)], self]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        members, tagged = _tagged(source, handler)
        owner = owner_package()

        def check_other(value: object) -> Any:
            return _other_input(members, owner, value)

        return _open(tagged, frozenset(members), check_other)


def _open(tagged: Any, tags: frozenset[str], check_other: Callable[[object], Any]) -> CoreSchema:
    other = core_schema.no_info_plain_validator_function(
        check_other,
        json_schema_input_schema=JSON_OBJECT,
        serialization=core_schema.plain_serializer_function_ser_schema(
            lambda value: value, return_schema=JSON_OBJECT
        ),
    )
    choices: list[CoreSchema | tuple[CoreSchema, str]] = [(tagged, "known")] if tags else []
    return core_schema.union_schema(
        [*choices, (other, "unknown")],
        mode="left_to_right",
        auto_collapse=False,
        metadata={UNION: tags},
        serialization=_MEMBER_SERIALIZATION,
    )


def reading_union(schema: Any, change: Callable[[Any], Any], *, strict: bool) -> CoreSchema:
    """The schema of an open union that reads the wire: it finds the discriminator without Python."""
    tags = cast("frozenset[str]", metadata_of(schema)[UNION])
    tagged = {**change(schema["choices"][0][0]), "discriminator": "$type"} if tags else None

    def check_other(value: object) -> UnknownObject:
        member = _unlisted(tags, value)
        return _sound(member) if strict else member

    return _open(tagged, tags, check_other)


def _other_input(members: Members, owner: str | None, value: object) -> Any:
    """Check what an open union takes as input beyond instances and JSON of the classes that it lists.

    A class that it doesn't list is misplaced if it is of the package that the union stands in or of one that a member
    is of: these know each other. Open unions are open for the classes of all other packages, such as those of one
    that is built on the union's.
    """
    if isinstance(value, UnknownObject):
        if value.was_read:
            return value
        if value.type in members:
            raise PydanticCustomError("union_member", "there is a class for the type that it names")
        return _sound(_unlisted(members, value.raw))
    lex_type = _type_of(value)
    if isinstance(value, BaseModel) and lex_type:
        if lex_type in members:
            raise PydanticCustomError(KNOWN_TAG, "doesn't match its class")
        if package_of(type(value)) in _packages(members, owner):
            raise _misplaced(members, type(value))
        return value
    member = _unlisted(members, value)
    packages = _packages(members, owner)
    for package in packages:
        known = class_for(package, cast("str", member.type))
        # What a package is built on is reached by way of it, too.
        if known is not None and package_of(known) in packages:
            raise _misplaced(members, known)
    return _sound(member)


def _packages(members: Members, owner: str | None) -> set[str]:
    packages = {package_of(listed) for listed in members.values()}
    return packages if owner is None else {*packages, owner}


def _misplaced(members: Members, model: Any) -> PydanticCustomError:
    """The error for a known class that the union doesn't list, with the member that takes it, if one does."""
    listed = list(dict.fromkeys(members.values()))
    reason = f"{model.__name__} is no member of this union: it takes {', '.join(m.__name__ for m in listed)}"
    for member in listed:
        evaluate(member)
        for name, field in member.__pydantic_fields__.items():
            annotation = field.annotation if field._complete else field._original_annotation
            if (form := _form(annotation, model)) is not None:
                reason += f"; did you mean {member.__name__}({name}={form})?"
                return PydanticCustomError("union_member", "{reason}", {"reason": reason})
    return PydanticCustomError("union_member", "{reason}", {"reason": reason})


def _form(annotation: Any, model: Any) -> str | None:
    """How an instance of a class is written as a value of this type, or None if it can't be one."""
    if annotation is model:
        return "…"
    for part in get_args(annotation):
        if (form := _form(part, model)) is not None:
            return f"[{form}]" if get_origin(annotation) is list else form
    return None


def _unlisted(tags: Any, value: object) -> UnknownObject:
    """An object of a type that the union doesn't list."""
    if not is_object(value):
        raise PydanticCustomError("union_member", "expected an object that names its type")
    name = value.get("$type")
    if not isinstance(name, str):
        raise PydanticCustomError("union_member", "names no type: $type is missing")
    if name in tags:
        raise PydanticCustomError(KNOWN_TAG, "doesn't match the type that it names")
    return UnknownObject(value, was_read=True)


def _sound(member: UnknownObject) -> UnknownObject:
    within_data_model(member.data)
    return member


class _ClosedUnion:
    """Objects of the types listed, and no others."""

    def __getitem__(self, members: Any) -> Any:
        return Annotated[Union[members], self]  # noqa: UP007 - any number of them

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        _, schema = _tagged(source, handler)
        schema["serialization"] = _MEMBER_SERIALIZATION
        schema["metadata"] = {CLOSED: True}
        return schema


open_union: Final = _OpenUnion()
"""Marks a union that may meet members that it doesn't list; they are kept as `UnknownObject`. ``open_union[A, B]``
is the marked union itself.
"""

closed_union: Final = _ClosedUnion()
"""Marks a union that has the members listed and no others; ``closed_union[A, B]`` is the marked union itself."""


def _object(value: object) -> Any:
    if isinstance(value, (UnknownObject, BaseModel)):
        return value
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        if len(members) != 1 or members.keys().isdisjoint(("$link", "$bytes")):
            return members if isinstance(members, dict) else dict(members)
    raise PydanticCustomError("unknown_value", "expected an object")


def _anything(value: object) -> Any:
    return value


def _undeclared(check: Callable[[object], Any], plain: CoreSchema, shown: CoreSchema) -> CoreSchema:
    """The schema of a value that the data model alone decides about."""

    def check_input(value: object) -> Any:
        return within_data_model(check(value))

    return core_schema.no_info_plain_validator_function(
        check_input,
        metadata={
            LENIENT: plain,
            STRICT: core_schema.no_info_after_validator_function(check_input, plain),
            RESEND: core_schema.no_info_plain_validator_function(check),
        },
        json_schema_input_schema=shown,
        serialization=core_schema.plain_serializer_function_ser_schema(wire_value, return_schema=shown),
    )


class Unknown(Marker):
    """An object whose members no lexicon declares. It stays a plain mapping until it is read as a class."""

    __slots__ = ()

    def _schema(self, _source: Any, _handler: GetCoreSchemaHandler, /) -> CoreSchema:
        schema: Any = _undeclared(_object, core_schema.dict_schema(), JSON_OBJECT)
        schema["metadata"][UNKNOWN] = True
        return cast("CoreSchema", schema)


class _AnyValue:
    """Any value of the data model."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return _undeclared(_anything, core_schema.any_schema(), core_schema.any_schema())


if TYPE_CHECKING:
    Anything: TypeAlias = Any
    """Any value of the data model: a definition of a kind that the Lexicon language doesn't have."""
else:
    Anything = Annotated[Any, _AnyValue()]
