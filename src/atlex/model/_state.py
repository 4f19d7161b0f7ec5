"""What a class has learnt about itself, and what an instance holds beside its fields.

Every class carries one `ClassState`. Instances that the fast path made are *lean*: they have a ``__dict__`` with their
fields, and none of the three attributes that pydantic keeps beside it (the fields that were set, undeclared members,
private values). Those cost as much time and memory as the fields, and most programs never ask for them. `fill` adds
them when something does.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast

from pydantic import BaseModel
from pydantic_core import CoreSchema, SchemaValidator

__all__ = [
    "TYPE_READ",
    "ClassState",
    "FieldWriter",
    "InputLevel",
    "Level",
    "Writer",
    "fill",
    "is_lean",
    "note_change",
    "schemas_version",
    "state_of",
    "was_read",
]

Level: TypeAlias = Literal["lenient", "strict", "resend"]
"""A way to read, or ``resend``: the check of a value that is about to be sent."""

InputLevel: TypeAlias = Literal["input", "resend"]
"""A way to check: what a constructor is given, or a value that is about to be sent."""

Writer: TypeAlias = "Callable[[Any, dict[int, Any] | None], Any]"

TYPE_READ: Final = "_lex_type_read"
"""Where a lean instance holds its ``$type``. No field can have a name that starts with an underscore."""

# Reentrant, since the handler of a signal may need it again.
_lock = RLock()
_changes: Final = itertools.count(1)
_version: int = 0


def _renew_lock() -> None:
    """Take a new lock in a forked child, where a thread that held the old one is missing."""
    global _lock  # noqa: PLW0603 - one lock for all classes
    _lock = RLock()


if hasattr(os, "register_at_fork"):  # pragma: no branch
    os.register_at_fork(after_in_child=_renew_lock)


class FieldWriter(NamedTuple):
    """An attribute, its wire name, and the function that writes its value (None: the value is JSON as it is)."""

    name: str
    wire: str
    write: Writer | None


@dataclass(slots=True)
class ClassState:
    """What is known about a class. What is made from the class's schema is made on first use.

    Attributes:
        names: The wire name of each attribute, once the class has a schema.
        is_plain: Whether attributes are looked up as `atlex.model.Model` does.
        is_usual: Whether its fields are as the generator writes them; see `atlex.model._annotations`.
        is_tagged: Whether its JSON names its type, since it is a member of a union or was seen to.
        is_full: Whether its JSON was seen to have undeclared members or null, which a lean instance can't hold.
        rare: Optional attributes that none of many instances had; see `atlex.model._fast`.
        responses: How many responses of this class have been counted through for rare attributes.
        instances: How many instances of this class were in those.
        had: The attributes that they had.
        constants: The texts of the annotations of its class variables, while pydantic makes the class.
        annotations: The texts of annotations that are evaluated on first use; see `atlex.model._annotations`.
        module: The names of the module that they are evaluated in.
        texts: The texts of its own fields, once they have been read from the source.
        writers: How the fields are written; False if a user's own serializers have a say in it.
        schemas: The core schema of each level.
        members: What was made of a schema of its members for a level, by the identity of that, which is kept with it.
        validators: The validator of each level.
        fast: The validator of the fast path of each level, with the version that it was made for.
        inputs: How often the class was used without a fast path of input.
        fast_input: The validators of that path; see `atlex.model._fast_input`.
        assignments: The validator of an assignment to each attribute.
    """

    names: dict[str, str] | None = None
    is_plain: bool = True
    is_usual: bool = False
    is_tagged: bool = False
    is_full: bool = False
    rare: frozenset[str] = frozenset()
    responses: int = 0
    instances: int = 0
    had: set[str] = field(default_factory=set[str])
    constants: dict[str, str] = field(default_factory=dict[str, str])
    annotations: dict[str, str] = field(default_factory=dict[str, str])
    module: dict[str, Any] = field(default_factory=dict[str, Any])
    texts: dict[str, str] | None = None
    writers: tuple[FieldWriter, ...] | Literal[False] | None = None
    schemas: dict[Level, CoreSchema] = field(default_factory=dict["Level", CoreSchema])
    members: dict[tuple[int, Level], tuple[object, Any]] = field(
        default_factory=dict["tuple[int, Level]", "tuple[object, Any]"]
    )
    validators: dict[Level, SchemaValidator] = field(default_factory=dict["Level", SchemaValidator])
    fast: dict[Level, tuple[int, SchemaValidator]] = field(
        default_factory=dict["Level", "tuple[int, SchemaValidator]"]
    )
    inputs: int = 0
    fast_input: dict[InputLevel, SchemaValidator | None] = field(
        default_factory=dict["InputLevel", "SchemaValidator | None"]
    )
    assignments: dict[str, SchemaValidator | None] = field(
        default_factory=dict[str, "SchemaValidator | None"]
    )


def state_of(model: type[BaseModel]) -> ClassState:
    """The state of a class, which `atlex.model.Model` gives to each when it is made."""
    return cast("ClassState", model.__dict__["__atlex__"])


def schemas_version() -> int:
    """A number that rises with each change to what fast validators are made from."""
    return _version


def note_change() -> None:
    """Let fast validators be made again: something was learnt about a class that may be anywhere in them."""
    global _version  # noqa: PLW0603 - one number for all classes
    _version = next(_changes)


def was_read(value: BaseModel) -> bool:
    """Whether an instance came from the wire: its members go back as they came, and its null stays null.

    pydantic gives a dictionary of undeclared members only to what was validated with those allowed, which reading does
    and the constructor doesn't.
    """
    return value.__pydantic_extra__ is not None


def is_lean(value: BaseModel) -> bool:
    """Whether an instance is still as the fast path made it."""
    try:
        object.__getattribute__(value, "__pydantic_fields_set__")
    except AttributeError:
        return True
    return False


def fill(value: BaseModel) -> None:
    """Give a lean instance what pydantic keeps beside the fields; do nothing for any other.

    The fast path refuses null, and undeclared members but the ``$type`` of a union's member. So a field was set if it
    isn't None, and there are no undeclared members but that.
    """
    if not is_lean(value):
        return
    with _lock:
        if not is_lean(value):
            return
        fields: dict[str, Any] = vars(value)
        names = state_of(type(value)).names or {}
        given = {name for name in names if fields.get(name) is not None}
        extra: dict[str, Any] = {}
        if (own_type := fields.get(TYPE_READ)) is not None:
            extra["$type"] = own_type
            given.add("$type")
        for name in names:
            fields.setdefault(name, None)
        put = object.__setattr__
        put(value, "__pydantic_extra__", extra)
        put(value, "__pydantic_private__", None)
        # Last: this is what `is_lean` looks for in other threads. The type stays until then, so that one that
        # was interrupted here can start again.
        put(value, "__pydantic_fields_set__", given)
        fields.pop(TYPE_READ, None)
