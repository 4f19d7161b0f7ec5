"""The schemas and validators of a class: one for input, which pydantic makes, and one for each other level.

All of them are derived from the one core schema of the class, so that they can't drift apart.

========  ==================================================================================================
level     what differs from input
========  ==================================================================================================
lenient   undeclared members are kept; only the shape that the types promise is enforced
strict    undeclared members are kept, if the data model allows them; null only where the lexicon says nullable;
          a record names its type; every rule holds
resend    undeclared members are kept; instances are checked again, as they are about to be sent
========  ==================================================================================================

Their lists stop at the first broken item: pydantic would make an error for each, which a hostile response can have
millions of. `atlex.model._salvage` reads what is broken piece by piece. The fast path (`atlex.model._fast`) is derived
from the schemas that are made here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from pydantic import BaseModel, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import CoreConfig, CoreSchema, PydanticCustomError, SchemaValidator, core_schema

from atlex.data import is_list, is_object, is_unicode
from atlex.model._collector import collector_paused
from atlex.model._errors import with_suggestions
from atlex.model._json_object import UnknownField
from atlex.model._keys import (
    ARRAY,
    LENIENT,
    OWN_TYPE,
    RESEND,
    STRICT,
    UNION,
    UNKNOWN,
    attribute_names,
    extra_name,
    metadata_of,
    own_types_of,
)
from atlex.model._state import Level, state_of
from atlex.model._unions import reading_union
from atlex.model._wire import within_data_model

__all__ = [
    "declared_fields",
    "level_schema",
    "map_parts",
    "model_fields_schema",
    "own_type_fault",
    "validator",
    "wire_names",
    "with_own_members",
]

_OTHER: Final[dict[Level, str]] = {"lenient": LENIENT, "strict": STRICT, "resend": RESEND}
_UNDECLARED: Final = core_schema.no_info_after_validator_function(within_data_model, core_schema.any_schema())
_CONFIG: Final = CoreConfig(hide_input_in_errors=True)

# A class's schema, where a subclass has validators of its own for the whole.
_VALIDATED: Final = frozenset({"function-after", "function-before", "function-wrap"})

# Keys of a core schema that hold data or functions, never schemas.
_LEAVES: Final = frozenset(
    {"cls", "config", "default", "discriminator", "expected", "function", "metadata", "ref", "type"}
)
# Keys of a core schema that hold schemas by a name of the lexicon's, which may be one of those.
_BY_NAME: Final = frozenset({"choices", "fields"})


def map_parts(schema: Mapping[str, Any], change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """A copy of a core schema in which each schema directly inside has been changed."""
    derived = dict(schema)
    for key, value in schema.items():
        if key in _LEAVES:
            continue
        if is_object(value):
            derived[key] = (
                {name: change(item) for name, item in value.items()} if key in _BY_NAME else change(value)
            )
        elif is_list(value):
            derived[key] = [_item(item, change) for item in value]
    return derived


def _item(item: Any, change: Callable[[dict[str, Any]], Any]) -> Any:
    if isinstance(item, tuple):
        # A choice of a union, and its label.
        choice, label = cast("tuple[Any, str]", item)
        return change(choice), label
    return change(item) if is_object(item) else item


def validator(model: type[BaseModel], level: Level) -> SchemaValidator:
    """The validator of a class for a level, made when first asked for."""
    validators = state_of(model).validators
    found = validators.get(level)
    if found is None:
        # Two threads may make it twice: that is cheaper than a lock, and both are the same.
        found = validators[level] = SchemaValidator(level_schema(model, level), _CONFIG, _use_prebuilt=False)
    return found


def level_schema(model: type[BaseModel], level: Level) -> CoreSchema:
    """The core schema of a class for a level."""
    schemas = state_of(model).schemas
    found = schemas.get(level)
    if found is None:
        # Classes and schemas stay as long as the program runs.
        with collector_paused():
            model.model_rebuild()
            found = schemas[level] = _derive(
                cast("dict[str, Any]", model.__pydantic_core_schema__), level, []
            )
    return found


def _derive(schema: dict[str, Any], level: Level, refs: list[str]) -> Any:
    """Derive the schema of a level, and note the references to definitions that are in it."""
    model = metadata_of(schema).get(OWN_TYPE)
    if model is None:
        return _derive_part(schema, level, refs)
    # Once a class is complete, pydantic shares the schema of its members between all classes that refer to it.
    members = state_of(model).members
    key = id(schema), level
    if key in members:
        return members[key][1]
    before = len(refs)
    derived = _derive_part(schema, level, refs)
    if len(refs) == before:
        # The definition that a reference names is not in every class's schema: pydantic moves it to the one place
        # that needs it, also later.
        members[key] = schema, derived
    return derived


def _derive_part(schema: dict[str, Any], level: Level, refs: list[str]) -> Any:
    if schema.get("type") == "definition-ref":
        refs.append(schema["schema_ref"])
    metadata = metadata_of(schema)
    if (other := metadata.get(_OTHER[level])) is not None:
        return other

    def inside(part: dict[str, Any]) -> Any:
        return _derive(part, level, refs)

    if level == "lenient" and ARRAY in metadata:
        return inside(schema["schema"])
    if level != "resend" and UNION in metadata:
        return reading_union(schema, inside, strict=level == "strict")
    derived = map_parts(schema, inside)
    derived.pop("serialization", None)
    match schema.get("type"):
        case "function-wrap" if OWN_TYPE in metadata:
            return _with_own_type(derived, metadata[OWN_TYPE]) if level == "strict" else derived["schema"]
        case "model":
            derived["config"] = {
                **schema.get("config", {}),
                "extra_fields_behavior": "allow",
                "validate_by_alias": True,
                "validate_by_name": level == "resend",
            }
            if level == "resend":
                derived["revalidate_instances"] = "always"
            elif level == "strict":
                _forbid_null(schema["cls"], derived)
        case "model-fields":
            derived["extra_behavior"] = "allow"
            if level == "strict":
                derived["extras_schema"] = _UNDECLARED
            if level != "resend":
                derived["extras_keys_schema"] = _extra_keys(attribute_names(schema["fields"]))
        case "tagged-union" if level != "resend":
            derived["discriminator"] = "$type"
        case "list":
            derived["fail_fast"] = True
        case _:
            pass
    return derived


def _extra_keys(attributes: frozenset[str]) -> CoreSchema:
    def keep(member: str) -> str:
        return extra_name(member, attributes)

    # Nearly every object names its type, and that needs no Python.
    return core_schema.union_schema(
        [core_schema.literal_schema(["$type"]), core_schema.no_info_plain_validator_function(keep)],
        mode="left_to_right",
    )


def declared_fields(schema: Any) -> Any:
    """The schema of the fields of a model's schema, without the layer for the class's own type."""
    fields = schema["schema"]
    return fields["schema"] if OWN_TYPE in metadata_of(fields) else fields


def model_fields_schema(model: type[BaseModel]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schemas of the fields of a class, as input is checked, and the definitions that they refer to."""
    model.model_rebuild()
    schema: Any = model.__pydantic_core_schema__
    definitions: dict[str, Any] = {item["ref"]: item for item in schema.get("definitions", ())}
    while schema["type"] != "model-fields":
        schema = definitions[schema["schema_ref"]] if schema["type"] == "definition-ref" else schema["schema"]
    return schema["fields"], definitions


