"""pydantic's errors as issues, and made again in better words: paths, reasons, and no secret in any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

from pydantic import ValidationError
from pydantic_core import (
    CoreSchema,
    ErrorDetails,
    InitErrorDetails,
    PydanticCustomError,
    PydanticKnownError,
)

from atlex._printable import printable
from atlex.errors import Issue
from atlex.model._keys import KNOWN_TAG

__all__ = [
    "MANY",
    "for_author",
    "got",
    "is_secret",
    "issues_of",
    "join_path",
    "under",
    "with_faults",
    "with_suggestions",
]

_CUT: Final = 60
MANY: Final = 1000
"""With more faults than these, an error stays as pydantic made it: going over all of them takes gigabytes."""
_SECRET: Final = ("password", "jwt", "token", "secret")

# The words for pydantic's own rules. Errors with a message of our own keep it.
_REASONS: Final = {
    "missing": "is required",
    "bool_type": "expected a boolean",
    "int_type": "expected an integer",
    "string_type": "expected a string",
    "list_type": "expected a list",
    "dict_type": "expected an object",
    "model_type": "expected an object",
    "model_attributes_type": "expected an object",
    "dataclass_type": "expected an object",
    "union_tag_not_found": "names no type: $type is missing",
    "none_required": "expected null",
    "recursion_loop": "is nested too deeply",
    "string_unicode": "has half of a surrogate pair",
}
# What the listed members of an open union say of a value that names none of them.
_UNTAGGED: Final = frozenset({"model_attributes_type", "union_tag_invalid", "union_tag_not_found"})
_WITHOUT_VALUE: Final = frozenset(
    {"array_rule", "extra_forbidden", "json_invalid", "missing", "own_type", "recursion_loop", "union_member"}
)
_STRAY: Final = frozenset({"extra_forbidden", "no_such_attribute"})


def is_secret(name: str) -> bool:
    """Whether a field of this name may hold what nobody else should see."""
    word = name.lower().replace("_", "")
    return any(secret in word for secret in _SECRET)


def got(value: object) -> str:
    """The words for a value at fault: a short form of it if it is a scalar, else its type."""
    if isinstance(value, int) and value.bit_length() > 4 * _CUT:
        return " (got an integer of more than 60 digits)"
    if isinstance(value, (str, int, float)) or value is None:
        if isinstance(value, str) and len(value) > _CUT:
            return f" (got {value[:_CUT]!r}…)"
        return f" (got {value!r})"
    return f" (got {type(value).__name__})"


def join_path(path: str, step: str | int) -> str:
    """The path of a member (``a.b``) or an item (``a[2]``)."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{printable(step, _CUT)}" if path else printable(step, _CUT)


def under(path: str, issues: Iterable[Issue]) -> list[Issue]:
    """Issues of a value inside another, with paths that start at the other."""
    return [Issue(_joined(path, issue.path), issue.reason, issue.raw) for issue in issues]


def _joined(path: str, rest: str) -> str:
    if not path or not rest:
        return path or rest
    return path + rest if rest.startswith("[") else f"{path}.{rest}"


def issues_of(error: ValidationError, schema: CoreSchema, *, python_names: bool) -> list[Issue]:
    """Every fault that pydantic found.

    Args:
        error: What the validator raised.
        schema: The core schema that the validator was made from; it tells names from union tags in a location.
        python_names: True for input, whose author wrote attributes; False for data from the wire.
    """
    issues: list[Issue] = []
    places = _Places(schema, python_names)
    for fault in error.errors(include_url=False):
        found = places.at(fault["loc"])
        kind = fault["type"]
        if kind == KNOWN_TAG or (found.in_open_union and kind in _UNTAGGED):
            # An open union reports twice; the other report says which member is wrong, and how.
            continue
        raw = fault["input"]
        reason = _reason(kind, fault)
        issues.append(
            Issue(found.path, reason + _value(kind, reason, found.path.rpartition(".")[2], raw), raw)
        )
    return issues


