"""The fast path of reading: validators that are tried first, and make lean instances (`atlex.model._state`).

A fast validator takes nothing that the full one refuses; what it refuses may be right. It differs in three ways.

- It sets only the fields. Undeclared members and null, which a lean instance can't hold, it refuses; the full
  validator then reads them, and `note_read` has their class read in full from then on.
- It leaves out fields that are *rare*. A field that is absent costs nearly as much as one that is there. So the first
  responses of each class are counted through, and optional fields that none of many instances had are left out. An
  instance that has one after all is read in full, and its class has the field back for good.
- When it is strict, it tries patterns in pydantic's core before the checks in Python (`atlex.model._patterns`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from pydantic import BaseModel
from pydantic_core import CoreConfig, CoreSchema, SchemaValidator, core_schema

from atlex.model._keys import own_types_of
from atlex.model._levels import declared_fields, level_schema, map_parts
from atlex.model._patterns import PatternsFirst
from atlex.model._state import (
    TYPE_READ,
    ClassState,
    Level,
    is_lean,
    note_change,
    schemas_version,
    state_of,
)

__all__ = ["count", "fast_validator", "is_counted", "note_read"]

# Looking up each string costs more than the strings that turn out to be the same.
_CONFIG: Final = CoreConfig(hide_input_in_errors=True, cache_strings="keys")

_ModelType: Final = type(BaseModel)

_RESPONSES: Final = 4
"""How many responses of a class are counted through, after the first: many programs read just one."""

_ENOUGH: Final = 100
"""How many instances of a class show which fields are rare."""


def fast_validator(model: Any, level: Level) -> SchemaValidator:
    """The validator of the fast path of a class for a level."""
    fast: dict[Level, tuple[int, SchemaValidator]] = model.__atlex__.fast
    version = schemas_version()
    found = fast.get(level)
    # After a change, an outdated one would refuse the same responses again and again.
    if found is None or found[0] != version:
        schema = _Fast(level).derive(level_schema(model, level))
        found = fast[level] = version, SchemaValidator(schema, _CONFIG, _use_prebuilt=False)
    return found[1]


class _Fast(PatternsFirst):
    """Derives the schema of a fast validator from that of the full one."""

    def __init__(self, level: Level) -> None:
        super().__init__()
        self._is_strict = level == "strict"

    def part(self, schema: dict[str, Any]) -> Any:
        if self._is_strict and (derived := self.with_pattern(schema)) is not None:
            return derived
        if (derived := self.plain_list(schema)) is not None:
            return derived
        derived = map_parts(schema, self.part)
        if derived["type"] == "model" and _can_be_lean(derived["cls"], declared_fields(derived)):
            return self._lean_model(derived)
        return derived

    def _lean_model(self, schema: Any) -> CoreSchema:
        model = schema["cls"]
        state = state_of(model)
        fields: list[core_schema.DataclassField] = [
            core_schema.dataclass_field(
                name,
                _without_null(field["schema"]),
                kw_only=True,
                validation_alias=field.get("validation_alias", name),
            )
            for name, field in declared_fields(schema)["fields"].items()
            if name not in state.rare
        ]
        if state.is_tagged or model.lex_is_record:
            fields.append(self._own_type(model))
        # The one kind of schema that makes an instance of any class and sets nothing but its __dict__.
        return core_schema.dataclass_schema(
            model,
            core_schema.dataclass_args_schema(model.__name__, fields, extra_behavior="forbid"),
            [field["name"] for field in fields],
            config=cast("CoreConfig", {**schema["config"], "extra_fields_behavior": "forbid"}),
            ref=schema.get("ref"),
        )

    def _own_type(self, model: Any) -> core_schema.DataclassField:
        # What has no type of its own may name any.
        own_type: CoreSchema = core_schema.str_schema(strict=True, min_length=1 if self._is_strict else None)
        is_required = False
        if self._is_strict and model.lex_type:
            is_required = model.lex_is_record
            spellings = [model.lex_type] if is_required else list(own_types_of(model.lex_type))
            own_type = core_schema.literal_schema(spellings)
        if not is_required:
            own_type = core_schema.with_default_schema(own_type, default=None)
        return core_schema.dataclass_field(TYPE_READ, own_type, kw_only=True, validation_alias="$type")


def _can_be_lean(model: Any, fields: Any) -> bool:
    """Whether a class is as the generator writes it, or differs little: nothing but its fields has to be set."""
    decorators = model.__pydantic_decorators__
    return bool(
        fields["type"] == "model-fields"
        and not model.lex_nullable
        and not state_of(model).is_full
        and not model.__pydantic_post_init__
        and not model.__pydantic_custom_init__
        and not model.__private_attributes__
        and not (decorators.computed_fields or decorators.root_validators or decorators.model_validators)
        and state_of(model).is_plain
        and all(
            (field["schema"]["type"] != "default" or field["schema"].get("default", 0) is None)
            and not _takes_anything(field["schema"])
            for field in fields["fields"].values()
        )
    )


def _takes_anything(schema: Any) -> bool:
    """Whether a field takes null as it takes any value, which a lean instance would have for an absent one."""
    while schema["type"] in {"default", "nullable", "function-after"}:
        schema = schema["schema"]
    return bool(schema["type"] == "any")


def _without_null(schema: Any) -> CoreSchema:
    if schema["type"] == "default" and schema["schema"]["type"] == "nullable":
        return cast("CoreSchema", {**schema, "schema": schema["schema"]["schema"]})
    return cast("CoreSchema", schema)


def _instances(response: object) -> Iterator[BaseModel]:
    """All models inside a response."""
    pending: list[object] = [response]
    while pending:
        item = pending.pop()
        kind = type(item)
        # Asking of a string whether it is a model takes pydantic ten times as long.
        if kind is list:
            pending.extend(cast("list[object]", item))
        elif isinstance(kind, _ModelType):
            pending.extend(item.__dict__.values())
            yield cast("BaseModel", item)


def note_read(response: BaseModel) -> None:
    """Note of the classes in a response that the full validator had to read what their fast path lacks."""
    changed = False
    for instance in _instances(response):
        if is_lean(instance):
            continue
        state = state_of(type(instance))
        extra, given = instance.__pydantic_extra__ or {}, instance.__pydantic_fields_set__
        if "$type" in extra and not state.is_tagged:
            state.is_tagged = changed = True
        if not state.is_full and (
            extra.keys() - {"$type"} or any(instance.__dict__.get(name, 0) is None for name in given)
        ):
            state.is_full = changed = True
        if not state.rare.isdisjoint(given):
            state.had |= given
            state.rare -= given
            changed = True
    if changed:
        note_change()


def is_counted(model: Any) -> bool:
    """Whether responses of a class are still counted through."""
    return bool(model.__atlex__.responses <= _RESPONSES)


def count(response: BaseModel) -> None:
    """Count the fields of the instances in a response that the fast path read, until that shows which are rare."""
    state = state_of(type(response))
    # Threads may meet here and miscount, which does no harm.
    state.responses += 1
    if state.responses == 1:
        return
    met: dict[type[BaseModel], ClassState] = {}
    for instance in _instances(response):
        seen = met.get(type(instance))
        if seen is None:
            seen = met[type(instance)] = state_of(type(instance))
        seen.instances += 1
        for name, value in instance.__dict__.items():
            if value is not None:
                seen.had.add(name)
    if state.responses > _RESPONSES:
        changes = [_conclude(model, seen) for model, seen in met.items()]
        if any(changes):
            note_change()


def _conclude(model: type[BaseModel], state: ClassState) -> bool:
    """Say which fields of a class are rare, and whether that is a change."""
    if state.instances < _ENOUGH:
        return False
    optional = {name for name, field in model.__pydantic_fields__.items() if not field.is_required()}
    rare = frozenset(optional - state.had)
    if rare == state.rare:
        return False
    state.rare = rare
    return True
