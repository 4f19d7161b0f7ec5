"""pydantic's errors as issues: paths in the words of the reader, reasons in ours, no secret in any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast

from pydantic import ValidationError
from pydantic_core import CoreSchema

from atlex.errors import Issue
from atlex.model._unions import KNOWN_TAG

__all__ = ["is_secret", "issues_of", "join_path", "under"]

_CUT: Final = 60
_SECRET: Final = ("password", "jwt", "token", "secret")

# What pydantic calls the rule, and how the reason is said. Types with a message of our own keep it.
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
}
# What the known members of an open union say of a value that names none of them.
_UNTAGGED: Final = frozenset({"model_attributes_type", "union_tag_invalid", "union_tag_not_found"})


_WITHOUT_VALUE: Final = frozenset({"array_rule", "extra_forbidden", "missing", "own_type"})


def is_secret(name: str) -> bool:
    """Whether a field of this name may hold what nobody else should see."""
    word = name.lower().replace("_", "")
    return any(secret in word for secret in _SECRET)


def join_path(path: str, step: str | int) -> str:
    """The path of a member (``a.b``) or an item (``a[2]``)."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    if len(step) > _CUT or not step.isprintable():
        # A name of the server's, or of whoever wrote the record.
        step = step[:_CUT].encode("unicode_escape").decode() + "…"
    return f"{path}.{step}" if path else step


def under(path: str, rest: str) -> str:
    """The path of something inside a value, from where the value's own path starts."""
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
    for fault in error.errors(include_url=False, include_context=True):
        found = places.at(fault["loc"])
        kind = fault["type"]
        if kind == KNOWN_TAG or (found.in_open_union and kind in _UNTAGGED):
            # An open union reports twice; the other report says which member is wrong, and how.
            continue
        raw = fault["input"]
        reason = _reason(kind, fault)
        if kind not in _WITHOUT_VALUE:
            reason += _shown(found.path, raw)
        issues.append(Issue(found.path, reason, raw))
    return issues


def _reason(kind: str, fault: Any) -> str:
    if kind in _REASONS:
        return _REASONS[kind]
    context = cast("dict[str, Any]", fault.get("ctx", {}))
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
        case "union_tag_invalid":
            return f"must be one of {context['expected_tags']}"
        case _:
            message = cast("str", fault["msg"])
            return message[:1].lower() + message[1:]


def _shown(path: str, value: object) -> str:
    if is_secret(path.rpartition(".")[2]):
        return ""
    if isinstance(value, (str, int, float, bool)) or value is None:
        text = repr(value)
        return f" (got {text if len(text) <= _CUT else text[:_CUT] + '…'})"
    return f" (got {type(value).__name__})"


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
