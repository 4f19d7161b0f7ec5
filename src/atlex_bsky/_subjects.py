"""What a caller points at, an account or a record: by view, address or link."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol, TypeAlias, cast
from urllib.parse import unquote, urlsplit

from atlex.errors import InputError
from atlex.syntax import AtUri, is_valid_at_identifier

__all__ = ["Actor", "HasDid", "HasRef", "RecordAddress", "Subject", "actor_of", "record_of", "stated"]


class HasDid(Protocol):
    """Anything that stands for an account: a profile view, an identity, a session."""

    @property
    def did(self) -> str:
        """The account's DID."""
        ...


class HasRef(Protocol):
    """Anything that stands for one version of a record: a view, a strong reference, a record just written."""

    @property
    def uri(self) -> str:
        """The record's AT-URI."""
        ...

    @property
    def cid(self) -> str:
        """The version's CID."""
        ...


Actor: TypeAlias = str | HasDid
"""An account: its DID, its handle with or without ``@``, the link of its profile, or anything with ``did``."""

Subject: TypeAlias = str | HasRef
"""A record: its AT-URI, its link at bsky.app, or anything with ``uri`` and ``cid``."""


class RecordAddress(NamedTuple):
    """Where a record is: in whose repository (a DID or handle), in which collection, under which record key."""

    repo: str
    collection: str
    rkey: str


_HOSTS: Final = frozenset({"bsky.app", "www.bsky.app", "main.bsky.dev"})
_COLLECTIONS: Final = {
    "post": "app.bsky.feed.post",
    "feed": "app.bsky.feed.generator",
    "lists": "app.bsky.graph.list",
}
"""Collections by the word that bsky.app has for them in the path of a link."""


def _link_parts(link: str) -> list[str]:
    """The parts of a bsky.app link's path; nothing for any other text."""
    try:
        parsed = urlsplit(link)
    except ValueError:
        return []
    if parsed.scheme != "https" or parsed.netloc.lower() not in _HOSTS:
        return []
    return [unquote(part) for part in parsed.path.strip("/").split("/")]


def stated(value: object, name: str) -> str:
    """A text that a view or another stand-in of an account or record states.

    Args:
        value: The stand-in, for callers without types anything.
        name: The attribute: ``did`` or ``uri``.

    Raises:
        InputError: There is no such text.
    """
    found = cast("object", getattr(value, name, None))
    if not isinstance(found, str):
        what = "An account" if name == "did" else "A record"
        raise InputError(
            f"{what} is named by a str or by a value with {name}, not by a value of type {type(value).__name__}"
        )
    return found


def actor_of(actor: Actor) -> str:
    """The DID or handle of an account.

    Args:
        actor: The account, in any form that `Actor` lists.

    Raises:
        InputError: It is none of these.
    """
    if not isinstance(actor, str):
        return stated(actor, "did")
    match _link_parts(actor):
        case ["profile", name]:
            found = name
        case _:
            found = actor.removeprefix("@")
    if not is_valid_at_identifier(found):
        raise InputError(f"{actor!r} is neither a DID, a handle, nor the link of a profile at bsky.app")
    return found


def record_of(subject: Subject) -> RecordAddress:
    """The address of a record.

    Args:
        subject: The record, in any form that `Subject` lists; the link is that of a post, feed, list or
            starter pack. The address has the handle where ``subject`` has one.

    Raises:
        InputError: It is none of these.
    """
    text = subject if isinstance(subject, str) else stated(subject, "uri")
    match _link_parts(text):
        case ["profile", repo, word, rkey] if word in _COLLECTIONS:
            found = AtUri(repo, _COLLECTIONS[word], rkey)
        case ["starter-pack" | "start", repo, rkey]:
            found = AtUri(repo, "app.bsky.graph.starterpack", rkey)
        case _ if text.startswith("at://"):
            found = AtUri.parse(text)
        case _:
            raise InputError(f"{text!r} is neither an AT-URI nor the link of a record at bsky.app")
    if found.collection is None or found.rkey is None:
        raise InputError(f"{text!r} doesn't name a record: at://ACCOUNT/COLLECTION/RKEY does")
    return RecordAddress(found.authority, found.collection, found.rkey)
