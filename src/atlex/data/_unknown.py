"""Members of open unions that nobody here knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from atlex.data._json import is_object

__all__ = ["UnknownObject"]


@dataclass(frozen=True, slots=True)
class UnknownObject:
    """An object whose type this package doesn't know, or that doesn't match the type that it names.

    Attributes:
        data: The object as it came, ``$type`` included.
        reason: None for a type that isn't known; otherwise what is wrong with the object, path first.
    """

    data: Mapping[str, Any]
    reason: str | None = None

    __match_args__ = ("type", "data")

    @property
    def type(self) -> str | None:
        """The ``$type`` that the object names, or None where it names none."""
        name = self.data.get("$type")
        return name if isinstance(name, str) else None

    def to_wire(self) -> dict[str, Any]:
        """The object as it came."""
        return dict(self.data)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _read,
            json_schema_input_schema=core_schema.dict_schema(core_schema.str_schema()),
            serialization=core_schema.plain_serializer_function_ser_schema(UnknownObject.to_wire),
        )


def _read(value: object) -> UnknownObject:
    if isinstance(value, UnknownObject):
        return value
    if is_object(value):
        return UnknownObject(value)
    raise PydanticCustomError("unknown_object", "Expected an object")
