"""Instances as the fast reading leaves them: with their fields and nothing else.

What pydantic keeps beside the fields of an instance (the set of those that were given, undeclared members, private
values) costs as much time and memory as the fields themselves, and most of what a program reads is never asked for
it. So the fast reading leaves it out, and `settle` makes it when it is first needed, from what the fields tell: one
that isn't None was given. That holds because the fast reading refuses null, and undeclared members but the ``$type``
of a union's member; an answer that has any of them is read by the full validator, and the classes that met them are
remembered.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import Any, Final, cast

from pydantic import BaseModel
from pydantic_core import CoreConfig, CoreSchema, core_schema

__all__ = ["bare_model", "is_bare", "is_plain", "names_its_type", "remember", "settle"]

_TYPE: Final = "_lex_type_read"
"""Where the fields of a bare instance hold its ``$type``; no field can have a name that starts with a line."""

_FULL: Final = "__atlex_full__"
"""The attribute of a class whose objects turned out to have undeclared members, or null, on the wire."""

_TYPED: Final = "__atlex_typed__"
"""The attribute of a class whose objects name their type on the wire."""

_lock: Final = Lock()


def is_bare(value: BaseModel) -> bool:
    """Whether an instance is still as the fast reading left it."""
    try:
        object.__getattribute__(value, "__pydantic_fields_set__")
    except AttributeError:
        return True
    return False


def settle(value: BaseModel) -> None:
    """Give an instance what pydantic keeps beside the fields, unless it has that."""
    if not is_bare(value):
        return
    with _lock:
        if not is_bare(value):
            return
        fields = value.__dict__
        given = {name for name, item in fields.items() if item is not None and name != _TYPE}
        extra: dict[str, Any] = {}
        if (own_type := fields.pop(_TYPE, None)) is not None:
            extra["$type"] = own_type
            given.add("$type")
        put = object.__setattr__
        put(value, "__pydantic_extra__", extra)
        put(value, "__pydantic_private__", None)
        # Last, since it tells that the rest is there.
        put(value, "__pydantic_fields_set__", given)


def names_its_type(model: type[BaseModel]) -> None:
    """Note that the objects of a class name their type, as a union's members do."""
    if _TYPED not in model.__dict__:
        setattr(model, _TYPED, True)


def is_plain(schema: Any) -> bool:
    """Whether instances of a model's schema may be left bare."""
    model = schema["cls"]
    return (
        schema["schema"]["type"] == "model-fields"
        and not schema.get("post_init")
        and not schema.get("custom_init")
        and not model.lex_nullable
        and _FULL not in model.__dict__
    )


def bare_model(schema: Any) -> CoreSchema:
    """The schema whose instances are bare, for the reading schema of a class."""
    model = schema["cls"]
    fields = [
        core_schema.dataclass_field(
            name,
            _without_null(declared["schema"]),
            kw_only=True,
            validation_alias=declared.get("validation_alias", name),
        )
        for name, declared in schema["schema"]["fields"].items()
    ]
    if _TYPED in model.__dict__:
        own_type = core_schema.with_default_schema(core_schema.str_schema(strict=True), default=None)
        fields.append(core_schema.dataclass_field(_TYPE, own_type, kw_only=True, validation_alias="$type"))
    # The one kind of schema that makes an instance of any class and sets nothing but its __dict__.
    return core_schema.dataclass_schema(
        model,
        core_schema.dataclass_args_schema(model.__name__, fields, extra_behavior="forbid"),
        [field["name"] for field in fields],
        config=cast("CoreConfig", {**schema["config"], "extra_fields_behavior": "forbid"}),
        ref=schema.get("ref"),
    )


def _without_null(schema: Any) -> CoreSchema:
    if schema["type"] == "default" and schema["schema"]["type"] == "nullable":
        return cast("CoreSchema", {**schema, "schema": schema["schema"]["schema"]})
    return cast("CoreSchema", schema)


def remember(value: object) -> bool:
    """Remember of the classes inside a value that was read in full what their objects turned out to have.

    Returns:
        Whether there was anything new.
    """
    news: set[tuple[type[BaseModel], str]] = set()
    pending: list[object] = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(cast("list[object]", item))
        elif isinstance(item, BaseModel):
            pending.extend(item.__dict__.values())
            news.update((type(item), mark) for mark in _marks(item) if mark not in type(item).__dict__)
    for model, mark in news:
        setattr(model, mark, True)
    return bool(news)


def _marks(value: BaseModel) -> Iterator[str]:
    if is_bare(value):
        return
    fields, extra = value.__dict__, value.__pydantic_extra__ or {}
    if "$type" in extra:
        yield _TYPED
    if extra.keys() - {"$type"} or any(fields.get(name, 0) is None for name in value.__pydantic_fields_set__):
        yield _FULL
