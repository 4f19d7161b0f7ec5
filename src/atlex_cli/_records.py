"""Records of any collection: where they are read, and what is checked and filled in before they are written."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from atlex.errors import InputError, XrpcResponseValidationError
from atlex.syntax import is_valid_nsid, now
from atlex_cli._accounts import Accounts, folder, open_client

if TYPE_CHECKING:
    from atlex.model import RecordObject
    from atlex_sdk import Client

__all__ = ["completed", "literal_key", "opened_for", "record_class"]


def record_class(collection: str) -> type[RecordObject] | None:
    """The class of a collection's records in ``atlex_sdk``; None for a collection that it doesn't know.

    Raises:
        InputError: That is no NSID, or the NSID of something else.
    """
    from atlex.model import RecordObject
    from atlex.model._packages import class_for, module_for

    found: type[Any] | None = class_for("atlex_sdk", collection)
    if found is not None and issubclass(found, RecordObject):
        return found
    # A collection may have the NSID that a folder of others' begins with, and not that of another document.
    known = module_for("atlex_sdk", collection)
    if not is_valid_nsid(collection) or (known is not None and not hasattr(known, "__path__")):
        raise InputError(f"{collection!r:.100} isn't a collection, such as app.bsky.feed.post")
    return None


def completed(collection: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """A record as it is sent: with its type, the time if it needs one and has none, and checked if its class is known.

    Args:
        collection: The collection that it is for.
        members: Its JSON members.

    Raises:
        InputError: It breaks its lexicon. The issues have their paths.
    """
    from atlex.model import read_as

    record = {"$type": collection, **members}
    kind = record_class(collection)
    if kind is None:
        return record
    field = kind.model_fields.get("created_at")
    if field is not None and field.is_required():
        record.setdefault("createdAt", now())
    try:
        read_as(record, kind, validation="strict")
    except XrpcResponseValidationError as error:
        raise InputError("The record was refused", error.issues) from None
    return record


def literal_key(collection: str) -> str | None:
    """The one key that records of a collection can have, such as ``self``; None where they have any."""
    kind = record_class(collection)
    return kind.lex_key.removeprefix("literal:") if kind and kind.lex_key.startswith("literal:") else None


@contextmanager
def opened_for(repo: str, *, account: str | None, service: str | None) -> Generator[Client]:
    """Give a client that can read a repository while the block lasts.

    Args:
        repo: The repository's DID or handle.
        account: The account to read as; None for the repository's own if it is logged in here, or else none.
        service: The server to ask, without authentication; None for the account's, or else the repository's own.

    Raises:
        AccountError: The session of the account can't be used.
        IdentityError: The repository's own server can't be found.
    """
    from atlex_sdk import Client

    if (
        service is None
        and account is None
        and repo.lower() in {name for known in Accounts(folder()).all() for name in known.names}
    ):
        account = repo
    if service is not None or account is not None:
        with open_client(account, service=service) as client:
            yield client
        return
    from atlex_cli._identities import open_resolver

    with open_resolver() as resolver:
        server = resolver.resolve(repo).server()
    with Client(server) as client:
        yield client
