"""Reads what servers and their accounts have stored: texts whose facets may be anything at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeGuard

from atlex.data import UnknownObject
from atlex.errors import InputError
from atlex.syntax import is_valid_did, is_valid_uri
from atlex_bsky.richtext._features import Feature, Link, Mention, Tag, is_valid_tag
from atlex_bsky.richtext._spans import Span

__all__ = ["spans_of", "text_of"]

_FACET: Final = "app.bsky.richtext.facet"
_MISSING: Final = object()
_AROUND: Final = ("post", "record", "value")
"""Where a view or an answer has what it shows."""
_TEXTS: Final = (("text", "facets", "facets"), ("description", "descriptionFacets", "description_facets"))


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _member(value: object, wire_name: str, name: str) -> object:
    if _is_object(value):
        return value.get(wire_name, _MISSING)
    return getattr(value, name, _MISSING)


def text_of(source: object) -> tuple[str, object]:
    """The text that a record, or the view of one, has, and whatever it has for facets.

    Raises:
        InputError: It isn't anything that has a text.
    """
    for name in _AROUND:
        inside = _member(source, name, name)
        source = source if inside is _MISSING or inside is None else inside
    known = _is_object(source)
    for text_name, wire_name, name in _TEXTS:
        text = _member(source, text_name, text_name)
        known = known or text is not _MISSING
        if isinstance(text, str):
            # What is left of half a character is one that can't be shown, as it is to the apps.
            whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            return whole, _member(source, wire_name, name)
    if not known:
        raise InputError(f"A {type(source).__name__} has no text: a post, a message or a description does")
    return "", ()


def spans_of(text: str, facets: object) -> tuple[Span, ...]:
    """The stretches that the facets of a text mark.

    What can't be shown is skipped: facets that overlap an earlier one, begin or end inside a character,
    aren't within the text, or have nothing to say; and features that break their lexicon.

    Args:
        text: The text, without lone surrogates.
        facets: Facets as models or as JSON has them; anything else is none.
    """
    data = text.encode()
    found: list[Span] = []
    byte_cursor = cursor = 0
    for start, end, features in sorted(_usable(data, facets), key=lambda facet: facet[0]):
        if start < byte_cursor:
            continue
        first = cursor + len(data[byte_cursor:start].decode())
        byte_cursor, cursor = end, first + len(data[start:end].decode())
        found.append(Span(first, cursor, features))
    return tuple(found)


def _usable(data: bytes, facets: object) -> Iterator[tuple[int, int, tuple[Feature, ...]]]:
    for facet in facets if _is_list(facets) else ():
        index = _member(facet, "index", "index")
        start = _member(index, "byteStart", "byte_start")
        end = _member(index, "byteEnd", "byte_end")
        if (
            isinstance(start, int)
            and isinstance(end, int)
            and 0 <= start < end <= len(data)
            and _is_border(data, start)
            and _is_border(data, end)
            and (features := _features(_member(facet, "features", "features")))
        ):
            yield start, end, features


def _is_border(data: bytes, index: int) -> bool:
    """Whether no character goes on at a place in UTF-8."""
    return index == len(data) or data[index] & 0xC0 != 0x80


def _features(values: object) -> tuple[Feature, ...]:
    """The features that can be used: at most one link, one mention and one tag, the first of each."""
    found: dict[object, Feature] = {}
    for value in values if _is_list(values) else ():
        feature = _feature(value)
        if isinstance(feature, UnknownObject):
            found[id(feature)] = feature
        elif feature is not None:
            found.setdefault(type(feature), feature)
    return tuple(found.values())


def _feature(value: object) -> Feature | None:
    value = value.data if isinstance(value, UnknownObject) else value
    kind = _member(value, "$type", "lex_type")
    did, uri, tag = (_member(value, name, name) for name in ("did", "uri", "tag"))
    if kind == f"{_FACET}#mention":
        return Mention(did) if is_valid_did(did) else None
    if kind == f"{_FACET}#link":
        return Link(uri) if is_valid_uri(uri) else None
    if kind == f"{_FACET}#tag":
        return Tag(tag) if is_valid_tag(tag) else None
    return UnknownObject(value, was_read=True) if _is_object(value) and isinstance(kind, str) else None
