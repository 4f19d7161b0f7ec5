"""Keep records of a type of one's own that refer to posts, and list them.

atlex build examples/shelf/lexicons --out examples/shelf/shelf_sdk --base atlex_sdk
ATLEX_PASSWORD=… python examples/shelf/keep_books.py https://pds.example.com alice.example.com
"""

import os
import sys

from shelf_sdk import Client, com

from atlex import PasswordSession, now
from atlex_bsky import Bluesky

Book = com.example.shelf.book.Book


def main(service: str, identifier: str, password: str) -> None:
    """Post about a book, keep it with the post, and print the shelf."""
    with PasswordSession.login(service, identifier=identifier, password=password) as session:
        client = Client(session)
        post = Bluesky(client).post("Reading a good one: https://example.com/book")
        books = client.com.example.shelf.book
        books.create(Book(title="A good one", source=post.ref, created_at=now()))
        for listed in books.iterate():
            print(listed.value.title if listed.value else listed.reason)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"])
