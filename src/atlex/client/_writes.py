"""The writes of a batch, and what a batch sends and answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from atlex.client._keys import checked_key, checked_record
from atlex.client._repo import (
    ApplyWritesOutput,
    CreateResult,
    CreateWrite,
    DeleteResult,
    DeleteWrite,
    UpdateResult,
    UpdateWrite,
)
from atlex.client._results import Applied, Commit, Created, Deleted, Updated, WriteResult
from atlex.errors import InputError
from atlex.model import RecordObject
from atlex.xrpc import Record

__all__ = ["Create", "Delete", "Update", "Write", "applied", "batches"]


@dataclass(frozen=True, slots=True)
class Create:
    """Write a new record.

    Attributes:
        record: The record; its class says the collection.
        rkey: Its record key. None: the literal key of its type, else the server makes one.
    """

    record: RecordObject
    rkey: str | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Replace a record that is there; the batch fails where it isn't.

    Attributes:
        record: The record; its class says the collection.
        rkey: Its record key. None only for types with a literal key.
    """

    record: RecordObject
    rkey: str | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a record.

    Attributes:
        collection: The NSID of its type, or the type's ``RECORD``.
        rkey: Its record key. None only with a ``RECORD`` whose key is literal.
    """

    collection: str | Record[Any]
    rkey: str | None = None


Write: TypeAlias = Create | Update | Delete
_WireWrite: TypeAlias = CreateWrite | UpdateWrite | DeleteWrite


def batches(writes: Iterable[Write], size: int | None) -> list[list[_WireWrite]]:
    """The writes in the form that requests take: in one batch, or cut where a size is given.

    Raises:
        InputError: A record breaks its lexicon, or a key its type's rule.
    """
    if size is not None and size < 1:
        raise InputError("chunk_size must be at least 1")
    wire = [_wire(write) for write in writes]
    step = size or max(len(wire), 1)
    return [wire[start : start + step] for start in range(0, len(wire), step)]


def _wire(write: Write) -> _WireWrite:
    match write:
        case Create(record, rkey):
            key = checked_key(record.lex_type, record.lex_key, rkey, creating=True)
            return CreateWrite(collection=record.lex_type, rkey=key, value=checked_record(record))
        case Update(record, rkey):
            key = checked_key(record.lex_type, record.lex_key, rkey)
            return UpdateWrite(collection=record.lex_type, rkey=key, value=checked_record(record))
        case Delete(collection, rkey):
            nsid, kind = (
                (collection, "any") if isinstance(collection, str) else (collection.nsid, collection.key)
            )
            return DeleteWrite(collection=nsid, rkey=checked_key(nsid, kind, rkey))


def applied(outputs: Sequence[ApplyWritesOutput]) -> Applied:
    """What the requests of a batch answered, as one."""
    return Applied(
        results=tuple(_result(result) for output in outputs for result in output.results or ()),
        commits=tuple(Commit(output.commit.cid, output.commit.rev) for output in outputs if output.commit),
    )


def _result(result: CreateResult | UpdateResult | DeleteResult) -> WriteResult:
    match result:
        case CreateResult():
            return Created(result.uri, result.cid, result.validation_status)
        case UpdateResult():
            return Updated(result.uri, result.cid, result.validation_status)
        case DeleteResult():
            return Deleted()
