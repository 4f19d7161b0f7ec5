"""A value that doesn't show."""

from __future__ import annotations

from typing import Generic, TypeVar

__all__ = ["Secret"]

T_co = TypeVar("T_co", covariant=True)


class Secret(Generic[T_co]):
    """Holds a value that mustn't show.

    Neither in a repr or a log, nor in a traceback that is printed with the variables of its frames.

    Args:
        value: A password or a token, or what holds one: a body, a response, a file's text.
    """

    __slots__ = ("_value",)

    def __init__(self, value: T_co) -> None:
        self._value = value

    def reveal(self) -> T_co:
        """The value: to be used in an expression, and not kept in a variable of a function that can fail."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"
