"""The slow path of reading: piece by piece, down to what is broken.

Lenient reading gives up the smallest thing that can go: a broken member of an open union becomes an `UnknownObject`, a
broken optional field reads None, else the nearest list item is left out, else the whole is refused. What is given up is
kept in its owner, and written back in its place. Strict reading gives up nothing, and comes here for the issues.

Everything is read whole as long as it can be. pydantic's error says where an object is broken: only that part is taken
apart, and since lists stop at their first broken item, the error is no larger than one path through the data. Each
part is read twice at most, so time and memory grow with the size of the data. What nests more deeply than pydantic
reads in one go counts as broken at that depth, and is read from there on. Steps are generators, so that depth costs no
stack.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final, TypeAlias

from pydantic_core import SchemaValidator, ValidationError, core_schema

from atlex._validation import Validation
from atlex.data import MAX_DEPTH, OMIT, UnknownObject, is_list, is_object
from atlex.errors import Issue
from atlex.model._errors import issues_of, join_path, under
from atlex.model._kept import KEPT, Kept
from atlex.model._keys import UNION, attribute_names, extra_name, metadata_of
from atlex.model._levels import declared_fields, level_schema, own_type_fault, validator
from atlex.model._wire import within_data_model

__all__ = ["MOST_FAULTS", "faults_of", "salvage"]

MOST_FAULTS: Final = 10_000
"""With more faults than these, lists that have broken items are given up whole, and with twice as many the response is
refused: what is kept of a fault costs far more than the byte or two that it may take.
"""

_SIMPLE: Final = frozenset({"any", "bool", "dict", "function-plain", "int", "literal", "str"})
"""The kinds of schema that have no others inside."""

_DEEPEST: Final = 4 * MAX_DEPTH
"""How many steps may lie inside each other; an object or list takes up to four."""

_SHOWN: Final = 10
"""How many faults of one thing are told."""

Faults: TypeAlias = "dict[str | int, Faults] | None"
"""Where pydantic found faults, step by step. Empty: at this place. None: nobody has looked yet."""

Step: TypeAlias = "Generator[Step, Any, Any]"
"""A part of the walk: yields the steps inside it, receives what they read, and returns what it read itself."""


class _Broken(Exception):  # noqa: N818 - never leaves this module
    """A value can't be read, and nothing inside it can be given up."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__(issues)
        self.issues = issues


def salvage(model: Any, data: Any, faults: Faults, level: Validation) -> tuple[Any, list[Issue]]:
    """Read what can be read.

    Args:
        model: The class.
        data: The parsed JSON.
        faults: Where the validator of the class found faults.
        level: ``lenient``, or ``strict`` to find all issues.

    Returns:
        The value and no issue, or None and the issues that nothing could be given up for.
    """
    walk = _Walk(level)
    value, issues = None, list[Issue]()
    try:
        value = _run(walk.read(level_schema(model, level), data, "", faults))
    except _Broken as broken:
        issues = broken.issues
    if walk.count > 2 * MOST_FAULTS:
        return None, [*issues, Issue("", f"has more than {2 * MOST_FAULTS} faults", data)]
    return value, issues


def _run(first: Step) -> Any:
    """Take steps, and the steps inside them, without recursion."""
    stack: list[Step] = [first]
    value: Any = None
    broken: _Broken | None = None
    while stack:
        try:
            inner = stack[-1].send(value) if broken is None else stack[-1].throw(broken)
        except StopIteration as done:
            stack.pop()
            value, broken = done.value, None
        except _Broken as fault:
            stack.pop()
            # Without the frames that it came through, of which there may be thousands.
            value, broken = None, fault.with_traceback(None)
        else:
            stack.append(inner)
            value, broken = None, None
            if len(stack) > _DEEPEST:
                broken = _Broken([Issue("", "is nested too deeply, or contains itself")])
    if broken is not None:
        raise broken
    return value


