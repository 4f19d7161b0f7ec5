"""The slow reading, for an answer that the fast one refused: it gives up the smallest thing that can go.

A broken member of an open union becomes an `UnknownObject`; a broken optional field reads None; else the nearest
list item is left out; else the whole is refused. Whatever gave way is kept in its owner, and written back in its
place. This walks the very schema that the fast reading was made from, and only down to what is broken, as pydantic's
error says: all else is read in one go.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from pydantic import BaseModel
from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

from atlex.data import UnknownObject, is_list, is_object
from atlex.errors import Issue
from atlex.model._bare import is_bare
from atlex.model._faults import issues_of, join_path, under
from atlex.model._names import attribute_names, extra_name
from atlex.model._unions import UNION
from atlex.model._wire import wire_value

__all__ = ["KEPT", "Kept", "kept_of", "salvage"]

_SIMPLE: Final = frozenset({"any", "bool", "dict", "function-plain", "int", "literal", "str"})
"""The kinds of schema that have no others inside."""

KEPT: Final = "_atlex_kept"
"""The name under which an instance's private values hold its `Kept`."""


# Without slots, which the first protocols of pickle refuse.
@dataclass
class Kept:
    """What an object read from the wire couldn't show in its fields.

    Attributes:
        fields: The raw values of optional fields that were broken, by wire name.
        items: For each list by wire name: (position, raw value) of the items left out, in order.
        issues: One for each of these, with paths from this object.
    """

    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    items: dict[str, list[tuple[int, Any]]] = field(default_factory=dict[str, "list[tuple[int, Any]]"])
    issues: list[Issue] = field(default_factory=list[Issue])

    def restore(self, data: dict[str, Any], lengths: Mapping[str, int]) -> None:
        """Write what gave way back into an object's JSON form.

        Args:
            data: The JSON form.
            lengths: How many items the lists have, by wire name: one that has more has got them back already.
        """
        for wire, raw in self.fields.items():
            data[wire] = wire_value(raw)
        for wire, items in self.items.items():
            found = data.get(wire)
            if is_list(found) and len(found) == lengths.get(wire):
                data[wire] = _merged(found, items)

    def copy(self) -> Kept:
        """A copy that can be changed by itself."""
        items = {wire: list(left_out) for wire, left_out in self.items.items()}
        return Kept(dict(self.fields), items, list(self.issues))

    def forget(self, wire: str) -> None:
        """Drop what was kept for a field that has got another value."""
        self.fields.pop(wire, None)
        self.items.pop(wire, None)
        self.issues[:] = [
            issue
            for issue in self.issues
            if issue.path != wire and not issue.path.startswith((f"{wire}.", f"{wire}["))
        ]


def kept_of(value: BaseModel) -> Kept | None:
    """What an instance keeps, or None."""
    # A bare instance has no private values yet, and keeps nothing.
    private = None if is_bare(value) else value.__pydantic_private__
    return None if private is None else private.get(KEPT)


def _merged(found: list[Any], left_out: list[tuple[int, Any]]) -> list[Any]:
    """A list with the items that were left out of it, each at its place if the list still reaches there."""
    rest = iter(found)
    merged: list[Any] = []
    for position, raw in left_out:
        merged.extend(itertools.islice(rest, max(0, position - len(merged))))
        merged.append(wire_value(raw))
    merged.extend(rest)
    return merged


Faults: TypeAlias = "dict[str | int, Faults]"
"""Where pydantic found faults, step by step. Empty: at this very place."""


def _faults(locations: Iterable[tuple[str | int, ...]]) -> Faults:
    root: Faults = {}
    for location in locations:
        here = root
        for step in location:
            here = here.setdefault(step, {})
    return root


