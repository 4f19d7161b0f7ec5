"""The validators of a class: one for input, which pydantic makes, and one for each way of reading the wire.

All of them come from the one core schema of the class, so that they can't drift apart.

========  ==================================================================================================
level     what differs from input
========  ==================================================================================================
lenient   undeclared members are kept; only the shape that the types promise is enforced
strict    undeclared members are kept, if the data model allows them; null only where the lexicon says nullable;
          every rule holds
resend    undeclared members are kept; instances are checked again, as they are about to be sent
========  ==================================================================================================

Each way of reading has a fast form beside the full one; `atlex.model._bare` says what it leaves out.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias, cast

from pydantic import BaseModel, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import CoreConfig, CoreSchema, PydanticCustomError, SchemaValidator, core_schema

from atlex.data import is_object
from atlex.model._bare import bare_model, is_plain, learnt
from atlex.model._collector import collector_paused
from atlex.model._core_schemas import map_parts
from atlex.model._markers import ARRAY, LENIENT, RESEND, STRICT
from atlex.model._names import NAMES, attribute_names, extra_name, own_types_of
from atlex.model._quick import QUICK, quick_format
from atlex.model._rebuilt import with_suggestions
from atlex.model._undeclared import within_data_model
from atlex.model._unions import UNION, reading_union

__all__ = [
    "Level",
    "check_own_members",
    "fast_validator",
    "note_wire_names",
    "reading_schema",
    "validator",
    "wire_names",
]

Level: TypeAlias = Literal["lenient", "strict", "resend"]

OWN_TYPE: Final = "atlex_own_type"
"""The metadata key of the layer that `check_own_members` adds; reading keeps ``$type`` as it came."""

_OTHER: Final[dict[Level, str]] = {"lenient": LENIENT, "strict": STRICT, "resend": RESEND}
_UNDECLARED: Final = core_schema.no_info_after_validator_function(within_data_model, core_schema.any_schema())

_CONFIG: Final = CoreConfig(hide_input_in_errors=True)
# Looking up each string costs more than the strings that turn out to be the same.
_FAST_CONFIG: Final = CoreConfig(hide_input_in_errors=True, cache_strings="keys")


def validator(model: type[BaseModel], level: Level) -> SchemaValidator:
    """The validator of a class for a level, made when first asked for."""
    name = f"__atlex_{level}__"
    found = model.__dict__.get(name)
    if found is None:
        # Two threads may make it twice: cheaper than a lock, and either result will do.
        found = SchemaValidator(reading_schema(model, level), _CONFIG, _use_prebuilt=False)
        setattr(model, name, found)
    return cast("SchemaValidator", found)


def fast_validator(model: type[BaseModel], level: Level) -> SchemaValidator:
    """The validator that is tried first. It takes nothing that the full one refuses; what it refuses may be right."""
    name = f"__atlex_fast_{level}__"
    found = model.__dict__.get(name)
    # One that was made before something was learnt of a class in it would refuse the same answers again and again.
    if found is None or found[0] != learnt():
        since = learnt()
        schema = _Fast(level).whole(reading_schema(model, level))
        found = since, SchemaValidator(schema, _FAST_CONFIG, _use_prebuilt=False)
        setattr(model, name, found)
    return cast("SchemaValidator", found[1])


class _Fast:
    """Makes the schema of a fast validator from that of the full one."""

    def __init__(self, level: Level) -> None:
        self._is_strict = level == "strict"
        self._formats: dict[str, CoreSchema] = {}

    def whole(self, schema: CoreSchema) -> CoreSchema:
        derived = self._derive(cast("dict[str, Any]", schema))
        if not self._formats:
            return cast("CoreSchema", derived)
        definitions = list(self._formats.values())
        if derived["type"] == "definitions":
            return core_schema.definitions_schema(derived["schema"], derived["definitions"] + definitions)
        return core_schema.definitions_schema(derived, definitions)

    def _derive(self, schema: dict[str, Any]) -> Any:
        metadata: dict[str, Any] = schema.get("metadata") or {}
        if self._is_strict and (quick := metadata.get(QUICK)):
            return self._quick(quick, schema)
        if ARRAY in metadata:
            return {**self._derive(schema["schema"]), **metadata[ARRAY]}
        derived = map_parts(schema, self._derive)
        if derived.get("type") != "model":
            return derived
        fields = derived["schema"]
        if OWN_TYPE in (fields.get("metadata") or {}):
            # The bare model looks at the type by itself.
            fields = fields["schema"]
        return (
            bare_model(derived, fields, strict=self._is_strict)
            if is_plain(derived["cls"], fields)
            else derived
        )

    def _quick(self, quick: Any, full: Any) -> CoreSchema:
        if not isinstance(quick, str):
            return core_schema.union_schema([quick, full], mode="left_to_right", auto_collapse=False)
        # A pattern takes time to compile: once for all that have the format.
        name = f"atlex-quick-{quick}"
        if name not in self._formats:
            self._formats[name] = core_schema.union_schema(
                [quick_format(quick), full], mode="left_to_right", auto_collapse=False, ref=name
            )
        return core_schema.definition_reference_schema(name)


def reading_schema(model: type[BaseModel], level: Level) -> CoreSchema:
    """The core schema of a class for a level."""
    name = f"__atlex_{level}_schema__"
    found = model.__dict__.get(name)
    if found is None:
        # Classes and schemas stay as long as the program runs.
        with collector_paused():
            model.model_rebuild()
            found = _derive(cast("dict[str, Any]", model.__pydantic_core_schema__), level)
        setattr(model, name, found)
    return cast("CoreSchema", found)


def _derive(schema: dict[str, Any], level: Level) -> Any:
    metadata: dict[str, Any] = schema.get("metadata") or {}
    if (other := metadata.get(_OTHER[level])) is not None:
        return other

    def inside(part: dict[str, Any]) -> Any:
        return _derive(part, level)

    if level == "lenient" and ARRAY in metadata:
        return inside(schema["schema"])
    if level != "resend" and UNION in metadata:
        return reading_union(cast("CoreSchema", schema), inside, strict=level == "strict")
    derived = map_parts(schema, inside)
    derived.pop("serialization", None)
    match schema.get("type"):
        case "function-wrap" if OWN_TYPE in metadata:
            return (
                _with_own_type(derived["schema"], metadata[OWN_TYPE])
                if level == "strict"
                else derived["schema"]
            )
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


def note_wire_names(model: type[BaseModel], schema: CoreSchema) -> None:
    """Keep a class's wire names where `wire_names` finds them.

    pydantic's own fields know them only once a class is complete, and one that was read as a part of another isn't.
    """
    setattr(model, NAMES, _field_names(schema))


def _field_names(schema: CoreSchema) -> dict[str, str]:
    inner: Any = schema
    while inner["type"] != "model-fields":
        inner = inner["schema"]
    return {name: field.get("serialization_alias", name) for name, field in inner["fields"].items()}


def wire_names(model: type[BaseModel]) -> dict[str, str]:
    """The name on the wire of each attribute."""
    names = model.__dict__.get(NAMES)
    if names is None:
        reading_schema(model, "resend")
        names = model.__dict__[NAMES]
    return cast("dict[str, str]", names)


def check_own_members(schema: CoreSchema, lex_type: str) -> CoreSchema:
    """Let a class's input name the class's own type, which no field stands for, and help with misspelt names."""
    own_types = own_types_of(lex_type)
    model = cast("core_schema.ModelSchema", schema)
    names = [name for pair in _field_names(schema).items() for name in pair]

    def check(value: Any, read_fields: ValidatorFunctionWrapHandler) -> Any:
        faults: list[PydanticCustomError] = []
        if is_object(value) and "$type" in value:
            value = dict(value)
            if not lex_type or value.pop("$type") not in own_types:
                value.pop("$type", None)
                faults.append(PydanticCustomError("own_type", "Names another type in $type"))
        try:
            fields = read_fields(value)
        except ValidationError as error:
            raise with_suggestions(error, names, faults) from None
        if faults:
            raise faults[0]
        return fields

    inner = core_schema.no_info_wrap_validator_function(check, model["schema"], metadata={OWN_TYPE: lex_type})
    return {**model, "schema": inner}


def _with_own_type(fields: CoreSchema, lex_type: str) -> CoreSchema:
    """What a strict reading demands of an object that names a type: its own."""
    if not lex_type:
        return fields
    own_types = own_types_of(lex_type)

    def check(value: Any) -> Any:
        if is_object(value) and value.get("$type", lex_type) not in own_types:
            raise PydanticCustomError("own_type", "Names another type in $type")
        return value

    return core_schema.no_info_before_validator_function(check, fields, metadata={OWN_TYPE: lex_type})


def _forbid_null(model: Any, schema: dict[str, Any]) -> None:
    """Take the null away that the Python type allows where a field may be absent."""
    fields = schema["schema"]
    if OWN_TYPE in (fields.get("metadata") or {}):
        fields = fields["schema"]
    if fields["type"] != "model-fields":
        return
    nullable = getattr(model, "lex_nullable", frozenset[str]())
    for name, declared in fields["fields"].items():
        inner = declared["schema"]
        if name not in nullable and inner["type"] == "default" and inner["schema"]["type"] == "nullable":
            # The default itself isn't validated, so that absence still reads None.
            fields["fields"][name] = {**declared, "schema": {**inner, "schema": inner["schema"]["schema"]}}
