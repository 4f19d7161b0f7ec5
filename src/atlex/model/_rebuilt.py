"""pydantic's errors made again, with more faults or in better words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError, PydanticKnownError

__all__ = ["with_faults", "with_suggestions"]

_STRAY: Final = frozenset({"extra_forbidden", "no_such_attribute"})


def with_faults(error: ValidationError, faults: Sequence[PydanticCustomError]) -> ValidationError:
    """The same faults, after others of the value itself."""
    return _rebuilt(error, None, faults) if faults else error


def with_suggestions(
    error: ValidationError, names: Iterable[str], faults: Sequence[PydanticCustomError] = ()
) -> ValidationError:
    """The same faults, where one that speaks of a name nobody declared says which name may have been meant.

    Args:
        error: What pydantic raised for an object.
        names: The names of the object's own fields.
        faults: Others, of the object itself.
    """
    if not faults and not any(_is_stray(fault) for fault in error.errors(include_url=False)):
        return error
    return _rebuilt(error, names, faults)


def _rebuilt(
    error: ValidationError, names: Iterable[str] | None, faults: Sequence[PydanticCustomError]
) -> ValidationError:
    details = [InitErrorDetails(type=fault, loc=(), input=None) for fault in faults]
    details += [_again(fault, names) for fault in error.errors(include_url=False)]
    return ValidationError.from_exception_data(error.title, details, hide_input=True)


def _is_stray(fault: ErrorDetails) -> bool:
    return fault["type"] in _STRAY and len(fault["loc"]) == 1


def _again(fault: ErrorDetails, names: Iterable[str] | None) -> InitErrorDetails:
    kind, place, said = cast("Any", fault["type"]), fault["loc"], fault["msg"]
    if names is not None and _is_stray(fault):
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
