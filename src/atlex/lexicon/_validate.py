"""Values against schemas: the documents are interpreted, nothing is generated.

Depth is on a list, not on Python's stack, so that no value can exhaust it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, TypeAlias, cast

from atlex._printable import is_unicode
from atlex.errors import InputError, Issue
from atlex.lexicon import _language as language
from atlex.lexicon._scalars import (
    MAX_INTEGER,
    as_integer,
    boolean_faults,
    integer_faults,
    json_type,
    length_faults,
    string_faults,
)
from atlex.lexicon._special import blob_faults, bytes_length, is_mapping, is_sequence, is_special, link_faults

__all__ = ["ValueCheck", "is_strict"]

MAX_DEPTH: Final = 1000
"""How many arrays and objects of a value may stand inside each other."""

_TYPES_SHOWN: Final = 8
_ANY_BLOB: Final = language.Blob()

# From the value that is checked down to a place in it, innermost first.
_Path: TypeAlias = "tuple[_Path, str | int, int] | None"


@dataclass(frozen=True, slots=True)
class _Anything:
    """What a value without a schema must be: a value of the data model."""


@dataclass(frozen=True, slots=True)
class _Parameter:
    """What a parameter without a schema must be: a scalar, or a list of scalars of one type."""


_Checked: TypeAlias = "language.Schema | language.Record | language.Params | _Anything | _Parameter"


def is_strict(validation: str) -> bool:
    """Whether a `Validation` is the strict one.

    Raises:
        InputError: There is no such validation.
    """
    if validation not in {"lenient", "strict"}:
        raise InputError(f'validation is "lenient" or "strict", not {validation!r:.80}')
    return validation == "strict"


def _extend(path: _Path, segment: str | int) -> _Path:
    return (path, segment, 1 if path is None else path[2] + 1)


def _text(path: _Path) -> str:
    parts: list[str] = []
    while path is not None:
        path, segment, _ = path
        if isinstance(segment, int):
            parts.append(f"[{segment}]")
        else:
            parts.append(segment if path is None else f".{segment}")
    return "".join(reversed(parts))


def _main_normalised(tag: str) -> str:
    nsid, _, name = tag.partition("#")
    return nsid if name == "main" else tag


class ValueCheck:
    """Checks one value, and collects every fault of it.

    Args:
        find: Gives the definition of a name, with the names of the aliases passed on the way; it raises where there is
            none.
        strict: Whether limits, formats and the data model count, or only the shape.
    """

    def __init__(
        self,
        find: Callable[[language.DefId], tuple[language.Definition, tuple[language.DefId, ...]]],
        *,
        strict: bool,
    ) -> None:
        self._find = find
        self._strict = strict
        self._issues: list[Issue] = []
        self._stack: list[tuple[_Checked, Any, _Path, tuple[str, ...]]] = []

    def run_named(self, def_id: language.DefId, value: object) -> list[Issue]:
        """Check a value against a named definition."""
        self._push_named(def_id, value, None)
        return self._run()

    def run(self, schema: language.Schema | language.Record | language.Params, value: object) -> list[Issue]:
        """Check a value against a schema."""
        self._push(schema, value, None)
        return self._run()

    def run_record(self, def_id: language.DefId, record: language.Record, value: object) -> list[Issue]:
        """Check a value against the record definition of that name."""
        self._push(record, value, None, (str(def_id),))
        return self._run()

    def run_anything(self, value: object) -> list[Issue]:
        """Check that a value is one of the data model."""
        self._push(_Anything(), value, None)
        return self._run()

    def _run(self) -> list[Issue]:
        while self._stack:
            # Children are pushed first to last, and turned round here, so that issues come in the value's order.
            schema, value, path, names = self._stack.pop()
            if path is not None and path[2] > MAX_DEPTH:
                self._fault(path, f"nested more than {MAX_DEPTH} levels deep", None)
                break
            floor = len(self._stack)
            self._check(schema, value, path, names)
            self._stack[floor:] = reversed(self._stack[floor:])
        return self._issues

    def _push(self, schema: _Checked, value: Any, path: _Path, names: tuple[str, ...] = ()) -> None:
        self._stack.append((schema, value, path, names))

    def _push_named(self, def_id: language.DefId, value: Any, path: _Path) -> None:
        definition, names = self._find(def_id)
        self._push(cast("language.Schema | language.Record", definition), value, path, tuple(map(str, names)))

    def _fault(self, path: _Path, reason: str, raw: Any) -> None:
        self._issues.append(Issue(_text(path), reason, raw))

    def _faults(self, path: _Path, reasons: list[str], raw: Any) -> None:
        for reason in reasons:
            self._fault(path, reason, raw)

    def _check(self, schema: _Checked, value: Any, path: _Path, names: tuple[str, ...]) -> None:
        strict = self._strict
        match schema:
            case language.String():
                self._faults(path, string_faults(schema, value, limits=strict), value)
            case language.Integer():
                self._faults(path, integer_faults(schema, value, limits=strict), value)
            case language.Boolean():
                self._faults(path, boolean_faults(schema, value), value)
            case language.Object():
                self._object(schema.properties, value, path, names)
            case language.Array():
                self._array(schema, value, path)
            case language.Ref():
                self._push_named(schema.target, value, path)
            case language.Union():
                self._union(schema, value, path)
            case language.Record():
                self._object(schema.record.properties, value, path, names, tagged=True)
            case language.Bytes():
                self._bytes(schema, value, path)
            case language.CidLink():
                self._faults(path, link_faults(value, strict=strict), value)
            case language.Blob():
                self._faults(path, blob_faults(schema, value, strict=strict), value)
            case language.Token():
                if value not in names:
                    self._fault(path, f'expected "{names[-1]}"' if names else "expected a token", value)
            case language.Unknown():
                if self._is_object(value, path):
                    self._anything(value, path)
            case language.Params():
                self._params(schema, value, path)
            case _Parameter():
                self._parameter(value, path)
            case _:
                self._anything(value, path)

    # Containers

    def _is_object(self, value: Any, path: _Path) -> bool:
        if not is_mapping(value):
            self._fault(path, f"expected an object, got {json_type(value)}", value)
            return False
        if is_special(value):
            self._fault(path, "expected an object, got a link or bytes", value)
            return False
        return True

    def _object(
        self,
        properties: Mapping[str, language.Property],
        value: Any,
        path: _Path,
        names: tuple[str, ...],
        *,
        tagged: bool = False,
    ) -> None:
        if not self._is_object(value, path):
            return
        self._tag(value, path, names, required=tagged)
        self._properties(properties, value, path, _Anything())

    def _tag(self, value: Mapping[Any, Any], path: _Path, names: tuple[str, ...], *, required: bool) -> None:
        place = _extend(path, "$type")
        if "$type" not in value:
            if required:
                self._fault(place, "required, but missing", None)
            return
        tag = value["$type"]
        if isinstance(tag, str) and tag and is_unicode(tag):
            # "#main" is one more name of an object's type; a record has one only, since servers compare it with that.
            name = tag if required and self._strict else _main_normalised(tag)
            if not names or name in names:
                return
        if names:
            self._fault(place, f'expected "{names[-1]}"', tag)
        elif self._strict:
            self._fault(place, "expected the name of a type", tag)

    def _properties(
        self,
        properties: Mapping[str, language.Property],
        value: Mapping[Any, Any],
        path: _Path,
        undeclared: _Checked,
    ) -> None:
        for name, prop in properties.items():
            place = _extend(path, name)
            if name not in value:
                if prop.required:
                    self._fault(place, "required, but missing", None)
            elif value[name] is not None:
                self._push(prop.schema, value[name], place)
            elif not (prop.nullable or self._is_anything(prop.schema)):
                self._fault(place, "can't be null", None)
        if self._strict:
            for name, item in value.items():
                if not isinstance(name, str):
                    self._fault(path, f"a key of type {type(name).__name__}", name)
                elif not is_unicode(name):
                    self._fault(path, "a lone surrogate is not text", name)
                elif name not in properties and name != "$type":
                    self._push(undeclared, item, _extend(path, name))

    def _is_anything(self, schema: language.Schema) -> bool:
        """Whether every value of the data model is valid, null too."""
        definition = self._find(schema.target)[0] if isinstance(schema, language.Ref) else schema
        return isinstance(definition, language.UnknownKind)

    def _array(self, schema: language.Array, value: Any, path: _Path) -> None:
        if not is_sequence(value):
            self._fault(path, f"expected an array, got {json_type(value)}", value)
            return
        if self._strict:
            self._faults(
                path, length_faults(len(value), "items", schema.min_length, schema.max_length), value
            )
        for index, item in enumerate(value):
            self._push(schema.items, item, _extend(path, index))

    def _union(self, schema: language.Union, value: Any, path: _Path) -> None:
        if not self._is_object(value, path):
            return
        place = _extend(path, "$type")
        if "$type" not in value:
            self._fault(place, "required, but missing", None)
            return
        tag = value["$type"]
        if not isinstance(tag, str):
            self._fault(place, f"expected the name of a type, got {json_type(tag)}", tag)
            return
        name = _main_normalised(tag)
        for target in schema.targets:
            if str(target) == name:
                self._push_named(target, value, path)
                return
        if schema.closed:
            shown = ", ".join(f'"{target}"' for target in schema.targets[:_TYPES_SHOWN])
            self._fault(place, f"expected one of {shown}" if shown else "no type is allowed", tag)
        else:
            self._anything(value, path)

    def _bytes(self, schema: language.Bytes, value: Any, path: _Path) -> None:
        length = bytes_length(value)
        if length is None:
            self._fault(path, 'expected bytes, {"$bytes": "<base64>"}', value)
        elif self._strict:
            self._faults(path, length_faults(length, "bytes", schema.min_length, schema.max_length), value)

    # Parameters

    def _params(self, schema: language.Params, value: Any, path: _Path) -> None:
        if not is_mapping(value):
            self._fault(path, f"expected an object, got {json_type(value)}", value)
            return
        parameters = {
            name: prop
            for name, prop in schema.properties.items()
            if not isinstance(prop.schema, language.Unknown | language.UnknownKind)
        }
        free = {name for name, prop in schema.properties.items() if prop.required} - parameters.keys()
        for name in sorted(free - value.keys()):
            self._fault(_extend(path, name), "required, but missing", None)
        self._properties(parameters, value, path, _Parameter())

    def _parameter(self, value: Any, path: _Path) -> None:
        members = value if is_sequence(value) else [value]
        kinds: set[type[object]] = {type(member) for member in members}
        if kinds - {bool, int, str} or len(kinds) > 1:
            self._fault(
                path, "a parameter is a boolean, an integer, a string, or a list of one of these", value
            )
        else:
            self._anything(value, path)

    # The data model

    def _anything(self, value: Any, path: _Path) -> None:
        """Check what has no schema. Only a strict check asks; and only for one level, the rest is pushed."""
        if not self._strict or value is None or isinstance(value, bool):
            return
        if isinstance(value, str):
            if not is_unicode(value):
                self._fault(path, "a lone surrogate is not text", value)
        elif isinstance(value, int | float):
            self._number(value, path)
        elif is_mapping(value):
            self._any_object(value, path)
        elif is_sequence(value):
            for index, item in enumerate(value):
                self._push(_Anything(), item, _extend(path, index))
        else:
            self._fault(path, f"a value of type {type(value).__name__} is not JSON", value)

    def _number(self, value: float, path: _Path) -> None:
        number = as_integer(value) if isfinite(value) else None
        if number is None:
            self._fault(path, "the data model has no numbers with a fraction", value)
        elif abs(number) > MAX_INTEGER:
            self._fault(path, "integer is outside ±(2**53 - 1)", value)

    def _any_object(self, value: Mapping[Any, Any], path: _Path) -> None:
        if "$link" in value:
            self._faults(path, link_faults(value, strict=True), value)
        elif "$bytes" in value:
            if bytes_length(value) is None:
                self._fault(path, 'expected bytes, {"$bytes": "<base64>"}', value)
        elif value.get("$type") == "blob":
            self._faults(path, blob_faults(_ANY_BLOB, value, strict=True), value)
        else:
            self._tag(value, path, (), required=False)
            self._properties({}, value, path, _Anything())
