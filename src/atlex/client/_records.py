"""The records of one type in a repository.

These calls always go straight to the account's own server: neither the client's proxy nor its labelers apply.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from atlex._lazy import lazy_module
from atlex.client._keys import checked_key, checked_record
from atlex.client._results import Commit, Deleted, Listed, Page, Stored, Written
from atlex.data import OMIT, Omit, is_object
from atlex.errors import Issue, XrpcResponseValidationError
from atlex.model import RecordObject, issues, read_as
from atlex.xrpc import Procedure, Record

if TYPE_CHECKING:
    from atlex.client import _repo
    from atlex.client._asynchronous import BaseAsyncClient
    from atlex.client._core import Core, Steps
    from atlex.client._synchronous import BaseClient
    from atlex.syntax import Tid
else:
    # Its classes load with the first call that needs them.
    _repo = lazy_module("atlex.client._repo", None)

__all__ = ["AsyncLiteralRecords", "AsyncRecords", "LiteralRecords", "Records"]

R = TypeVar("R", bound=RecordObject)


class _Calls(Generic[R]):
    """What both twins put into a call and make of its answer."""

    def __init__(self, core: Core, record: Record[R]) -> None:
        self._core = core
        self._record = record

    @property
    def nsid(self) -> str:
        """The NSID of the record type, which is the collection's."""
        return self._record.nsid

    def _key(self, rkey: str | Tid | None) -> str:
        return checked_key(self.nsid, self._record.key, rkey)

    def _place(self, repo: str | None) -> dict[str, Any]:
        return {"repo": self._core.repo(repo), "collection": self.nsid}

    def _create(
        self,
        record: R,
        rkey: str | Tid | None,
        repo: str | None,
        validate: bool | None,
        swap_commit: str | None,
    ) -> Steps[Written[R]]:
        key = checked_key(self.nsid, self._record.key, rkey, creating=True)
        values = {"rkey": key, "validate_": validate, "swap_commit": swap_commit}
        return (yield from self._write(_repo.CREATE_RECORD, record, repo, values))

    def _put(
        self,
        record: R,
        rkey: str | Tid | None,
        repo: str | None,
        validate: bool | None,
        swap_commit: str | None,
        swap_record: str | Omit | None,
    ) -> Steps[Written[R]]:
        values = {"rkey": self._key(rkey), "validate_": validate, "swap_commit": swap_commit}
        return (
            yield from self._write(_repo.PUT_RECORD, record, repo, {**values, "swap_record": swap_record})
        )

    def _write(
        self,
        method: Procedure[None, Any, _repo.WriteOutput],
        record: R,
        repo: str | None,
        values: Mapping[str, Any],
    ) -> Steps[Written[R]]:
        wire = checked_record(record, self._record.type)
        answer = yield from self._core.call_repo(
            method, input={**self._place(repo), **values, "record": wire}
        )
        output = answer.body
        return Written(output.uri, output.cid, record, _commit(output.commit), output.validation_status)

    def _delete(
        self, rkey: str | Tid | None, repo: str | None, swap_commit: str | None, swap_record: str | None
    ) -> Steps[Deleted]:
        values = {"rkey": self._key(rkey), "swap_record": swap_record, "swap_commit": swap_commit}
        answer = yield from self._core.call_repo(_repo.DELETE_RECORD, input={**self._place(repo), **values})
        return Deleted(_commit(answer.body.commit))

    def _get(self, rkey: str | Tid | None, repo: str | None, cid: str | None) -> Steps[Stored[R]]:
        values = {"rkey": self._key(rkey), "cid": cid}
        answer = yield from self._core.call_repo(_repo.GET_RECORD, params={**self._place(repo), **values})
        output = answer.body
        try:
            value = self._read(output.value)
        except XrpcResponseValidationError as error:
            issues = [
                Issue(f"value.{issue.path}".rstrip("."), issue.reason, issue.raw) for issue in error.issues
            ]
            raise XrpcResponseValidationError(
                issues,
                status=answer.status,
                headers=answer.headers,
                body=answer.content,
                method=_repo.GET_RECORD.nsid,
            ) from None
        return Stored(output.uri, output.cid, value)

    def _list(
        self, repo: str | None, limit: int | None, cursor: str | None, reverse: bool | None
    ) -> Steps[Page[R]]:
        values = {"limit": limit, "cursor": cursor, "reverse": reverse}
        answer = yield from self._core.call_repo(_repo.LIST_RECORDS, params={**self._place(repo), **values})
        output = answer.body
        listed = [self._listed(item) for item in output.records]
        if len(raw := output.to_wire()["records"] if issues(output) else listed) > len(listed):
            listed = _with_left_out(listed, raw, issues(output))
        return Page(tuple(listed), output.cursor)

    def _listed(self, item: _repo.RecordItem) -> Listed[R]:
        try:
            value = self._read(item.value)
        except XrpcResponseValidationError as error:
            reason = "; ".join(str(issue) for issue in error.issues)
            return Listed(item.uri, item.cid, None, item.value, reason)
        return Listed(item.uri, item.cid, value, item.value)

    def _read(self, value: Mapping[str, Any]) -> R:
        return read_as(value, self._record.type, validation=self._core.options.validation)


def _with_left_out(listed: list[Listed[R]], raw: list[Any], found: list[Issue]) -> list[Listed[R]]:
    """A page's items with those that a listing can't have: without a value that is an object, say."""
    reasons: dict[int, list[str]] = {}
    for issue in found:
        if issue.path.startswith("records["):
            reasons.setdefault(int(issue.path[8:].partition("]")[0]), []).append(str(issue))
    rest = iter(listed)
    return [
        _unlisted(item, "; ".join(reasons[index])) if index in reasons else next(rest)
        for index, item in enumerate(raw)
    ]


