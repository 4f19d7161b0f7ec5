"""Keeping a session in a store that other processes use too: the session's flows run these.

A keeper knows what the store held when it last looked. If it holds something else now, another process has
refreshed in the meantime. Without a store a keeper does nothing.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Generator
from functools import partial
from typing import TypeVar

from atlex._effects import Block
from atlex._printable import printable
from atlex._service_url import check_service_url
from atlex.errors import AtlexError, InputError, SessionStoreError, XrpcResponseError
from atlex.session import _endpoints as endpoints
from atlex.session._data import Secret, SessionData
from atlex.session._effects import Exclusive, Flow, Locked
from atlex.session._endpoints import Members
from atlex.session._options import Calls
from atlex.session._store import SessionStore

__all__ = ["Credentials", "Keeper"]

_logger = logging.getLogger("atlex.session")

T = TypeVar("T")


class Credentials:
    """The values that ``open()`` was given to log in with. They stay out of every repr.

    Args:
        service: The service's URL, or None.
        login: ``identifier``, ``password`` and ``auth_factor_token``, each None where it wasn't given.

    Raises:
        InputError: There is a password and no identifier, or a value can't be used.
    """

    def __init__(self, service: str | None, login: Members) -> None:
        wrong = [name for name, value in login.reveal().items() if not isinstance(value, str | None)]
        if wrong:
            raise InputError(f"{wrong[0]} must be a str, not {type(login.reveal()[wrong[0]]).__name__}")
        if service is not None:
            check_service_url(service)
        self._service = service
        self._identifier: str | None = login.reveal()["identifier"]
        self._login = login
        if self.can_log_in and self._identifier is None:
            raise InputError("A password needs an identifier beside it")
        if self.can_log_in and self._identifier is not None:
            endpoints.check_credentials(login)
            if service is None:
                endpoints.check_findable(self._identifier)
        elif login.reveal()["auth_factor_token"] is not None:
            raise InputError("A second factor needs a password beside it")

    @property
    def can_log_in(self) -> bool:
        """Whether there is a password."""
        return self._login.reveal()["password"] is not None

    def log_in(self, calls: Calls, service: str | None = None) -> Flow[SessionData]:
        """Log in. The second factor is good for one login, and left out of the next.

        Args:
            calls: How to send requests.
            service: The service's URL where none was given; None to find the account's server.

        Raises:
            IdentityError: The account's server can't be found.
            XrpcError: The server refused, or can't be reached.
        """
        login = self._login
        self._login = Secret({**login.reveal(), "auth_factor_token": None})
        return endpoints.begin(endpoints.CREATE_SESSION, self._service or service, login, calls)

    def check(self, data: SessionData) -> None:
        """Make sure that a stored session is the one that was asked for.

        Raises:
            SessionStoreError: It is another account's, or another service's.
        """
        if self._service is not None and check_service_url(self._service) != check_service_url(data.service):
            wanted = self._service
        elif self._identifier is not None and not _is_of(self._identifier, data):
            wanted = self._identifier
        else:
            return
        raise SessionStoreError(
            f"The store holds the session of {printable(data.handle)} ({data.did}) at "
            f"{printable(data.service)}, and not one for {printable(wanted)}: "
            "give each account a store of its own, or clear this one"
        )


def _is_of(identifier: str, data: SessionData) -> bool:
    wanted = identifier.removeprefix("@").lower()
    if "@" in wanted:
        # Few tokens show the address.
        return data.email is None or wanted == data.email.lower()
    if wanted.startswith("did:"):
        return identifier == data.did
    # A name without a dot, which some servers take for a handle, and a handle that doesn't resolve fit any.
    return "." not in wanted or data.handle == "handle.invalid" or wanted == data.handle.lower()


class Keeper:
    """Keeps one session.

    Args:
        store: The store; None for none.
        credentials: What to log in with when the session is lost; None for nothing.

    Attributes:
        store: As it was given.
        is_new: Whether the session has been begun here, and not found in the store.
        unsaved: The error of the session that couldn't be stored, or None.

    Raises:
        InputError: The store misses a method.
    """

    def __init__(self, store: SessionStore | None = None, credentials: Credentials | None = None) -> None:
        methods = ("load", "save", "clear", "lock")
        if store is not None and not all(callable(getattr(store, name, None)) for name in methods):
            raise InputError(
                "The store must have the methods load, save, clear and lock, as FileSessionStore(path) has"
            )
        self.store = store
        self._credentials = credentials
        self._seen: SessionData | None = None
        self.is_new = False
        self.unsaved: SessionStoreError | None = None

    def exclusively(self, flow: Flow[T]) -> Flow[T]:
        """Run a flow while no other process uses the store.

        Raises:
            SessionStoreError: The store can't be locked.
        """
        if self.store is None:
            return (yield from flow)
        try:
            result: T = yield Locked(_guarded(self.store), flow)
        finally:
            # One that was never begun says so when it is thrown away.
            flow.close()
        return result

    def begin(self, calls: Calls) -> Flow[SessionData]:
        """The stored session, or a new one that is stored now; `is_new` says which.

        Raises:
            SessionStoreError: The store can't be read, holds another account's session, or holds none and
                there is no password.
            IdentityError: The account's server can't be found.
            XrpcError: The login failed.
        """
        # Whole even when it is cancelled: a login whose tokens nobody stored is a session that nobody ends.
        begun: SessionData = yield Exclusive(self.exclusively(self._begin(calls)))
        return begun

    def _begin(self, calls: Calls) -> Flow[SessionData]:
        assert self._credentials is not None  # noqa: S101 - a keeper without a store never begins
        stored = self._seen = yield from self._load()
        if stored is not None:
            self._credentials.check(stored)
            return stored
        if not self._credentials.can_log_in:
            raise SessionStoreError(
                "The store holds no session, and there is no password to log in with: "
                "give identifier and password"
            )
        data = yield from self._credentials.log_in(calls)
        yield from self.save(data)
        self.is_new = True
        return data

    def newer(self, data: SessionData) -> Flow[SessionData | None]:
        """The session that another process has stored since the last look, or None if it's still this one.

        Raises:
            SessionStoreError: The store can't be read, or holds another account's session now.
        """
        stored = yield from self._load()
        if stored is None or (self._seen is not None and _same(stored, self._seen)) or _same(stored, data):
            return None
        if stored.did != data.did:
            raise SessionStoreError(
                f"The store holds the session of {stored.did} now, and not that of {data.did}"
            )
        self._seen = stored
        self.unsaved = None
        return stored

    def save(self, data: SessionData) -> Flow[None]:
        """Store the session. A failure is logged and kept as ``unsaved``: the session goes on in memory."""
        store = self.store
        if store is None:
            return
        try:
            yield Block(partial(_explained, store, "save", store.save, data))
        except SessionStoreError as error:
            _logger.exception("The session of %s has new tokens, which couldn't be stored", data.did)
            self.unsaved = error
        else:
            self._seen = data
            self.unsaved = None

    def forget(self, data: SessionData) -> Flow[None]:
        """Clear the store if it still holds this very session. A failure is logged."""
        store = self.store
        if store is None:
            return
        try:
            stored = yield from self._load()
            if stored is not None and stored.refresh_jwt == data.refresh_jwt:
                yield Block(partial(_explained, store, "clear", store.clear))
        except SessionStoreError:
            _logger.exception("The session of %s has ended, and couldn't be cleared from its store", data.did)

    def log_in_again(self, data: SessionData, calls: Calls) -> Flow[SessionData | None]:
        """A new session in place of one that the server no longer knows; None where there is no way to one.

        Raises:
            XrpcError: There is a password, and the login failed for now.
        """
        if self._credentials is None or not self._credentials.can_log_in:
            return None
        try:
            new = yield from self._credentials.log_in(calls, data.service)
        except XrpcResponseError as error:
            if error.status >= 500 or error.status in {408, 425, 429}:
                raise
            _logger.warning(
                "The session of %s is lost, and logging in again was refused: %s", data.did, error
            )
            return None
        if new.did != data.did:
            _logger.warning("The session of %s is lost; its identifier is that of %s now", data.did, new.did)
            return None
        return new

    def _load(self) -> Flow[SessionData | None]:
        store = self.store
        if store is None:
            return None
        stored: object = yield Block(partial(_explained, store, "load", store.load))
        if not isinstance(stored, SessionData | None):
            raise SessionStoreError(f"{type(store).__name__}.load() gave something other than a SessionData")
        return stored


def _same(one: SessionData, other: SessionData) -> bool:
    return one.refresh_jwt == other.refresh_jwt and one.access_jwt == other.access_jwt


def _explained(store: SessionStore, name: str, function: Callable[..., T], *arguments: object) -> T:
    try:
        return function(*arguments)
    except AtlexError:
        raise
    except Exception as error:
        # Without its text, which may be anything of a user's own store; it's the cause.
        raise SessionStoreError(
            f"{type(store).__name__}.{name}() failed with {type(error).__name__}"
        ) from error


@contextlib.contextmanager
def _guarded(store: SessionStore) -> Generator[None]:
    lock = _explained(store, "lock", store.lock)
    _explained(store, "lock", lock.__enter__)
    try:
        yield
    finally:
        try:
            lock.__exit__(None, None, None)
        except Exception:
            # The work under the lock has been done all the same.
            _logger.exception("%s couldn't be unlocked", type(store).__name__)
