"""From Lexicon definitions to hypothesis strategies for their values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import inf
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from atlex import lexicon
from atlex.errors import LexiconError
from atlex.testing._anything import anything, bytes_values, foreign_objects, links, objects, undeclared_names
from atlex.testing._texts import any_text, raw_cids, strings

__all__ = ["Describable", "Strategies"]

Describable: TypeAlias = lexicon.Definition | lexicon.Params
"""What describes values."""

_Values: TypeAlias = SearchStrategy[Any]
_Names: TypeAlias = tuple[str, ...]

_DEPTH: Final = 3
"""How deep objects stand inside each other before only what is required goes on."""

_MAX_INTEGER: Final = 2**53 - 1
_MOST_ITEMS: Final = 3
_MOST_BYTES: Final = 40
_MIME_TYPES: Final = ("image/png", "image/jpeg", "video/mp4", "text/vtt", "application/octet-stream", "x/y+z")


class Strategies:
    """Makes strategies for the values of some documents, each once.

    Args:
        lexicons: The documents.
        limits: Whether lengths, ranges and formats hold, and the data model with them.
        undeclared: Whether values have members and types that the documents don't declare, and spellings of declared
            ones that are rare.
    """

    def __init__(self, lexicons: lexicon.Lexicons, *, limits: bool, undeclared: bool) -> None:
        self._lexicons = lexicons
        self._limits = limits
        self._undeclared = undeclared
        self._named: dict[tuple[lexicon.DefId, int], _Values] = {}

    def named(self, def_id: lexicon.DefId) -> _Values:
        """The values of a definition.

        Raises:
            LexiconError: There is no such definition, or no value of it could ever end.
        """
        if self._height(lexicon.Ref(ref=str(def_id), target=def_id)) == inf:
            raise LexiconError(f"{def_id} has no values: what it requires contains it again")
        return self._named_at(def_id, _DEPTH)

    def described(self, schema: Describable) -> _Values:
        """The values of a schema that stands in one of the documents.

        Raises:
            LexiconError: No value of it could ever end.
        """
        if self._height(schema) == inf:
            raise LexiconError("There are no such values: what they require contains them again")
        return self._schema(schema, _DEPTH)

    def _named_at(self, def_id: lexicon.DefId, depth: int) -> _Values:
        key = (def_id, depth)
        if key not in self._named:
            definition, names = self._lexicons.follow(def_id)
            self._named[key] = self._schema(definition, depth, tuple(map(str, names)))
        return self._named[key]

    def _schema(self, schema: Describable, depth: int, names: _Names = ()) -> _Values:
        match schema:
            case lexicon.String(const=str()) | lexicon.Integer(const=int()) | lexicon.Boolean(const=bool()):
                return st.just(schema.const)
            case lexicon.String(enum=tuple(choices)) | lexicon.Integer(enum=tuple(choices)):
                return st.sampled_from(choices)
            case lexicon.String():
                return strings(schema, limits=self._limits)
            case lexicon.Integer():
                return self._integers(schema)
            case lexicon.Boolean():
                return st.booleans()
            case lexicon.Bytes():
                least, most = self._lengths(schema.min_length, schema.max_length, _MOST_BYTES)
                return bytes_values(least, most, odd=self._undeclared)
            case lexicon.CidLink():
                return links() if self._limits else links() | any_text().map(lambda text: {"$link": text})
            case lexicon.Blob():
                return self._blobs(schema)
            case lexicon.Unknown():
                return objects(limits=self._limits) | foreign_objects(limits=self._limits)
            case lexicon.Token():
                return st.sampled_from(names)
            case lexicon.Ref():
                return self._named_at(schema.target, depth)
            case lexicon.Union():
                return self._union(schema, depth)
            case lexicon.Array():
                return self._array(schema, depth)
            case lexicon.Object():
                return self._object(schema.properties, depth, names)
            case lexicon.Record():
                return self._object(schema.record.properties, depth, names, tagged=True)
            case lexicon.Params():
                return self._params(schema)
            case _:
                return anything(limits=self._limits)

    # Scalars

    def _integers(self, schema: lexicon.Integer) -> _Values:
        if not self._limits:
            return st.integers(-_MAX_INTEGER, _MAX_INTEGER) | st.integers(-3, 100) | st.integers()
        least = -_MAX_INTEGER if schema.minimum is None else schema.minimum
        most = _MAX_INTEGER if schema.maximum is None else schema.maximum
        return st.integers(least, most) | st.sampled_from([least, most])

    def _lengths(self, least: int | None, most: int | None, usual: int) -> tuple[int, int]:
        """The lengths to draw from, of which a greatest one beyond the usual isn't used up."""
        if not self._limits:
            return 0, usual
        low = least or 0
        high = low + usual
        return low, high if most is None else min(most, high)

    def _blobs(self, schema: lexicon.Blob) -> _Values:
        accept = (schema.accept or ("*/*",)) if self._limits else ("*/*",)
        mime_types = [
            pattern.replace("*", "png") if pattern.endswith("/*") and pattern != "*/*" else pattern
            for pattern in accept
            if pattern != "*/*" and "/" in pattern
        ]
        if "*/*" in accept:
            mime_types += _MIME_TYPES
        most = schema.max_size if self._limits and schema.max_size is not None else _MAX_INTEGER
        sizes = st.integers(0, most) | st.just(most)
        current = st.builds(_blob, raw_cids(), st.sampled_from(mime_types), sizes)
        if self._limits:
            return current
        legacy = st.builds(_legacy_blob, raw_cids() | any_text(), st.sampled_from(mime_types) | any_text())
        sizeless = st.builds(_blob, raw_cids() | any_text(), any_text(), st.just(-1))
        more = st.sampled_from([{}, {}, {"alt": None}, {"original": {"width": 1.5}}])
        return st.builds(_merged, current | legacy | sizeless, more)

    # Containers

    def _array(self, schema: lexicon.Array, depth: int) -> _Values:
        least, most = self._lengths(schema.min_length, schema.max_length, _MOST_ITEMS)
        if self._height(schema.items) and (depth <= 0 or self._height(schema.items) == inf):
            most = least
        # An array that stays empty doesn't look at its items, of which there may be none.
        items = self._schema(schema.items, depth) if most else st.nothing()
        return st.lists(items, min_size=least, max_size=most)

    def _union(self, schema: lexicon.Union, depth: int) -> _Values:
        heights = {
            target: self._height(lexicon.Ref(ref=str(target), target=target)) for target in schema.targets
        }
        targets = [
            target
            for target in schema.targets
            if heights[target] < inf
            and (depth > 0 or heights[target] == min(heights.values()))
            and isinstance(self._lexicons.follow(target)[0], lexicon.Object | lexicon.Record)
        ]
        members = [self._member(target, depth) for target in targets]
        if not members or (self._undeclared and not schema.closed):
            members.append(self._foreign(schema))
        return st.one_of(members)

    def _member(self, target: lexicon.DefId, depth: int) -> _Values:
        names = [str(target)]
        is_strict_record = self._limits and isinstance(self._lexicons.follow(target)[0], lexicon.Record)
        if target.is_main and self._undeclared and not is_strict_record:
            names.append(f"{target}#main")
        tags = st.sampled_from([{"$type": name} for name in names])
        return st.builds(_merged, self._named_at(target, depth), tags)

    def _foreign(self, schema: lexicon.Union) -> _Values:
        known = {str(target) for target in schema.targets}
        known |= {f"{name}#main" for name in known}
        return foreign_objects(limits=self._limits).filter(lambda value: value["$type"] not in known)

    def _params(self, schema: lexicon.Params) -> _Values:
        required, optional = self._members(schema.properties, 1)
        extra: _Values | None = None
        if self._undeclared:
            extra = st.booleans() | st.integers(-9, 9) | any_text() | st.lists(any_text(), max_size=2)
        return _assembled(required, optional, 1, (), undeclared_names(schema.properties), extra)

    def _object(
        self, properties: Mapping[str, lexicon.Property], depth: int, names: _Names, *, tagged: bool = False
    ) -> _Values:
        required, optional = self._members(properties, depth - 1)
        extra = anything(limits=self._limits) if self._undeclared else None
        # The last name is the definition's own.
        types: list[str | None] = [names[-1] if names else "com.example.inline"]
        if self._undeclared and not tagged:
            types += [f"{name}#main" for name in types if name and "#" not in name]
        if not tagged:
            types = [None, None, *types] if self._undeclared else [None]
        return _assembled(
            required, optional, 1 if depth >= _DEPTH else 2, tuple(types), undeclared_names(properties), extra
        )

    def _members(
        self, properties: Mapping[str, lexicon.Property], depth: int
    ) -> tuple[dict[str, _Values], dict[str, _Values]]:
        required: dict[str, _Values] = {}
        optional: dict[str, _Values] = {}
        for name, prop in properties.items():
            height = self._height(prop.schema)
            if prop.required or not height or (depth > 0 and height < inf):
                chosen = required if prop.required else optional
                values = st.nothing() if height == inf else self._schema(prop.schema, depth)
                chosen[name] = st.none() | values if prop.nullable else values
        return required, optional

    # Heights

    def _height(self, schema: Describable) -> float:
        """How many objects stand inside each other at least; infinite where no value ever ends."""
        return _height(schema, self._heights)

    @cached_property
    def _heights(self) -> Mapping[lexicon.DefId, float]:
        definitions = dict(self._lexicons.definitions())
        heights: dict[lexicon.DefId, float] = {}
        # Each round finds the definitions that are one object higher than those before.
        while found := {
            def_id: height
            for def_id, definition in definitions.items()
            if def_id not in heights and (height := _height(definition, heights)) < inf
        }:
            heights |= found
        return heights


