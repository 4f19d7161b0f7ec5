"""Going through the pages of a query by its cursor: what both kinds of paginator know."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

from atlex._options import COUNT, check_options
from atlex.errors import InputError

__all__ = ["PageState", "SupportsPage"]

_BOUNDS: Final = {"items": COUNT, "pages": COUNT}

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class SupportsPage(Protocol[T_co]):
    """The output of a method that gives its items in pages."""

    @property
    def cursor(self) -> Any:
        """Where the next page starts; None or empty at the end."""
        ...

    def lex_items(self) -> Sequence[T_co]:
        """The items of this page."""
        ...


class PageState(Generic[T]):
    """Where a walk through pages stands.

    Args:
        method: A function that gives a page.
        arguments: The arguments of every call; the cursor among them changes.

    Raises:
        InputError: The method can't be called.
    """

    def __init__(self, method: Callable[..., Any], arguments: dict[str, Any]) -> None:
        # Of a partial object, its function's.
        self._name: str = getattr(getattr(method, "func", method), "__name__", type(method).__name__)
        if not callable(method):
            raise InputError(f"paginate() takes a method of the client, not a value of type {self._name}")
        self._arguments = arguments
        self._pending: deque[T] = deque()
        self._seen: set[str] = set()
        self._ended = False

    @property
    def cursor(self) -> str | None:
        """The cursor of the next page, to go on from later; None before the first page and after the last.

        Items that were fetched and not taken lie before it.
        """
        return self._arguments.get("cursor")

    def _turn(self, page: SupportsPage[T]) -> None:
        if not hasattr(page, "lex_items"):
            raise InputError(
                f"{self._name}() doesn't give its items in pages: its output is a {type(page).__name__}"
            )
        if (before := self.cursor) is not None:
            self._seen.add(before)
        # A server that comes back to a cursor would be asked for the same pages for ever.
        self._ended = not page.cursor or page.cursor in self._seen
        self._arguments["cursor"] = None if self._ended else page.cursor

    @staticmethod
    def _check_bounds(**bounds: int | None) -> None:
        check_options(bounds, _BOUNDS)
        if not any(bound is not None for bound in bounds.values()):
            raise InputError("take() needs items=…, pages=…, or both")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._name}(), next cursor: {self.cursor!r}>"
