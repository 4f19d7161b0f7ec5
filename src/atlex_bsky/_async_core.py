"""The base of the asynchronous Bluesky layer: the client, and the look-up of accounts and records by name."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, TypeAlias, TypeVar, cast, overload

import atlex
from atlex import AsyncPasswordSession, SessionStore
from atlex.client import BaseAsyncClient
from atlex.errors import (
    IdentityAmbiguousError,
    IdentityMismatchError,
    IdentityNotFoundError,
    InputError,
    XrpcResponseError,
)
from atlex.model import build
from atlex.syntax import AtUri, is_valid_did
from atlex_bsky._replies import check_post, post_in, reply_to_post
from atlex_bsky._subjects import Actor, HasDid, RecordAddress, Subject, actor_of, record_of, stated
from atlex_bsky.richtext import RichText
from atlex_sdk import AsyncClient
from atlex_sdk.app.bsky.feed.post import ReplyRef
from atlex_sdk.com.atproto.repo.strong_ref import StrongRef

__all__ = ["AsyncCore", "AsyncResolver"]

CoreT = TypeVar("CoreT", bound="AsyncCore")

AsyncResolver: TypeAlias = Callable[[str], Awaitable[HasDid]]
"""Gives the account of a handle, as an `atlex.identity.AsyncIdentityResolver` does when it is called."""

_FRESH: Final = 3600.0
_MOST: Final = 10_000


class AsyncCore:
    """What the parts of `AsyncBluesky` share.

    Args:
        client: The client that makes the calls.
        resolver: Finds the account of a handle. None: the client's own server is asked
            (com.atproto.identity.resolveHandle), and its answer is kept for an hour.

    Raises:
        InputError: The client is none.
    """

    def __init__(self, client: AsyncClient, *, resolver: AsyncResolver | None = None) -> None:
        if not isinstance(cast("object", client), BaseAsyncClient):
            # A session or a URL, which clients are made of; or a client of the other kind, which would write its records
            # before the mistake shows.
            name, given = type(self).__name__, type(client).__name__
            raise InputError(
                f"{name} needs a client, such as AsyncClient(session), not a value of type {given}"
            )
        self._client = client
        self._resolver = resolver
        self._dids: dict[str, tuple[str, float]] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._client!r})"

    @overload
    @classmethod
    def login(
        cls: type[CoreT],
        service: str | None = None,
        *,
        identifier: str,
        password: str,
        store: SessionStore | None = None,
        resolver: atlex.AsyncIdentityResolver | None = None,
    ) -> AbstractAsyncContextManager[CoreT]: ...
    @overload
    @classmethod
    def login(
        cls: type[CoreT],
        service: str | None = None,
        *,
        identifier: str | None = None,
        password: str | None = None,
        store: SessionStore,
        resolver: atlex.AsyncIdentityResolver | None = None,
    ) -> AbstractAsyncContextManager[CoreT]: ...
    @classmethod
    @asynccontextmanager
    async def login(
        cls: type[CoreT],
        service: str | None = None,
        *,
        identifier: str | None = None,
        password: str | None = None,
        store: SessionStore | None = None,
        resolver: atlex.AsyncIdentityResolver | None = None,
    ) -> AsyncGenerator[CoreT]:
        """Log in for as long as a ``with`` block lasts.

        The session is one of `atlex.AsyncPasswordSession.login`, or with a store of its ``open``. Where those
        are given options, the layer is made of their session: ``AsyncBluesky(AsyncClient(session))``.

        Args:
            service: The URL of the account's PDS or entryway, such as ``https://bsky.social``. None to find
                the account's own server by its handle or DID, which takes the extra ``atlex[identity]``. A
                stored session must be of this service.
            identifier: The account's handle, DID, or, with a service, its e-mail address. A stored session
                must be this account's; None for whichever it is.
            password: The account's password, or better an app password. None to go on with the session that
                the store holds.
            store: Keeps one session for the next run and for other processes. None: it isn't kept.
            resolver: Finds the account's server where no service is given, and as for the class.

        Raises:
            InputError: An argument can't be used, or identifier and password are missing without a store.
            IdentityError: The account's server can't be found.
            SessionStoreError: The store failed, holds another account's session, or holds none and there is
                no password.
            XrpcError: The server refused, or can't be reached.
        """
        is_enough = store is not None or (identifier is not None and password is not None)
        # Tracebacks may be printed with the variables of their frames; an iterator doesn't show its items.
        hidden = iter((password,))
        del password
        if not is_enough:
            raise InputError(
                "identifier and password are needed; only a store= that holds a session makes up for them"
            )
        if store is None:
            opening = AsyncPasswordSession.login(
                service,
                identifier=cast("str", identifier),
                password=cast("str", next(hidden)),
                resolver=resolver,
            )
        else:
            opening = AsyncPasswordSession.open(
                store, service=service, identifier=identifier, password=next(hidden), resolver=resolver
            )
        async with opening as session:
            yield cls(AsyncClient(session), resolver=resolver)

    @property
    def client(self) -> AsyncClient:
        """The client that makes the calls."""
        return self._client

    @property
    def did(self) -> str:
        """The DID of the client's account.

        Raises:
            InputError: The client has no account.
        """
        return self._client.assert_did()

    async def did_of(self, actor: Actor) -> str:
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
            did = (await self._client.com.atproto.identity.resolve_handle(handle=handle)).did
        else:
            did = (await self._resolver(handle)).did
        if len(self._dids) >= _MOST:
            self._dids.clear()
        self._dids[handle] = (did, time.monotonic() + _FRESH)
        return did

    async def uri_of(self, subject: Subject) -> str:
        """Find the AT-URI of a record, with its account's DID; the record itself isn't looked up.

        Args:
            subject: Anything with ``uri``, an AT-URI, or a link at bsky.app.

        Raises:
            InputError: It is none of these.
            AtlexError: The record's account can't be found.
        """
        name, collection, rkey = record_of(subject)
        return str(AtUri(await self.did_of(name), collection, rkey))

    async def own_record(self, subject: Subject) -> RecordAddress:
        """Find where a record of the client's account is.

        Args:
            subject: The record, in any form that `uri_of` takes.

        Raises:
            InputError: It is another account's, or none at all.
        """
        address = record_of(await self.uri_of(subject))
        if address.repo != self.did:
            raise InputError(f"{'/'.join(address)} isn't a record of this account, {self.did}")
        return address

    async def ref_of(self, subject: Subject) -> StrongRef:
        """Find the strong reference to a record.

        Args:
            subject: Anything with ``uri`` and ``cid``, such as a post's view or the result of `post`; or an
                AT-URI or a link at bsky.app, whose present version is looked up
                (com.atproto.repo.getRecord).

        Raises:
            InputError: It is none of these, or its server doesn't say the version.
            AtlexError: The record or its account can't be found.
        """
        if not isinstance(subject, str):
            return _ref(stated(subject, "uri"), subject.cid)
        name, collection, rkey = record_of(subject)
        repo = await self.did_of(name)
        found = await self._client.com.atproto.repo.get_record(repo=repo, collection=collection, rkey=rkey)
        return _ref(found.uri, found.cid)

    async def reply_ref_of(self, subject: Subject) -> ReplyRef:
        """Find the parent and the root for a reply to a post.

        Args:
            subject: A post: its view, the result of `post`, its AT-URI or its link at bsky.app. Where it
                doesn't come with its record, that is looked up (com.atproto.repo.getRecord).

        Raises:
            InputError: It isn't a post.
            AtlexError: The post or its account can't be found.
        """
        uri = await self.uri_of(subject)
        check_post(uri)
        if not isinstance(subject, str):
            parent = _ref(uri, subject.cid)
            record = post_in(subject)
            return reply_to_post(parent, record or (await self._client.app.bsky.feed.post.get(uri)).value)
        found = await self._client.app.bsky.feed.post.get(uri)
        return reply_to_post(_ref(found.uri, found.cid), found.value)

    async def rich_text_of(self, text: str | RichText) -> RichText:
        """Find the links, mentions and tags of a text, and resolve the mentions.

        Args:
            text: A ``str`` is searched as the official apps do; of a `RichText` only the mentions are
                resolved. The mention of a handle that nobody has becomes plain text.

        Raises:
            InputError: The text has a lone surrogate.
            AtlexError: A look-up failed for another reason than that nobody has the handle.
        """
        rich = text if isinstance(text, RichText) else RichText.detect(text)
        dids: dict[str, str] = {}
        for handle in rich.handles:
            try:
                dids[handle] = await self.did_of(handle)
            except (IdentityNotFoundError, IdentityAmbiguousError, IdentityMismatchError):
                continue
            except XrpcResponseError as error:
                if error.status != 400:
                    raise
        return rich.resolved(dids)


def _ref(uri: str, cid: str | None) -> StrongRef:
    if cid is None:
        raise InputError(f"The server doesn't say which version of {uri} it has")
    return build(StrongRef, {"uri": uri, "cid": cid})
