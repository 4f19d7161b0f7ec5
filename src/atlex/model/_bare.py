"""Instances as the fast reading leaves them: with their fields and nothing else.

What pydantic keeps beside the fields of an instance (the set of those that were given, undeclared members, private
values) costs as much time and memory as the fields themselves, and most of what a program reads is never asked for
it. So the fast reading leaves it out, together with the fields that are rare (`atlex.model._rare`), and `settle` makes
it when it is first needed, from what the fields tell: one that isn't None was given. That holds because the fast reading refuses null, and undeclared members but the ``$type``
of a union's member; an answer that has any of them is read by the full validator, and the classes that met them are
remembered.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from threading import RLock
from typing import Any, Final, cast

from pydantic import BaseModel
from pydantic_core import CoreConfig, CoreSchema, core_schema

from atlex.model._names import NAMES, own_types_of
from atlex.model._rare import rare_fields, restore

__all__ = [
    "bare_model",
    "is_bare",
    "is_plain",
    "learnt",
    "names_its_type",
    "note_news",
    "remember",
    "settle",
]

_TYPE: Final = "_lex_type_read"
"""Where the fields of a bare instance hold its ``$type``; no field can have a name that starts with a line."""

_FULL: Final = "__atlex_full__"
"""The attribute of a class whose objects turned out to have undeclared members, or null, on the wire."""

_TYPED: Final = "__atlex_typed__"
"""The attribute of a class whose objects name their type on the wire."""

# One that a signal's handler can take again.
_lock: Final = RLock()
_learnt: Final = itertools.count(1)
_last_learnt: int = 0


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
        fields = _fields(value)
        own_type = fields.get(_TYPE)
        names = type(value).__dict__[NAMES]
        given = {name for name in names if fields.get(name) is not None}
        extra: dict[str, Any] = {}
        if own_type is not None:
            extra["$type"] = own_type
            given.add("$type")
        if not is_bare(value):
            return
        for name in names:
            fields.setdefault(name, None)
        put = object.__setattr__
        put(value, "__pydantic_extra__", extra)
        put(value, "__pydantic_private__", None)
        # Last but one, since it tells that the rest is there.
        put(value, "__pydantic_fields_set__", given)
        # Last, for who comes in between.
        fields.pop(_TYPE, None)


def _fields(value: Any) -> dict[str, Any]:
    fields: dict[str, Any] = value.__dict__
    return fields


def names_its_type(model: type[BaseModel]) -> None:
    """Note that the objects of a class name their type, as a union's members do."""
    if _TYPED not in model.__dict__:
        setattr(model, _TYPED, True)


def is_plain(model: Any, fields: Any) -> bool:
    """Whether instances of a class may be left bare: one that the generator made, or that differs little from those.

    Args:
        model: The class.
        fields: The schema of its fields.
    """
    decorators = model.__pydantic_decorators__
    return bool(
        fields["type"] == "model-fields"
        and not model.lex_nullable
        and _FULL not in model.__dict__
        and not model.__pydantic_post_init__
        and not model.__pydantic_custom_init__
        and not model.__private_attributes__
        and not (decorators.computed_fields or decorators.root_validators or decorators.model_validators)
        and model.__getattr__.__module__ == "atlex.model._base"
        and all(
            field["schema"]["type"] != "default" or field["schema"].get("default", 0) is None
            for field in fields["fields"].values()
        )
    )


def bare_model(schema: Any, fields: Any, *, strict: bool) -> CoreSchema:
    """The schema whose instances are bare, for the reading schema of a class and the schema of its fields."""
    model = schema["cls"]
    rare = rare_fields(model)
    declared = [
        core_schema.dataclass_field(
            name,
            _without_null(field["schema"]),
            kw_only=True,
            validation_alias=field.get("validation_alias", name),
        )
        for name, field in fields["fields"].items()
        if name not in rare
    ]
    if _TYPED in model.__dict__:
        spelling = core_schema.str_schema(strict=True)
        own_type = core_schema.literal_schema(list(own_types_of(model.lex_type))) if strict else spelling
        declared.append(
            core_schema.dataclass_field(
                _TYPE,
                core_schema.with_default_schema(own_type, default=None),
                kw_only=True,
                validation_alias="$type",
            )
        )
    # The one kind of schema that makes an instance of any class and sets nothing but its __dict__.
    return core_schema.dataclass_schema(
        model,
        core_schema.dataclass_args_schema(model.__name__, declared, extra_behavior="forbid"),
        [field["name"] for field in declared],
        config=cast("CoreConfig", {**schema["config"], "extra_fields_behavior": "forbid"}),
        ref=schema.get("ref"),
    )


def _without_null(schema: Any) -> CoreSchema:
    if schema["type"] == "default" and schema["schema"]["type"] == "nullable":
        return cast("CoreSchema", {**schema, "schema": schema["schema"]["schema"]})
    return cast("CoreSchema", schema)


def learnt() -> int:
    """Rises with everything that is remembered of a class."""
    return _last_learnt


def remember(value: object) -> None:
    """Remember of the classes inside a value that was read in full what their objects turned out to have."""
    is_news = False
    news: set[tuple[type[BaseModel], str]] = set()
    pending: list[object] = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(cast("list[object]", item))
        elif isinstance(item, BaseModel):
            pending.extend(item.__dict__.values())
            news.update((type(item), mark) for mark in _marks(item) if mark not in type(item).__dict__)
            is_news = (
                rare_fields(type(item)) and restore(type(item), item.__pydantic_fields_set__)
            ) or is_news
    for model, mark in news:
        setattr(model, mark, True)
    if news or is_news:
        note_news()


def note_news() -> None:
    """Note that something was learnt of a class."""
    global _last_learnt  # noqa: PLW0603 - one number for all classes
    _last_learnt = next(_learnt)


def _marks(value: BaseModel) -> Iterator[str]:
    if is_bare(value):
        return
    fields, extra = value.__dict__, value.__pydantic_extra__ or {}
    if "$type" in extra:
        yield _TYPED
    if extra.keys() - {"$type"} or any(fields.get(name, 0) is None for name in value.__pydantic_fields_set__):
        yield _FULL
