"""Lending books, and the records of loans."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from atlex import Create, Delete, now
from shop_sdk import Client, com
from shop_sdk.com.acme.shelf import lend_book
from shop_sdk.com.acme.shelf.loan import Loan

Person = com.acme.shelf.defs.Person

DAYS = 28


class TooManyLoans(Exception):
    """Somebody has as many books as anybody may have."""


@dataclass
class Desk:
    """The desk where books are lent."""

    client: Client
    most: int = 3
    borrowers: dict[str, list[str]] = field(default_factory=dict)

    def lend(self, isbn: str, person: com.acme.shelf.defs.Person, *, days: int = DAYS) -> str:
        """Lend a book; gives the day when it is due."""
        had = self.borrowers.setdefault(person.did, [])
        if len(had) >= self.most:
            raise TooManyLoans(person.name)
        lent = self.client.com.acme.shelf.lend_book(isbn=isbn, borrower=person.did, days=days)
        had.append(isbn)
        return str(lent.due_at)[:10]

    def try_to_lend(self, isbn: str, person: Person) -> bool:
        """Lend a book unless somebody else has it."""
        try:
            self.lend(isbn, person)
        except lend_book.AlreadyLentError:
            return False
        return True

    def lend_by_descriptor(self, isbn: str, did: str) -> com.acme.shelf.lend_book.LendBookOutput:
        """The same, with the response at hand."""
        response = self.client.xrpc(lend_book.METHOD, input={"isbn": isbn, "borrower": did})
        return response.body

    def lend_all(self, isbns: list[str], person: Person) -> list[str]:
        """Lend several books, and give those that could be lent."""
        return [isbn for isbn in isbns if self.try_to_lend(isbn, person)]

    def renewals(self, isbn: str, did: str) -> int:
        """How many times a loan can be renewed."""
        shelf = self.client.com.acme.shelf
        assert shelf is not None
        return self.lend_by_descriptor(isbn, did).renewals or 0


def write_down(client: Client, isbn: str, borrower: str) -> str:
    """Keep a loan as a record; gives its address."""
    written = client.com.acme.shelf.loan.create(
        Loan(isbn=isbn, borrower=borrower, created_at=now(), due_at=due(DAYS))
    )
    return written.uri


def due(days: int) -> datetime:
    """When a book that is lent now is due."""
    return datetime.now(UTC) + timedelta(days=days)


def loans(client: Client) -> list[Loan]:
    """All loans that there are records of."""
    return [listed.value for listed in client.com.acme.shelf.loan.iterate() if listed.value is not None]


def borrowers(client: Client) -> set[str]:
    """Everybody who has a book."""
    return {loan.borrower for loan in loans(client)}


def prolong(client: Client, rkey: str, days: int) -> str:
    """Let somebody keep a book for longer."""
    stored = client.com.acme.shelf.loan.get(rkey)
    loan = stored.value
    loan.due_at = due(days)
    return client.com.acme.shelf.loan.put(rkey, loan).uri


def give_back(client: Client, rkey: str) -> None:
    """Take a loan's record away."""
    client.com.acme.shelf.loan.delete(rkey)


def give_all_back(client: Client, rkeys: list[str]) -> int:
    """Take several records away at once."""
    client.apply_writes([Delete(com.acme.shelf.loan.RECORD, rkey) for rkey in rkeys])
    return len(rkeys)


def write_all_down(client: Client, isbns: list[str], borrower: str) -> int:
    """Keep several loans at once."""
    loan = com.acme.shelf.loan
    client.apply_writes([Create(loan.Loan(isbn=isbn, borrower=borrower, created_at=now())) for isbn in isbns])
    return len(isbns)


def read_loan(data: dict[str, object]) -> "Loan | None":
    """A loan as another program wrote it; None for something else."""
    if data.get("$type") != Loan.lex_type:
        return None
    return Loan.from_wire(data)


def collection() -> str:
    """The collection that loans are in."""
    return com.acme.shelf.loan.RECORD.nsid


def request(isbn: str, borrower: str) -> com.acme.shelf.lend_book.LendBookInput:
    """What is sent to lend a book."""
    return com.acme.shelf.lend_book.LendBookInput(isbn=isbn, borrower=borrower, days=DAYS)
