"""An asynchronous program that watches shelves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from shop_sdk import AsyncClient, com

Told = Callable[[str], None]


class Watcher:
    """Looks at shelves, and tells what has changed."""

    client: AsyncClient

    def __init__(self, client: AsyncClient, tell: Told) -> None:
        self.client = client
        self.tell = tell
        self.seen: dict[str, int] = {}

    async def look(self, name: str) -> int:
        """Look at one shelf; gives how many books have come since."""
        shelf = await self.client.com.acme.shelf.get_shelf(name=name)
        before = self.seen.get(name, shelf.book_count)
        self.seen[name] = shelf.book_count
        if shelf.status == "in-stock-taking":
            self.tell(f"{name} is being counted")
        return shelf.book_count - before

    async def look_at_all(self, names: list[str]) -> int:
        """Look at several shelves at once."""
        return sum(await asyncio.gather(*(self.look(name) for name in names)))

    async def sizes(self, names: list[str]) -> list[int]:
        """How many books the shelves have."""
        return [(await self.client.com.acme.shelf.get_shelf(name=name)).book_count for name in names]

    async def search(self, words: str) -> list[str]:
        """Look for books."""
        found = await self.client.com.acme.shelf.search_books(q=words)
        return found.isbns

    async def titles(self, words: str) -> AsyncIterator[str]:
        """The titles of what is found."""
        for isbn in await self.search(words):
            view = await self.client.com.acme.shelf.get_book(isbn=isbn)
            yield view.title

    async def lend(self, isbn: str, did: str) -> str:
        """Lend a book."""
        try:
            lent = await self.client.com.acme.shelf.lend_book(isbn=isbn, borrower=did)
        except com.acme.shelf.lend_book.AlreadyLentError as error:
            return f"no: {error.error}"
        return f"until {str(lent.due_at)[:10]}"


async def collect(watcher: Watcher, words: str) -> list[str]:
    """The titles as a list."""
    return [title async for title in watcher.titles(words)]


async def run(service: str, names: list[str], tell: Told) -> int:
    """Look at shelves once."""
    async with AsyncClient(service) as client:
        watcher = Watcher(client, tell)
        return await watcher.look_at_all(names)
