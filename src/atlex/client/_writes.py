"""The writes of a batch: what is sent, and how the response is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from atlex._effects import Flow
from atlex._lazy import lazy_module
from atlex._options import Kind, check_options, is_integer
from atlex.client._core import Core
from atlex.client._keys import checked_record, located, new_key
from atlex.client._results import Applied, Commit, Created, Deleted, Updated, WriteResult
from atlex.errors import InputError, Issue, XrpcError
from atlex.model import RecordObject, build
from atlex.syntax import AtUri, Tid
from atlex.xrpc import Record

if TYPE_CHECKING:
    from atlex.client import _repo

    _WireWrite: TypeAlias = _repo.CreateWrite | _repo.UpdateWrite | _repo.DeleteWrite
else:
    # Its classes load with the first call that needs them.
    _repo = lazy_module("atlex.client._repo", None)

__all__ = ["Create", "Delete", "Update", "Write", "apply_writes"]


@dataclass(frozen=True, slots=True)
class Create:
    """Write a new record.

    Attributes:
        record: The record; its class says the collection.
        rkey: Its record key. ``Tid.now()`` makes one here, so that other writes of the batch can name the
            AT-URI. None: the literal key of its type, else the server makes one.
    """

    record: RecordObject
    rkey: str | Tid | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Replace a record that is there; the batch fails where it isn't.

    Attributes:
        record: The record; its class says the collection.
        rkey: Its record key, or its at-uri. None only for types with a literal key.
    """

    record: RecordObject
    rkey: str | Tid | AtUri | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a record.

    Attributes:
        collection: The NSID of its type, or the type's ``RECORD``.
        rkey: Its record key, or its at-uri. None only with a ``RECORD`` whose key is literal.
    """

    collection: str | Record[Any]
    rkey: str | Tid | AtUri | None = None


Write: TypeAlias = Create | Update | Delete
"""One write of a batch."""


_KINDS: Final = {
    "writes": Kind(lambda value: isinstance(value, Iterable), "a list of Create, Update and Delete values"),
    "chunk_size": Kind(
        lambda value: value is None or (is_integer(value) and value >= 1),
        "at least 1, or None for one request",
    ),
}


def apply_writes(
    core: Core,
    writes: Iterable[Write],
    *,
    repo: str | None,
    validate: bool | None,
    swap_commit: str | None,
    chunk_size: int | None,
) -> Flow[Applied]:
    """Make the writes in one request, or in chunks where a size is given.

    Raises:
        InputError: A record breaks its lexicon, or a key its type's rule; nothing was sent.
        XrpcError: A request failed; the writes of those before it have been made.
    """
    check_options({"writes": writes, "chunk_size": chunk_size}, _KINDS)
    repo = core.repo(repo)
    wire = [_checked(index, write, repo) for index, write in enumerate(writes)]
    values = {"repo": repo, "validate_": validate}
    step = chunk_size or max(len(wire), 1)
    results: list[WriteResult] = []
    commits: list[Commit] = []
    for start in range(0, len(wire), step):
        chunk = {**values, "writes": wire[start : start + step], "swap_commit": swap_commit}
        try:
            response = yield from core.call_repo(_repo.APPLY_WRITES, input=chunk)
        except XrpcError as error:
            if start:
                error.add_note(f"The first {start} of {len(wire)} writes had been made before.")
            raise
        results.extend(_result(result) for result in response.body.results or ())
        if (commit := response.body.commit) is not None:
            commits.append(Commit(commit.cid, commit.rev))
        if swap_commit is not None:
            swap_commit = None if commit is None else commit.cid
    return Applied(tuple(results), tuple(commits))


def _checked(index: int, write: Write, repo: str) -> _WireWrite:
    place = f"writes[{index}]"
    try:
        return _wire(write, repo)
    except InputError as error:
        if not error.issues:
            raise InputError(f"{place}: {error}") from None
        issues = [Issue(f"{place}.{issue.path}", issue.reason, issue.raw) for issue in error.issues]
        raise InputError("The input was refused", issues) from None


def _wire(write: object, repo: str) -> _WireWrite:
    match write:
        case Create(record, rkey):
            value = checked_record(record)
            key = new_key(record.lex_type, record.lex_key, rkey)
            return build(_repo.CreateWrite, {"collection": record.lex_type, "rkey": key, "value": value})
        case Update(record, rkey):
            value = checked_record(record)
            key, _ = located(record.lex_type, record.lex_key, rkey, repo)
            return build(_repo.UpdateWrite, {"collection": record.lex_type, "rkey": key, "value": value})
        case Delete(Record() as record, rkey):
            key, _ = located(record.nsid, record.key, rkey, repo)
            return build(_repo.DeleteWrite, {"collection": record.nsid, "rkey": key})
        case Delete(collection, rkey):
            key, _ = located(str(collection), "any", rkey, repo)
            return build(_repo.DeleteWrite, {"collection": collection, "rkey": key})
        case _:
            raise InputError(f"Expected Create, Update or Delete, got {type(write).__name__}")


def _result(result: _repo.CreateResult | _repo.UpdateResult | _repo.DeleteResult) -> WriteResult:
    if isinstance(result, _repo.DeleteResult):
        return Deleted()
    class_ = Created if isinstance(result, _repo.CreateResult) else Updated
    return class_(result.uri, result.cid, result.validation_status)
