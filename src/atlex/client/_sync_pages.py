# Made from _async_pages.py by tools/unasync.py: change that file, and run the tool.
"""Going through the pages of a query by its cursor, synchronously."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self, TypeVar

from atlex.client._pages import PageState, SupportsPage

__all__ = ["Paginator"]

T = TypeVar("T")


class Paginator(PageState[T]):
    """The items of all pages of a query, fetched as they are needed.

    Iterating gives items; `pages` gives whole responses; both go on from where the paginator stands. `cursor`
    says where that is. A cursor that has been seen before is the end.
    """

    def __init__(self, method: Callable[..., SupportsPage[T]], arguments: dict[str, Any]) -> None:
        super().__init__(method, arguments)
        self._method = method

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
        self._check_bounds(items=items, pages=pages)
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
        self._turn(page)
        return page
