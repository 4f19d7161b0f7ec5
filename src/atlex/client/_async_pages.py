"""Going through the pages of a query by its cursor, asynchronously."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from typing import Any, Generic, Self, TypeVar

from atlex.client._pages import PageState, SupportsPage

__all__ = ["AsyncPaginator"]

T = TypeVar("T")


class AsyncPaginator(PageState[T]):
    """The items of all pages of a query, fetched as they are needed.

    Iterating gives items; `pages` gives whole responses; both go on from where the paginator stands. `cursor`
    says where that is. A cursor that has been seen before is the end.
    """

    def __init__(self, method: Callable[..., Awaitable[SupportsPage[T]]], arguments: dict[str, Any]) -> None:
        super().__init__(method, arguments)
        self._method = method

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not self._pending:
            page = await self._fetch()
            if page is None:
                raise StopAsyncIteration
            self._pending.extend(page.lex_items())
        return self._pending.popleft()

    async def pages(self) -> AsyncIterator[SupportsPage[T]]:
        """The responses from here on, one a page. Items that were fetched and not taken are dropped."""
        self._pending.clear()
        while (page := await self._fetch()) is not None:
            yield page

    def take(self, *, items: int | None = None, pages: int | None = None) -> AsyncTaken[T]:
        """Fetch items up to a bound. What was fetched beyond it comes first the next time.

        Args:
            items: The most items to take; None for no such bound.
            pages: The most pages to fetch; None for no such bound.

        Raises:
            InputError: There is no bound, or one below 0.
        """
        self._check_bounds(items=items, pages=pages)
        return AsyncTaken(self._take(items, pages))

    async def _take(self, items: int | None, pages: int | None) -> AsyncIterator[T]:
        while items is None or items > 0:
            while not self._pending:
                if pages == 0 or (page := await self._fetch()) is None:
                    return
                pages = None if pages is None else pages - 1
                self._pending.extend(page.lex_items())
            items = None if items is None else items - 1
            yield self._pending.popleft()

    async def _fetch(self) -> SupportsPage[T] | None:
        if self._ended:
            return None
        page = await self._method(**self._arguments)
        self._turn(page)
        return page


class AsyncTaken(Generic[T]):  # async only
    """Items on their way: awaiting gives all of them as a list, ``async for`` one after the other."""

    def __init__(self, items: AsyncIterator[T]) -> None:
        self._items = items

    def __aiter__(self) -> AsyncIterator[T]:
        return self._items

    def __await__(self) -> Generator[Any, Any, list[T]]:
        return self._listed().__await__()

    async def _listed(self) -> list[T]:
        return [item async for item in self._items]
