"""The repository calls, so that a user's own package needs no others. A test holds them to the lexicons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, TypeAlias, TypeVar

from atlex.errors import InvalidSwapError, RecordNotFoundError
from atlex.model import Boolean, Int, Object, Params, String, Text, Unknown, closed_union
from atlex.xrpc import JSON, Procedure, Query

__all__ = [
    "APPLY_WRITES",
    "CREATE_RECORD",
    "DELETE_RECORD",
    "GET_RECORD",
    "LIST_RECORDS",
    "PUT_RECORD",
    "CommitMeta",
    "CreateResult",
    "CreateWrite",
    "DeleteResult",
    "DeleteWrite",
    "RecordItem",
    "UpdateResult",
    "UpdateWrite",
    "WriteOutput",
]

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT")
_Unknown: TypeAlias = Annotated[Mapping[str, Any], Unknown()]


class CommitMeta(Object):
    """com.atproto.repo.defs#commitMeta."""

    lex_type: ClassVar[str] = "com.atproto.repo.defs#commitMeta"
    cid: Annotated[str, String(format="cid")]
    rev: Annotated[str, String(format="tid")]


class CreateRecordInput(Object):
    """com.atproto.repo.createRecord, the input."""

    repo: Annotated[str, String(format="at-identifier")]
    collection: Annotated[str, String(format="nsid")]
    rkey: Annotated[str, String(format="record-key", max_length=512)] | None = None
    validate_: Boolean | None = None
    record: _Unknown
    swap_commit: Annotated[str, String(format="cid")] | None = None


class PutRecordInput(Object):
    """com.atproto.repo.putRecord, the input."""

    lex_nullable: ClassVar[frozenset[str]] = frozenset({"swap_record"})
    repo: Annotated[str, String(format="at-identifier")]
    collection: Annotated[str, String(format="nsid")]
    rkey: Annotated[str, String(format="record-key", max_length=512)]
    validate_: Boolean | None = None
    record: _Unknown
    swap_record: Annotated[str, String(format="cid")] | None = None
    swap_commit: Annotated[str, String(format="cid")] | None = None


class WriteOutput(Object):
    """com.atproto.repo.createRecord and putRecord, the output."""

    uri: Annotated[str, String(format="at-uri")]
    cid: Annotated[str, String(format="cid")]
    commit: CommitMeta | None = None
    validation_status: Text | None = None


class DeleteRecordInput(Object):
    """com.atproto.repo.deleteRecord, the input."""

    repo: Annotated[str, String(format="at-identifier")]
    collection: Annotated[str, String(format="nsid")]
    rkey: Annotated[str, String(format="record-key")]
    swap_record: Annotated[str, String(format="cid")] | None = None
    swap_commit: Annotated[str, String(format="cid")] | None = None


class DeleteRecordOutput(Object):
    """com.atproto.repo.deleteRecord, the output."""

    commit: CommitMeta | None = None


class GetRecordParams(Params):
    """com.atproto.repo.getRecord, the parameters."""

    repo: Annotated[str, String(format="at-identifier")]
    collection: Annotated[str, String(format="nsid")]
    rkey: Annotated[str, String(format="record-key")]
    cid: Annotated[str, String(format="cid")] | None = None


class GetRecordOutput(Object):
    """com.atproto.repo.getRecord, the output."""

    uri: Annotated[str, String(format="at-uri")]
    cid: Annotated[str, String(format="cid")] | None = None
    value: _Unknown


class ListRecordsParams(Params):
    """com.atproto.repo.listRecords, the parameters."""

    repo: Annotated[str, String(format="at-identifier")]
    collection: Annotated[str, String(format="nsid")]
    limit: Annotated[int, Int(minimum=1, maximum=100)] | None = None
    cursor: Text | None = None
    reverse: Boolean | None = None


class RecordItem(Object):
    """com.atproto.repo.listRecords#record."""

    lex_type: ClassVar[str] = "com.atproto.repo.listRecords#record"
    uri: Annotated[str, String(format="at-uri")]
    cid: Annotated[str, String(format="cid")]
    value: _Unknown


