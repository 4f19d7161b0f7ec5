# Made from _async_records.py by tools/unasync.py: change that file, and run the tool.
"""The records of one type in a repository, synchronously.

These calls always go straight to the account's own server: neither the client's proxy nor its labelers apply.
"""

from __future__ import annotations

from typing import TypeVar

from atlex.client._records import RecordCalls
from atlex.client._results import Deleted, Listed, Page, Stored, Written
from atlex.client._sync import BaseClient
from atlex.client._sync_pages import Paginator
from atlex.data import OMIT, Omit
from atlex.model import RecordObject
from atlex.syntax import AtUri, Tid
from atlex.xrpc import Record

__all__ = ["LiteralRecords", "Records"]

R = TypeVar("R", bound=RecordObject)


class _Calls(RecordCalls[R]):
    def __init__(self, client: BaseClient, record: Record[R]) -> None:
        super().__init__(client._core, record)
        self._client = client
        # For a collection whose NSID is the prefix of methods': a generated subclass has those.
        self._call = client._call

    def list(
        self,
        *,
        repo: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        reverse: bool | None = None,
    ) -> Page[R]:
        """List records of this type, one page (com.atproto.repo.listRecords).

        Args:
            repo: The repository's DID or handle. None: the client's own account.
            limit: The most records of the page, 1 to 100. None: the server's default, 50.
            cursor: Where the page starts, from the page before. None: at the start.
            reverse: Whether to go by ascending record keys. None: the server's default, False.

        Returns:
            The page. A record that can't be read as its type stands there with its raw value and the reason.
        """
        return self._client._run(self._list(repo, limit, cursor, reverse))

    def iterate(
        self, *, repo: str | None = None, limit: int | None = 100, reverse: bool | None = None
    ) -> Paginator[Listed[R]]:
        """Go through all records of this type, fetching pages as they are needed.

        Args:
            repo: The repository's DID or handle. None: the client's own account.
            limit: The most records of each page, 1 to 100; ``take(items=…)`` of the result bounds their
                number. None: the server's default, 50.
            reverse: Whether to go by ascending record keys. None: the server's default, False.
        """
        return Paginator(self.list, {"repo": repo, "limit": limit, "reverse": reverse})


class Records(_Calls[R]):
    """The records of one type: ``client.app.bsky.feed.post``."""

    def create(
        self,
        record: R,
        *,
        rkey: str | Tid | None = None,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
    ) -> Written[R]:
        """Write a new record (com.atproto.repo.createRecord).

        Args:
            record: The record. It is checked in full before it is sent.
            rkey: Its record key, by its type's rule. ``Tid.now()`` makes one here, so that the AT-URI is
                known before the call. None: the server makes one.
            repo: The repository's DID or handle. None: the client's own account.
            validate: Whether the server must know the type and check the record (True), or mustn't check it
                (False). None: it checks the types that it knows.
            swap_commit: The CID of the commit that the repository must be at. None: any.

        Raises:
            InputError: The record or its key breaks the lexicon.
            InvalidSwapError: The repository has moved on.
            XrpcError: The call failed.
        """
        return self._client._run(self._create(record, rkey, repo, validate, swap_commit))

    def get(self, rkey: str | Tid | AtUri, *, repo: str | None = None, cid: str | None = None) -> Stored[R]:
        """Read a record (com.atproto.repo.getRecord).

        Args:
            rkey: Its record key, or its at-uri.
            repo: The repository's DID or handle. None: that of the at-uri, else the client's own account.
            cid: The CID of the version wanted. None: the newest.

        Raises:
            InputError: The key breaks the type's rule, or the at-uri is of another collection or repository.
            RecordNotFoundError: There is none.
            XrpcResponseValidationError: The record can't be read as its type. Its issues have paths such as
                ``value.text``.
            XrpcError: The call failed.
        """
        return self._client._run(self._get(rkey, repo, cid))

    def put(
        self,
        rkey: str | Tid | AtUri,
        record: R,
        *,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
        swap_record: str | Omit | None = OMIT,
    ) -> Written[R]:
        """Write a record under a key, whether one is there or not (com.atproto.repo.putRecord).

        Args:
            rkey: Its record key, by its type's rule, or its at-uri.
            record: The record. It is checked in full before it is sent.
            repo: The repository's DID or handle. None: that of the at-uri, else the client's own account.
            validate: Whether the server must know the type and check the record (True), or mustn't check it
                (False). None: it checks the types that it knows.
            swap_commit: The CID of the commit that the repository must be at. None: any.
            swap_record: The CID of the version to replace; None: there must be none yet. Left out: either.

        Raises:
            InputError: The record or its key breaks the lexicon.
            InvalidSwapError: Something else has been written in between.
            XrpcError: The call failed.
        """
        return self._client._run(self._put(record, rkey, repo, validate, swap_commit, swap_record))

    def delete(
        self,
        rkey: str | Tid | AtUri,
        *,
        repo: str | None = None,
        swap_commit: str | None = None,
        swap_record: str | None = None,
    ) -> Deleted:
        """Delete a record, if it is there (com.atproto.repo.deleteRecord).

        Args:
            rkey: Its record key, or its at-uri.
            repo: The repository's DID or handle. None: that of the at-uri, else the client's own account.
            swap_commit: The CID of the commit that the repository must be at. None: any.
            swap_record: The CID of the version to delete. None: any.

        Raises:
            InputError: The key breaks the type's rule, or the at-uri is of another collection or repository.
            InvalidSwapError: Something else has been written in between.
            XrpcError: The call failed.
        """
        return self._client._run(self._delete(rkey, repo, swap_commit, swap_record))


class LiteralRecords(_Calls[R]):
    """The one record of a type whose key is given: ``client.app.bsky.actor.profile``."""

    def create(
        self,
        record: R,
        *,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
    ) -> Written[R]:
        """Write the record for the first time (com.atproto.repo.createRecord). See `Records.create`."""
        return self._client._run(self._create(record, None, repo, validate, swap_commit))

    def get(self, *, repo: str | None = None, cid: str | None = None) -> Stored[R]:
        """Read the record (com.atproto.repo.getRecord). See `Records.get`."""
        return self._client._run(self._get(None, repo, cid))

    def put(
        self,
        record: R,
        *,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
        swap_record: str | Omit | None = OMIT,
    ) -> Written[R]:
        """Write the record, there or not (com.atproto.repo.putRecord). See `Records.put`."""
        return self._client._run(self._put(record, None, repo, validate, swap_commit, swap_record))

    def delete(
        self, *, repo: str | None = None, swap_commit: str | None = None, swap_record: str | None = None
    ) -> Deleted:
        """Delete the record, if it is there (com.atproto.repo.deleteRecord). See `Records.delete`."""
        return self._client._run(self._delete(None, repo, swap_commit, swap_record))