def faults_of(error: ValidationError) -> dict[str | int, Faults]:
    """Where a validator found faults."""
    root: dict[str | int, Any] = {}
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    for fault in faults:
        here = root
        for step in fault["loc"]:
            here = here.setdefault(step, {})
    for fault in faults:
        if fault["type"] == "recursion_loop":
            # Nothing is wrong there but the depth.
            here = root
            for step in fault["loc"][:-1]:
                here = here[step]
            here[fault["loc"][-1]] = None
    return root


class _Walk:
    """Reads values one after the other."""

    def __init__(self, level: Validation) -> None:
        self._level: Validation = level
        self._gives_up = level == "lenient"
        self._definitions: dict[str, Any] = {}
        # By the identity of their schemas, which live as long as the walk.
        self._leaves: dict[int, SchemaValidator] = {}
        self.count = 0

    def read(self, schema: Any, data: Any, path: str, faults: Faults) -> Step:
        """Read a value; its issues have paths that start with ``path``."""
        while True:
            match schema["type"]:
                case "definitions":
                    self._definitions.update({item["ref"]: item for item in schema["definitions"]})
                    schema = schema["schema"]
                case "definition-ref":
                    schema = self._definitions[schema["schema_ref"]]
                case "nullable" if data is None:
                    return None
                case "nullable" | "default":
                    schema = schema["schema"]
                case "model" if _is_walkable(schema):
                    return (yield self._object(schema, data, path, faults))
                case "list":
                    return (yield self._list(schema, data, path, faults, None, ""))
                case "union" if UNION in metadata_of(schema):
                    return (yield self._member(schema, data, path, faults))
                case "tagged-union":
                    return (yield self._closed_member(schema, data, path, faults))
                case _:
                    return self._leaf(schema, data, path)

    def _broken(self, issues: list[Issue]) -> _Broken:
        self.count += len(issues)
        return _Broken(issues)

    def _leaf(self, schema: Any, data: Any, path: str) -> Any:
        if schema["type"] == "int" and isinstance(data, float) and data.is_integer():
            # A whole number that some encoder wrote with a fraction.
            data = int(data)
        read = self._leaves.get(id(schema))
        if read is None:
            complete = schema
            if schema["type"] not in _SIMPLE and self._definitions:
                complete = core_schema.definitions_schema(schema, list(self._definitions.values()))
            read = self._leaves[id(schema)] = SchemaValidator(complete, _use_prebuilt=False)
        try:
            return read.validate_python(data)
        except ValidationError as error:
            raise self._broken(under(path, issues_of(error, schema, python_names=False))) from None

    def _object(self, schema: Any, data: Any, path: str, faults: Faults) -> Step:
        model = schema["cls"]
        if not is_object(data):
            raise self._broken([Issue(path, "expected an object", data)])
        if not faults:
            try:
                return validator(model, self._level).validate_python(data)
            except ValidationError as error:
                faults = faults_of(error)
        rest = dict(data)
        kept = Kept()
        values: dict[str, Any] = {}
        present: set[str] = set()
        broken: list[Issue] = []
        if not self._gives_up and (wrong := own_type_fault(model, data)) is not None:
            broken.append(Issue(join_path(path, "$type"), wrong, data))
        fields = declared_fields(schema)["fields"]
        for name, declared in fields.items():
            wire = declared.get("validation_alias", name)
            inner = declared["schema"]
            optional = inner["type"] == "default"
            if wire not in rest:
                if optional:
                    values[name] = inner["default"]
                else:
                    broken += self._broken([Issue(join_path(path, wire), "is required", data)]).issues
                continue
            raw = rest.pop(wire)
            # What is given up is kept in its owner, where its path starts.
            place = wire if self._gives_up else join_path(path, wire)
            try:
                values[name] = yield self._field(inner, raw, place, wire, faults.get(wire), kept)
                present.add(name)
            except _Broken as fault:
                if not self._gives_up:
                    broken += fault.issues
                elif optional:
                    values[name] = inner["default"]
                    kept.forget(wire)
                    kept.fields[wire] = raw
                    kept.issues.append(_one_issue(wire, fault.issues, raw))
                else:
                    broken += under(path, fault.issues)
        if not self._gives_up:
            broken += under(path, self._undeclared(rest))
        if broken:
            raise _Broken(broken)
        attributes = attribute_names(fields)
        extra = {extra_name(member, attributes): item for member, item in rest.items()}
        return _instance(model, values, present, extra, kept)

    def _undeclared(self, rest: dict[str, Any]) -> list[Issue]:
        try:
            within_data_model({name: item for name, item in rest.items() if name != "$type"})
        except ValidationError as error:
            return self._broken(issues_of(error, core_schema.any_schema(), python_names=False)).issues
        return []

    def _field(self, schema: Any, raw: Any, path: str, wire: str, faults: Faults, kept: Kept) -> Step:
        """Read one member of an object, which keeps what is given up."""
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
            return (yield self._list(inner, raw, path, faults, kept, wire))
        return (yield self.read(inner, raw, path, faults))

    def _list(self, schema: Any, raw: Any, path: str, faults: Faults, kept: Kept | None, wire: str) -> Step:
        if not is_list(raw):
            raise self._broken([Issue(path, "expected a list", raw)])
        values: list[Any] = []
        broken: list[Issue] = []
        inside = faults or {}
        for index, item in enumerate(raw):
            if self.count > 2 * MOST_FAULTS:
                break
            try:
                values.append(
                    (yield self.read(schema["items_schema"], item, f"{path}[{index}]", inside.get(index)))
                )
            except _Broken as fault:
                if kept is None or not self._gives_up:
                    broken += fault.issues
                    continue
                if self.count > MOST_FAULTS:
                    raise _Broken([Issue(path, "has too many broken items", raw)]) from None
                kept.items.setdefault(wire, []).append((index, item))
                kept.issues.append(_one_issue(f"{path}[{index}]", fault.issues, item))
        if broken:
            raise _Broken(broken)
        return values

    def _member(self, schema: Any, data: Any, path: str, faults: Faults) -> Step:
        tag = data.get("$type") if is_object(data) else None
        first = schema["choices"][0]
        choice = first[0]["choices"].get(tag) if first[1] == "known" and isinstance(tag, str) else None
        if not self._gives_up:
            if choice is None:
                return self._leaf(schema, data, path)
            return (yield self.read(choice, data, path, ((faults or {}).get("known") or {}).get(str(tag))))
        if not is_object(data):
            return self._unknown({}, "expected an object that names its type", data)
        if not isinstance(tag, str):
            return self._unknown(data, "names no type: $type is missing")
        if choice is None:
            return UnknownObject(data, was_read=True)
        inside = ((faults or {}).get("known") or {}).get(tag)
        try:
            return (yield self.read(choice, data, "", inside))
        except _Broken as fault:
            return UnknownObject(data, _one_issue("", fault.issues, data).reason, was_read=True)

    def _unknown(self, data: Any, reason: str, stray: Any = OMIT) -> UnknownObject:
        self.count += 1
        return UnknownObject(data, reason, stray, was_read=True)

    def _closed_member(self, schema: Any, data: Any, path: str, faults: Faults) -> Step:
        tag = data.get("$type") if is_object(data) else None
        choice = schema["choices"].get(tag) if isinstance(tag, str) else None
        if choice is None:
            raise self._broken([Issue(path, "must be one of " + ", ".join(schema["choices"]), data)])
        return (yield self.read(choice, data, path, (faults or {}).get(str(tag))))


def _is_walkable(schema: Any) -> bool:
    """Whether the fields of a class are as the generator declares them; a user's subclass may have any."""
    fields = declared_fields(schema)
    return fields["type"] == "model-fields" and all(
        isinstance(field.get("validation_alias", ""), str)
        and (field["schema"]["type"] != "default" or "default" in field["schema"])
        for field in fields["fields"].values()
    )


def _one_issue(place: str, issues: list[Issue], raw: Any) -> Issue:
    """One issue for one thing that is given up, whatever the number of its faults."""
    if len(issues) == 1 and place:
        return issues[0]
    shown = "; ".join(str(issue) for issue in issues[:_SHOWN])
    return Issue(place, shown + (f"; and {len(issues) - _SHOWN} more" if len(issues) > _SHOWN else ""), raw)


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
