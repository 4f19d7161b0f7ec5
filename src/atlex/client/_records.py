"""Record calls without I/O: what to send, and how to read the response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from atlex._effects import Flow
from atlex._lazy import lazy_module
from atlex.client._core import Core
from atlex.client._joined import Joined
from atlex.client._keys import checked_record, located, new_key
from atlex.client._results import Commit, Deleted, Listed, Page, Stored, Written
from atlex.data import Omit, is_object
from atlex.errors import Issue, XrpcResponseValidationError
from atlex.model import RecordObject, issues, read_as
from atlex.syntax import AtUri, Tid
from atlex.xrpc import Procedure, Record

if TYPE_CHECKING:
    from atlex.client import _repo
else:
    # Its classes load with the first call that needs them.
    _repo = lazy_module("atlex.client._repo", None)

__all__ = ["RecordCalls"]

R = TypeVar("R", bound=RecordObject)


class RecordCalls(Joined, Generic[R]):
    """The requests of both kinds of record calls, and how they read the response."""

    def __init__(self, core: Core, record: Record[R]) -> None:
        self._core = core
        self._record = record

    @property
    def nsid(self) -> str:
        """The NSID of the record type, which is the collection's."""
        return self._record.nsid

    def __repr__(self) -> str:
        record: Record[R] | None = vars(self).get("_record")
        name = "…" if record is None else record.nsid
        return f"<{type(self).__name__} {name} of {vars(self).get('_client', '…')!r}>"

    def _place(self, repo: str | None) -> dict[str, Any]:
        return {"repo": self._core.repo(repo), "collection": self.nsid}

    def _address(self, key: str | Tid | AtUri | None, repo: str | None) -> dict[str, Any]:
        # Refuse a broken key first, also where the client has no session.
        rkey, repo = located(self.nsid, self._record.key, key, repo)
        return {**self._place(repo), "rkey": rkey}

    def _create(
        self,
        record: R,
        rkey: str | Tid | None,
        repo: str | None,
        validate: bool | None,
        swap_commit: str | None,
    ) -> Flow[Written[R]]:
        key = new_key(self.nsid, self._record.key, rkey)
        values = {**self._place(repo), "rkey": key, "validate_": validate, "swap_commit": swap_commit}
        return (yield from self._write(_repo.CREATE_RECORD, record, values))

    def _put(
        self,
        record: R,
        rkey: str | Tid | AtUri | None,
        repo: str | None,
        validate: bool | None,
        swap_commit: str | None,
        swap_record: str | Omit | None,
    ) -> Flow[Written[R]]:
        swaps = {"swap_commit": swap_commit, "swap_record": swap_record}
        values = {**self._address(rkey, repo), "validate_": validate, **swaps}
        return (yield from self._write(_repo.PUT_RECORD, record, values))

    def _write(
        self, method: Procedure[None, Any, _repo.WriteOutput], record: R, values: Mapping[str, Any]
    ) -> Flow[Written[R]]:
        wire = checked_record(record, self._record.type)
        response = yield from self._core.call_repo(method, input={**values, "record": wire})
        output = response.body
        return Written(output.uri, output.cid, record, _commit(output.commit), output.validation_status)

    def _delete(
        self,
        rkey: str | Tid | AtUri | None,
        repo: str | None,
        swap_commit: str | None,
        swap_record: str | None,
    ) -> Flow[Deleted]:
        values = {**self._address(rkey, repo), "swap_record": swap_record, "swap_commit": swap_commit}
        response = yield from self._core.call_repo(_repo.DELETE_RECORD, input=values)
        return Deleted(_commit(response.body.commit))

    def _get(self, rkey: str | Tid | AtUri | None, repo: str | None, cid: str | None) -> Flow[Stored[R]]:
        values = {**self._address(rkey, repo), "cid": cid}
        response = yield from self._core.call_repo(_repo.GET_RECORD, params=values)
        output = response.body
        try:
            value = self._read(output.value)
        except XrpcResponseValidationError as error:
            issues = [
                Issue(f"value.{issue.path}".rstrip("."), issue.reason, issue.raw) for issue in error.issues
            ]
            raise XrpcResponseValidationError(
                issues,
                status=response.status,
                headers=response.headers,
                body=response.content,
                method=_repo.GET_RECORD.nsid,
            ) from None
        return Stored(output.uri, output.cid, value)

    def _list(
        self, repo: str | None, limit: int | None, cursor: str | None, reverse: bool | None
    ) -> Flow[Page[R]]:
        values = {"limit": limit, "cursor": cursor, "reverse": reverse}
        response = yield from self._core.call_repo(_repo.LIST_RECORDS, params={**self._place(repo), **values})
        output = response.body
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
