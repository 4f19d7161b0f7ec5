"""pydantic's errors as issues: paths in the words of the reader, reasons in ours, no secret in any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

from pydantic import ValidationError
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError, PydanticKnownError

from atlex.errors import Issue
from atlex.model._unions import KNOWN_TAG

__all__ = ["is_secret", "issues_of", "join_path", "under", "with_suggestions"]

_CUT: Final = 60
_STRAY: Final = frozenset({"extra_forbidden", "no_such_attribute"})
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


def is_secret(name: str) -> bool:
    """Whether a field of this name may hold what nobody else should see."""
    word = name.lower().replace("_", "")
    return any(secret in word for secret in _SECRET)


def join_path(path: str, step: str | int) -> str:
    """The path of a member (``a.b``) or an item (``a[2]``)."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{step}" if path else step


def under(path: str, rest: str) -> str:
    """The path of something inside a value, from where the value's own path starts."""
    if not path or not rest:
        return path or rest
    return path + rest if rest.startswith("[") else f"{path}.{rest}"


def with_suggestions(error: ValidationError, names: Iterable[str]) -> ValidationError:
    """The same faults, where one that speaks of a name nobody declared says which name may have been meant.

    Args:
        error: What pydantic raised for an object.
        names: The names of the object's own fields.
    """
    faults = error.errors(include_url=False)
    if not any(_is_stray(fault) for fault in faults):
        return error
    details = [_again(fault, names) for fault in faults]
    return ValidationError.from_exception_data(error.title, details, hide_input=True)


def _is_stray(fault: ErrorDetails) -> bool:
    return fault["type"] in _STRAY and len(fault["loc"]) == 1


def _again(fault: ErrorDetails, names: Iterable[str]) -> InitErrorDetails:
    kind, place, said = cast("Any", fault["type"]), fault["loc"], fault["msg"]
    if _is_stray(fault):
        said = _no_such_field(str(place[0]), names)
    elif _is_pydantics(fault):
        return InitErrorDetails(type=kind, loc=place, input=fault["input"], ctx=fault.get("ctx", {}))
    return InitErrorDetails(
        type=PydanticCustomError(kind, cast("Any", said)), loc=place, input=fault["input"]
    )


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
    return f"No such field; did you mean {near[0]!r}?" if near else "No such field"


def issues_of(error: ValidationError, schema: CoreSchema, *, python_names: bool) -> list[Issue]:
    """Every fault that pydantic found.

    Args:
        error: What the validator raised.
        schema: The core schema that the validator was made from; it tells names from union tags in a location.
        python_names: True for input, whose author wrote attributes; False for data from the wire.
    """
    issues: list[Issue] = []
    for fault in error.errors(include_url=False, include_context=True):
        found = _Place(schema, python_names).follow(fault["loc"])
        kind = fault["type"]
        if kind == KNOWN_TAG or (found.in_open_union and kind in _UNTAGGED):
            # An open union reports twice; the other report says which member is wrong, and how.
            continue
        raw = fault["input"]
        reason = _reason(kind, fault)
        if kind not in {"missing", "extra_forbidden"}:
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


class _Place:
    """Follows one of pydantic's locations through the schema that it speaks of."""

    def __init__(self, schema: CoreSchema, python_names: bool) -> None:
        self.path = ""
        self.in_open_union = False
        self._python_names = python_names
        self._definitions: dict[str, Any] = {}
        self._node: Any = schema

    def follow(self, location: Sequence[str | int]) -> _Place:
        self._descend()
        for step in location:
            self._step(step)
            self._descend()
        return self

    def _descend(self) -> None:
        """Go through the layers that leave no trace in a location."""
        while isinstance(self._node, dict):
            node = cast("dict[str, Any]", self._node)
            match node.get("type"):
                case "definitions":
                    self._definitions.update({item["ref"]: item for item in node["definitions"]})
                    self._node = node["schema"]
                case "definition-ref":
                    self._node = self._definitions.get(node["schema_ref"])
                case "model-fields" | "union" | "tagged-union" | "list":
                    return
                case _:
                    if "schema" not in node:
                        return
                    self._node = node["schema"]

    def _step(self, step: str | int) -> None:
        node = cast("dict[str, Any]", self._node) if isinstance(self._node, dict) else {}
        self.in_open_union = False
        match node.get("type"):
            case "model-fields":
                self._field(node, str(step))
                return
            case "tagged-union":
                self._node = node["choices"].get(step)
                return
            case "union":
                self.in_open_union = True
                choices = {label: choice for choice, label in node["choices"]}
                self._node = choices.get(step)
                return
            case "list":
                self._node = node.get("items_schema")
            case _:
                self._node = None
        self.path = join_path(self.path, step)

    def _field(self, node: Mapping[str, Any], step: str) -> None:
        for name, declared in node["fields"].items():
            if step in {name, declared.get("validation_alias")}:
                self._node = declared["schema"]
                self.path = join_path(self.path, name if self._python_names else step)
                return
        self._node = None
        self.path = join_path(self.path, step)
