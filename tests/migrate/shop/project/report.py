"""A report on the shop, for people."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from textwrap import indent

from catalogue import Shelf, isbns, title_of
from session import Settings, anonymous
from shop_sdk import Client
from shop_sdk.com.acme.shelf.defs import (
    BookView,
    Keeper,
    ShelfView,
)

YEAR = 2026


def heading(text: str) -> str:
    """A heading with a line below it."""
    return f"{text}\n{'-' * len(text)}"


def statistics(client: Client) -> str:
    """What was lent in the year."""
    figures = client.com.acme.shelf.get_statistics(year=YEAR)
    return f"{figures.lent} lent, {figures.lost or 0} lost"


def new_books(client: Client, limit: int) -> list[str]:
    """The titles of the newest books."""
    return [book.title for book in client.com.acme.shelf.list_books(limit=limit).books]


def every_book(client: Client) -> list[str]:
    """The titles of all books, page by page."""
    return [book.title for book in client.paginate(client.com.acme.shelf.list_books, limit=2)]


def keeper(view: Keeper) -> str:
    """How to reach a keeper."""
    return f"{view.handle}, {view.phone or view.room or 'nowhere'}"


def shelf_lines(shelves: Sequence[ShelfView]) -> str:
    """A line for each shelf."""
    width = max((len(shelf.name) for shelf in shelves), default=0)
    return "\n".join(f"{shelf.name:<{width}} {shelf.book_count:>5}" for shelf in shelves)


def book_lines(views: Sequence[BookView]) -> str:
    """A line for each book."""
    return "\n".join(f"- {view.title} ({view.isbn})" for view in views)


def report(client: Client, names: Sequence[str]) -> str:
    """The whole report."""
    shelves = [Shelf(client, name) for name in names]
    parts = [
        heading("Shelves"),
        shelf_lines([shelf.view for shelf in shelves]),
        heading("New"),
        indent("\n".join(new_books(client, 3)), "  "),
        heading("Figures"),
        statistics(client),
    ]
    return "\n".join(parts)


def main(arguments: Sequence[str]) -> int:
    """Print a report, or what is found."""
    with anonymous(Settings(service=arguments[0])) as client:
        if arguments[1] == "--find":
            for isbn in isbns(client, arguments[2]):
                print(title_of(client, isbn))
        else:
            print(report(client, arguments[1:]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
