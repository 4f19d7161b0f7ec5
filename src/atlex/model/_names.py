"""From Python names to wire names, and where an undeclared member is kept that has an attribute's name."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, Final

__all__ = ["NAMES", "attribute_names", "extra_name", "member_name", "own_types_of", "to_camel"]

_MARK: Final = "\0"

NAMES: Final = "__atlex_names__"
"""The attribute of a class that holds the wire name of each of its attributes."""


def to_camel(name: str) -> str:
    """The wire name that a snake_case name stands for: ``display_name`` is ``displayName``.

    A field whose wire name differs carries an `Alias`.
    """
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def attribute_names(fields: Mapping[str, Any]) -> frozenset[str]:
    """The attributes, of the fields of a core schema, that have another name on the wire.

    pydantic tells fields from undeclared members by the name alone. A member that the document doesn't declare and
    that is called like one of these is kept under another name, so that neither takes the place of the other.
    """
    return frozenset(name for name, field in fields.items() if field.get("validation_alias", name) != name)


def extra_name(member: str, attributes: Container[str]) -> str:
    """The name under which an undeclared member is kept."""
    return _MARK + member if member in attributes or member.startswith(_MARK) else member


def member_name(extra: str) -> str:
    """The name on the wire of an undeclared member that was kept under this one."""
    return extra.removeprefix(_MARK)


def own_types_of(lex_type: str) -> tuple[str, ...]:
    """The spellings of a Lexicon type: that of a document's main definition has two."""
    return (lex_type,) if "#" in lex_type else (lex_type, f"{lex_type}#main")
