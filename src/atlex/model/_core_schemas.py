"""Going through pydantic's core schemas, to derive one from another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from atlex.data import is_list, is_object

__all__ = ["map_parts"]

# Keys of a core schema that hold data or functions, never schemas.
_LEAVES: Final = frozenset(
    {"cls", "config", "default", "discriminator", "expected", "function", "metadata", "ref", "type"}
)
# Keys of a core schema that hold schemas by a name of the lexicon's, which may be one of those.
_BY_NAME: Final = frozenset({"choices", "fields"})


def map_parts(schema: Mapping[str, Any], change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """A copy of a schema in which each schema directly inside has been changed."""
    return {key: value if key in _LEAVES else _part(key, value, change) for key, value in schema.items()}


def _part(key: str, value: Any, change: Callable[[dict[str, Any]], Any]) -> Any:
    if is_list(value):
        return [_part("", item, change) for item in value]
    if isinstance(value, tuple):
        # A choice of a union, and its label.
        choice, label = cast("tuple[Any, str]", value)
        return change(choice), label
    if not is_object(value):
        return value
    if key in _BY_NAME:
        return {name: change(item) for name, item in value.items()}
    return change(value)