class _Broken(Exception):  # noqa: N818 - never leaves this module
    """A value can't be read, and nothing inside it can be given up."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__(issues)
        self.issues = issues


def salvage(
    schema: CoreSchema, data: Any, error: ValidationError, whole: Callable[[Any], SchemaValidator]
) -> tuple[Any, list[Issue]]:
    """Read what can be read.

    Args:
        schema: The lenient core schema of a class.
        data: The parsed JSON.
        error: What the schema's validator raised of it.
        whole: Gives the validator that reads a class in one go.

    Returns:
        The value and no issue, or None and the issues that nothing could be given up for.
    """
    locations = [fault["loc"] for fault in error.errors(include_url=False, include_input=False)]
    try:
        return _Salvage(whole).read(schema, data, "", _faults(locations)), []
    except _Broken as broken:
        return None, broken.issues


class _Salvage:
    """Reads values one after the other. None for a value's faults: it has none, as far as anybody knows."""

    def __init__(self, whole: Callable[[Any], SchemaValidator]) -> None:
        self._whole = whole
        self._definitions: dict[str, Any] = {}
        # By the identity of their schemas, which live as long as the walk.
        self._leaves: dict[int, SchemaValidator] = {}

    def read(self, schema: Any, data: Any, path: str, faults: Faults | None) -> Any:
        match schema["type"]:
            case "definitions":
                self._definitions.update({item["ref"]: item for item in schema["definitions"]})
                return self.read(schema["schema"], data, path, faults)
            case "definition-ref":
                return self.read(self._definitions[schema["schema_ref"]], data, path, faults)
            case "nullable":
                return None if data is None else self.read(schema["schema"], data, path, faults)
            case "default":
                return self.read(schema["schema"], data, path, faults)
            case "model" if _is_walkable(schema):
                return self._object(schema, data, path, faults)
            case "list":
                return self._list(schema, data, path, faults, None, "")
            case "union" if UNION in (schema.get("metadata") or {}):
                return self._member(schema, data, faults)
            case "tagged-union":
                return self._closed_member(schema, data, path, faults)
            case "int":
                # A whole number that some encoder wrote with a fraction.
                whole = int(data) if isinstance(data, float) and data.is_integer() else data
                return self._leaf(schema, whole, path)
            case _:
                return self._leaf(schema, data, path)

    def _leaf(self, schema: Any, data: Any, path: str) -> Any:
        validator = self._leaves.get(id(schema))
        if validator is None:
            complete = schema
            if schema["type"] not in _SIMPLE and self._definitions:
                complete = core_schema.definitions_schema(schema, list(self._definitions.values()))
            validator = self._leaves[id(schema)] = SchemaValidator(complete, _use_prebuilt=False)
        try:
            return validator.validate_python(data)
        except ValidationError as error:
            raise _Broken(
                [
                    Issue(under(path, issue.path), issue.reason, issue.raw)
                    for issue in issues_of(error, schema, python_names=False)
                ]
            ) from None

    def _object(self, schema: Any, data: Any, path: str, faults: Faults | None) -> Any:
        if not is_object(data):
            raise _Broken([Issue(path, "expected an object", data)])
        if not faults:
            try:
                return self._whole(schema["cls"]).validate_python(data)
            except ValidationError as error:
                faults = _faults(fault["loc"] for fault in error.errors(include_url=False))
        rest = dict(data)
        kept = Kept()
        values: dict[str, Any] = {}
        present: set[str] = set()
        broken: list[Issue] = []
        for name, declared in schema["schema"]["fields"].items():
            wire = declared.get("validation_alias", name)
            inner = declared["schema"]
            optional = inner["type"] == "default"
            if wire not in rest:
                if optional:
                    values[name] = inner["default"]
                else:
                    broken.append(Issue(join_path(path, wire), "is required", data))
                continue
            raw = rest.pop(wire)
            try:
                values[name] = self._field(inner, raw, wire, faults.get(wire), kept)
                present.add(name)
            except _Broken as fault:
                if optional:
                    values[name] = inner["default"]
                    kept.fields[wire] = raw
                    kept.issues.append(_one_issue(wire, fault.issues, raw))
                else:
                    broken += [
                        Issue(under(path, issue.path), issue.reason, issue.raw) for issue in fault.issues
                    ]
        if broken:
            raise _Broken(broken)
        attributes = attribute_names(schema["schema"]["fields"])
        extra = {extra_name(member, attributes): item for member, item in rest.items()}
        return _instance(schema["cls"], values, present, extra, kept)

    def _field(self, schema: Any, raw: Any, wire: str, faults: Faults | None, kept: Kept) -> Any:
        """Read one member. Its path starts at its owner, which keeps what gives way."""
        inner = schema
        while inner["type"] in {"default", "nullable", "definition-ref"}:
            if inner["type"] == "nullable" and raw is None:
                return None
            inner = (
                self._definitions[inner["schema_ref"]]
                if inner["type"] == "definition-ref"
                else inner["schema"]
            )
        if inner["type"] == "list":
            return self._list(inner, raw, wire, faults, kept, wire)
        return self.read(inner, raw, wire, faults)

    def _list(
        self, schema: Any, raw: Any, path: str, faults: Faults | None, kept: Kept | None, wire: str
    ) -> list[Any]:
        if not is_list(raw):
            raise _Broken([Issue(path, "expected a list", raw)])
        values: list[Any] = []
        inside = faults or {}
        for index, item in enumerate(raw):
            try:
                values.append(self.read(schema["items_schema"], item, f"{path}[{index}]", inside.get(index)))
            except _Broken as fault:
                if kept is None:
                    raise
                kept.items.setdefault(wire, []).append((index, item))
                kept.issues.append(_one_issue(f"{path}[{index}]", fault.issues, item))
        return values

    def _member(self, schema: Any, data: Any, faults: Faults | None) -> Any:
        if not is_object(data):
            return UnknownObject({}, "expected an object that names its type", data, was_read=True)
        tag = data.get("$type")
        if not isinstance(tag, str):
            return UnknownObject(data, "names no type: $type is missing", was_read=True)
        first = schema["choices"][0]
        choice = first[0]["choices"].get(tag) if first[1] == "known" else None
        if choice is None:
            return UnknownObject(data, was_read=True)
        inside = (faults or {}).get("known", {}).get(tag)
        try:
            return self.read(choice, data, "", inside)
        except _Broken as fault:
            return UnknownObject(data, "; ".join(str(issue) for issue in fault.issues), was_read=True)

    def _closed_member(self, schema: Any, data: Any, path: str, faults: Faults | None) -> Any:
        tag = data.get("$type") if is_object(data) else None
        choice = schema["choices"].get(tag) if isinstance(tag, str) else None
        if choice is None:
            raise _Broken([Issue(path, "must be one of " + ", ".join(schema["choices"]), data)])
        return self.read(choice, data, path, (faults or {}).get(str(tag)))


def _is_walkable(schema: Any) -> bool:
    """Whether the fields of a class are as the generator declares them; a user's subclass may have any."""
    if schema["schema"]["type"] != "model-fields":
        return False
    return all(
        isinstance(field.get("validation_alias", ""), str)
        and (field["schema"]["type"] != "default" or "default" in field["schema"])
        for field in schema["schema"]["fields"].values()
    )


def _one_issue(place: str, issues: list[Issue], raw: Any) -> Issue:
    """What is said of one thing that gave way, whatever the number of its faults."""
    if len(issues) == 1:
        return issues[0]
    return Issue(place, "; ".join(str(issue) for issue in issues), raw)


def _instance(
    model: Any, values: dict[str, Any], present: set[str], extra: dict[str, Any], kept: Kept
) -> Any:
    value = model.__new__(model)
    put = object.__setattr__
    put(value, "__dict__", values)
    put(value, "__pydantic_fields_set__", present)
    put(value, "__pydantic_extra__", extra)
    put(value, "__pydantic_private__", None)
    if model.__pydantic_post_init__:
        value.model_post_init(None)
    if kept.issues:
        put(value, "__pydantic_private__", {**(value.__pydantic_private__ or {}), KEPT: kept})
    return value
