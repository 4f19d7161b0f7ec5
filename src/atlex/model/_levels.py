"""The validators of a class: one for input, which pydantic makes, and one for each way of reading the wire.

All of them come from the one core schema of the class, so that they can't drift apart.

========  ==================================================================================================
level     what differs from input
========  ==================================================================================================
lenient   undeclared members are kept; only the shape that the types promise is enforced
strict    undeclared members are kept; null only where the lexicon says nullable; every rule holds
resend    undeclared members are kept; instances are checked again, as they are about to be sent
========  ==================================================================================================
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias, cast

from pydantic import BaseModel
from pydantic_core import CoreConfig, CoreSchema, PydanticCustomError, SchemaValidator, core_schema

from atlex.data import is_list, is_object
from atlex.model._markers import LENIENT, STRICT
from atlex.model._unions import UNION, reading_union

__all__ = [
    "Level",
    "note_wire_names",
    "reading_schema",
    "take_own_type",
    "validator",
    "wire_names",
]

Level: TypeAlias = Literal["lenient", "strict", "resend"]

_NAMES: Final = "__atlex_names__"
OWN_TYPE: Final = "atlex_own_type"
"""The metadata key of the layer that `take_own_type` adds; reading keeps ``$type`` as it came."""

_CONFIG: Final = CoreConfig(hide_input_in_errors=True)
# Keys of a core schema that hold data or functions, never schemas.
_LEAVES: Final = frozenset(
    {"cls", "config", "default", "discriminator", "expected", "function", "metadata", "ref", "type"}
)


def validator(model: type[BaseModel], level: Level) -> SchemaValidator:
    """The validator of a class for a level, made when first asked for."""
    name = f"__atlex_{level}__"
    found = model.__dict__.get(name)
    if found is None:
        # Two threads may make it twice: cheaper than a lock, and either result will do.
        found = SchemaValidator(reading_schema(model, level), _CONFIG, _use_prebuilt=False)
        setattr(model, name, found)
    return cast("SchemaValidator", found)


def reading_schema(model: type[BaseModel], level: Level) -> CoreSchema:
    """The core schema of a class for a level."""
    model.model_rebuild()
    return cast("CoreSchema", _derive(model.__pydantic_core_schema__, level))


def _derive(node: Any, level: Level) -> Any:
    if is_list(node):
        return [_derive(item, level) for item in node]
    if isinstance(node, tuple):
        # A choice of a union, and its label.
        choice, label = cast("tuple[Any, str]", node)
        return _derive(choice, level), label
    if not is_object(node):
        return node
    schema = node
    metadata: dict[str, Any] = schema.get("metadata") or {}
    if level != "resend":
        if level == "lenient" and LENIENT in metadata:
            return metadata[LENIENT]
        if level == "strict" and STRICT in metadata:
            return metadata[STRICT]
        if UNION in metadata:
            return reading_union(cast("CoreSchema", schema), lambda inner: _derive(inner, level))
    derived = {
        key: value if key in _LEAVES else _derive(value, level)
        for key, value in schema.items()
        if key != "serialization"
    }
    match schema.get("type"):
        case "function-before" if OWN_TYPE in metadata:
            return derived["schema"]
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
        case "list" if level == "lenient":
            derived.pop("min_length", None)
            derived.pop("max_length", None)
        case "tagged-union" if level != "resend":
            derived["discriminator"] = "$type"
        case _:
            pass
    return derived


def note_wire_names(model: type[BaseModel], schema: CoreSchema) -> None:
    """Keep a class's wire names where `wire_names` finds them.

    pydantic's own fields know them only once a class is complete, and one that was read as a part of another isn't.
    """
    inner: Any = schema
    inner = inner["schema"]
    while inner["type"] != "model-fields":
        inner = inner["schema"]
    names = {name: field.get("serialization_alias", name) for name, field in inner["fields"].items()}
    setattr(model, _NAMES, names)


def wire_names(model: type[BaseModel]) -> dict[str, str]:
    """The name on the wire of each attribute."""
    names = model.__dict__.get(_NAMES)
    if names is None:
        reading_schema(model, "resend")
        names = model.__dict__[_NAMES]
    return cast("dict[str, str]", names)


def take_own_type(schema: CoreSchema, lex_type: str) -> CoreSchema:
    """Let a class's input name the class's own type, which no field stands for."""
    names = (lex_type, f"{lex_type}#main")

    def drop_type(value: Any) -> Any:
        if not is_object(value) or "$type" not in value:
            return value
        rest = dict(value)
        if not lex_type or rest.pop("$type") not in names:
            raise PydanticCustomError("own_type", "Names another type in $type")
        return rest

    model = cast("core_schema.ModelSchema", schema)
    inner = core_schema.no_info_before_validator_function(
        drop_type, model["schema"], metadata={OWN_TYPE: True}
    )
    return {**model, "schema": inner}


def _forbid_null(model: Any, schema: dict[str, Any]) -> None:
    """Take the null away that the Python type allows where a field may be absent."""
    fields = schema["schema"]
    if fields["type"] != "model-fields":
        return
    nullable = getattr(model, "lex_nullable", frozenset[str]())
    for name, declared in fields["fields"].items():
        inner = declared["schema"]
        if name not in nullable and inner["type"] == "default" and inner["schema"]["type"] == "nullable":
            # The default itself isn't validated, so that absence still reads None.
            fields["fields"][name] = {**declared, "schema": {**inner, "schema": inner["schema"]["schema"]}}
