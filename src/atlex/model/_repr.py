"""Short, safe texts of instances: a timeline fits a screen, and nothing from outside reaches a terminal raw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from pydantic import BaseModel

from atlex._printable import printable
from atlex.model._errors import is_secret
from atlex.model._keys import member_name
from atlex.model._state import fill

__all__ = ["pretty", "shown_fields", "text_of"]

_ITEMS: Final = 3
_LETTERS: Final = 300
_DEPTH: Final = 3


def text_of(value: Any, depth: int = 0) -> str:
    """The text of a value: the first items of its lists, and models to a depth of three."""
    if isinstance(value, BaseModel):
        name = type(value).__name__
        if depth == _DEPTH:
            return f"{name}(…)"
        if not hasattr(type(value), "lex_type"):
            return repr(value)
        fields = shown_fields(value)
        return f"{name}({', '.join(f'{field}={text_of(item, depth + 1)}' for field, item in fields)})"
    if isinstance(value, Mapping):
        members = list(cast("Mapping[object, object]", value).items())
        if depth > _DEPTH and members:
            return "{…}"
        shown = [f"{text_of(name)}: {text_of(item, depth + 1)}" for name, item in members[: 3 * _ITEMS]]
        return f"{{{', '.join(shown)}{_more(len(members), 3 * _ITEMS)}}}"
    if isinstance(value, list):
        items = cast("list[object]", value)
        if depth > _DEPTH and items:
            return "[…]"
        shown = [text_of(item, depth) for item in items[:_ITEMS]]
        return f"[{', '.join(shown)}{_more(len(items), _ITEMS)}]"
    if isinstance(value, str):
        return repr(value) if len(value) <= _LETTERS else repr(value[:_LETTERS]) + "…"
    if isinstance(value, int) and value.bit_length() > _LETTERS:
        return hex(value)[: _LETTERS // 10] + "…"
    return repr(value)


def _more(count: int, shown: int) -> str:
    return f", … {count - shown} more" if count > shown else ""


def shown_fields(value: Any) -> Iterator[tuple[str, Any]]:
    """The fields and undeclared members of an instance that its text has: no secret, nothing absent."""
    fill(value)
    model = cast("type[BaseModel]", type(value))
    for name in model.__pydantic_fields__:
        item = value.__dict__.get(name)
        is_shown = item is not None or (name in value.__dict__ and value._is_null(name))
        if is_shown and (isinstance(item, bool) or not is_secret(name)):
            yield name, item
    extra: dict[str, Any] = value.__pydantic_extra__ or {}
    for name, item in extra.items():
        if name != "$type" and (isinstance(item, bool) or not is_secret(name)):
            yield printable(member_name(name), 60), item


def pretty(value: Any, printer: Any, cycle: bool) -> None:
    """Print an instance for IPython, a field on each line where they don't fit on one."""
    name = type(value).__name__
    if cycle:
        printer.text(f"{name}(…)")
        return
    with printer.group(4, f"{name}(", ")"):
        for index, (field, item) in enumerate(shown_fields(value)):
            if index:
                printer.text(",")
            printer.breakable("" if not index else " ")
            printer.text(f"{field}={text_of(item, 1)}")
