"""The slow reading, for an answer that the fast one refused: it gives up the smallest thing that can go.

A broken member of an open union becomes an `UnknownObject`; a broken optional field reads None; else the nearest
list item is left out; else the whole is refused. Whatever gave way is kept in its owner, and written back in its
place. This walks the very schema that the fast reading was made from, and only down to what is broken: every object on
the way is tried whole first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic_core import CoreSchema, SchemaValidator, ValidationError

from atlex.data import UnknownObject, is_list, is_object
from atlex.errors import Issue
from atlex.model._faults import issues_of, join_path, under
from atlex.model._names import attribute_names, extra_name
from atlex.model._unions import UNION

__all__ = ["KEPT", "Kept", "salvage"]

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

    def restore(self, data: dict[str, Any]) -> None:
        """Write what gave way back into an object's JSON form."""
        data.update(self.fields)
        for wire, items in self.items.items():
            if is_list(found := data.get(wire)):
                for position, raw in items:
                    found.insert(position, raw)

    def forget(self, wire: str) -> None:
        """Drop what was kept for a field that has got another value."""
        self.fields.pop(wire, None)
        self.items.pop(wire, None)
        self.issues[:] = [
            issue
            for issue in self.issues
            if issue.path != wire and not issue.path.startswith((f"{wire}.", f"{wire}["))
        ]


class _Broken(Exception):  # noqa: N818 - never leaves this module
    """A value can't be read, and nothing inside it can be given up."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__(issues)
        self.issues = issues


def salvage(
    schema: CoreSchema, data: Any, whole: Callable[[Any], SchemaValidator]
) -> tuple[Any, list[Issue]]:
    """Read what can be read.

    Args:
        schema: The lenient core schema of a class.
        data: The parsed JSON.
        whole: Gives the validator that reads a class in one go.

    Returns:
        The value and no issue, or None and the issues that nothing could be given up for.
    """
    try:
        return _Salvage(whole).read(schema, data, ""), []
    except _Broken as broken:
        return None, broken.issues


class _Salvage:
    def __init__(self, whole: Callable[[Any], SchemaValidator]) -> None:
        self._whole = whole
        self._definitions: dict[str, Any] = {}
        # By the identity of their schemas, which live as long as the walk.
        self._leaves: dict[int, SchemaValidator] = {}

    def read(self, schema: Any, data: Any, path: str) -> Any:
        match schema["type"]:
            case "definitions":
                self._definitions.update({item["ref"]: item for item in schema["definitions"]})
                return self.read(schema["schema"], data, path)
            case "definition-ref":
                return self.read(self._definitions[schema["schema_ref"]], data, path)
            case "nullable":
                return None if data is None else self.read(schema["schema"], data, path)
            case "default":
                return self.read(schema["schema"], data, path)
            case "model" if schema["schema"]["type"] == "model-fields":
                return self._object(schema, data, path)
            case "list":
                return self._list(schema, data, path, None, "")
            case "union" if UNION in (schema.get("metadata") or {}):
                return self._member(schema, data)
            case "tagged-union":
                return self._closed_member(schema, data, path)
            case "int":
                # A whole number that some encoder wrote with a fraction.
                whole = int(data) if isinstance(data, float) and data.is_integer() else data
                return self._leaf(schema, whole, path)
            case _:
                return self._leaf(schema, data, path)

    def _leaf(self, schema: Any, data: Any, path: str) -> Any:
        validator = self._leaves.get(id(schema))
        if validator is None:
            validator = self._leaves[id(schema)] = SchemaValidator(schema, _use_prebuilt=False)
        try:
            return validator.validate_python(data)
        except ValidationError as error:
            raise _Broken(
                [
                    Issue(under(path, issue.path), issue.reason, issue.raw)
                    for issue in issues_of(error, schema, python_names=False)
                ]
            ) from None

    def _object(self, schema: Any, data: Any, path: str) -> Any:
        if not is_object(data):
            raise _Broken([Issue(path, "expected an object", data)])
        with contextlib.suppress(ValidationError):
            return self._whole(schema["cls"]).validate_python(data)
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
                    values[name] = inner.get("default")
                else:
                    broken.append(Issue(join_path(path, wire), "is required", data))
                continue
            raw = rest.pop(wire)
            try:
                values[name] = self._field(inner, raw, wire, kept)
                present.add(name)
            except _Broken as fault:
                if optional:
                    values[name] = inner.get("default")
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

    def _field(self, schema: Any, raw: Any, wire: str, kept: Kept) -> Any:
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
            return self._list(inner, raw, wire, kept, wire)
        return self.read(inner, raw, wire)

    def _list(self, schema: Any, raw: Any, path: str, kept: Kept | None, wire: str) -> list[Any]:
        if not is_list(raw):
            raise _Broken([Issue(path, "expected a list", raw)])
        values: list[Any] = []
        for index, item in enumerate(raw):
            try:
                values.append(self.read(schema["items_schema"], item, f"{path}[{index}]"))
            except _Broken as fault:
                if kept is None:
                    raise
                kept.items.setdefault(wire, []).append((index, item))
                kept.issues.append(_one_issue(f"{path}[{index}]", fault.issues, item))
        return values

    def _member(self, schema: Any, data: Any) -> Any:
        if not is_object(data):
            return UnknownObject({}, "expected an object that names its type", data)
        tag = data.get("$type")
        if not isinstance(tag, str):
            return UnknownObject(data, "names no type: $type is missing")
        first = schema["choices"][0]
        choice = first[0]["choices"].get(tag) if first[1] == "known" else None
        if choice is None:
            return UnknownObject(data)
        try:
            return self.read(choice, data, "")
        except _Broken as fault:
            return UnknownObject(data, "; ".join(str(issue) for issue in fault.issues))

    def _closed_member(self, schema: Any, data: Any, path: str) -> Any:
        tag = data.get("$type") if is_object(data) else None
        choice = schema["choices"].get(tag) if isinstance(tag, str) else None
        if choice is None:
            raise _Broken([Issue(path, "must be one of " + ", ".join(schema["choices"]), data)])
        return self.read(choice, data, path)


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
