"""Members of open unions that nobody here knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import PydanticCustomError, core_schema

from atlex.data._json import is_object
from atlex.data._link import wire_schema
from atlex.data._omit import OMIT

__all__ = ["UnknownObject"]


@dataclass(frozen=True, slots=True)
class UnknownObject:
    """An object whose type this package doesn't know, or that doesn't match the type that it names.

    Attributes:
        data: The object as it came, ``$type`` included. Empty for a value that is no object.
        reason: None for a type that isn't known; otherwise what is wrong with the object, path first.
        stray: The value as it came where it is no object, which a broken response may have here; else `OMIT`.
        was_read: Whether it came from the wire, so that it goes back as it is. One that a program makes is checked
            like any input.
    """

    data: Mapping[str, Any]
    reason: str | None = None
    stray: Any = OMIT
    was_read: bool = field(default=False, repr=False, compare=False)

    __match_args__ = ("type", "data")

    @property
    def type(self) -> str | None:
        """The ``$type`` that the object names, or None where it names none."""
        name = self.data.get("$type")
        return name if isinstance(name, str) else None

    @property
    def raw(self) -> Any:
        """The value as it came, which is ``data`` wherever it is an object."""
        return self.data if self.stray is OMIT else self.stray

    def to_wire(self) -> Any:
        """The object as it came, as a dictionary."""
        return dict(self.data) if self.stray is OMIT else self.stray

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> core_schema.CoreSchema:
        return wire_schema(_read, cls.to_wire)


def _read(value: object) -> UnknownObject:
    if isinstance(value, UnknownObject):
        return value
    if is_object(value):
        return UnknownObject(value)
    raise PydanticCustomError("unknown_object", "expected an object")
