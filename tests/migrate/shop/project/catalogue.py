"""Reading the catalogue: books, shelves, and what is found by words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

import atlex
from shop_sdk import Client, com
from shop_sdk.com.acme.shelf.defs import BookView, ShelfView
from shop_sdk.com.acme.shelf.get_book import BookNotFoundError

# The catalogue gives no more at once.
PAGE = 50

defs = com.acme.shelf.defs


def title_of(client: Client, isbn: str) -> str:
    """The title of a book, or its number in brackets."""
    try:
        book = client.com.acme.shelf.get_book(isbn=isbn)
    except BookNotFoundError:
        return f"[{isbn}]"
    return book.title


def find_book(client: Client, isbn: str) -> Optional[BookView]:
    """A book, or None where there is none."""
    try:
        return client.com.acme.shelf.get_book(
            isbn=isbn,  # with its hyphens
        )
    except atlex.XrpcResponseError:
        return None


def pages_of(client: Client, isbn: str) -> int:
    """How many pages a book has, by the method's descriptor."""
    response = client.xrpc(com.acme.shelf.get_book.METHOD, params={"isbn": isbn})
    return response.body.pages or 0


def isbns(client: Client, words: str, *, limit: int = PAGE) -> list[str]:
    """The numbers of the books that words are found in."""
    found = client.com.acme.shelf.search_books(q=words, limit=limit)
    return list(found.isbns)


def isbns_in_full(client: Client, words: str) -> tuple[list[str], int]:
    """The same with their total, over the status and headers of the response."""
    response = client.xrpc(com.acme.shelf.search_books.METHOD, params={"q": words, "sort": "title"})
    body: com.acme.shelf.search_books.SearchBooksOutput = response.body
    return body.isbns, body.total or 0


def with_sort(words: str, sort: str) -> com.acme.shelf.search_books.SearchBooksParams:
    """The parameters of a search."""
    return com.acme.shelf.search_books.SearchBooksParams(q=words, sort=sort)


def lines(views: Iterable[com.acme.shelf.defs.BookView]) -> list[str]:
    """A line for each book."""
    return [f"{view.isbn}: {view.title}" + (f", {view.pages} pages" if view.pages else "") for view in views]


def longest(views: "list[com.acme.shelf.defs.BookView]") -> "com.acme.shelf.defs.BookView | None":
    """The book with the most pages."""
    return max(views, key=lambda view: view.pages or 0, default=None)


class Shelf:
    """A shelf, read once."""

    def __init__(self, client: Client, name: str) -> None:
        self.client = client
        self.view = client.com.acme.shelf.get_shelf(name=name)

    @property
    def size(self) -> int:
        """How many books are on it."""
        return self.view.book_count

    @property
    def is_open(self) -> bool:
        """Whether books can be taken."""
        return self.view.status not in ("closed", "in-stock-taking")

    def refresh(self) -> int:
        """Read it again; gives how many books have come."""
        before = self.view.book_count
        self.view = self.client.com.acme.shelf.get_shelf(name=self.view.name)
        return self.view.book_count - before

    def sign(self) -> str:
        """What is on its sign."""
        state = "" if self.is_open else " (closed)"
        return f"{self.view.name}: {self.size} books{state}"

    def keeper(self) -> str:
        """Whom to ask."""
        keeper = self.view.keeper
        if keeper is None:
            return "nobody"
        return f"{keeper.handle} in {keeper.room or 'no room'}"


def totals(shelves: Iterable[ShelfView]) -> dict[str, int]:
    """How many books each shelf has."""
    return {shelf.name: shelf.book_count for shelf in shelves}


def busiest(shelves: list[ShelfView]) -> ShelfView:
    """The shelf with the most books."""
    return sorted(shelves, key=count)[-1]


def count(shelf: ShelfView) -> int:
    """How many books a shelf has."""
    return shelf.book_count


def empty(name: str) -> ShelfView:
    """A new shelf."""
    return ShelfView(name=name, book_count=0, status="open")


def closed(name: str, book_count: int) -> ShelfView:
    """A shelf where books are being counted."""
    return defs.ShelfView(
        name=name,
        book_count=book_count,  # the last known
        status="in-stock-taking",
        keeper=defs.Keeper(handle="keeper.test", room="cellar"),
    )


def describe(value: object) -> str:
    """A few words for a thing of the catalogue."""
    match value:
        case ShelfView(name=name, book_count=0):
            return f"the empty shelf {name}"
        case ShelfView(name=name, book_count=number):
            return f"the shelf {name} with {number}"
        case BookView(title=title):
            return f"the book {title}"
        case _:
            return "nothing known"


def size_of(thing: com.acme.shelf.defs.ShelfView | com.acme.shelf.defs.Keeper) -> int:
    """How much there is of something."""
    if isinstance(thing, com.acme.shelf.defs.ShelfView):
        return thing.book_count
    return 1


def grown(shelf: ShelfView, by: int) -> ShelfView:
    """A shelf with more books, the other left as it is."""
    copy = shelf.model_copy()
    copy.book_count = shelf.book_count + by
    copy.book_count += 0
    return copy


def note(view: BookView, type_: type[com.acme.shelf.book.Book]) -> str:
    """What the record behind a view says of its cover."""
    if view.record is None:
        return "no record"
    record = view.record_as(type_)
    return "no cover" if record is None or record.cover is None else record.cover
