"""Going through the pages of a query by its cursor."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

from atlex.errors import InputError

__all__ = ["AsyncPaginator", "Paginator", "SupportsPage"]

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


class _State(Generic[T]):
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


def _check_bounds(items: int | None, pages: int | None) -> None:
    if items is None and pages is None:
        raise InputError("take() needs items=…, pages=…, or both")
    if min(bound for bound in (items, pages) if bound is not None) < 0:
        raise InputError("take() needs bounds of 0 or more")


class Paginator(_State[T]):
    """The items of all pages of a query, fetched as they are needed.

    Iterating gives items; `pages` gives whole answers; both go on from where the paginator stands. `cursor` says
    where that is.
    """

    def __init__(self, method: Callable[..., SupportsPage[T]], arguments: dict[str, Any]) -> None:
        super().__init__(arguments)
        self._method = method

    def __iter__(self) -> Iterator[T]:
        while True:
            while self._pending:
                yield self._pending.popleft()
            page = self._fetch()
            if page is None:
                return
            self._pending.extend(page.lex_items())

    def pages(self) -> Iterator[SupportsPage[T]]:
        """The answers from here on, one for each page. Items already fetched and not taken yet are passed over."""
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
        _check_bounds(items, pages)
        taken: list[T] = []
        while items is None or len(taken) < items:
            if not self._pending:
                if pages == 0 or (page := self._fetch()) is None:
                    break
                pages = None if pages is None else pages - 1
                self._pending.extend(page.lex_items())
                continue
            taken.append(self._pending.popleft())
        return taken

    def _fetch(self) -> SupportsPage[T] | None:
        if self._ended:
            return None
        page = self._method(**self._arguments)
        self._turn(page.cursor)
        return page


class AsyncPaginator(_State[T]):
    """The items of all pages of a query, fetched as they are needed: the asynchronous twin of `Paginator`."""

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
        _check_bounds(items, pages)
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