def _value(kind: str, reason: str, name: str, raw: object) -> str:
    """The words for a value at fault, where the reason doesn't have them already and nobody minds who sees it."""
    return "" if kind in _WITHOUT_VALUE or "(got " in reason or is_secret(name) else got(raw)


def _reason(kind: str, fault: Any) -> str:
    if kind in _REASONS:
        return _REASONS[kind]
    context = cast("dict[str, Any]", fault.get("ctx", {}))
    if "reason" in context:
        return cast("str", context["reason"])
    match kind:
        case "literal_error":
            return f"expected {context['expected']}"
        case "greater_than_equal":
            return f"must be at least {context['ge']}"
        case "less_than_equal":
            return f"must be at most {context['le']}"
        case "too_short":
            return f"has {context['actual_length']} items, at least {context['min_length']} are needed"
        case "too_long":
            return f"has more than {context['max_length']} items"
        case "json_invalid":
            return f"isn't JSON: {context['error']}"
        case "union_tag_invalid":
            return f"must be one of {context['expected_tags']}"
        case _:
            message = cast("str", fault["msg"])
            return message[:1].lower() + message[1:]


class _Place(NamedTuple):
    """Where one of pydantic's locations leads: the path, and the schema there as far as it is known."""

    path: str
    node: Mapping[str, Any]
    in_open_union: bool = False


