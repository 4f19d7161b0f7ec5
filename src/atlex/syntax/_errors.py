from __future__ import annotations

from atlex.errors import InputError

__all__ = ["refusal"]

_SHOWN = 60


def refusal(name: str, value: object) -> InputError:
    """The error for a value that isn't of a format: the format's name, and the value cut to 60 characters."""
    if not isinstance(value, str):
        return InputError(
            f"A value of type {type(value).__name__} is not a valid {name}: it must be a string"
        )
    shown = repr(value) if len(value) <= _SHOWN else f"{value[:_SHOWN]!r}…"
    return InputError(f"{shown} is not a valid {name}")
