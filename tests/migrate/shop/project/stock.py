"""Books that the shop buys, and their state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from atlex import now
from shop_sdk import Client, com

Book = com.acme.shelf.book.Book


def person(did: str, name: str, email: str | None = None) -> com.acme.shelf.defs.Person:
    """An author."""
    return com.acme.shelf.defs.Person(did=did, name=name, email=email)


def buy(client: Client, title: str, isbn: str, author: com.acme.shelf.defs.Person | None = None) -> str:
    """Put a new book on a shelf; gives its key."""
    book = com.acme.shelf.book.Book(
        title=title,
        isbn=isbn,
        author=author,
        state="new",
        cover="hardcover",
        created_at=now(),
    )
    return client.com.acme.shelf.book.create(book).rkey


def buy_cheaply(client: Client, title: str, isbn: str) -> str:
    """The same as a paperback."""
    return client.com.acme.shelf.book.create(
        Book(title=title, isbn=isbn, cover="paperback", state="worn", created_at=now())
    ).rkey


def books(client: Client) -> Iterator[com.acme.shelf.book.Book]:
    """All books."""
    for listed in client.com.acme.shelf.book.iterate():
        if listed.value is not None:
            yield listed.value


def hardcovers(client: Client) -> list[str]:
    """The titles of the books with a hard cover."""
    found = []
    for listed in client.com.acme.shelf.book.iterate():
        book = listed.value
        if book is not None and book.cover == "hardcover":
            found.append(book.title)
    return found


def is_hard(book: com.acme.shelf.book.Book) -> bool:
    """Whether a book has a hard cover."""
    return "hardcover" == book.cover


def is_bound(book: Book) -> bool:
    """Whether a book has a cover at all."""
    return book.cover in {"hardcover", "paperback"}


def states(all_books: Iterable[Book]) -> Counter[str]:
    """How many books are in which state."""
    return Counter(str(book.state) for book in all_books)


def to_mend(all_books: Iterable[Book]) -> list[str]:
    """The titles of the books that can't be lent."""
    return [book.title for book in all_books if book.state == "torn"]


def wear(client: Client, rkey: str) -> str:
    """Note that a book has been read."""
    stored = client.com.acme.shelf.book.get(rkey)
    stored.value.state = "worn"
    client.com.acme.shelf.book.put(rkey, stored.value)
    return stored.value.title


def author_of(client: Client, rkey: str) -> str:
    """The name of a book's author."""
    book = client.com.acme.shelf.book.get(rkey).value
    if book.author is None:
        return "unknown"
    return book.author.name


def mail(author: com.acme.shelf.defs.Person) -> str:
    """Where to write to an author."""
    return author.email or f"{author.did} has no address"


def since(author: "com.acme.shelf.defs.Person | None") -> str:
    """How long an author has been known."""
    return "" if author is None or author.since is None else str(author.since)[:4]


def label(book: Book) -> str:
    """What stands on the label."""
    parts = [book.title]
    if book.cover is not None and is_bound(book):
        parts.append(book.cover)
    if book.state is not None:
        parts.append(book.state)
    return ", ".join(parts)


def labels(all_books: Iterable[Book], *, upper: bool = False) -> list[str]:
    """The labels of books."""
    made = [label(book) for book in all_books]
    return [text.upper() for text in made] if upper else made
