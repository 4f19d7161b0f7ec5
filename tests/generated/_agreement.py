"""Where a class and the validator that interprets documents don't say the same of a value."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from atlex.errors import AtlexError, Issue
from atlex.model._fast_input import checked_fast
from atlex.model._state import InputLevel, state_of

__all__ = ["DIFFERENCES", "disagreements"]

DIFFERENCES: Final[Mapping[str, str]] = {
    "extra_forbidden": "An undeclared member is a slip in a program and something new from a server: input refuses it.",
    "int_type": "JSON has one kind of number, so that 5.0 from the wire is 5; in a program it is a float.",
    "union_member": "Open unions are open for other packages: input refuses a known type that is no member.",
    "own_type": "As for other undeclared members, where an object has no type of its own.",
}
"""Kinds of faults, as pydantic names them, that input finds in values that are valid on the wire, each with the reason."""


def _read(cls: Any, value: object) -> list[str]:
    """What a strict reading has against a value."""
    try:
        cls.from_wire(value, validation="strict")
    except AtlexError as error:
        return [str(error)]
    return []


def _fast(cls: Any, level: InputLevel, value: object) -> Any:
    """What the fast path of input makes of a value, as if the class had been used often."""
    state_of(cls).inputs = 1000
    return checked_fast(cls, level, value)


def disagreements(
    cls: Any, interpreted: Callable[[object], list[Issue]], value: Any, *, is_read: bool = True
) -> list[object]:
    """Compares what a class and the interpreter say of a value.

    Strict reading takes what the interpreter takes. So does input, but for `DIFFERENCES`; and whatever input takes is
    written as the interpreter takes it.

    Args:
        cls: The class.
        interpreted: Gives the interpreter's faults.
        value: A value of the class's definition, or nearly one.
        is_read: Whether the class is ever read from the wire: that of parameters isn't.
    """
    faults = list(map(str, interpreted(value)))
    found: list[object] = []
    if is_read:
        # A string would be taken for JSON text.
        for given in (json.dumps(value), *([value] if isinstance(value, dict) else [])):
            said = _read(cls, given)
            if bool(said) != bool(faults):
                found.append(("strict", type(given).__name__, said, faults))
    try:
        made = cls.__pydantic_validator__.validate_python(value)
    except ValidationError as error:
        kinds = {detail["type"] for detail in error.errors(include_url=False, include_input=False)}
        if not faults and not kinds & DIFFERENCES.keys():
            found.append(("input refuses", str(error)))
        if _fast(cls, "input", value) is not None:
            found.append(("the fast path takes", str(error)))
    else:
        fast = _fast(cls, "input", value)
        if fast is not None and (fast != made or fast.model_fields_set != made.model_fields_set):
            found.append(("the fast path makes", fast, made))
        wire = made.to_wire()
        if wrong := interpreted(wire):
            found.append(("input writes", wire, list(map(str, wrong))))
    return found
