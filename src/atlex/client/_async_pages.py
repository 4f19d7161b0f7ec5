"""Going through the pages of a query by its cursor, asynchronously."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from atlex.client._pages import PageState, SupportsPage, check_bounds

__all__ = ["AsyncPaginator"]

T = TypeVar("T")


class AsyncPaginator(PageState[T]):
    """The items of all pages of a query, fetched as they are needed.

    Iterating gives items; `pages` gives whole answers; both go on from where the paginator stands. `cursor` says
    where that is.
    """

    def __init__(self, method: Callable[..., Awaitable[SupportsPage[T]]], arguments: dict[str, Any]) -> None:
        super().__init__(arguments)
        self._method = method

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            while self._pending:
                yield self._pending.popleft()
            page = await self._fetch()
            if page is None:
                return
            self._pending.extend(page.lex_items())

    async def pages(self) -> AsyncIterator[SupportsPage[T]]:
        """The answers from here on, one for each page. Items already fetched and not taken yet are passed over."""
        self._pending.clear()
        while (page := await self._fetch()) is not None:
            yield page

    async def take(self, *, items: int | None = None, pages: int | None = None) -> list[T]:
        """Fetch items up to a bound. What was fetched beyond it comes first the next time.

        Args:
            items: The most items to take; None for no such bound.
            pages: The most pages to fetch; None for no such bound.

        Raises:
            InputError: There is no bound, or one below 0.
        """
        check_bounds(items, pages)
        taken: list[T] = []
        while items is None or len(taken) < items:
            if not self._pending:
                if pages == 0 or (page := await self._fetch()) is None:
                    break
                pages = None if pages is None else pages - 1
                self._pending.extend(page.lex_items())
                continue
            taken.append(self._pending.popleft())
        return taken

    async def _fetch(self) -> SupportsPage[T] | None:
        if self._ended:
            return None
        page = await self._method(**self._arguments)
        self._turn(page.cursor)
        return page