class ListRecordsOutput(Object):
    """com.atproto.repo.listRecords, the output."""

    cursor: Text | None = None
    records: list[RecordItem]


class CreateWrite(Object):
    """com.atproto.repo.applyWrites#create."""

    lex_type: ClassVar[str] = "com.atproto.repo.applyWrites#create"
    collection: Annotated[str, String(format="nsid")]
    rkey: Annotated[str, String(format="record-key", max_length=512)] | None = None
    value: _Unknown


class UpdateWrite(Object):
    """com.atproto.repo.applyWrites#update."""

    lex_type: ClassVar[str] = "com.atproto.repo.applyWrites#update"
    collection: Annotated[str, String(format="nsid")]
    rkey: Annotated[str, String(format="record-key")]
    value: _Unknown


class DeleteWrite(Object):
    """com.atproto.repo.applyWrites#delete."""

    lex_type: ClassVar[str] = "com.atproto.repo.applyWrites#delete"
    collection: Annotated[str, String(format="nsid")]
    rkey: Annotated[str, String(format="record-key")]


class ApplyWritesInput(Object):
    """com.atproto.repo.applyWrites, the input."""

    repo: Annotated[str, String(format="at-identifier")]
    validate_: Boolean | None = None
    writes: list[Annotated[CreateWrite | UpdateWrite | DeleteWrite, closed_union]]
    swap_commit: Annotated[str, String(format="cid")] | None = None


class CreateResult(Object):
    """com.atproto.repo.applyWrites#createResult."""

    lex_type: ClassVar[str] = "com.atproto.repo.applyWrites#createResult"
    uri: Annotated[str, String(format="at-uri")]
    cid: Annotated[str, String(format="cid")]
    validation_status: Text | None = None


class UpdateResult(Object):
    """com.atproto.repo.applyWrites#updateResult."""

    lex_type: ClassVar[str] = "com.atproto.repo.applyWrites#updateResult"
    uri: Annotated[str, String(format="at-uri")]
    cid: Annotated[str, String(format="cid")]
    validation_status: Text | None = None


class DeleteResult(Object):
    """com.atproto.repo.applyWrites#deleteResult."""

    lex_type: ClassVar[str] = "com.atproto.repo.applyWrites#deleteResult"


class ApplyWritesOutput(Object):
    """com.atproto.repo.applyWrites, the output."""

    commit: CommitMeta | None = None
    results: list[Annotated[CreateResult | UpdateResult | DeleteResult, closed_union]] | None = None


def _write(nsid: str, given: type[InputT], output: type[OutputT]) -> Procedure[None, InputT, OutputT]:
    return Procedure(
        nsid,
        input=lambda: given,
        input_encoding=JSON,
        output=lambda: output,
        output_encoding=JSON,
        errors={"InvalidSwap": InvalidSwapError},
    )


CREATE_RECORD: Final = _write("com.atproto.repo.createRecord", CreateRecordInput, WriteOutput)
PUT_RECORD: Final = _write("com.atproto.repo.putRecord", PutRecordInput, WriteOutput)
DELETE_RECORD: Final = _write("com.atproto.repo.deleteRecord", DeleteRecordInput, DeleteRecordOutput)
APPLY_WRITES: Final = _write("com.atproto.repo.applyWrites", ApplyWritesInput, ApplyWritesOutput)
GET_RECORD: Final[Query[GetRecordParams, GetRecordOutput]] = Query(
    "com.atproto.repo.getRecord",
    params=lambda: GetRecordParams,
    output=lambda: GetRecordOutput,
    output_encoding=JSON,
    errors={"RecordNotFound": RecordNotFoundError},
)
LIST_RECORDS: Final[Query[ListRecordsParams, ListRecordsOutput]] = Query(
    "com.atproto.repo.listRecords",
    params=lambda: ListRecordsParams,
    output=lambda: ListRecordsOutput,
    output_encoding=JSON,
)
