# Made from _async_core.py by tools/unasync.py: change that file, and run the tool.
"""What every part of the synchronous Bluesky layer has: the client, and who and what is meant by a name."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeAlias

from atlex.errors import InputError
from atlex.syntax import is_valid_did
from atlex_bsky._subjects import Actor, HasDid, Subject, actor_of, record_of
from atlex_sdk import Client
from atlex_sdk.com.atproto.repo.strong_ref import StrongRef

__all__ = ["Core", "Resolver"]

Resolver: TypeAlias = Callable[[str], HasDid]
"""Gives the account of a handle, as an `atlex.identity.IdentityResolver` does when it is called."""

_FRESH: Final = 3600.0
_MOST: Final = 10_000


class Core:
    """What the parts of `Bluesky` share.

    Args:
        client: The client that makes the calls.
        resolver: Finds the account of a handle. None: the client's own server is asked
            (com.atproto.identity.resolveHandle), and its answer is kept for an hour.
    """

    def __init__(self, client: Client, *, resolver: Resolver | None = None) -> None:
        self._client = client
        self._resolver = resolver
        self._dids: dict[str, tuple[str, float]] = {}

    @property
    def client(self) -> Client:
        """The client that makes the calls."""
        return self._client

    @property
    def did(self) -> str:
        """The DID of the client's account.

        Raises:
            InputError: The client has no account.
        """
        return self._client.assert_did()

    def did_of(self, actor: Actor) -> str:
        """Find the DID of an account.

        Args:
            actor: A DID, a handle with or without ``@``, the link of a profile at bsky.app, or anything with
                a ``did``, such as a profile view. A handle is looked up once an hour.

        Raises:
            InputError: It is none of these.
            AtlexError: The handle can't be resolved.
        """
        name = actor_of(actor)
        if is_valid_did(name):
            return name
        handle = name.lower()
        did, until = self._dids.get(handle, ("", 0.0))
        if time.monotonic() < until:
            return did
        if self._resolver is None:
            did = (self._client.com.atproto.identity.resolve_handle(handle=handle)).did
        else:
            did = (self._resolver(handle)).did
        if len(self._dids) >= _MOST:
            self._dids.clear()
        self._dids[handle] = (did, time.monotonic() + _FRESH)
        return did

    def ref_of(self, subject: Subject) -> StrongRef:
        """Find the strong reference to a record.

        Args:
            subject: Anything with ``uri`` and ``cid``, such as a post's view or what `post` returned; or an
                AT-URI or a link at bsky.app, whose present version is looked up
                (com.atproto.repo.getRecord).

        Raises:
            InputError: It is none of these, or its server doesn't say the version.
            AtlexError: The record or its account can't be found.
        """
        if not isinstance(subject, str):
            return StrongRef(uri=subject.uri, cid=subject.cid)
        name, collection, rkey = record_of(subject)
        repo = self.did_of(name)
        found = self._client.com.atproto.repo.get_record(repo=repo, collection=collection, rkey=rkey)
        if found.cid is None:
            raise InputError(f"The server doesn't say which version of {subject} it has")
        return StrongRef(uri=found.uri, cid=found.cid)
