"""The shop's own tests, which hold for both generations of its documents."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import catalogue
import lending
import pytest
import report
import session
import shop_sdk
import stock
import watcher
from atlex.testing import Call, FakePds, PdsError
from shop_sdk import Client, com

BOOKS = {"3161484100": "Nothing", "0306406152": "Everything"}
ANNA = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"


def view(isbn: str) -> com.acme.shelf.defs.BookView:
    return com.acme.shelf.defs.BookView(
        uri=f"at://{ANNA}/com.acme.shelf.book/3l2m5x7zk2k2a",
        isbn=isbn,
        title=BOOKS[isbn],
        pages=len(BOOKS[isbn]),
    )


@pytest.fixture(scope="module")
def pds() -> Iterator[FakePds]:
    with FakePds(shop_sdk) as server, server.serve():
        server.create_account("shop.test", "password")
        lent: set[str] = set()

        @server.method(com.acme.shelf.get_book.METHOD.nsid)
        def get_book(call: Call) -> Any:
            (isbn,) = call.params.values()
            if isbn not in BOOKS:
                raise PdsError(400, "BookNotFound", "no such book")
            return view(isbn).to_wire()

        @server.method(com.acme.shelf.list_books.METHOD.nsid)
        def list_books(call: Call) -> Any:
            return {"books": [view(isbn).to_wire() for isbn in BOOKS]}

        @server.method(com.acme.shelf.search_books.METHOD.nsid)
        def search_books(call: Call) -> Any:
            found = [isbn for isbn, title in BOOKS.items() if call.params["q"] in title]
            return {"isbns": found, "total": len(found)}

        @server.method(com.acme.shelf.lend_book.METHOD.nsid)
        def lend_book(call: Call) -> Any:
            if call.input["isbn"] in lent:
                raise PdsError(400, "AlreadyLent", "somebody has it")
            lent.add(call.input["isbn"])
            return {"dueAt": "2026-02-01T00:00:00Z", "renewals": 2}

        @server.method(com.acme.shelf.get_shelf.METHOD.nsid)
        def get_shelf(call: Call) -> Any:
            name = call.params["name"]
            return catalogue.closed(name, 7).to_wire() if name == "crime" else catalogue.empty(name).to_wire()

        yield server


@pytest.fixture
def settings(pds: FakePds) -> session.Settings:
    return session.Settings(service=pds.url)


@pytest.fixture
def client(settings: session.Settings) -> Iterator[Client]:
    with session.anonymous(settings) as client:
        yield client


@pytest.fixture
def shop(settings: session.Settings) -> Iterator[Client]:
    with session.logged_in(settings) as client:
        yield client


def test_books_are_found(client: Client) -> None:
    assert catalogue.title_of(client, "3161484100") == "Nothing"
    assert catalogue.title_of(client, "9999999999") == "[9999999999]"
    assert catalogue.pages_of(client, "3161484100") == 7
    assert catalogue.isbns(client, "thing") == list(BOOKS)
    assert catalogue.isbns_in_full(client, "Every") == (["0306406152"], 1)
    assert catalogue.with_sort("x", "date").sort == "date"
    found = catalogue.find_book(session.patient(client), "0306406152")
    assert found is not None
    assert catalogue.lines([found]) == ["0306406152: Everything, 10 pages"]
    assert catalogue.longest([found, view("3161484100")]) == found
    assert catalogue.describe(found) == "the book Everything"
    assert catalogue.note(found, com.acme.shelf.book.Book) == "no record"
    assert report.book_lines([found]) == "- Everything (0306406152)"


def test_shelves_are_counted(client: Client) -> None:
    crime, poems = catalogue.Shelf(client, "crime"), catalogue.Shelf(client, "poems")
    assert (crime.sign(), poems.sign()) == ("crime: 7 books (closed)", "poems: 0 books")
    assert crime.refresh() == 0
    assert (crime.keeper(), poems.keeper()) == ("keeper.test in cellar", "nobody")
    shelves = [crime.view, poems.view]
    assert catalogue.totals(shelves) == {"crime": 7, "poems": 0}
    assert catalogue.busiest(shelves).name == "crime"
    assert [catalogue.describe(shelf) for shelf in shelves] == [
        "the shelf crime with 7",
        "the empty shelf poems",
    ]
    assert catalogue.size_of(crime.view) == 7
    assert catalogue.grown(poems.view, 2).to_wire() == catalogue.grown(catalogue.empty("poems"), 2).to_wire()
    assert report.shelf_lines(shelves) == "crime     7\npoems     0"


def test_books_are_lent_once(client: Client) -> None:
    desk = lending.Desk(client, most=1)
    anna = stock.person(ANNA, "Anna")
    assert desk.lend("3161484100", anna) == "2026-02-01"
    with pytest.raises(lending.TooManyLoans):
        desk.lend("0306406152", anna)
    assert lending.Desk(client).lend_all(["3161484100"], anna) == []
    assert desk.renewals("1111111111", ANNA) == 2
    assert lending.request("2222222222", ANNA).days == 28


def test_loans_are_kept(shop: Client) -> None:
    key = lending.write_down(shop, "3161484100", ANNA).rpartition("/")[2]
    assert lending.write_all_down(shop, ["0306406152"], ANNA) == 1
    assert lending.borrowers(shop) == {ANNA}
    lending.prolong(shop, key, 3)
    assert lending.give_all_back(shop, [key]) == 1
    (left,) = lending.loans(shop)
    assert lending.read_loan(left.to_wire()) == left
    assert lending.read_loan({"$type": "com.example.other"}) is None
    assert lending.collection() == com.acme.shelf.loan.RECORD.nsid


def test_the_stock_is_kept(shop: Client) -> None:
    key = stock.buy(shop, "Nothing", "3161484100", stock.person(ANNA, "Anna", "anna@books.test"))
    stock.buy_cheaply(shop, "Everything", "0306406152")
    assert stock.hardcovers(shop) == ["Nothing"]
    all_books = list(stock.books(shop))
    assert sorted(book.title for book in all_books if stock.is_bound(book)) == ["Everything", "Nothing"]
    assert [book.title for book in all_books if stock.is_hard(book)] == ["Nothing"]
    assert stock.author_of(shop, key) == "Anna"
    assert stock.wear(shop, key) == "Nothing"
    assert stock.states(stock.books(shop)) == {"worn": 2}
    assert stock.to_mend(all_books) == []
    assert "EVERYTHING, PAPERBACK, WORN" in stock.labels(all_books, upper=True)
    assert stock.mail(stock.person(ANNA, "Anna")) == f"{ANNA} has no address"
    assert stock.since(None) == ""


def test_the_report_has_the_newest_books(client: Client) -> None:
    assert report.new_books(client, 2) == ["Nothing", "Everything"]
    assert report.every_book(client) == ["Nothing", "Everything"]
    assert report.keeper(com.acme.shelf.defs.Keeper(handle="a.test", room="attic")) == "a.test, attic"


def test_the_watcher_tells_what_has_changed(pds: FakePds) -> None:
    told: list[str] = []

    async def watch() -> list[str]:
        async with shop_sdk.AsyncClient(pds.url) as client:
            watching = watcher.Watcher(client, told.append)
            assert await watching.look_at_all(["crime", "poems"]) == 0
            assert await watching.sizes(["crime"]) == [7]
            assert (await watching.lend("5555555555", ANNA)).startswith("until 2026")
            assert await watching.lend("5555555555", ANNA) == "no: AlreadyLent"
            return await watcher.collect(watching, "Every")

    assert asyncio.run(watch()) == ["Everything"]
    assert told == ["crime is being counted"]
    assert asyncio.run(watcher.run(pds.url, ["poems"], told.append)) == 0
