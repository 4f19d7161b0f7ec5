"""The results of record calls and downloads, and what a page is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from atlex.errors import InputError

__all__ = [
    "Applied",
    "Commit",
    "Created",
    "Deleted",
    "Downloaded",
    "Listed",
    "Page",
    "Progress",
    "Stored",
    "SupportsPage",
    "Updated",
    "WriteResult",
    "Written",
]

R = TypeVar("R")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Commit:
    """A version of a repository.

    Attributes:
        cid: The CID of its commit.
        rev: Its revision, a TID.
    """

    cid: str
    rev: str


class _SupportsUri(Protocol):
    @property
    def uri(self) -> str: ...
    @property
    def cid(self) -> str | None: ...


class _Version:
    """A version of a record, by its AT-URI and its CID."""

    __slots__ = ()

    @property
    def rkey(self: _SupportsUri) -> str:
        """The record's key, the last part of its AT-URI."""
        return self.uri.rpartition("/")[2]

    @property
    def ref(self: _SupportsUri) -> Any:
        """A strong reference to this version as a mapping, for fields such as a like's ``subject``.

        Raises:
            InputError: The server didn't say which version it is.
        """
        if not self.cid:
            raise InputError(
                f"The server didn't say which version of {self.uri} it gave: no reference is possible"
            )
        return {"$type": "com.atproto.repo.strongRef", "uri": self.uri, "cid": self.cid}


@dataclass(frozen=True, slots=True)
class Written(_Version, Generic[R]):
    """A record that was written.

    Attributes:
        uri: Its AT-URI.
        cid: The CID of the version written.
        value: The record as it was sent.
        commit: The repository's new version, or None where the server doesn't say.
        validation_status: ``valid`` or ``unknown``, as the server says, or None.
    """

    uri: str
    cid: str
    value: R
    commit: Commit | None = None
    validation_status: str | None = None


@dataclass(frozen=True, slots=True)
class Stored(_Version, Generic[R]):
    """A record that was read.

    Attributes:
        uri: Its AT-URI.
        cid: The CID of the version read, or None where the server doesn't say.
        value: The record.
    """

    uri: str
    cid: str | None
    value: R


@dataclass(frozen=True, slots=True)
class Listed(_Version, Generic[R]):
    """A record of a listing.

    Attributes:
        uri: Its AT-URI; empty where a broken response has none.
        cid: The CID of the version listed; likewise.
        value: The record, or None where it can't be read as its type. ``atlex.issues(listed.value)`` lists
            what a lenient reading left out.
        raw: The record as it came: an object, but in a broken response anything.
        reason: Why it can't be read, or None.
    """

    uri: str
    cid: str
    value: R | None
    raw: Any
    reason: str | None = None


class SupportsPage(Protocol[T_co]):
    """The output of a method that gives its items in pages."""

    @property
    def cursor(self) -> Any:
        """Where the next page starts; None or empty at the end."""
        ...

    def lex_items(self) -> Sequence[T_co]:
        """The items of this page."""
        ...


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of a listing.

    Attributes:
        records: Its records, in the server's order.
        cursor: Where the next page starts, or None at the end.
    """

    records: tuple[Listed[R], ...]
    cursor: str | None

    def lex_items(self) -> tuple[Listed[R], ...]:
        """The records, as a paginator asks for the items of a page."""
        return self.records


@dataclass(frozen=True, slots=True)
class Deleted:
    """A record that is gone, or never was.

    Attributes:
        commit: The repository's new version, or None where nothing was there to delete.
    """

    commit: Commit | None = None


@dataclass(frozen=True, slots=True)
class Created(_Version):
    """A record that a batch made: its AT-URI, its CID, and the server's word on its validity."""

    uri: str
    cid: str
    validation_status: str | None = None


@dataclass(frozen=True, slots=True)
class Updated(_Version):
    """A record that a batch replaced: its AT-URI, its CID, and the server's word on its validity."""

    uri: str
    cid: str
    validation_status: str | None = None


WriteResult: TypeAlias = Created | Updated | Deleted
"""The result of one write of a batch."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A batch that was written.

    Attributes:
        results: One for each write, in their order; empty where the server doesn't list them.
        commits: The repository's new versions, one for each request that was made.
    """

    results: tuple[WriteResult, ...]
    commits: tuple[Commit, ...]


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A body that was written to a file.

    Attributes:
        size: How many bytes it has.
        encoding: Its MIME type as the server says, in lower case and without parameters, or None.
        headers: The response's headers; look-ups ignore case.
    """

    size: int
    encoding: str | None
    headers: Mapping[str, str]


Progress: TypeAlias = Callable[[int, int | None], object]
"""A callback of downloads: it is given the bytes so far, and how many there will be or None where the server
doesn't say, with 0 at first, then after each chunk. What it raises ends the download.
"""
