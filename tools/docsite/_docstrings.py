"""Docstrings and signatures as Sphinx reads them: Google's sections, examples, and types without their checks."""

from __future__ import annotations

import inspect
import re
import sys
import typing
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sphinx.application import Sphinx
from sphinx.ext.napoleon import Config
from sphinx.ext.napoleon.docstring import GoogleDocstring
from sphinx.util.inspect import stringify_signature
from sphinx.util.typing import stringify_annotation
from tools.docsite._public import PACKAGES, type_aliases

__all__ = ["leave_out_inherited", "read_docstring", "restructured", "show_signature", "simplify_annotations"]

_EXAMPLE: Final = re.compile(r"^ {4}\S")
_SECTION: Final = re.compile(r"^[A-Z][a-z]+:$")
_ATTRIBUTE: Final = re.compile(r"^    (\w+):")
_CONFIG: Final = typing.cast("Any", Config())
_PAGE: Final = re.compile(r"\bdocs/([\w-]+)\.md\b(?!`)")
_REPR: Final = re.compile(r"<[^<>]*>")


def read_docstring(app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    """Turn a docstring into reStructuredText."""
    hints = _class_hints(value) if what in {"class", "exception"} else {}
    types = {field: stringify_annotation(hint, "smart") for field, hint in hints.items()}
    lines[:] = restructured(lines, types)


def restructured(lines: list[str], types: dict[str, str] | None = None) -> list[str]:
    """Give a docstring's lines in reStructuredText.

    Args:
        lines: The docstring, without its indentation.
        types: What to give the attributes of a class for types, in the words of annotations.
    """
    # As a method's, since an attribute's is otherwise taken apart at its first colon.
    linked = [_PAGE.sub(r":doc:`\g<0> </\1>`", line) for line in lines]
    return _typed_beside(
        GoogleDocstring(list(_prepared(linked, types or {})), _CONFIG, what="method").lines()
    )


def _prepared(lines: list[str], types: dict[str, str]) -> Iterator[str]:
    """Mark what is indented outside of the sections as an example, and give attributes their types."""
    section = previous = ""
    for line in lines:
        if _SECTION.match(line):
            section = line
        elif line and not line.startswith(" "):
            section = ""
        if section in {"Returns:", "Yields:"} and previous == section:
            # What stands before the first colon would be taken for a type.
            yield f"    : {line.strip()}"
        elif section == "Attributes:" and (found := _ATTRIBUTE.match(line)) and found[1] in types:
            yield f"    {found[1]} ({types[found[1]]}){line[found.end(1) :]}"
        elif not section and not previous and _EXAMPLE.match(line):
            section = "::"
            yield from (section, "", line)
        else:
            yield line
        previous = line


def _typed_beside(lines: list[str]) -> list[str]:
    """Put an attribute's type beside its name, and not below its text."""
    made: list[str] = []
    place = 0
    for line in lines:
        if place and line.strip().startswith(":type:"):
            made.insert(place, line)
            continue
        made.append(line)
        if line.strip().startswith(".. attribute::"):
            place = len(made)
    return made


def _class_hints(class_: type) -> dict[str, Any]:
    hints: dict[str, Any] = {}
    for base in reversed(class_.__mro__):
        if base.__module__.partition(".")[0] in PACKAGES:
            # Without its bases, since pydantic's have annotations that can't be resolved.
            names = {"__annotations__": inspect.get_annotations(base), "__module__": base.__module__}
            hints |= typing.get_type_hints(type(base.__name__, (), names), None, type_aliases())
    return hints


def simplify_annotations(app: Sphinx, value: Any, bound: bool) -> None:
    """Leave out of annotations what only pydantic reads."""
    function = inspect.unwrap(getattr(value, "__func__", value))
    # The constructor of a named tuple is made where none of its names can be looked up.
    if inspect.isfunction(function) and function.__module__ in sys.modules:
        function.__annotations__ = typing.get_type_hints(function, None, type_aliases())


def show_signature(
    app: Sphinx, what: str, name: str, value: Any, options: Any, signature: str | None, returned: str | None
) -> tuple[str, str | None] | None:
    """Show a model's fields by their Python names, and `...` for a default that isn't an expression."""
    if what == "class" and issubclass(value, BaseModel):
        signature = _model_signature(value)
    return (_REPR.sub("...", signature), returned) if signature else None


def _model_signature(model: type[BaseModel]) -> str:
    hints = _class_hints(model)
    fields = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=_default(field), annotation=hints[name]
        )
        for name, field in model.model_fields.items()
    ]
    return stringify_signature(inspect.Signature(fields), unqualified_typehints=True)


def _default(field: FieldInfo) -> Any:
    return inspect.Parameter.empty if field.is_required() else field.default


def leave_out_inherited(
    app: Sphinx, what: str, name: str, value: Any, skipped: bool, options: Any
) -> bool | None:
    """Leave out what is pydantic's own, and only carried out here."""
    return True if str(getattr(value, "__module__", "")).startswith("pydantic.") else None
