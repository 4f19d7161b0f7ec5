"""``model_dump`` and ``model_dump_json``: pydantic's serializer, for what came from the wire and whatever the depth."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from os import urandom
from typing import Any, Final, cast

from pydantic import BaseModel, SerializationInfo, SerializerFunctionWrapHandler
from pydantic_core import PydanticSerializationError

from atlex.data import is_object, write_json
from atlex.errors import InputError
from atlex.model._deep import over_depth
from atlex.model._kept import kept_of
from atlex.model._keys import member_name
from atlex.model._levels import wire_names
from atlex.model._state import fill
from atlex.model._writing import lengths_of, type_written

__all__ = ["dump", "dump_json", "serialize"]

_put_aside: Final[ContextVar[dict[int, Any] | None]] = ContextVar("put_aside", default=None)
"""What stands for the models inside a deep one, by identity, while that is serialized."""


def serialize(value: Any, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:
    """Serialize an instance: what pydantic makes of the fields, with what else came from the wire."""
    put_aside = _put_aside.get()
    if put_aside and (mark := put_aside.get(id(value))) is not None:
        return mark
    fill(value)
    cls = cast("Any", type(value))
    data = cast("dict[str, Any]", handler(value))
    for name, wire in wire_names(cls).items():
        if value.__dict__.get(name) is None and not value._is_null(name):
            data.pop(name, None)
            data.pop(wire, None)
    extra: dict[str, Any] = value.__pydantic_extra__ or {}
    for name in extra:
        data.pop(name, None)
    more = {member_name(name): item for name, item in extra.items() if name != "$type"}
    named = type_written(cls, value.__pydantic_extra__)
    if named is not None and "$type" not in (info.exclude or ()):
        data = {"$type": named, **data}
    data.update({name: item for name, item in more.items() if _is_wanted(name, info)})
    if (kept := kept_of(value)) is not None:
        whole = kept.copy()
        for name, wire in wire_names(cls).items():
            if not _is_wanted(name, info):
                whole.forget(wire)
        whole.restore(data, lengths_of(value))
    return data


def _is_wanted(name: str, info: SerializationInfo) -> bool:
    """Whether ``include`` and ``exclude`` leave a member in. Members inside it are pydantic's business."""
    if info.include is not None and name not in info.include:
        return False
    if info.exclude is None or name not in info.exclude:
        return True
    return isinstance(info.exclude, Mapping) and not _is_whole(info.exclude[cast("Any", name)])


def _is_whole(excluded: object) -> bool:
    """Whether a value of ``exclude`` speaks of a whole member."""
    return excluded is True or excluded is ...


def dump(value: BaseModel, dump_whole: Any, options: Mapping[str, Any]) -> Any:
    """Call pydantic's ``model_dump``, part by part if the value is too deep for it."""
    try:
        return dump_whole(**options)
    except (RecursionError, ValueError) as error:
        if not _is_too_deep(error):
            raise
    inner = {name: option for name, option in options.items() if name not in {"include", "exclude"}}
    # pydantic goes over what a serializer returns once more. So a mark stands for each part, with a name that nobody
    # else can have chosen.
    name = f"\0{urandom(16).hex()}"
    parts: list[Any] = []

    def operate(item: Any, put_aside: dict[int, Any]) -> Any:
        token = _put_aside.set(put_aside)
        try:
            if item is value:
                return dump_whole(**options)
            parts.append(item.__pydantic_serializer__.to_python(item, **inner))
            return {name: len(parts) - 1}
        finally:
            _put_aside.reset(token)

    return _put_back(over_depth(value, operate), name, parts)


def _put_back(data: Any, name: str, parts: list[Any]) -> Any:
    pending: list[Any] = [data]
    while pending:
        holder = pending.pop()
        places: Any = holder.items() if is_object(holder) else enumerate(holder)
        for place, item in places:
            if is_object(item) and name in item:
                # A union has named the type, unless the part does.
                part = parts[item.pop(name)]
                holder[place] = {**item, **part}
            if isinstance(item, (dict, list)):
                pending.append(holder[place])
    return data


def dump_json(value: BaseModel, dump_whole: Any, options: Mapping[str, Any]) -> str:
    """Call pydantic's ``model_dump_json``, and write the JSON of a value that is too deep for it ourselves."""
    try:
        return cast("str", dump_whole(**options))
    except (RecursionError, ValueError) as error:
        if not _is_too_deep(error):
            raise
    plain = {name: option for name, option in options.items() if name not in {"indent", "ensure_ascii"}}
    return write_json(value.model_dump(mode="json", **plain)).decode()


def _is_too_deep(error: Exception) -> bool:
    """Whether pydantic gave up for depth: its words for a real circle are the same."""
    return isinstance(error, RecursionError) or (
        not isinstance(error, InputError)
        and ("depth" in str(error) or "recursion" in str(error).lower())
        and isinstance(error, (PydanticSerializationError, ValueError))
    )