def wire_names(model: type[BaseModel]) -> dict[str, str]:
    """The wire name of each attribute."""
    state = state_of(model)
    if state.names is None:
        model.model_rebuild()
    return state.names or {}


def _field_names(schema: Any) -> dict[str, str]:
    while schema["type"] != "model-fields":
        schema = schema["schema"]
    return {name: field.get("serialization_alias", name) for name, field in schema["fields"].items()}


def with_own_members(model: Any, schema: Any, serialization: Any) -> CoreSchema:
    """Surround the fields in a class's schema: input may name the class's own type, which no field stands for.

    A misspelt name is told what may have been meant. The class is written by the serialization given, unless it has one
    of its own. The wire names are kept in the class's state on the way.
    """
    if schema["type"] in _VALIDATED:
        return cast(
            "CoreSchema", {**schema, "schema": with_own_members(model, schema["schema"], serialization)}
        )
    if schema["type"] != "model" or OWN_TYPE in metadata_of(schema["schema"]):
        # The second is the schema of a class that is complete already.
        return cast("CoreSchema", schema)
    lex_type: str = model.lex_type
    own_types = own_types_of(lex_type)
    state_of(model).names = wires = _field_names(schema)
    for name, field in (
        schema["schema"]["fields"].items() if schema["schema"]["type"] == "model-fields" else ()
    ):
        if _is_unknown(field["schema"]):
            setattr(model, name, UnknownField(name))
    names = [name for pair in wires.items() for name in pair]

    def check(value: Any, read_fields: ValidatorFunctionWrapHandler) -> Any:
        faults: list[PydanticCustomError] = []
        if is_object(value) and "$type" in value:
            value = dict(value)
            if not lex_type or value.pop("$type") not in own_types:
                value.pop("$type", None)
                faults.append(PydanticCustomError("own_type", "names another type in $type"))
        try:
            fields = read_fields(value)
        except ValidationError as error:
            raise with_suggestions(error, names, faults) from None
        if faults:
            raise faults[0]
        return fields

    inner = core_schema.no_info_wrap_validator_function(check, schema["schema"], metadata={OWN_TYPE: model})
    return cast("CoreSchema", {"serialization": serialization, **schema, "schema": inner})


