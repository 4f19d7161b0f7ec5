"""The fast path of input: validators that the constructor, and the check before sending, try first.

A fast validator takes nothing that the full one refuses, and makes the same instances; what it refuses may be right,
and is checked in full, which also finds the words for what is wrong. It differs in three ways.

- It tries patterns in pydantic's core before the checks in Python (`atlex.model._patterns`).
- It calls Python only for objects that may name their type: those of records and of unions' members.
- It leaves the lengths of lists to the core, which names no other fault beside them.

Making one takes as long as it saves in a few uses, so a class has it from then on.
"""

from __future__ import annotations

from typing import Any, Final, cast

from pydantic import ValidationError
from pydantic_core import CoreConfig, CoreSchema, SchemaValidator, core_schema

from atlex.data import is_object
from atlex.model._keys import OWN_TYPE, metadata_of, own_types_of
from atlex.model._levels import level_schema, map_parts
from atlex.model._patterns import PatternsFirst
from atlex.model._state import InputLevel, state_of

__all__ = ["checked_fast"]

_CONFIG: Final = CoreConfig(hide_input_in_errors=True)

_FEW: Final = 20
"""How many uses take as long as the making of a validator."""


def checked_fast(model: Any, level: InputLevel, value: object, instance: object = None) -> Any:
    """Check a value on the fast path, if its class has one.

    Args:
        model: The class.
        level: How to check.
        value: What to check: an instance, or a mapping.
        instance: The instance to make of a mapping, for a constructor.

    Returns:
        The instance, or None if the value has to be checked in full.
    """
    state = state_of(model)
    if level not in state.fast_input:
        # Threads may meet here and miscount, which does no harm.
        state.inputs += 1
        if state.inputs <= _FEW:
            return None
        state.fast_input[level] = _make(model, level)
    if (fast := state.fast_input[level]) is None:
        return None
    try:
        return fast.validate_python(value, self_instance=instance)
    except ValidationError:
        return None


def _make(model: Any, level: InputLevel) -> SchemaValidator | None:
    if _has_validators(model):
        # They would run twice on what the fast path refuses.
        return None
    model.model_rebuild()
    schema = model.__pydantic_core_schema__ if level == "input" else level_schema(model, level)
    return SchemaValidator(_FastInput().derive(schema), _CONFIG, _use_prebuilt=False)


def _has_validators(model: Any) -> bool:
    decorators = model.__pydantic_decorators__
    return bool(
        decorators.validators
        or decorators.field_validators
        or decorators.root_validators
        or decorators.model_validators
        or model.__pydantic_post_init__
        or model.__pydantic_custom_init__
    )


class _FastInput(PatternsFirst):
    """Derives the schema of a fast validator from that of the full one."""

    def part(self, schema: dict[str, Any]) -> Any:
        if (model := metadata_of(schema).get(OWN_TYPE)) is not None:
            return self._own_members(model, schema["schema"])
        for derived in (self.with_pattern(schema), self.plain_list(schema)):
            if derived is not None:
                return derived
        return map_parts(schema, self.part)

    def _own_members(self, model: Any, fields: Any) -> CoreSchema:
        inner: Any = map_parts(fields, self.part)
        if inner["type"] == "model-fields":
            inner["extra_behavior"] = "forbid"
        if not (state_of(model).is_tagged or model.lex_is_record):
            return cast("CoreSchema", inner)
        own_types = own_types_of(model.lex_type)

        def without_type(value: Any) -> Any:
            if is_object(value) and value.get("$type") in own_types:
                return {name: member for name, member in value.items() if name != "$type"}
            return value

        return core_schema.no_info_before_validator_function(without_type, inner)
