"""The names that schemas, classes and undeclared members go by: metadata keys, wire names, Lexicon types."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, Final

__all__ = [
    "ARRAY",
    "CLOSED",
    "KNOWN_TAG",
    "LENIENT",
    "OWN_TYPE",
    "PATTERN",
    "RESEND",
    "STRICT",
    "UNION",
    "UNKNOWN",
    "attribute_names",
    "extra_name",
    "member_name",
    "metadata_of",
    "own_types_of",
    "to_camel",
]

ARRAY: Final = "atlex_array"
"""Metadata: the limits of a list's length."""

CLOSED: Final = "atlex_closed_union"
"""Metadata: marks the schema of a closed union."""

LENIENT: Final = "atlex_lenient"
"""Metadata: the schema that reads this value leniently."""

OWN_TYPE: Final = "atlex_own_type"
"""Metadata: the Lexicon type of the class whose fields this layer surrounds."""

PATTERN: Final = "atlex_pattern"
"""Metadata: a check in pydantic's core that strict reading tries first; its schema, or the name of a string format."""

RESEND: Final = "atlex_resend"
"""Metadata: the schema that checks this value again before it is sent, if that isn't the schema of input."""

STRICT: Final = "atlex_strict"
"""Metadata: the schema that reads this value strictly, if that isn't the schema of input."""

UNKNOWN: Final = "atlex_unknown"
"""Metadata: marks the schema of an object whose members no lexicon declares."""

UNION: Final = "atlex_open_union"
"""Metadata: the types that an open union lists."""

KNOWN_TAG: Final = "atlex_known_tag"
"""The error of an open union's fallback for a type that the union lists: the error of the member counts."""

_MARK: Final = "\0"


def metadata_of(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The metadata of a core schema."""
    return schema.get("metadata") or {}


def to_camel(name: str) -> str:
    """The wire name that a snake_case name stands for: ``display_name`` is ``displayName``.

    A field whose wire name differs carries an `Alias`.
    """
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def own_types_of(lex_type: str) -> tuple[str, ...]:
    """The spellings of a Lexicon type: the type of a document's main definition has two, no type (empty) has none."""
    if not lex_type:
        return ()
    return (lex_type,) if "#" in lex_type else (lex_type, f"{lex_type}#main")


def attribute_names(fields: Mapping[str, Any]) -> frozenset[str]:
    """The attributes, among the fields of a core schema, that have another name on the wire.

    pydantic tells fields from undeclared members by name alone. An undeclared member with the name of one of these
    attributes is kept under another name (`extra_name`), so that neither replaces the other.
    """
    return frozenset(name for name, field in fields.items() if field.get("validation_alias", name) != name)


def extra_name(member: str, attributes: Container[str]) -> str:
    """The name under which an undeclared member is kept."""
    return _MARK + member if member in attributes or member.startswith(_MARK) else member


def member_name(extra: str) -> str:
    """The wire name of an undeclared member that is kept under this name."""
    return extra.removeprefix(_MARK)
