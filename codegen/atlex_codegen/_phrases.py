"""Schemas in words: what a value is, and what its document says of it, as one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from atlex.lexicon import (
    Array,
    Blob,
    Boolean,
    Bytes,
    CidLink,
    Integer,
    Lexicons,
    Ref,
    Schema,
    String,
    UnknownKind,
)
from atlex_codegen._text import shortened

__all__ = ["MOST_VALUES", "fallback", "is_told", "listed", "quoted", "rule", "with_article"]

MOST_VALUES: Final = 12
"""How many values a sentence lists."""

_FORMATS: Final = {
    "at-identifier": ("a handle or a DID", "handles or DIDs"),
    "at-uri": ("an AT-URI", "AT-URIs"),
    "cid": ("a CID", "CIDs"),
    "datetime": ("a datetime", "datetimes"),
    "did": ("a DID", "DIDs"),
    "handle": ("a handle", "handles"),
    "language": ("a language tag (BCP 47)", "language tags (BCP 47)"),
    "nsid": ("an NSID", "NSIDs"),
    "record-key": ("a record key", "record keys"),
    "tid": ("a TID", "TIDs"),
    "uri": ("a URI", "URIs"),
}
_ACRONYMS: Final = {word.lower(): word for word in ("CID", "DID", "ID", "IDs", "NSID", "PLC", "URI", "URL")}
_TELLING: Final = re.compile(r"(?!or\b|bcp\b|an?\b)[a-z]+(?:-[a-z]+)*")
_A_VOWEL: Final = re.compile(r"(?i)[aeio]|u(?!ni|se|ri|s\b)")


def rule(schema: Schema, lexicons: Lexicons) -> str:
    """The rules of a schema as a sentence; empty when it has none."""
    schema = _followed(schema, lexicons)
    parts = [_noun(schema, lexicons)] if _is_ruled(schema, lexicons) else []
    inner = schema
    while isinstance(inner, Array):
        inner = _followed(inner.items, lexicons)
    match inner:
        case Boolean() | Integer() | String() if inner.const is not None:
            parts.append(f"always {quoted(inner.const)}")
        case Integer() | String() if inner.enum:
            parts.append(f"{'each ' if inner is not schema else ''}one of {listed(inner.enum)}")
        case String() if inner.known_values:
            are = "value is" if len(inner.known_values) == 1 else "values are"
            parts.append(f"the known {are} {listed(inner.known_values)}")
        case _:
            pass
    if isinstance(schema, Boolean | Integer | String) and schema.default is not None:
        parts.append(f"the server's default is {quoted(schema.default)}")
    return _sentence("; ".join(parts)) if parts else ""


def is_told(schema: Schema, lexicons: Lexicons, said: str) -> bool:
    """Whether prose says already what the sentence of the rules says: that of a format is in a word."""
    schema = _followed(schema, lexicons)
    if not said or not isinstance(schema, String) or schema.format not in _FORMATS:
        return False
    noun = _FORMATS[schema.format][0]
    words = set(_TELLING.findall(noun.lower()))
    return rule(schema, lexicons) == _sentence(noun) and words <= set(_TELLING.findall(said.lower()))


def fallback(name: str, schema: Schema, lexicons: Lexicons, class_name: str) -> str:
    """What a value is, for one of which nothing else is said.

    Args:
        name: Its name in Python.
        schema: Its schema.
        lexicons: The documents.
        class_name: The class or alias of the schema, where it is one.
    """
    followed = _followed(schema, lexicons)
    match followed:
        case Boolean():
            return "True or False."
        case String() | Integer() if len(name) > 2:
            return _sentence(with_article(_spoken(name)))
        case String():
            return "Any text."
        case Array():
            items = _followed(followed.items, lexicons)
            is_plain = isinstance(
                items, Array | Blob | Boolean | Bytes | CidLink | Integer | String | UnknownKind
            )
            if is_plain or not class_name:
                return _sentence(_noun(followed, lexicons))
            return f"A list; each item is {with_article(f'`{class_name}`')}."
        case Blob() | Bytes() | CidLink() | Integer() | UnknownKind():
            return _sentence(_noun(followed, lexicons))
        case _:
            return _sentence(with_article(f"`{class_name}`")) if class_name else "A JSON object."


def with_article(noun: str) -> str:
    """A noun with the article that it is spoken with; one that looks like a plural gets the other."""
    if noun.endswith("s") and not noun.endswith("ss"):
        return f"the {noun}"
    return f"an {noun}" if _A_VOWEL.match(noun.lstrip("`")) else f"a {noun}"


def quoted(value: object) -> str:
    """A value as it is shown in prose."""
    return f"``{shortened(value)}``" if isinstance(value, str) else str(value)


def listed(values: Iterable[object], *, last: str = "and") -> str:
    """Values in a row, the last after a conjunction."""
    items = [quoted(value) for value in values]
    if len(items) > MOST_VALUES:
        items[MOST_VALUES:] = [f"{len(items) - MOST_VALUES} more"]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def _spoken(name: str) -> str:
    return " ".join(_ACRONYMS.get(word, word) for word in name.split("_") if word)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _followed(schema: Schema, lexicons: Lexicons) -> Schema:
    """A schema past the refs to what isn't an object."""
    if isinstance(schema, Ref):
        definition, _ = lexicons.follow(schema.target)
        if isinstance(definition, Array | Blob | Boolean | Bytes | CidLink | Integer | String):
            return definition
    return schema


