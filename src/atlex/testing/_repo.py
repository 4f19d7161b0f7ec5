"""One account's records and blobs, and the commits that change them."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha512
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast

from atlex.data import OMIT, Omit, cid_for, encode_cbor
from atlex.testing._clock import Clock
from atlex.testing._tree import EMPTY, Tree
from atlex.testing._wire import PdsError

__all__ = ["Changed", "Commit", "Repo", "StoredBlob", "StoredRecord", "Write", "blobs_in"]

_MAX_WRITES: Final = 200


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """An uploaded blob."""

    data: bytes
    mime_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record.

    Attributes:
        uri: Its AT URI.
        collection: Its collection.
        rkey: Its key.
        cid: Its CID.
        value: Its value.
        indexed_at: When it was written.
        rev: The revision of the repository in which it was written.
        number: Its place in the order in which the server's records were created, over all accounts.
        valid: Whether it is what its document says; views only show such records.
    """

    uri: str
    collection: str
    rkey: str
    cid: str
    value: Mapping[str, Any]
    indexed_at: str
    rev: str
    number: int
    valid: bool

    @property
    def did(self) -> str:
        """The account that it belongs to."""
        return self.uri[5:].partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One change, checked as far as it can be without looking at the repository.

    Attributes:
        action: What to do.
        collection: The record's collection.
        rkey: The record's key.
        value: The new value; None for a deletion.
        cid: The new value's CID; None for a deletion.
        swap: The CID that the record must have now; None: there must be none; OMIT: whatever it has.
        status: How the value compares with its document, as responses put it; None where nobody looked.
        valid: Whether the value is what its document says.
    """

    action: Literal["create", "update", "delete"]
    collection: str
    rkey: str
    value: Mapping[str, Any] | None = None
    cid: str | None = None
    swap: str | Omit | None = OMIT
    status: str | None = None
    valid: bool = False


Changed: TypeAlias = Callable[[StoredRecord | None, StoredRecord | None], None]
"""Is told of a record before and after a change: None where it isn't there."""


class Commit(NamedTuple):
    """The state of a repository after a change."""

    cid: str
    rev: str


def blobs_in(value: object) -> Iterator[Mapping[str, Any]]:
    """The blob references in a record, at any depth, in no particular order.

    Raises:
        PdsError: One has the form of the protocol's first year.
    """
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(cast("list[object]", current))
        elif isinstance(current, dict):
            fields = cast("dict[str, Any]", current)
            if fields.get("$type") == "blob":
                yield fields
            elif fields.keys() == {"cid", "mimeType"} and isinstance(fields["cid"], str):
                raise PdsError(400, message=f"Legacy blobs are not allowed ({fields['cid']})")
            else:
                stack.extend(fields.values())


def _blob_cids(value: object) -> set[str]:
    return {blob["ref"]["$link"] for blob in blobs_in(value)}


def _subject_of(value: Mapping[str, Any]) -> str | None:
    """What a record is about: the ``subject``, or the URI of it."""
    named: object = value.get("subject")
    uri = cast("Mapping[str, object]", named).get("uri") if isinstance(named, dict) else named
    return uri if isinstance(uri, str) else None