class _Places:
    """Follows pydantic's locations through the schema that they speak of."""

    def __init__(self, schema: CoreSchema, python_names: bool) -> None:
        self._python_names = python_names
        self._definitions: dict[str, Any] = {}
        # Many faults may lie deep in the same place.
        self._found: dict[tuple[str | int, ...], _Place] = {
            (): _Place("", self._descend(cast("Any", schema)))
        }

    def at(self, location: tuple[str | int, ...]) -> _Place:
        """The place of a location."""
        known = len(location)
        while location[:known] not in self._found:
            known -= 1
        place = self._found[location[:known]]
        for length in range(known, len(location)):
            place = self._step(place, location[length])
            self._found[location[: length + 1]] = place
        return place

    def members(self, location: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """The steps of a location that lead into a value, without the tags of unions."""
        paths = [self.at(location[:length]).path for length in range(len(location) + 1)]
        return tuple(
            step for step, before, after in zip(location, paths, paths[1:], strict=False) if before != after
        )

    def _descend(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """Go through the layers that leave no trace in a location."""
        while True:
            match node.get("type"):
                case "definitions":
                    self._definitions.update({item["ref"]: item for item in node["definitions"]})
                    node = node["schema"]
                case "definition-ref":
                    node = self._definitions.get(node["schema_ref"], {})
                case "model-fields" | "union" | "tagged-union" | "list":
                    return node
                case _:
                    if "schema" not in node:
                        return node
                    node = node["schema"]

    def _step(self, place: _Place, step: str | int) -> _Place:
        node = place.node
        match node.get("type"):
            case "model-fields":
                return self._field(place, str(step))
            case "tagged-union":
                return _Place(place.path, self._descend(node["choices"].get(step, {})))
            case "union":
                choices = {label: choice for choice, label in node["choices"]}
                return _Place(place.path, self._descend(choices.get(step, {})), in_open_union=True)
            case "list":
                return _Place(join_path(place.path, step), self._descend(node.get("items_schema", {})))
            case _:
                return _Place(join_path(place.path, step), {})

    def _field(self, place: _Place, step: str) -> _Place:
        for name, declared in place.node["fields"].items():
            if step in {name, declared.get("validation_alias")}:
                path = join_path(place.path, name if self._python_names else step)
                return _Place(path, self._descend(declared["schema"]))
        return _Place(join_path(place.path, step), {})


def with_faults(error: ValidationError, faults: Sequence[PydanticCustomError]) -> ValidationError:
    """The same faults, after others of the value itself."""
    return _rebuilt(error, None, faults) if faults and error.error_count() <= MANY else error


def for_author(
    error: ValidationError, schema: CoreSchema, names: Mapping[str, str] | None = None
) -> ValidationError:
    """The same faults as the author of a value wants to read them: in these words, and placed by members alone.

    Args:
        error: What the validator raised.
        schema: The core schema that the validator was made from.
        names: The names that fields go by which are missing in the value itself; None for those on the wire.
    """
    if error.error_count() > MANY:
        return error
    places = _Places(schema, python_names=False)
    details: list[InitErrorDetails] = []
    for fault in error.errors(include_url=False):
        place = places.members(fault["loc"])
        if fault["type"] == "missing" and len(place) == 1:
            place = ((names or {}).get(str(place[0]), place[0]),)
        details.append(_again({**fault, "loc": place}, None))
    return _from_details(error, details)


def with_suggestions(
    error: ValidationError, names: Iterable[str], faults: Sequence[PydanticCustomError] = ()
) -> ValidationError:
    """The same faults; a fault that speaks of an undeclared name says which name may have been meant.

    Of an open union's two reports of one value, the one that says less is left out.

    Args:
        error: What pydantic raised for an object.
        names: The names of the object's own fields.
        faults: Others, of the object itself.
    """
    if error.error_count() > MANY:
        return error
    found = error.errors(include_url=False)
    told = _told_once(found)
    if not faults and len(told) == len(found) and not any(_is_stray(fault) for fault in found):
        return error
    return _rebuilt(error, names, faults, told)


def _told_once(faults: list[ErrorDetails]) -> list[ErrorDetails]:
    """The faults without what an open union reports of a value that its other report is about."""
    odd = [fault for fault in faults if fault["type"] == KNOWN_TAG or fault["type"] in _UNTAGGED]
    if not odd:
        return faults
    starts = {fault["loc"][:length] for fault in faults for length in range(1, len(fault["loc"]) + 1)}
    other = {KNOWN_TAG: ("unknown", "known")}
    doubles: list[int] = []
    for fault in odd:
        own, others = other.get(fault["type"], ("known", "unknown"))
        if fault["loc"][-1:] == (own,) and (*fault["loc"][:-1], others) in starts:
            doubles.append(id(fault))
    return [fault for fault in faults if id(fault) not in doubles]


def _rebuilt(
    error: ValidationError,
    names: Iterable[str] | None,
    faults: Sequence[PydanticCustomError],
    found: Sequence[ErrorDetails] | None = None,
) -> ValidationError:
    details = [InitErrorDetails(type=fault, loc=(), input=None) for fault in faults]
    found = error.errors(include_url=False) if found is None else found
    return _from_details(error, details + [_again(fault, names) for fault in found])


def _from_details(error: ValidationError, details: list[InitErrorDetails]) -> ValidationError:
    return ValidationError.from_exception_data(error.title, details, hide_input=True)


def _is_stray(fault: ErrorDetails) -> bool:
    return fault["type"] in _STRAY and len(fault["loc"]) == 1


def _again(fault: ErrorDetails, names: Iterable[str] | None) -> InitErrorDetails:
    kind, place, said = cast("Any", fault["type"]), fault["loc"], fault["msg"]
    context = fault.get("ctx", {})
    if names is not None and _is_stray(fault):
        said = _no_such_field(str(place[0]), names)
    elif _is_pydantics(fault):
        said = _reason(kind, fault)
        names_there = [step for step in place if isinstance(step, str)]
        # A whole value may be a document that nobody parsed, with anything in it.
        said += _value(kind, said, names_there[-1], fault["input"]) if names_there else ""
    # Braces would be taken for places of values.
    error = PydanticCustomError(kind, "{said}", {**context, "said": said})
    return InitErrorDetails(type=error, loc=place, input=fault["input"])


def _is_pydantics(fault: ErrorDetails) -> bool:
    """Whether a fault is one of pydantic's own kinds, in pydantic's own words."""
    try:
        known = PydanticKnownError(cast("Any", fault["type"]), fault.get("ctx"))
    except KeyError:
        return False
    return known.message() == fault["msg"]


def _no_such_field(name: str, names: Iterable[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, list(names), n=1)
    return f"no such field; did you mean {near[0]!r}?" if near else "no such field"