def _height(schema: Describable, heights: Mapping[lexicon.DefId, float]) -> float:
    match schema:
        case lexicon.Ref():
            return heights.get(schema.target, inf)
        case lexicon.Object() | lexicon.Params():
            needed = [
                _height(prop.schema, heights)
                for prop in schema.properties.values()
                if prop.required and not prop.nullable
            ]
            return 1 + max(needed, default=0)
        case lexicon.Record():
            return _height(schema.record, heights)
        case lexicon.Array():
            return _height(schema.items, heights) if schema.min_length else 0
        case lexicon.Union():
            lowest = min((heights.get(target, inf) for target in schema.targets), default=inf)
            return 1 + lowest if lowest < inf else (inf if schema.closed else 1)
        case _:
            return 0


@st.composite
def _assembled(
    draw: DrawFn,
    required: Mapping[str, _Values],
    optional: Mapping[str, _Values],
    rarity: int,
    types: tuple[str | None, ...],
    names: _Names,
    extra: _Values | None,
) -> dict[str, Any]:
    """Objects with their members.

    Args:
        draw: Draws from a strategy.
        required: The members that are always there.
        optional: Those that may be.
        rarity: An optional member is there once in 2 to this power.
        types: What ``$type`` may be; None for an object without.
        names: The names of undeclared members.
        extra: Their values; None for an object without.
    """
    value: dict[str, Any] = {}
    kind = types[0] if len(types) == 1 else draw(st.sampled_from(types)) if types else None
    if kind is not None:
        value["$type"] = kind
    for name, values in required.items():
        value[name] = draw(values)
    if optional:
        # Bytes, since large integers are mostly drawn small, which would leave out the later members.
        size = (len(optional) * rarity + 7) // 8
        chosen = int.from_bytes(draw(st.binary(min_size=size, max_size=size)))
        for name, values in optional.items():
            chosen, bits = divmod(chosen, 2**rarity)
            if bits == 2**rarity - 1:
                value[name] = draw(values)
    if extra is not None:
        place = draw(st.integers(0, 3 * len(names) - 1))
        if place < len(names):
            value[names[place]] = draw(extra)
    return value


def _merged(value: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return {**value, **more}


def _blob(cid: str, mime_type: str, size: int) -> dict[str, Any]:
    return {"$type": "blob", "ref": {"$link": cid}, "mimeType": mime_type, "size": size}


def _legacy_blob(cid: str, mime_type: str) -> dict[str, Any]:
    return {"cid": cid, "mimeType": mime_type}