@dataclass(slots=True)
class Repo:
    """The records and blobs of one account.

    Attributes:
        did: The account.
        clock: Dates the commits.
        changed: Is told of every change of a record.
        head: The latest commit.
        signed: The same as the wire has it.
        tree: The records' CIDs by their paths.
    """

    did: str
    clock: Clock
    changed: Changed = field(repr=False)
    head: Commit = field(init=False)
    signed: Mapping[str, Any] = field(init=False, repr=False)
    tree: Tree = field(default=EMPTY, init=False, repr=False)
    _collections: dict[str, dict[str, StoredRecord]] = field(default_factory=dict, init=False, repr=False)
    _blobs: dict[str, StoredBlob] = field(default_factory=dict, init=False, repr=False)
    _by_subject: defaultdict[tuple[str, str], set[str]] = field(
        default_factory=lambda: defaultdict(set), init=False, repr=False
    )
    _references: Counter[str] = field(default_factory=Counter[str], init=False, repr=False)

    def __post_init__(self) -> None:
        self._commit(self.tree, self.clock.tid())

    def get(self, collection: str, rkey: str) -> StoredRecord | None:
        """A record, or None."""
        return self._collections.get(collection, {}).get(rkey)

    def records(self, collection: str) -> Sequence[StoredRecord]:
        """A collection's records, by key."""
        found = self._collections.get(collection, {})
        return [found[rkey] for rkey in sorted(found)]

    def keys_about(self, collection: str, value: Mapping[str, Any]) -> Sequence[str]:
        """The keys of a collection's records that have the same subject as a record's value, if that has one."""
        subject = _subject_of(value)
        return [] if subject is None else sorted(self._by_subject[collection, subject])

    def collections(self) -> Sequence[str]:
        """The collections that have records, by name."""
        return sorted(name for name, records in self._collections.items() if records)

    def all_records(self) -> Iterator[StoredRecord]:
        """All records, by collection and key."""
        for collection in self.collections():
            yield from self.records(collection)

    def blob_cids(self, since: str) -> Sequence[str]:
        """The blobs that records refer to which came after a revision, by CID."""
        return sorted(set[str]().union(*(_blob_cids(r.value) for r in self.all_records() if r.rev > since)))

    def add_blob(self, cid: str, blob: StoredBlob) -> None:
        """Keep a blob; until a record refers to it, nobody can see it."""
        self._blobs.setdefault(cid, blob)

    def public_blob(self, cid: str) -> StoredBlob | None:
        """A blob that some record refers to, or None."""
        return self._blobs.get(cid) if self._references[cid] else None

    def apply(self, writes: Sequence[Write], swap_commit: str | None = None) -> Commit:
        """Do all writes, or none.

        Raises:
            PdsError: ``InvalidSwap``, a blob that isn't there or isn't as the record says, too many writes; and status
                500 where a record to create is there, or one to change isn't.
        """
        if len(writes) > _MAX_WRITES:
            raise PdsError(400, message=f"Too many writes. Max: {_MAX_WRITES}")
        if swap_commit is not None and swap_commit != self.head.cid:
            raise PdsError(400, "InvalidSwap", f"Commit was at {self.head.cid}")
        for write in writes:
            self._check_swap(write)
            self._check_blobs(write)
        collections = {
            write.collection: dict(self._collections.get(write.collection, {})) for write in writes
        }
        rev, tree = self.clock.tid(), self.tree
        changes: list[tuple[StoredRecord | None, StoredRecord | None]] = []
        for write in writes:
            changes.append(self._write(collections[write.collection], write, rev))
            path = f"{write.collection}/{write.rkey}"
            tree = tree.remove(path) if write.cid is None else tree.put(path, write.cid)
        self._collections.update(collections)
        for before, after in changes:
            self._count_blobs(before, after)
            self._note_subjects(before, after)
            self.changed(before, after)
        self._commit(tree, rev)
        return self.head

    def _check_swap(self, write: Write) -> None:
        if write.swap is OMIT:
            return
        record = self.get(write.collection, write.rkey)
        current = None if record is None else record.cid
        if write.swap != current:
            raise PdsError(400, "InvalidSwap", f"Record was at {current or 'null'}")

    def _check_blobs(self, write: Write) -> None:
        for reference in blobs_in(write.value):
            cid = reference["ref"]["$link"]
            blob = self._blobs.get(cid)
            if blob is None:
                raise PdsError(400, "BlobNotFound", f"Could not find blob: {cid}")
            kept = {"MimeType": blob.mime_type, "Size": len(blob.data)}
            given = {"MimeType": reference["mimeType"], "Size": reference["size"]}
            for name, value in kept.items():
                if given[name] != value:
                    message = f"Referenced {name.capitalize()} does not match stored blob."
                    message += f" Expected: {value}, Got: {given[name]}"
                    raise PdsError(400, f"Invalid{name}", message)

    def _write(
        self, records: dict[str, StoredRecord], write: Write, rev: str
    ) -> tuple[StoredRecord | None, StoredRecord | None]:
        """Do one write, and give the record before and after it."""
        before = records.pop(write.rkey, None)
        if (before is None) != (write.action == "create"):
            # The real server doesn't foresee this either: its search tree refuses the change.
            raise PdsError(500)
        if write.value is None or write.cid is None:
            return before, None
        after = StoredRecord(
            uri=f"at://{self.did}/{write.collection}/{write.rkey}",
            collection=write.collection,
            rkey=write.rkey,
            cid=write.cid,
            value=write.value,
            indexed_at=self.clock.datetime(),
            rev=rev,
            number=self.clock.count() if before is None else before.number,
            valid=write.valid,
        )
        records[write.rkey] = after
        return before, after

    def _count_blobs(self, before: StoredRecord | None, after: StoredRecord | None) -> None:
        if after is not None:
            self._references.update(_blob_cids(after.value))
        if before is not None:
            for cid in _blob_cids(before.value):
                self._references[cid] -= 1
                if not self._references[cid]:
                    self._blobs.pop(cid, None)

    def _note_subjects(self, before: StoredRecord | None, after: StoredRecord | None) -> None:
        if before is not None and (subject := _subject_of(before.value)) is not None:
            self._by_subject[before.collection, subject].discard(before.rkey)
        if after is not None and (subject := _subject_of(after.value)) is not None:
            self._by_subject[after.collection, subject].add(after.rkey)

    def _commit(self, tree: Tree, rev: str) -> None:
        content = {"did": self.did, "version": 3, "rev": rev, "prev": None, "data": {"$link": tree.cid}}
        # As long as a signature, and as much of its own content; a real one would take a library.
        signature = sha512(encode_cbor(content)).digest()
        self.signed = {**content, "sig": {"$bytes": b64encode(signature).decode().rstrip("=")}}
        self.tree, self.head = tree, Commit(cid_for(self.signed), rev)