def _unlisted(item: Any, reason: str) -> Listed[Any]:
    members: dict[str, Any] = item if is_object(item) else {"value": item}
    uri, cid = (text if isinstance(text := members.get(name), str) else "" for name in ("uri", "cid"))
    return Listed(uri, cid, None, members.get("value"), reason)


def _commit(commit: _repo.CommitMeta | None) -> Commit | None:
    return None if commit is None else Commit(commit.cid, commit.rev)


class _SyncCalls(_Calls[R]):
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
        rkey: str | Tid | None = None,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
    ) -> Written[R]:
        """Write a new record (com.atproto.repo.createRecord).

        Args:
            record: The record. It is checked in full before it is sent.
            rkey: Its record key, by its type's rule. ``Tid.now()`` makes one here, so that the AT-URI is known
                before the call. None: the server makes one.
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

    def get(self, rkey: str | Tid, *, repo: str | None = None, cid: str | None = None) -> Stored[R]:
        """Read a record (com.atproto.repo.getRecord).

        Args:
            rkey: Its record key.
            repo: The repository's DID or handle. None: the client's own account.
            cid: The CID of the version wanted. None: the newest.

        Raises:
            RecordNotFoundError: There is none.
            XrpcResponseValidationError: The record can't be read as its type. Its issues have paths such as
                ``value.text``.
            XrpcError: The call failed.
        """
        return self._client._run(self._get(rkey, repo, cid))

    def put(
        self,
        rkey: str | Tid,
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
            InvalidSwapError: Something else has been written in between.
            XrpcError: The call failed.
        """
        return self._client._run(self._put(record, rkey, repo, validate, swap_commit, swap_record))

    def delete(
        self,
        rkey: str | Tid,
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
            InvalidSwapError: Something else has been written in between.
            XrpcError: The call failed.
        """
        return self._client._run(self._delete(rkey, repo, swap_commit, swap_record))


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
        """Write the record, whether it is there or not (com.atproto.repo.putRecord). See `Records.put`."""
        return self._client._run(self._put(record, None, repo, validate, swap_commit, swap_record))

    def delete(
        self, *, repo: str | None = None, swap_commit: str | None = None, swap_record: str | None = None
    ) -> Deleted:
        """Delete the record, if it is there (com.atproto.repo.deleteRecord). See `Records.delete`."""
        return self._client._run(self._delete(None, repo, swap_commit, swap_record))


class _AsyncCalls(_Calls[R]):
    def __init__(self, client: BaseAsyncClient, record: Record[R]) -> None:
        super().__init__(client._core, record)
        self._client = client
        # For a collection whose NSID is the prefix of methods': a generated subclass has those.
        self._call = client._call

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
        return await self._client._run(self._list(repo, limit, cursor, reverse))

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
        rkey: str | Tid | None = None,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
    ) -> Written[R]:
        """Write a new record (com.atproto.repo.createRecord).

        Args:
            record: The record. It is checked in full before it is sent.
            rkey: Its record key, by its type's rule. ``Tid.now()`` makes one here, so that the AT-URI is known
                before the call. None: the server makes one.
            repo: The repository's DID or handle. None: the client's own account.
            validate: Whether the server must know the type and check the record (True), or mustn't check it
                (False). None: it checks the types that it knows.
            swap_commit: The CID of the commit that the repository must be at. None: any.

        Raises:
            InputError: The record or its key breaks the lexicon.
            InvalidSwapError: The repository has moved on.
            XrpcError: The call failed.
        """
        return await self._client._run(self._create(record, rkey, repo, validate, swap_commit))

    async def get(self, rkey: str | Tid, *, repo: str | None = None, cid: str | None = None) -> Stored[R]:
        """Read a record (com.atproto.repo.getRecord).

        Args:
            rkey: Its record key.
            repo: The repository's DID or handle. None: the client's own account.
            cid: The CID of the version wanted. None: the newest.

        Raises:
            RecordNotFoundError: There is none.
            XrpcResponseValidationError: The record can't be read as its type. Its issues have paths such as
                ``value.text``.
            XrpcError: The call failed.
        """
        return await self._client._run(self._get(rkey, repo, cid))

    async def put(
        self,
        rkey: str | Tid,
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
            InvalidSwapError: Something else has been written in between.
            XrpcError: The call failed.
        """
        return await self._client._run(self._put(record, rkey, repo, validate, swap_commit, swap_record))

    async def delete(
        self,
        rkey: str | Tid,
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
            InvalidSwapError: Something else has been written in between.
            XrpcError: The call failed.
        """
        return await self._client._run(self._delete(rkey, repo, swap_commit, swap_record))


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
        return await self._client._run(self._create(record, None, repo, validate, swap_commit))

    async def get(self, *, repo: str | None = None, cid: str | None = None) -> Stored[R]:
        """Read the record (com.atproto.repo.getRecord). See `AsyncRecords.get`."""
        return await self._client._run(self._get(None, repo, cid))

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
        return await self._client._run(self._put(record, None, repo, validate, swap_commit, swap_record))

    async def delete(
        self, *, repo: str | None = None, swap_commit: str | None = None, swap_record: str | None = None
    ) -> Deleted:
        """Delete the record, if it is there (com.atproto.repo.deleteRecord). See `AsyncRecords.delete`."""
        return await self._client._run(self._delete(None, repo, swap_commit, swap_record))
