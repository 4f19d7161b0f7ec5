"""Going through the pages of a query by its cursor."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

from atlex.errors import InputError

__all__ = ["PageState", "SupportsPage", "check_bounds"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class SupportsPage(Protocol[T_co]):
    """The output of a method that answers in pages."""

    @property
    def cursor(self) -> Any:
        """Where the next page starts; None or empty at the end."""
        ...

    def lex_items(self) -> Sequence[T_co]:
        """The items of this page."""
        ...


class PageState(Generic[T]):
    """Where a walk through pages stands."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self._arguments = arguments
        self._pending: deque[T] = deque()
        self._ended = False

    @property
    def cursor(self) -> str | None:
        """The cursor of the next page, to go on from later; None before the first page and after the last.

        Items that were fetched and not taken lie before it.
        """
        return self._arguments.get("cursor")

    def _turn(self, cursor: str | None) -> None:
        # A server that repeats a cursor would be asked for the same page for ever.
        self._ended = not cursor or cursor == self._arguments.get("cursor")
        self._arguments["cursor"] = None if self._ended else cursor


def check_bounds(items: int | None, pages: int | None) -> None:
    """Make sure that there is a bound to take up to.

    Raises:
        InputError: There is none, or one below 0.
    """
    if items is None and pages is None:
        raise InputError("take() needs items=…, pages=…, or both")
    if min(bound for bound in (items, pages) if bound is not None) < 0:
        raise InputError("take() needs bounds of 0 or more")
