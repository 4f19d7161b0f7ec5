"""The accounts that are logged in on this machine: one file for each session, and the name of the current one."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from atlex._files import fault_of_folder, read_file, replacing
from atlex._lazy import lazy_module
from atlex._printable import printable
from atlex._service_url import check_service_url
from atlex.errors import AtlexError, SessionStoreError, XrpcError
from atlex.session._expiry import read_claims
from atlex.syntax import is_valid_did, is_valid_handle

if TYPE_CHECKING:
    from atlex import session as _session
    from atlex_sdk import Client
else:
    # Listing the accounts is quick without them.
    _session = lazy_module("atlex.session", None)

__all__ = ["Account", "AccountError", "Accounts", "folder", "open_client", "scope_of", "server_url"]

_CURRENT: Final = "current"
_SUFFIX: Final = ".json"
_LOCK_TIMEOUT: Final = 30.0
"""Seconds to wait for another process that refreshes the session. A person waits for this one."""


class AccountError(AtlexError):
    """Which account is meant can't be told, or its session can't be used. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is logged in.

    Attributes:
        did: The account's DID.
        store: Where its session is kept.
        data: The session as it was last stored; None where it can't be read.
        fault: Why it can't be read, or empty.
    """

    did: str
    store: _session.FileSessionStore
    data: _session.SessionData | None = None
    fault: str = ""

    @property
    def title(self) -> str:
        """The handle where it is one, or else the DID: how to name the account in a sentence or a command."""
        # It is what the server said: anything.
        handle = "" if self.data is None else self.data.handle
        return handle if is_valid_handle(handle) and handle != "handle.invalid" else self.did

    @property
    def names(self) -> tuple[str, str]:
        """The handle and the DID, in lower case: what the account is called by."""
        return self.title.lower(), self.did.lower()


def folder() -> Path:
    """The folder of the sessions: ``ATLEX_HOME``, or else the platform's place for what programs remember.

    Raises:
        AccountError: The environment names no home directory.
    """
    given, local, state = (
        os.environ.get(name, "") for name in ("ATLEX_HOME", "LOCALAPPDATA", "XDG_STATE_HOME")
    )
    if given:
        return Path(given).absolute()
    if sys.platform == "win32" and local:
        return Path(local, "atlex")
    # A relative one is to be ignored (XDG Base Directory Specification).
    if sys.platform not in {"win32", "darwin"} and state.startswith("/"):
        return Path(state, "atlex")
    below = {"win32": "AppData/Local", "darwin": "Library/Application Support"}.get(
        sys.platform, ".local/state"
    )
    try:
        return Path.home() / below / "atlex"
    except RuntimeError:
        raise AccountError(
            "There is no home directory: name a folder for the sessions in ATLEX_HOME"
        ) from None


class Accounts:
    """The accounts whose sessions are in a folder.

    Args:
        path: The folder. It is made, for its owner alone, when the first session is kept.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> list[Account]:
        """Every account that is logged in, by handle; those whose sessions can't be read are last.

        Raises:
            AccountError: The folder can't be read.
        """
        try:
            names = [entry.name for entry in os.scandir(self.path)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._failed("read", error) from error
        dids = [unquote(name.removesuffix(_SUFFIX)) for name in names if name.endswith(_SUFFIX)]
        # The folder may be one that has other files too.
        found = [self._load(did) for did in dids if is_valid_did(did)]
        return sorted(
            (account for account in found if account is not None),
            key=lambda account: (bool(account.fault), account.title),
        )

    def find(self, name: str | None = None) -> Account:
        """The account that is meant, whose session can be read.

        Args:
            name: As for `named`.

        Raises:
            AccountError: There is none, or more than one; or its session can't be read.
        """
        account = self.named(name)
        if account.fault:
            raise AccountError(f"{account.fault}. Log in again: atlex login {account.did}")
        return account

    def named(self, name: str | None = None) -> Account:
        """The account that is meant, also where its session can't be read.

        Args:
            name: A handle, a DID, or the beginning of one of them that no other account has. None for
                ``ATLEX_ACCOUNT``, or else the current account.

        Raises:
            AccountError: There is none, or more than one.
        """
        name = name or os.environ.get("ATLEX_ACCOUNT")
        if not name:
            return self.current()
        accounts = self.all()
        wanted = name.removeprefix("@").lower()
        fitting = [account for account in accounts if wanted in account.names] or [
            account
            for account in accounts
            if wanted and any(known.startswith(wanted) for known in account.names)
        ]
        if len(fitting) == 1:
            return fitting[0]
        if not fitting:
            raise AccountError(f"{name!r:.100} isn't logged in here: atlex accounts lists who is")
        ways = ", ".join(f"{account.title} ({account.did})" for account in fitting)
        raise AccountError(f"{name!r:.100} is the beginning of more than one account: {ways}")

    def current(self) -> Account:
        """The account that commands use which name none: the one chosen last, or the only one there is.

        Raises:
            AccountError: Nobody is logged in, or nothing says which account is meant.
        """
        accounts = self.all()
        chosen = self.chosen()
        for account in accounts:
            if account.did == chosen or (chosen is None and len(accounts) == 1):
                return account
        if not accounts:
            raise AccountError("Nobody is logged in. Log in first: atlex login HANDLE")
        if chosen is None:
            raise AccountError(f"Choose an account first: atlex accounts use {accounts[0].title}")
        raise AccountError(
            f"The session of {chosen} has ended. Log in again: atlex login {chosen}; "
            f"or choose another account: atlex accounts use {accounts[0].title}"
        )

    def chosen(self) -> str | None:
        """The DID of the account that was chosen last; None where none was, or it has logged out.

        Raises:
            AccountError: It can't be read.
        """
        try:
            text = read_file(self.path / _CURRENT, 4096).decode(errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failed("read", error) from error
        # A disk that was full may have left an empty one.
        return printable(text) or None

    def choose(self, did: str) -> None:
        """Make an account the current one.

        Raises:
            AccountError: That can't be written down.
        """
        try:
            with replacing(self.path / _CURRENT) as file:
                file.write(f"{did}\n".encode())
        except OSError as error:
            raise self._failed("written", error) from error

    def make_folder(self) -> None:
        """Make the folder, if it isn't there.

        Raises:
            AccountError: It can't be made, belongs to somebody else, or others can write to it.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self.path.stat()
        except OSError as error:
            raise AccountError(f"{self.path} can't be made: {error.strerror or error}") from error
        if fault := fault_of_folder(self.path, found):
            raise AccountError(f"{fault}. ATLEX_HOME can name another folder")

    def add(self, data: _session.SessionData) -> None:
        """Keep a new session, and make its account the current one. A session that the account has here ends.

        Raises:
            AccountError: The folder can't be made or used, or the account is logged in at another server.
            SessionStoreError: The session can't be stored.
        """
        self.make_folder()
        store = self._store(data.did)
        with store.lock():
            before = self._load(data.did)
            known = None if before is None else before.data
            if known is not None and known.service != data.service:
                # Any server can say that any account is its own.
                raise AccountError(
                    f"{data.did} is logged in at {known.service}, and {data.service} says that it is its own. "
                    f"If it has moved, log out first: atlex logout {data.did}"
                )
            store.save(data)
        self.choose(data.did)
        if known is not None:
            _end(known)

    def remove(self, account: Account) -> XrpcError | None:
        """End an account's session, at the server too, and forget it.

        Returns:
            Why the server couldn't be told; None where it was, or there was nothing to tell.

        Raises:
            AccountError: The folder can't be written to.
            SessionStoreError: The session's file can't be locked or deleted.
        """
        with account.store.lock():
            # Another process may have refreshed it, or logged out.
            now = self._load(account.did)
            failure = None if now is None or now.data is None else _end(now.data)
            account.store.clear()
        if self.chosen() == account.did:
            try:
                (self.path / _CURRENT).unlink(missing_ok=True)
            except OSError as error:
                raise self._failed("written", error) from error
        return failure

    @contextmanager
    def open(self, name: str | None = None) -> Generator[_session.PasswordSession]:
        """Go on with an account's session while the block lasts. Processes that do so at once share it.

        Args:
            name: The account, as for `find`.

        Raises:
            AccountError: There is no such session, or it has ended, at the latest in the block.
            SessionStoreError: It can't be read or locked.
        """
        account = self.find(name)
        again = f"The session of {account.title} has ended. Log in again: atlex login {account.title}"
        try:
            session = _session.PasswordSession.open(
                account.store, identifier=account.did, on_deleted=_ignore, on_update_failure=_ignore
            )
        except SessionStoreError as error:
            if account.store.load() is None:
                raise AccountError(again) from error
            raise
        with session:
            try:
                yield session
            except XrpcError as error:
                if session.destroyed:
                    raise AccountError(again) from error
                raise

    def _load(self, did: str) -> Account | None:
        """The account as its file has it now, or None where there is none."""
        store = self._store(did)
        try:
            data = store.load()
        except SessionStoreError as error:
            return Account(did, store, fault=str(error))
        if data is None:
            return None
        if data.did != did:
            return Account(did, store, fault=f"{store.path} holds the session of another account")
        return Account(did, store, data)

    def _store(self, did: str) -> _session.FileSessionStore:
        # Windows has no colons in the names of files.
        return _session.FileSessionStore(
            self.path / f"{quote(did, safe='')}{_SUFFIX}", lock_timeout=_LOCK_TIMEOUT
        )

    def _failed(self, done: str, error: OSError) -> AccountError:
        return AccountError(f"{error.filename or self.path} can't be {done}: {error.strerror or error}")


def _end(data: _session.SessionData) -> XrpcError | None:
    """End a session at its server; why that failed, or None."""
    try:
        _session.PasswordSession.delete(data, timeout=10.0, on_deleted=_ignore, on_delete_failure=_ignore)
    except XrpcError as error:
        return error
    return None


def scope_of(data: _session.SessionData) -> str:
    """The scope of a session's access token, such as ``com.atproto.appPass``; empty where it doesn't say."""
    scope = read_claims(data.access_jwt).get("scope")
    return scope if isinstance(scope, str) else ""


def server_url(service: str) -> str:
    """The URL of a server that is named by it, or by its host's name alone.

    Raises:
        InputError: That is no such URL.
    """
    return check_service_url(service if "://" in service else f"https://{service}")


def _ignore(*_: object) -> None:
    """Keep the session from logging what the command's own message says."""


@contextmanager
def open_client(account: str | None = None, *, service: str | None = None) -> Generator[Client]:
    """Give a client while the block lasts: an account's, or one without authentication.

    Args:
        account: A handle, a DID, or the beginning of one of them. None for ``ATLEX_ACCOUNT``, or else the
            current account.
        service: A server to call without authentication, in place of an account's: its URL or its host's name.

    Raises:
        AccountError: There is no such session, or it has ended, at the latest in the block.
        SessionStoreError: The session can't be read or locked.
        InputError: The URL isn't that of a server.
    """
    from atlex_sdk import Client

    if service is not None:
        with Client(server_url(service)) as client:
            yield client
        return
    with Accounts(folder()).open(account) as session:
        yield Client(session)
