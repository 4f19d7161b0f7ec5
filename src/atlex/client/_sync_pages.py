# Made from _async_pages.py by tools/unasync.py: change that file, and run the tool.
"""Going through the pages of a query by its cursor, synchronously."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final, Generic, Self, TypeVar

from atlex._options import COUNT, check_options
from atlex.client._results import SupportsPage
from atlex.errors import InputError

__all__ = ["Paginator"]

_BOUNDS: Final = {"items": COUNT, "pages": COUNT}

T = TypeVar("T")


class Paginator(Generic[T]):
    """The items of all pages of a query, fetched as they are needed.

    Iterating gives items; `pages` gives whole responses; both go on from where the paginator stands. `cursor`
    says where that is. A cursor that has been seen before is the end.

    Args:
        method: A function that gives a page.
        arguments: The arguments of every call; the cursor among them changes.

    Raises:
        InputError: The method can't be called.
    """

    def __init__(self, method: Callable[..., SupportsPage[T]], arguments: dict[str, Any]) -> None:
        # For a partial object, the name of its function.
        self._name: str = getattr(getattr(method, "func", method), "__name__", type(method).__name__)
        if not callable(method):
            raise InputError(f"paginate() takes a method of the client, not a value of type {self._name}")
        self._method = method
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

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        while not self._pending:
            page = self._fetch()
            if page is None:
                raise StopIteration
            self._pending.extend(page.lex_items())
        return self._pending.popleft()

    def pages(self) -> Iterator[SupportsPage[T]]:
        """The responses from here on, one a page. Items that were fetched and not taken are dropped."""
        self._pending.clear()
        while (page := self._fetch()) is not None:
            yield page

    def take(self, *, items: int | None = None, pages: int | None = None) -> list[T]:
        """Fetch items up to a bound. What was fetched beyond it comes first the next time.

        Args:
            items: The most items to take; None for no such bound.
            pages: The most pages to fetch; None for no such bound.

        Raises:
            InputError: There is no bound, or one below 0.
        """
        check_options({"items": items, "pages": pages}, _BOUNDS)
        if items is None and pages is None:
            raise InputError("take() needs items=…, pages=…, or both")
        return list(self._take(items, pages))

    def _take(self, items: int | None, pages: int | None) -> Iterator[T]:
        while items is None or items > 0:
            while not self._pending:
                if pages == 0 or (page := self._fetch()) is None:
                    return
                pages = None if pages is None else pages - 1
                self._pending.extend(page.lex_items())
            items = None if items is None else items - 1
            yield self._pending.popleft()

    def _fetch(self) -> SupportsPage[T] | None:
        if self._ended:
            return None
        page = self._method(**self._arguments)
        if not hasattr(page, "lex_items"):
            raise InputError(
                f"{self._name}() doesn't give its items in pages: its output is a {type(page).__name__}"
            )
        if (before := self.cursor) is not None:
            self._seen.add(before)
        # A server that comes back to a cursor would be asked for the same pages for ever.
        self._ended = not page.cursor or page.cursor in self._seen
        self._arguments["cursor"] = None if self._ended else page.cursor
        return page

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._name}(), next cursor: {self.cursor!r}>"
