"""Strategies for what no document describes: members of other names, objects of other types, values of any shape."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from atlex.testing._texts import TEXTS, formatted

__all__ = ["anything", "bytes_values", "foreign_objects", "links", "objects", "undeclared_names"]

_LINK: Final = "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
_RAW_LINK: Final = "bafkreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
_DEEP: Final = 60

# What an object of Python's has already, and what a reader may keep for itself.
_NAMES: Final = (
    "",
    "extra",
    "self",
    "cls",
    "from",
    "class",
    "__class__",
    "__dict__",
    "__proto__",
    "_private",
    "copy",
    "json",
    "dict",
    "model_fields",
    "model_config",
    "model_extra",
    "from_wire",
    "to_wire",
    "lex_type",
    "a.b",
    "a[0]",
    "$unknown",
    "\u00e9t\u00e9",
    "\x00",
    "\U0001f98b",
)
_TYPES: Final = (
    "com.example.unheard.of",
    "com.example.unheard#of",
    "com.example.unheard.of#main",
    "app.bsky.feed.defs#postViewOfTomorrow",
    "x",
    "\U0001f98b",
)

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

# As JSON text, so that every value drawn is a new one.
_PLAIN: Final = (
    *map(json.dumps, [None, True, 0, -1, 2**53 - 1, 1 - 2**53, ""]),
    "[]",
    "{}",
    '{"": {}}',
    '[[], [null, [{}]], {"a": []}]',
    '{"$type": "com.example.unheard.of", "a": 1}',
    '{"$type": "app.bsky.feed.post", "text": 5}',
    json.dumps({"$link": _LINK}),
    '{"$bytes": "AQI"}',
    '{"$bytes": "AQI="}',
    json.dumps({"$type": "blob", "ref": {"$link": _RAW_LINK}, "mimeType": "image/png", "size": 3}),
    json.dumps({"cid": _LINK, "mimeType": "image/png"}),
    json.dumps({"a": [{"$link": _LINK}, {"$bytes": ""}]}),
    json.dumps({name: index for index, name in enumerate(_NAMES)}),
    json.dumps(list(TEXTS)),
    "[" * _DEEP + "]" * _DEEP,
    '{"a": ' * _DEEP + "1" + "}" * _DEEP,
)
# Beyond the data model: fractions, large numbers, and objects that only look like links, bytes and blobs.
_ODD: Final = (
    *map(json.dumps, [0.5, 1.0, -0.0, 5e-324, 1.7976931348623157e308, 0.1, 2**53 + 1, 2**64, -(2**127)]),
    *(json.dumps({"$type": name}) for name in (None, "", 5, "blob")),
    '{"$link": "x"}',
    '{"$link": 5, "a": 1}',
    '{"$bytes": "*"}',
    '{"$bytes": null}',
)


@cache
def anything(*, limits: bool) -> SearchStrategy[Any]:
    """Any JSON value.

    Args:
        limits: Whether it is one of the data model: no fractions, nothing beyond 53 bits, links and bytes that are such.
    """
    plain = st.sampled_from(_PLAIN if limits else (*_PLAIN, *_ODD)).map(json.loads)
    return plain | plain | _nested(limits=limits)


@cache
def objects(*, limits: bool) -> SearchStrategy[dict[str, Any]]:
    """Any JSON object that stands for an object."""
    return _with_members(st.just({}), limits=limits)


@cache
def foreign_objects(*, limits: bool) -> SearchStrategy[dict[str, Any]]:
    """Objects that name a type which nobody has heard of."""
    return _with_members(st.sampled_from(_TYPES).map(lambda name: {"$type": name}), limits=limits)


@cache
def _nested(*, limits: bool) -> SearchStrategy[Any]:
    numbers: SearchStrategy[Any] = st.integers(-(2**53 - 1), 2**53 - 1)
    if not limits:
        numbers |= st.floats(allow_nan=False, allow_infinity=False) | st.integers()
    scalars = st.none() | st.booleans() | numbers | st.text(max_size=8)
    names = st.sampled_from(_NAMES) | st.text(max_size=4).filter(lambda name: not name.startswith("$"))
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=6,
    )


@st.composite
def _with_members(draw: DrawFn, beginning: SearchStrategy[dict[str, Any]], *, limits: bool) -> dict[str, Any]:
    names = draw(st.integers(0, len(_NAMES) ** 2 * 3 - 1))
    value = dict(draw(beginning))
    for _ in range(names % 3):
        names //= 3
        value[_NAMES[names % len(_NAMES)]] = draw(anything(limits=limits))
    return value


def undeclared_names(declared: Iterable[str]) -> tuple[str, ...]:
    """Names of members that a document doesn't declare, nearest first: those that the attributes may have."""
    known = set(declared)
    near = {_HUMP.sub("_", name).lower(): None for name in known}
    return tuple(name for name in dict.fromkeys([*near, *_NAMES]) if name not in known)


@cache
def links() -> SearchStrategy[dict[str, Any]]:
    """The values of a cid-link, with valid CIDs."""
    return formatted("cid").map(lambda cid: {"$link": cid})


def bytes_values(least: int, most: int, *, odd: bool) -> SearchStrategy[dict[str, Any]]:
    """Bytes in their JSON form.

    Args:
        least: The fewest bytes.
        most: The most bytes.
        odd: Whether the base64 may be spelt in other ways than the protocol's own: with its padding, or with bits
            set that no byte has.
    """
    padded = st.binary(min_size=least, max_size=most).map(lambda data: b64encode(data).decode())
    spelt = plain = padded.map(lambda text: text.rstrip("="))
    if odd:
        spelt = plain | padded | plain.map(_with_stray_bits)
    return spelt.map(lambda text: {"$bytes": text})


def _with_stray_bits(text: str) -> str:
    # The last character of an incomplete group always has bits to spare, and they are zero.
    return text[:-1] + chr(ord(text[-1]) + 1) if len(text) % 4 and text[-1] in "AQgw" else text
