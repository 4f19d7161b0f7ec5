"""The checks of a record and its key before they are sent."""

from __future__ import annotations

from typing import Any, cast

from atlex.data import is_object
from atlex.errors import InputError, Issue
from atlex.model import RecordObject, check
from atlex.syntax import AtUri, Tid, is_valid_nsid, is_valid_record_key, is_valid_tid

__all__ = ["checked_key", "checked_record", "located", "new_key"]


def located(nsid: str, kind: str, key: str | Tid | AtUri | None, repo: str | None) -> tuple[str, str | None]:
    """The key of a record and its repository, both of which an at-uri names.

    Args:
        nsid: The record type.
        kind: The kind of key that the type declares: ``tid``, ``nsid``, ``any`` or ``literal:…``.
        key: A record key, the record's at-uri, or None. A literal key is implied.
        repo: The repository that was named beside it, or None.

    Raises:
        InputError: The key is missing, or breaks the type's rule (https://atproto.com/specs/record-key); or the
            at-uri is broken, or that of another collection or another repository.
    """
    if isinstance(key, str) and key.startswith("at://"):
        key = AtUri.parse(key)
    if isinstance(key, AtUri):
        if key.collection != nsid or key.rkey is None or key.fragment is not None:
            raise InputError(f"{str(key)!r:.200} isn't the at-uri of a record of {nsid}")
        if repo is not None and str(repo).lower() != key.authority.lower():
            raise InputError(f"{str(key)!r:.200} isn't in the repository {repo!r:.80}")
        repo = key.authority
        key = key.rkey
    return checked_key(nsid, kind, key), repo


def new_key(nsid: str, kind: str, key: str | Tid | None) -> str | None:
    """The key of a record to create; None to have the server make one.

    Raises:
        InputError: The key breaks the type's rule, or is missing where no server makes one.
    """
    if key is None and kind != "nsid" and not kind.startswith("literal:"):
        return None
    return checked_key(nsid, kind, key)


def checked_key(nsid: str, kind: str, rkey: str | Tid | None) -> str:
    """The record key to send, or an InputError as `located` raises it for a key."""
    if isinstance(rkey, Tid):
        rkey = str(rkey)
    if kind.startswith("literal:"):
        literal = kind.removeprefix("literal:")
        if rkey is not None and rkey != literal:
            raise InputError(
                f"Records of {nsid} have one key, {literal!r}", [Issue("rkey", "another key", rkey)]
            )
        return literal
    if rkey is None:
        raise InputError(f"Records of {nsid} need a record key", [Issue("rkey", "is required")])
    allowed = {"tid": is_valid_tid, "nsid": is_valid_nsid}.get(kind, is_valid_record_key)
    if not (is_valid_record_key(rkey) and allowed(rkey)):
        named = kind if kind in {"tid", "nsid"} else "record key"
        # Python writes no integer of more than 4,300 digits.
        given = repr(rkey)[:80] if isinstance(cast("object", rkey), str) else type(rkey).__name__
        is_address = isinstance(cast("object", rkey), str) and rkey.startswith(("http://", "https://"))
        hint = ": this is the address of a page; give the record's key or its at-uri" if is_address else ""
        reason = f"not a valid {named} (got {given}){hint}"
        raise InputError("The record key was refused", [Issue("rkey", reason, rkey)])
    return rkey


def checked_record(record: RecordObject, wanted: type[RecordObject] | None = None) -> dict[str, Any]:
    """The JSON form of a record that has been checked again, with its type named.

    Raises:
        InputError: The record breaks its lexicon, or is of another type.
    """
    if not isinstance(record, wanted or RecordObject):
        name = "a record" if wanted is None else f"an instance of {wanted.__name__}"
        hint = (
            f": {wanted.__name__}.model_validate(…) makes one of it" if wanted and is_object(record) else ""
        )
        raise InputError(f"Expected {name}, got {type(record).__name__}{hint}")
    check(record)
    return {"$type": record.lex_type, **record.to_wire()}