def _is_ruled(schema: Schema, lexicons: Lexicons) -> bool:
    match schema:
        case Integer():
            return schema.minimum is not None or schema.maximum is not None
        case String():
            return schema.format is not None or bool(_lengths(schema))
        case Bytes():
            return schema.min_length is not None or schema.max_length is not None
        case Blob():
            return bool(schema.accept) or schema.max_size is not None
        case Array():
            has_length = schema.min_length is not None or schema.max_length is not None
            return has_length or bool(rule(schema.items, lexicons))
        case _:
            return False


def _noun(schema: Schema, lexicons: Lexicons, *, many: bool = False) -> str:
    """What a value is, or the items of a list are, without an end."""
    schema = _followed(schema, lexicons)
    match schema:
        case Boolean():
            return "booleans" if many else "a boolean"
        case Integer():
            return ("integers" if many else "an integer") + _between(schema, many=many)
        case String() if schema.format in _FORMATS:
            return _FORMATS[schema.format][many] + _within(_lengths(schema), many=many)
        case String():
            noun = "strings" if many else "a string"
            if schema.format is not None:
                noun += f" of the format {quoted(schema.format)}"
            return noun + _within(_lengths(schema), many=many)
        case Bytes():
            return f"{_range(schema.min_length, schema.max_length)} bytes".lstrip()
        case Blob():
            noun = "blobs" if many else "a blob"
            if schema.accept:
                noun += f" of the type {listed(schema.accept, last='or')}"
            size = _range(None, schema.max_size, " bytes")
            return noun + (f", {'each of ' if many else 'of '}{size}" if size else "")
        case CidLink():
            return "links" if many else "a link to a block by its CID"
        case Array():
            length = _range(schema.min_length, schema.max_length)
            items = _noun(schema.items, lexicons, many=True)
            return f"{'lists' if many else 'a list'} of {length} {items}".replace("  ", " ")
        case UnknownKind():
            return "values of any kind" if many else "any value"
        case _:
            return "items" if many else "a JSON object"


def _between(schema: Integer, *, many: bool) -> str:
    limits = _range(schema.minimum, schema.maximum)
    if not limits:
        return ""
    both = schema.minimum is not None and schema.maximum is not None
    return f"{', each ' if many else ' '}{'from' if both else 'of'} {limits}"


def _within(limits: list[str], *, many: bool) -> str:
    if not limits:
        return ""
    return f"{', each of' if many else ' of'} {' and '.join(limits)}"


def _lengths(schema: String) -> list[str]:
    limits = (
        _range(schema.min_length, schema.max_length, " bytes of UTF-8"),
        _range(schema.min_graphemes, schema.max_graphemes, " graphemes"),
    )
    return [limit for limit in limits if limit]


def _range(low: int | None, high: int | None, unit: str = "") -> str:
    if low is not None and high is not None:
        return f"{low:,}{unit}" if low == high else f"{low:,} to {high:,}{unit}"
    if low is not None:
        return f"at least {low:,}{unit}"
    return "" if high is None else f"at most {high:,}{unit}"
