"""``com.atproto.repo.*`` and ``com.atproto.sync.getBlob``: records and blobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from atlex.data import OMIT, Omit, cid_for
from atlex.errors import InputError, Issue
from atlex.lexicon import DefId, Record
from atlex.syntax import Cid
from atlex.testing._accounts import Account
from atlex.testing._methods import Call, Methods, method
from atlex.testing._repo import StoredBlob, StoredRecord, Write
from atlex.testing._wire import PdsError

__all__ = ["RepoMethods", "sentence"]

_RECORD_LIMIT: Final = 1_000_000
_ISSUES_SHOWN: Final = 5
_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)
# One subject is liked, reposted, followed or blocked once: a second record takes the first one's place.
_ONE_PER_SUBJECT: Final = frozenset(
    {"app.bsky.feed.like", "app.bsky.feed.repost", "app.bsky.graph.block", "app.bsky.graph.follow"}
)


def sentence(issues: Sequence[Issue]) -> str:
    """The first few issues as one text, each with its path."""
    more = len(issues) - _ISSUES_SHOWN
    shown = "; ".join(map(str, issues[:_ISSUES_SHOWN]))
    return f"{shown}; and {more} more" if more > 0 else shown


class RepoMethods(Methods):
    """The methods that write and read records, and those that take and give blobs."""

    # Writing

    @method("com.atproto.repo.createRecord", auth="access", json_limit=_RECORD_LIMIT)
    def create_record(self, call: Call) -> Any:
        """Make a record, under a new key unless one is given."""
        wanted = call.input
        account = self._own_repo(call)
        write = self._prepare("create", wanted, wanted["record"], wanted.get("validate"))
        replaced = self._same_subject(account, write) if wanted.get("validate") is not False else []
        commit = account.repo.apply([*replaced, write], wanted.get("swapCommit"))
        return {**self._written(account, write), "commit": commit._asdict()}

    @method("com.atproto.repo.putRecord", auth="access", json_limit=_RECORD_LIMIT)
    def put_record(self, call: Call) -> Any:
        """Make a record or put it in the place of another; writing what is there already changes nothing."""
        wanted = call.input
        account = self._own_repo(call)
        current = account.repo.get(wanted["collection"], wanted["rkey"])
        action: Literal["create", "update"] = "create" if current is None else "update"
        swap = wanted.get("swapRecord", OMIT)
        write = self._prepare(action, wanted, wanted["record"], wanted.get("validate"), swap=swap)
        answer = self._written(account, write)
        if current is None or current.cid != write.cid:
            answer["commit"] = account.repo.apply([write], wanted.get("swapCommit"))._asdict()
        return answer

    @method("com.atproto.repo.deleteRecord", auth="access")
    def delete_record(self, call: Call) -> Any:
        """Remove a record; where there is none, nothing changes."""
        wanted = call.input
        account = self._own_repo(call)
        if account.repo.get(wanted["collection"], wanted["rkey"]) is None:
            return {}
        swap = wanted.get("swapRecord", OMIT)
        write = Write(action="delete", collection=wanted["collection"], rkey=wanted["rkey"], swap=swap)
        return {"commit": account.repo.apply([write], wanted.get("swapCommit"))._asdict()}

    @method("com.atproto.repo.applyWrites", auth="access", json_limit=_RECORD_LIMIT)
    def apply_writes(self, call: Call) -> Any:
        """Do several writes, or none."""
        wanted = call.input
        account = self._own_repo(call)
        writes = [self._prepare_one(write, wanted.get("validate")) for write in wanted["writes"]]
        commit = account.repo.apply(writes, wanted.get("swapCommit"))
        results = [
            {
                "$type": f"com.atproto.repo.applyWrites#{write.action}Result",
                **(self._written(account, write) if write.value is not None else {}),
            }
            for write in writes
        ]
        return {"commit": commit._asdict(), "results": results}

    def _own_repo(self, call: Call) -> Account:
        account = self.state.usable(call.input["repo"])
        if account.did != call.did:
            raise PdsError(401)
        return account

    def _prepare_one(self, write: Mapping[str, Any], validate: bool | None) -> Write:
        match write["$type"]:
            case "com.atproto.repo.applyWrites#create":
                return self._prepare("create", write, write["value"], validate)
            case "com.atproto.repo.applyWrites#update":
                return self._prepare("update", write, write["value"], validate)
            case _:
                return Write(action="delete", collection=write["collection"], rkey=write["rkey"])

    def _prepare(
        self,
        action: Literal["create", "update"],
        place: Mapping[str, Any],
        record: Mapping[str, Any],
        validate: bool | None,
        *,
        swap: str | Omit | None = OMIT,
    ) -> Write:
        collection, rkey = place["collection"], place.get("rkey") or self.state.clock.tid()
        value = dict(record) if "$type" in record else {"$type": collection, **record}
        if value["$type"] != collection:
            message = f"Invalid $type: expected {collection}, got {value['$type']}"
            raise PdsError(400, message=message)
        status, valid = self._validate(collection, rkey, value, validate)
        try:
            cid = cid_for(value)
        except InputError as error:
            raise PdsError(400, message=f"Invalid {collection} record: {error}") from None
        write = Write(action=action, collection=collection, rkey=rkey, value=value, cid=cid, swap=swap)
        return replace(write, status=status, valid=valid)

    def _validate(
        self, collection: str, rkey: str, value: Mapping[str, Any], validate: bool | None
    ) -> tuple[str | None, bool]:
        """How a record compares with its document, as responses put it; and whether it is what that says."""
        lexicons = self.state.lexicons
        if not isinstance(lexicons.find(DefId(collection)), Record):
            if validate:
                raise PdsError(400, message=f"Unknown lexicon type: {collection}")
            return (None if validate is False else "unknown"), False
        key_issues = lexicons.validate_record_key(collection, rkey)
        issues = lexicons.validate_record(collection, value)
        if validate is False:
            return None, not (key_issues or issues)
        if key_issues:
            raise PdsError(400, message=f"Invalid record key for {collection}: {sentence(key_issues)}")
        if issues:
            raise PdsError(400, message=f"Invalid {collection} record: {sentence(issues)}")
        return "valid", True

    def _same_subject(self, account: Account, write: Write) -> list[Write]:
        if write.collection not in _ONE_PER_SUBJECT or write.value is None:
            return []
        return [
            Write(action="delete", collection=write.collection, rkey=rkey)
            for rkey in account.repo.keys_about(write.collection, write.value)
        ]

    def _written(self, account: Account, write: Write) -> dict[str, Any]:
        answer = {"uri": f"at://{account.did}/{write.collection}/{write.rkey}", "cid": write.cid}
        return answer if write.status is None else {**answer, "validationStatus": write.status}

    # Reading

    @method("com.atproto.repo.getRecord")
    def get_record(self, call: Call) -> Any:
        """Give one record."""
        account = self._public_repo(call.params["repo"])
        collection, rkey = call.params["collection"], call.params["rkey"]
        record = account.repo.get(collection, rkey)
        if record is None or call.params.get("cid", record.cid) != record.cid:
            uri = f"at://{account.did}/{collection}/{rkey}"
            raise PdsError(400, "RecordNotFound", f"Could not locate record: {uri}")
        return self._view(record)

    @method("com.atproto.repo.listRecords")
    def list_records(self, call: Call) -> Any:
        """Give a collection page by page, by key: the last first unless ``reverse`` is set."""
        account = self._public_repo(call.params["repo"])
        reverse, cursor = call.params.get("reverse", False), call.params.get("cursor")
        records = account.repo.records(call.params["collection"])
        if not reverse:
            records = records[::-1]
        if cursor is not None:
            records = [
                record for record in records if (record.rkey > cursor if reverse else record.rkey < cursor)
            ]
        page = records[: call.params["limit"]]
        answer: dict[str, Any] = {"records": [self._view(record) for record in page]}
        return {**answer, "cursor": page[-1].rkey} if page else answer

    @method("com.atproto.repo.describeRepo")
    def describe_repo(self, call: Call) -> Any:
        """Say whose repository it is and what is in it."""
        account = self.state.available(call.params["repo"], call.did)
        return {
            "handle": account.handle,
            "did": account.did,
            "didDoc": account.did_document(self.state.url()),
            "collections": list(account.repo.collections()),
            "handleIsCorrect": True,
        }

    def _public_repo(self, identifier: str) -> Account:
        account = self.state.accounts.find_public(identifier)
        if account is None:
            raise PdsError(400, message=f"Could not find repo: {identifier}")
        return account

    def _view(self, record: StoredRecord) -> dict[str, Any]:
        return {"uri": record.uri, "cid": record.cid, "value": record.value}

    # Blobs

    @method("com.atproto.repo.uploadBlob", auth="access", active=True)
    def upload_blob(self, call: Call) -> Any:
        """Keep a blob until a record refers to it."""
        data: bytes = call.input
        if len(data) > self.state.blob_limit:
            raise PdsError(413, message="request entity too large")
        sniffed = next((name for signature, name in _SIGNATURES if data.startswith(signature)), None)
        blob = StoredBlob(data, sniffed or call.encoding or "application/octet-stream")
        cid = str(Cid.for_raw(data))
        self.state.caller(call).repo.add_blob(cid, blob)
        reference = {"$type": "blob", "ref": {"$link": cid}, "mimeType": blob.mime_type, "size": len(data)}
        return {"blob": reference}

    @method("com.atproto.sync.getBlob", auth="optional", takendown=True)
    def get_blob(self, call: Call) -> Any:
        """Give a blob that some record refers to."""
        account = self.state.available(call.params["did"], call.did)
        blob = account.repo.public_blob(call.params["cid"])
        if blob is None:
            raise PdsError(400, message="Blob not found")
        return blob.data, blob.mime_type