def _is_unknown(schema: Any) -> bool:
    while schema["type"] in {"default", "nullable"}:
        schema = schema["schema"]
    return UNKNOWN in metadata_of(schema)


def own_type_fault(model: Any, value: object) -> str | None:
    """What strict reading has against the ``$type`` of an object: it is the class's own, and a record names it.

    An object of one member that makes it a link or bytes is no object at all.
    """
    if not is_object(value):
        return None
    if len(value) == 1 and not value.keys().isdisjoint(("$link", "$bytes")):
        return "is missing from what is a link or bytes"
    if "$type" not in value:
        return "is required" if model.lex_is_record and model.lex_type else None
    if not model.lex_type:
        named = value["$type"]
        is_name = isinstance(named, str) and named and is_unicode(named)
        return None if is_name else "has to be the name of a type"
    spellings = (model.lex_type,) if model.lex_is_record else own_types_of(model.lex_type)
    return None if value["$type"] in spellings else f"names another type: {value['$type']!r:.80}"


def _with_own_type(layer: dict[str, Any], model: Any) -> CoreSchema:
    def check(value: Any) -> Any:
        if (fault := own_type_fault(model, value)) is not None:
            raise PydanticCustomError("own_type", "{reason}", {"reason": fault})
        return value

    return core_schema.no_info_before_validator_function(check, layer["schema"], metadata={OWN_TYPE: model})


def _forbid_null(model: Any, schema: dict[str, Any]) -> None:
    """Take the null away that the Python type allows where a field may be absent."""
    fields = declared_fields(schema)
    if fields["type"] != "model-fields":
        return
    for name, declared in fields["fields"].items():
        inner = declared["schema"]
        if (
            name not in model.lex_nullable
            and inner["type"] == "default"
            and inner["schema"]["type"] == "nullable"
        ):
            # The default itself isn't validated, so that absence still reads None.
            fields["fields"][name] = {**declared, "schema": {**inner, "schema": inner["schema"]["schema"]}}
