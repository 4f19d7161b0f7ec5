"""The records of one type in a repository.

These calls always go straight to the account's own server: neither the client's proxy nor its labelers apply.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from atlex.client._keys import checked_key, checked_record
from atlex.client._repo import (
    CREATE_RECORD,
    DELETE_RECORD,
    GET_RECORD,
    LIST_RECORDS,
    PUT_RECORD,
    CommitMeta,
    DeleteRecordOutput,
    GetRecordOutput,
    ListRecordsOutput,
    RecordItem,
    WriteOutput,
)
from atlex.client._results import Commit, Deleted, Listed, Page, Stored, Written
from atlex.data import OMIT, Omit
from atlex.errors import XrpcResponseValidationError
from atlex.model import RecordObject, Validation, read_as
from atlex.xrpc import Record

if TYPE_CHECKING:
    from atlex.client._asynchronous import BaseAsyncClient
    from atlex.client._core import Core
    from atlex.client._synchronous import BaseClient

__all__ = ["AsyncLiteralRecords", "AsyncRecords", "LiteralRecords", "Records"]

R = TypeVar("R", bound=RecordObject)


class _Calls(Generic[R]):
    """What both twins put into a call and make of its answer."""

    def __init__(self, record: Record[R]) -> None:
        self._record = record

    @property
    def nsid(self) -> str:
        """The NSID of the record type."""
        return self._record.nsid

    def _create(
        self,
        core: Core,
        record: R,
        rkey: str | None,
        repo: str | None,
        validate: bool | None,
        swap: str | None,
    ) -> dict[str, Any]:
        return {
            "repo": core.repo(repo),
            "collection": self.nsid,
            "rkey": checked_key(self.nsid, self._record.key, rkey, creating=True),
            "validate_": validate,
            "record": checked_record(record, self._record.type),
            "swap_commit": swap,
        }

    def _put(
        self,
        core: Core,
        record: R,
        rkey: str | None,
        repo: str | None,
        validate: bool | None,
        swap_commit: str | None,
        swap_record: str | Omit | None,
    ) -> dict[str, Any]:
        values = self._create(core, record, None, repo, validate, swap_commit)
        values["rkey"] = checked_key(self.nsid, self._record.key, rkey)
        if swap_record is not OMIT:
            values["swap_record"] = swap_record
        return values

    def _delete(
        self, core: Core, rkey: str | None, repo: str | None, swap_commit: str | None, swap_record: str | None
    ) -> dict[str, Any]:
        return {
            "repo": core.repo(repo),
            "collection": self.nsid,
            "rkey": checked_key(self.nsid, self._record.key, rkey),
            "swap_record": swap_record,
            "swap_commit": swap_commit,
        }

    def _get(self, core: Core, rkey: str | None, repo: str | None, cid: str | None) -> dict[str, Any]:
        return {
            "repo": core.repo(repo),
            "collection": self.nsid,
            "rkey": checked_key(self.nsid, self._record.key, rkey),
            "cid": cid,
        }

    def _list(
        self, core: Core, repo: str | None, limit: int | None, cursor: str | None, reverse: bool | None
    ) -> dict[str, Any]:
        return {
            "repo": core.repo(repo),
            "collection": self.nsid,
            "limit": limit,
            "cursor": cursor,
            "reverse": reverse,
        }

    def _stored(self, output: GetRecordOutput, validation: Validation) -> Stored[R]:
        return Stored(output.uri, output.cid, read_as(output.value, self._record.type, validation=validation))

    def _page(self, output: ListRecordsOutput, validation: Validation) -> Page[R]:
        return Page(tuple(self._listed(item, validation) for item in output.records), output.cursor)

    def _listed(self, item: RecordItem, validation: Validation) -> Listed[R]:
        try:
            value = read_as(item.value, self._record.type, validation=validation)
        except XrpcResponseValidationError as error:
            reason = "; ".join(str(issue) for issue in error.issues)
            return Listed(item.uri, item.cid, None, item.value, reason)
        return Listed(item.uri, item.cid, value, item.value)


def _commit(commit: CommitMeta | None) -> Commit | None:
    return None if commit is None else Commit(commit.cid, commit.rev)


def _written(output: WriteOutput, record: R) -> Written[R]:
    return Written(output.uri, output.cid, record, _commit(output.commit), output.validation_status)


def _deleted(output: DeleteRecordOutput) -> Deleted:
    return Deleted(_commit(output.commit))


class _SyncCalls(_Calls[R]):
    def __init__(self, client: BaseClient, record: Record[R]) -> None:
        super().__init__(record)
        self._client = client

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
        client = self._client
        output = client._direct(LIST_RECORDS, params=self._list(client._core, repo, limit, cursor, reverse))
        return self._page(output, client._core.options.validation)

    def iterate(self, *, repo: str | None = None, reverse: bool | None = None) -> Iterator[Listed[R]]:
        """Go through all records of this type, fetching pages of 100 as they are needed.

        Args:
            repo: The repository's DID or handle. None: the client's own account.
            reverse: Whether to go by ascending record keys. None: the server's default, False.
        """
        cursor: str | None = None
        while True:
            page = self.list(repo=repo, limit=100, cursor=cursor, reverse=reverse)
            yield from page.records
            # A server that repeats a cursor would be asked for the same page for ever.
            if not page.cursor or page.cursor == cursor:
                return
            cursor = page.cursor


class Records(_SyncCalls[R]):
    """The records of one type: ``client.app.bsky.feed.post``."""

    def create(
        self,
        record: R,
        *,
        rkey: str | None = None,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
    ) -> Written[R]:
        """Write a new record (com.atproto.repo.createRecord).

        Args:
            record: The record. It is checked in full before it is sent.
            rkey: Its record key, by its type's rule. None: the server makes one.
            repo: The repository's DID or handle. None: the client's own account.
            validate: Whether the server must know the type and check the record (True), or mustn't check it
                (False). None: it checks the types that it knows.
            swap_commit: The CID of the commit that the repository must be at. None: any.

        Raises:
            InputError: The record or its key breaks the lexicon.
            XrpcError: The call failed; ``InvalidSwap`` where the repository has moved on.
        """
        client = self._client
        values = self._create(client._core, record, rkey, repo, validate, swap_commit)
        return _written(client._direct(CREATE_RECORD, input=values), record)

    def get(self, rkey: str, *, repo: str | None = None, cid: str | None = None) -> Stored[R]:
        """Read a record (com.atproto.repo.getRecord).

        Args:
            rkey: Its record key.
            repo: The repository's DID or handle. None: the client's own account.
            cid: The CID of the version wanted. None: the newest.

        Raises:
            XrpcResponseValidationError: The record can't be read as its type.
            XrpcError: The call failed; ``RecordNotFound`` where there is none.
        """
        client = self._client
        output = client._direct(GET_RECORD, params=self._get(client._core, rkey, repo, cid))
        return self._stored(output, client._core.options.validation)

    def put(
        self,
        rkey: str,
        record: R,
        *,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
        swap_record: str | Omit | None = OMIT,
    ) -> Written[R]:
        """Write a record under a key, whether one is there or not (com.atproto.repo.putRecord).

        Args:
            rkey: Its record key, by its type's rule.
            record: The record. It is checked in full before it is sent.
            repo: The repository's DID or handle. None: the client's own account.
            validate: Whether the server must know the type and check the record (True), or mustn't check it
                (False). None: it checks the types that it knows.
            swap_commit: The CID of the commit that the repository must be at. None: any.
            swap_record: The CID of the version to replace; None: there must be none yet. Left out: either.

        Raises:
            InputError: The record or its key breaks the lexicon.
            XrpcError: The call failed; ``InvalidSwap`` where something else has been written in between.
        """
        client = self._client
        values = self._put(client._core, record, rkey, repo, validate, swap_commit, swap_record)
        return _written(client._direct(PUT_RECORD, input=values), record)

    def delete(
        self,
        rkey: str,
        *,
        repo: str | None = None,
        swap_commit: str | None = None,
        swap_record: str | None = None,
    ) -> Deleted:
        """Delete a record, if it is there (com.atproto.repo.deleteRecord).

        Args:
            rkey: Its record key.
            repo: The repository's DID or handle. None: the client's own account.
            swap_commit: The CID of the commit that the repository must be at. None: any.
            swap_record: The CID of the version to delete. None: any.

        Raises:
            XrpcError: The call failed; ``InvalidSwap`` where something else has been written in between.
        """
        client = self._client
        values = self._delete(client._core, rkey, repo, swap_commit, swap_record)
        return _deleted(client._direct(DELETE_RECORD, input=values))


class LiteralRecords(_SyncCalls[R]):
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
        client = self._client
        values = self._create(client._core, record, None, repo, validate, swap_commit)
        return _written(client._direct(CREATE_RECORD, input=values), record)

    def get(self, *, repo: str | None = None, cid: str | None = None) -> Stored[R]:
        """Read the record (com.atproto.repo.getRecord). See `Records.get`."""
        client = self._client
        output = client._direct(GET_RECORD, params=self._get(client._core, None, repo, cid))
        return self._stored(output, client._core.options.validation)

    def put(
        self,
        record: R,
        *,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
        swap_record: str | Omit | None = OMIT,
    ) -> Written[R]:
        """Write the record, whether it is there or not (com.atproto.repo.putRecord). See `Records.put`."""
        client = self._client
        values = self._put(client._core, record, None, repo, validate, swap_commit, swap_record)
        return _written(client._direct(PUT_RECORD, input=values), record)

    def delete(
        self, *, repo: str | None = None, swap_commit: str | None = None, swap_record: str | None = None
    ) -> Deleted:
        """Delete the record, if it is there (com.atproto.repo.deleteRecord). See `Records.delete`."""
        client = self._client
        values = self._delete(client._core, None, repo, swap_commit, swap_record)
        return _deleted(client._direct(DELETE_RECORD, input=values))


class _AsyncCalls(_Calls[R]):
    def __init__(self, client: BaseAsyncClient, record: Record[R]) -> None:
        super().__init__(record)
        self._client = client

    async def list(
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
        client = self._client
        output = await client._direct(
            LIST_RECORDS, params=self._list(client._core, repo, limit, cursor, reverse)
        )
        return self._page(output, client._core.options.validation)

    async def iterate(
        self, *, repo: str | None = None, reverse: bool | None = None
    ) -> AsyncIterator[Listed[R]]:
        """Go through all records of this type, fetching pages of 100 as they are needed.

        Args:
            repo: The repository's DID or handle. None: the client's own account.
            reverse: Whether to go by ascending record keys. None: the server's default, False.
        """
        cursor: str | None = None
        while True:
            page = await self.list(repo=repo, limit=100, cursor=cursor, reverse=reverse)
            for record in page.records:
                yield record
            # A server that repeats a cursor would be asked for the same page for ever.
            if not page.cursor or page.cursor == cursor:
                return
            cursor = page.cursor


class AsyncRecords(_AsyncCalls[R]):
    """The records of one type: ``client.app.bsky.feed.post``."""

    async def create(
        self,
        record: R,
        *,
        rkey: str | None = None,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
    ) -> Written[R]:
        """Write a new record (com.atproto.repo.createRecord).

        Args:
            record: The record. It is checked in full before it is sent.
            rkey: Its record key, by its type's rule. None: the server makes one.
            repo: The repository's DID or handle. None: the client's own account.
            validate: Whether the server must know the type and check the record (True), or mustn't check it
                (False). None: it checks the types that it knows.
            swap_commit: The CID of the commit that the repository must be at. None: any.

        Raises:
            InputError: The record or its key breaks the lexicon.
            XrpcError: The call failed; ``InvalidSwap`` where the repository has moved on.
        """
        client = self._client
        values = self._create(client._core, record, rkey, repo, validate, swap_commit)
        return _written(await client._direct(CREATE_RECORD, input=values), record)

    async def get(self, rkey: str, *, repo: str | None = None, cid: str | None = None) -> Stored[R]:
        """Read a record (com.atproto.repo.getRecord).

        Args:
            rkey: Its record key.
            repo: The repository's DID or handle. None: the client's own account.
            cid: The CID of the version wanted. None: the newest.

        Raises:
            XrpcResponseValidationError: The record can't be read as its type.
            XrpcError: The call failed; ``RecordNotFound`` where there is none.
        """
        client = self._client
        output = await client._direct(GET_RECORD, params=self._get(client._core, rkey, repo, cid))
        return self._stored(output, client._core.options.validation)

    async def put(
        self,
        rkey: str,
        record: R,
        *,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
        swap_record: str | Omit | None = OMIT,
    ) -> Written[R]:
        """Write a record under a key, whether one is there or not (com.atproto.repo.putRecord).

        Args:
            rkey: Its record key, by its type's rule.
            record: The record. It is checked in full before it is sent.
            repo: The repository's DID or handle. None: the client's own account.
            validate: Whether the server must know the type and check the record (True), or mustn't check it
                (False). None: it checks the types that it knows.
            swap_commit: The CID of the commit that the repository must be at. None: any.
            swap_record: The CID of the version to replace; None: there must be none yet. Left out: either.

        Raises:
            InputError: The record or its key breaks the lexicon.
            XrpcError: The call failed; ``InvalidSwap`` where something else has been written in between.
        """
        client = self._client
        values = self._put(client._core, record, rkey, repo, validate, swap_commit, swap_record)
        return _written(await client._direct(PUT_RECORD, input=values), record)

    async def delete(
        self,
        rkey: str,
        *,
        repo: str | None = None,
        swap_commit: str | None = None,
        swap_record: str | None = None,
    ) -> Deleted:
        """Delete a record, if it is there (com.atproto.repo.deleteRecord).

        Args:
            rkey: Its record key.
            repo: The repository's DID or handle. None: the client's own account.
            swap_commit: The CID of the commit that the repository must be at. None: any.
            swap_record: The CID of the version to delete. None: any.

        Raises:
            XrpcError: The call failed; ``InvalidSwap`` where something else has been written in between.
        """
        client = self._client
        values = self._delete(client._core, rkey, repo, swap_commit, swap_record)
        return _deleted(await client._direct(DELETE_RECORD, input=values))


class AsyncLiteralRecords(_AsyncCalls[R]):
    """The one record of a type whose key is given: ``client.app.bsky.actor.profile``."""

    async def create(
        self,
        record: R,
        *,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
    ) -> Written[R]:
        """Write the record for the first time (com.atproto.repo.createRecord). See `AsyncRecords.create`."""
        client = self._client
        values = self._create(client._core, record, None, repo, validate, swap_commit)
        return _written(await client._direct(CREATE_RECORD, input=values), record)

    async def get(self, *, repo: str | None = None, cid: str | None = None) -> Stored[R]:
        """Read the record (com.atproto.repo.getRecord). See `AsyncRecords.get`."""
        client = self._client
        output = await client._direct(GET_RECORD, params=self._get(client._core, None, repo, cid))
        return self._stored(output, client._core.options.validation)

    async def put(
        self,
        record: R,
        *,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
        swap_record: str | Omit | None = OMIT,
    ) -> Written[R]:
        """Write the record, whether it is there or not (com.atproto.repo.putRecord). See `AsyncRecords.put`."""
        client = self._client
        values = self._put(client._core, record, None, repo, validate, swap_commit, swap_record)
        return _written(await client._direct(PUT_RECORD, input=values), record)

    async def delete(
        self, *, repo: str | None = None, swap_commit: str | None = None, swap_record: str | None = None
    ) -> Deleted:
        """Delete the record, if it is there (com.atproto.repo.deleteRecord). See `AsyncRecords.delete`."""
        client = self._client
        values = self._delete(client._core, None, repo, swap_commit, swap_record)
        return _deleted(await client._direct(DELETE_RECORD, input=values))
