"""A short table of an instance for notebooks, which loads nothing and holds no link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final, cast

from pydantic import BaseModel

from atlex._printable import printable
from atlex.model._keys import member_name
from atlex.model._repr import shown_fields, text_of

__all__ = ["html_of"]

_ITEMS: Final = 10
_LETTERS: Final = 300
_DEPTH: Final = 3
# What tells one post, profile, list or feed from another.
_TELLING: Final = ("handle", "display_name", "name", "text")
# Joins emoji and letters of many scripts, and changes nothing else.
_JOINER: Final = "\N{ZERO WIDTH JOINER}"
# Notebooks align numbers, and with them all else, to the right.
_LEFT: Final = ' style="text-align: left"'


def html_of(value: Any) -> str:
    """The HTML of a model: a row for each field, and a line for each model inside.

    It has the colours and fonts of the page. Formulas aren't read into texts, since MathJax could make links of them.
    """
    rows = "".join(
        f"<tr><th{_LEFT}>{_text(name)}</th><td{_LEFT}>{_cell(item)}</td></tr>"
        for name, item in shown_fields(value)
    )
    return (
        f'<table class="tex2jax_ignore mathjax_ignore"><caption>{_text(type(value).__name__)}</caption>'
        f"<tbody>{rows}</tbody></table>"
    )


def _cell(value: Any) -> str:
    if not isinstance(value, list):
        return _text(_line(value))
    items = cast("list[object]", value)
    lines = [_text(_line(item).replace("\n", " ")) for item in items[:_ITEMS]]
    if len(items) > _ITEMS:
        lines.append(f"… {len(items) - _ITEMS} more")
    return "<br>".join(lines)


def _line(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, BaseModel | Mapping) and (told := _telling(value)):
        words = [told[name] for name in _TELLING if name in told]
        kind = f"{type(value).__name__}: " if isinstance(value, BaseModel) else ""
        return f"{kind}{' · '.join(words)}"
    return text_of(value, _DEPTH - 1)


def _telling(value: Any, depth: int = 0) -> dict[str, str]:
    """The texts that tell a value from others of its kind, its own before those inside it."""
    members = list(_members(value))
    found = {name: item for name, item in members if name in _TELLING and isinstance(item, str) and item}
    if depth < _DEPTH:
        for _, item in members:
            if isinstance(item, BaseModel | Mapping):
                found = _telling(item, depth + 1) | found
    return found


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return ((member_name(name), item) for name, item in items if isinstance(name, str))
    return shown_fields(value) if hasattr(value, "lex_type") else iter(())


def _text(text: str) -> str:
    kept = text if len(text) <= _LETTERS else text[:_LETTERS] + "…"
    lines = [_JOINER.join(map(printable, line.split(_JOINER))) for line in kept.split("\n")]
    return "<br>".join(map(escape, lines))
