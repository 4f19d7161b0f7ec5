# Made from _async.py by tools/unasync.py: change that file, and run the tool.
"""The synchronous session: the public class around the logic and its driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from atlex._agent import Request, Response
from atlex._http import HttpClient, Transport
from atlex._lazy import lazy_module
from atlex._noncopyable import NonCopyable
from atlex._watch._watcher import TracerProvider
from atlex.errors import XrpcError
from atlex.session import _endpoints as endpoints
from atlex.session._data import Secret, SessionData
from atlex.session._effects import Flow
from atlex.session._flows import Logic
from atlex.session._keeper import Credentials, Keeper
from atlex.session._options import CallOptions, Options
from atlex.session._store import SessionStore
from atlex.session._sync_driver import Driver
from atlex.session._urls import parse_login_url

if TYPE_CHECKING:
    from atlex import identity as _identity
    from atlex._watch import _events
else:
    _events = lazy_module("atlex._watch._events", None)
    _identity = lazy_module("atlex.identity", None)

__all__ = ["PasswordSession", "SessionOptions"]

# In place of Self, which jedi doesn't know.
SessionT = TypeVar("SessionT", bound="PasswordSession")


class SessionOptions(CallOptions, total=False):
    """The options of every way to begin a synchronous session: hooks, and how its requests are sent.

    Attributes:
        on_updated: A function that is called as ``on_updated(session, data)``: there
            are new tokens, after logging in as well; save them. None for none, as for the next three.
        on_update_failure: Called as ``on_update_failure(session, data, error)``: a refresh failed for now,
            and the tokens are the old ones.
        on_deleted: Called as ``on_deleted(session, data)``: the session has ended, by a logout or because the
            server refused to refresh it; forget its tokens. While it runs ``did`` and ``handle`` can still be
            read.
        on_delete_failure: Called as ``on_delete_failure(session, data, error)``: a logout failed, and the
            session goes on.
        http_client: A synchronous client of httpx or httpx2 to send
            through; it stays open when the session closes. None for one of the session's own.
        transport: The HTTP library: ``httpx`` or ``httpx2``. None: docs/transport.md has the
            choice.
        allow_insecure_pds: True to follow a DID document to a plain http URL. Otherwise calls go to
            ``service`` then, unless that is on this machine itself.
        resolver: An ``IdentityResolver`` that finds the account's server where no service is given; it stays
            open. None for one that is made for that one look-up, and keeps nothing.
        clock: Gives the time, in seconds since 1970, for tests. None for ``time.time``.
        event_hooks: Functions to call with the session's own requests and its
            refreshes, in lists by the event's name; docs/observability.md has the events. None for none.
        tracer_provider: Makes the tracer of OpenTelemetry that gets spans of the session's own requests. None
            for no spans.
        timeout: For the session's own requests, as ``CallOptions`` has it; so are headers and retries.
    """

    on_updated: Callable[[PasswordSession, SessionData], object] | None
    on_update_failure: Callable[[PasswordSession, SessionData, XrpcError], object] | None
    on_deleted: Callable[[PasswordSession, SessionData], object] | None
    on_delete_failure: Callable[[PasswordSession, SessionData, XrpcError], object] | None
    http_client: HttpClient | None
    transport: Transport | None
    allow_insecure_pds: bool
    resolver: _identity.IdentityResolver | None
    clock: Callable[[], float] | None
    event_hooks: _events.EventHooks | None
    tracer_provider: TracerProvider | None


class PasswordSession(NonCopyable):
    """An account's session, begun with a password. It is an agent: a client sends through it.

    A call that meets an expired token refreshes the session and is sent once more; a token that says when it
    expires is refreshed shortly before. After a refresh that failed for now, calls that need one fail with
    ``RefreshError`` until the next attempt is due. Any number of callers can use one session, and its hooks
    can use it too. Calls go to the account's PDS, as its DID document names it; refreshing and logging out go
    to ``service``. docs/sessions.md has the details of all this.

    ``PasswordSession(data)`` goes on with saved data and uses no network; ``resume()`` refreshes it at
    once, so that you know whether it still lives; ``open()`` keeps a session in a store that processes can
    share.

    At the end of a ``with`` block a session from ``login()`` or ``create_account()`` logs out, and one from
    ``resume()``, ``open()`` or the constructor only closes its connections. An exception from the block
    always wins; a logout that fails then is told to ``on_delete_failure`` and noted on that exception.

    Args:
        data: A session from ``data`` or from a hook, or as the TypeScript SDK stores it.
        **options: Hooks, ``timeout``, ``headers``, ``retries``, ``http_client``, ``transport``,
            ``allow_insecure_pds``, ``resolver``, ``clock``, ``event_hooks`` and ``tracer_provider``:
            ``SessionOptions`` says what each means.

    Raises:
        InputError: The data isn't a ``SessionData``, there is no such option, or one can't be used.
    """

    def __init__(self, data: SessionData, **options: Unpack[SessionOptions]) -> None:
        checked = Options.of(options, asynchronous=False)
        self._driver = Driver(checked)
        self._logic = Logic(self, data, checked)
        self._logs_out = False

    @classmethod
    def login(
        cls: type[SessionT],
        service: str | None = None,
        *,
        identifier: str,
        password: str,
        auth_factor_token: str | None = None,
        allow_takendown: bool | None = None,
        **options: Unpack[SessionOptions],
    ) -> SessionT:
        """Log in (``com.atproto.server.createSession``).

        Args:
            service: The URL of the account's PDS or entryway, such as ``https://bsky.social``. None to find the
                account's own server by its handle or DID (docs/identity.md), which takes the extra
                ``atlex[identity]``.
            identifier: The account's handle, DID, or, with a service, its e-mail address.
            password: The account's password, or better an app password.
            auth_factor_token: The second factor, for accounts that ask for one.
            allow_takendown: True to log in to a taken-down account as well, with few rights.
            **options: Hooks, ``timeout``, ``headers``, ``retries``, ``http_client``, ``transport``,
                ``allow_insecure_pds``, ``resolver``, ``clock``, ``event_hooks`` and ``tracer_provider``:
                ``SessionOptions`` says what each means.

        Returns:
            The session.

        Raises:
            InputError: An argument can't be used.
            IdentityError: The account's server can't be found.
            LexAuthFactorError: The account asks for a second factor.
            XrpcError: The server refused, or can't be reached.
        """
        values: endpoints.Members = Secret(
            {
                "identifier": identifier,
                "password": password,
                "auth_factor_token": auth_factor_token,
                "allow_takendown": allow_takendown,
            }
        )
        # Tracebacks may be printed with the variables of their frames.
        del password, auth_factor_token
        flow = endpoints.begin(
            endpoints.CREATE_SESSION, service, values, Options.of(options, asynchronous=False)
        )
        return cls._begin(flow, options)

    @classmethod
    def login_from_url(cls: type[SessionT], url: str, **options: Unpack[SessionOptions]) -> SessionT:
        """Log in with a URL that says it all: ``https://alice.example.com:app-password@pds.example.com``.

        Args:
            url: Identifier, password and service. Without a host, ``https://alice.example.com:app-password@``, the
                account's own server is found, as `login` does. Identifier and password are percent-decoded; characters
                that mean something in a URL have to be encoded: ``did%3Aplc%3A…``, ``alice%40example.com``.
            **options: As in `login`.

        Raises:
            InputError: It isn't a URL, misses a part, or has one too many.
            IdentityError: The account's server can't be found.
            LexAuthFactorError: The account asks for a second factor.
            XrpcError: The server refused, or can't be reached.
        """
        hidden = Secret(url)
        del url
        parts = parse_login_url(hidden.reveal())
        return cls.login(parts.service, identifier=parts.identifier, password=parts.password, **options)

    @classmethod
    def create_account(
        cls: type[SessionT],
        service: str,
        *,
        handle: str,
        email: str | None = None,
        password: str | None = None,
        invite_code: str | None = None,
        verification_code: str | None = None,
        verification_phone: str | None = None,
        did: str | None = None,
        recovery_key: str | None = None,
        plc_op: Mapping[str, Any] | None = None,
        **options: Unpack[SessionOptions],
    ) -> SessionT:
        """Make an account and begin its first session (``com.atproto.server.createAccount``).

        Args:
            service: The URL of the PDS or entryway to make it at.
            handle: The handle it is to have.
            email: The account's e-mail address.
            password: The password it is to have; it may have to meet the server's demands.
            invite_code: An invitation, where the server wants one.
            verification_code: A code that shows that the phone number is yours, where the server wants one.
            verification_phone: That phone number.
            did: The DID of an account that moves here; None for a new one.
            recovery_key: A ``did:key`` that may change the account's DID document.
            plc_op: A signed PLC operation, for an account that moves here.
            **options: As in `login`, but ``headers`` are for this one call, such as the Authorization of an
                account that moves here.

        Raises:
            InputError: An argument can't be used.
            XrpcError: The server refused, or can't be reached.
        """
        values: endpoints.Members = Secret(
            {
                "handle": handle,
                "email": email,
                "password": password,
                "invite_code": invite_code,
                "verification_code": verification_code,
                "verification_phone": verification_phone,
                "did": did,
                "recovery_key": recovery_key,
                "plc_op": dict(plc_op) if isinstance(plc_op, Mapping) else plc_op,
            }
        )
        del password, invite_code, verification_code
        calls = Options.of(options, asynchronous=False)
        options.pop("headers", None)
        flow = endpoints.begin(endpoints.CREATE_ACCOUNT, service, values, calls)
        return cls._begin(flow, options)

    @classmethod
    def open(
        cls: type[SessionT],
        store: SessionStore,
        *,
        service: str | None = None,
        identifier: str | None = None,
        password: str | None = None,
        auth_factor_token: str | None = None,
        **options: Unpack[SessionOptions],
    ) -> SessionT:
        """Go on with the session in a store, or log in and store the new one.

        Any number of processes can open one store: they log in once, refresh once, and all go on with the new
        tokens. A stored session goes on without a request. From then on the store has new tokens before
        anybody uses them, and a session that ends is cleared from it, if it is still the one that is there.

        When the server no longer knows the session, it is begun anew with the password. Tokens that couldn't
        be stored aren't lost: the session goes on with them, and the next calls try to store them again.

        Args:
            store: Where the session is kept: a ``FileSessionStore``, a ``RedisSessionStore`` or one of your
                own.
            service: The URL of the account's PDS or entryway. It must be the stored session's; None for
                whichever that is, and to log in at the account's own server, as `login` does. The next three are
                needed only to log in.
            identifier: The account's handle, e-mail address or DID. It must be the stored session's.
            password: The account's password, or better an app password. It is kept in memory to log in again.
            auth_factor_token: The second factor, for the first login alone.
            **options: As in `login`. The hooks are called as ever, after the store has been written.

        Raises:
            InputError: An argument can't be used.
            SessionStoreError: The store can't be read or locked, holds another account's session, or holds
                none and there is no password.
            IdentityError: The account's server can't be found.
            LexAuthFactorError: The account asks for a second factor.
            XrpcError: The login failed.
        """
        login: endpoints.Members = Secret(
            {"identifier": identifier, "password": password, "auth_factor_token": auth_factor_token}
        )
        del password, auth_factor_token
        keeper = Keeper(store, Credentials(service, login))
        return cls._begin(keeper.begin(Options.of(options, asynchronous=False)), options, keeper)

    @classmethod
    def resume(cls: type[SessionT], data: SessionData, **options: Unpack[SessionOptions]) -> SessionT:
        """Go on with a saved session, and refresh it at once.

        A server that can't be reached, or is in trouble, is no reason to fail: ``on_update_failure`` is told,
        and the session goes on with the tokens that it has.

        Args:
            data: The saved session. Its refresh token is used up; ``on_updated`` gets the new one.
            **options: As in `login`.

        Raises:
            InputError: An argument can't be used.
            XrpcResponseError: The server refused for good: the session has ended. ``on_deleted`` has been
                called.
        """
        begin = cls(data, **options)._resumed
        return begin()

    def _resumed(self) -> Self:
        try:
            self.refresh()
        except BaseException:
            self.close()
            raise
        return self

    @classmethod
    def delete(cls, data: SessionData, **options: Unpack[SessionOptions]) -> None:
        """End a saved session without resuming it. One that has ended already is no error.

        Args:
            data: The saved session.
            **options: As in `login`.

        Raises:
            InputError: An argument can't be used.
            XrpcError: The server couldn't be told. ``on_delete_failure`` has been called.
        """
        session = cls(data, **options)
        try:
            session.logout()
        finally:
            session.close()

    @classmethod
    def _begin(cls, flow: Flow[SessionData], options: SessionOptions, keeper: Keeper | None = None) -> Self:
        begin = partial(cls._begun, Driver(Options.of(options, asynchronous=False)), flow, options, keeper)
        return begin()

    @classmethod
    def _begun(
        cls,
        driver: Driver,
        flow: Flow[SessionData],
        options: SessionOptions,
        keeper: Keeper | None,
    ) -> Self:
        try:
            session = cls(driver.run(flow), **options)
            session._driver = driver
            session._logs_out = keeper is None
            driver.run(session._logic.begin(keeper))
        except BaseException:
            driver.close()
            raise
        return session

    @property
    def did(self) -> str:
        """The account's DID.

        Raises:
            LoggedOutError: The session has ended.
        """
        return self._logic.current().did

    @property
    def handle(self) -> str:
        """The account's handle, as the server last gave it; ``handle.invalid`` where it doesn't resolve.

        Raises:
            LoggedOutError: The session has ended.
        """
        return self._logic.current().handle

    @property
    def data(self) -> SessionData:
        """The session as it is now, to be saved.

        Raises:
            LoggedOutError: The session has ended.
        """
        return self._logic.current()

    @property
    def destroyed(self) -> bool:
        """Whether the session has ended, by a logout or because the server no longer knows it."""
        return self._logic.ended

    def _origin(self) -> str | None:
        return self._logic.origin()

    def _limits_store(self) -> object:
        return self._logic.limits_store()

    def send(self, request: Request, /) -> Response:
        """Send a request to the account's PDS as this account.

        If the token has expired, the session is refreshed and the request is sent once more. A body that
        can't be sent twice isn't: then the session is refreshed, and the server's refusal is the response.

        Raises:
            InputError: The request brings an Authorization header of its own.
            LoggedOutError: The session has ended.
            RefreshError: The token has expired and can't be refreshed for now; the session goes on.
            XrpcFetchError: There was no response.
        """
        return self._driver.run(self._logic.send(request))

    def refresh(self, **options: Unpack[CallOptions]) -> SessionData:
        """Trade the refresh token for new tokens. Refreshes that are asked for at the same time are one.

        Args:
            **options: ``timeout``, ``headers`` and ``retries`` of this refresh; what is left out is as the
                session has it.

        Returns:
            The session as it is then: with the old tokens if the server couldn't be reached or was in
            trouble, which ``on_update_failure`` is told.

        Raises:
            InputError: An option can't be used.
            LoggedOutError: The session has ended.
            SessionStoreError: There are new tokens, which couldn't be stored; the session goes on with them.
            XrpcResponseError: The server refused for good: the session has ended now. ``on_deleted`` has been
                called.
        """
        return self._driver.run(self._logic.refresh(options))

    def logout(self, **options: Unpack[CallOptions]) -> None:
        """End the session, at the server too. Does nothing when it has ended already.

        Args:
            **options: ``timeout``, ``headers`` and ``retries`` of this logout; what is left out is as the
                session has it.

        Raises:
            InputError: An option can't be used.
            XrpcError: The server couldn't be told, and the session goes on. ``on_delete_failure`` has been
                called.
            SessionStoreError: The store can't be read or locked. Likewise.
        """
        self._driver.run(self._logic.log_out(options))

    def close(self) -> None:
        """Close the connections that the session opened. The session itself lives on at the server."""
        self._driver.close()

    def __enter__(self: SessionT) -> SessionT:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            # A block that was cancelled logs out as well.
            self._driver.shielded(self._finish)
        except Exception as failure:
            if error is None:
                raise
            error.add_note(f"Ending the session after this failed too: {failure}")

    def _finish(self) -> None:
        try:
            if self._logs_out:
                self.logout()
        finally:
            self.close()

    def __repr__(self) -> str:
        # One whose constructor failed has neither.
        if not hasattr(self, "_logic"):
            return f"<{type(self).__name__}, unfinished>"
        return f"<{type(self).__name__} {self._logic.describe()}, transport: {self._driver.connection.transport}>"
