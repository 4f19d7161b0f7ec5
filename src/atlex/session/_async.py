"""The asynchronous session: a driver that performs the flows' effects, and the public class around it.

The one module that imports anyio: it works under asyncio and under trio.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Generic, Self, TypedDict, TypeVar, Unpack

import anyio
from anyio import to_thread
from anyio.lowlevel import checkpoint_if_cancelled

from atlex._agent import Request, Response
from atlex._http import AsyncHttpClient, AsyncHttpConnection, Transport
from atlex.errors import InputError, XrpcError
from atlex.session import _endpoints as endpoints
from atlex.session._data import SessionData
from atlex.session._effects import Block, Call, Effect, Exclusive, Flow, Locked, Read, Send, Settle
from atlex.session._flows import Hooks, Logic, fresh
from atlex.session._keeper import Credentials, Keeper
from atlex.session._store import SessionStore
from atlex.session._urls import parse_login_url

__all__ = ["AsyncPasswordSession", "AsyncSessionOptions", "Opening"]

T = TypeVar("T")
SessionT = TypeVar("SessionT", bound="AsyncPasswordSession")


class _Driver:
    """Performs the effects of flows, one after the other, asynchronously."""

    def __init__(self, options: AsyncSessionOptions) -> None:
        self._connection = AsyncHttpConnection(options.get("http_client"), transport=options.get("transport"))
        self._lock = anyio.Lock(fast_acquire=True)

    async def run(self, flow: Flow[T]) -> T:
        try:
            effect = next(flow)
            while True:
                try:
                    result = await self._perform(effect)
                except BaseException as error:  # noqa: BLE001  # the flow lets it through, after its clean-up
                    effect = flow.throw(error)
                else:
                    effect = flow.send(result)
        except StopIteration as end:
            value: T = end.value
            return value

    async def _perform(self, effect: Effect) -> Any:
        match effect:
            case Send(origin, request, headers):
                return await self._connection.send(origin, request, headers)
            case Read(response):
                return await response.aread()
            case Settle():
                async with self._lock:
                    return None
            case Exclusive(flow):
                async with self._lock:
                    result = await _to_the_end(lambda: self.run(flow))
                # A cancellation that was held off comes now, and not in the middle of the next request.
                await checkpoint_if_cancelled()
                return result
            case Call(hook, arguments):
                result = hook(*arguments)
                return await result if inspect.isawaitable(result) else result
            case Block(function):
                return await _in_thread(function)
            case Locked(lock, flow):
                return await _to_the_end(lambda: self._locked(lock, flow))

    async def _locked(self, lock: AbstractContextManager[object], flow: Flow[T]) -> T:
        await _in_thread(lock.__enter__)
        try:
            return await self.run(flow)
        finally:
            await _in_thread(lambda: lock.__exit__(None, None, None))

    @property
    def transport(self) -> str:
        """What carries the requests, for a repr."""
        return self._connection.transport

    async def close(self) -> None:
        with anyio.CancelScope(shield=True):
            await self._connection.aclose()


async def _in_thread(function: Callable[[], T]) -> T:
    # A limit of its own: with the common one, those who wait for a lock could take up every thread, and the one who
    # holds it would find none to give it back in.
    return await to_thread.run_sync(function, limiter=anyio.CapacityLimiter(1))


async def _to_the_end(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Do something whole, even when the one who waits for it is cancelled; the cancellation comes afterwards.

    A refresh that is cut off between the server's answer and our reading it has lost the session's only tokens.
    """
    with anyio.CancelScope(shield=True):
        return await (_outlasting_cancel(work()) if _in_asyncio_task() else work())
    # anyio's scopes may swallow an exception, as far as a type checker can tell; this one never does.
    raise AssertionError


async def _outlasting_cancel(work: Coroutine[Any, Any, T]) -> T:
    # anyio's shield doesn't hold off Task.cancel(), which asyncio.timeout() and others use.
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None or task.cancelled():
        return task.result()
    # Asked for, so that asyncio doesn't report it as never retrieved; the hooks or the log have been told.
    task.exception()
    raise cancelled


def _in_asyncio_task() -> bool:
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


class AsyncSessionOptions(TypedDict, total=False):
    """The options of an ``AsyncPasswordSession``; its docstring says what they do."""

    on_updated: Callable[[AsyncPasswordSession, SessionData], object] | None
    on_update_failure: Callable[[AsyncPasswordSession, SessionData, XrpcError], object] | None
    on_deleted: Callable[[AsyncPasswordSession, SessionData], object] | None
    on_delete_failure: Callable[[AsyncPasswordSession, SessionData, XrpcError], object] | None
    http_client: AsyncHttpClient | None
    clock: Callable[[], float] | None
    transport: Transport | None
    allow_insecure_pds: bool


def _hooks(options: AsyncSessionOptions) -> Hooks:
    return Hooks.of(options)


class Opening(Generic[SessionT]):
    """A session that is about to begin: await it, or enter it with ``async with``; once."""

    def __init__(self, begin: Callable[[], Awaitable[SessionT]]) -> None:
        self._begin: Callable[[], Awaitable[SessionT]] | None = begin
        self._session: SessionT | None = None

    def __await__(self) -> Generator[Any, Any, SessionT]:
        begin, self._begin = self._begin, None
        if begin is None:
            raise InputError("This session has begun already: it can be awaited or entered once")
        return begin().__await__()

    async def __aenter__(self) -> SessionT:
        self._session = await self
        return await self._session.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.__aexit__(kind, error, trace)


class AsyncPasswordSession:
    """An account's session, begun with a password, for asyncio and trio: the twin of ``PasswordSession``.

    What that class says holds here too, with tasks in place of threads; a session belongs to one event loop.

    ``login()``, ``login_from_url()``, ``create_account()``, ``open()`` and ``resume()`` give an object that can be
    awaited or entered::

        session = await AsyncPasswordSession.login(...)
        async with AsyncPasswordSession.login(...) as session: ...

    Hooks are functions or coroutine functions. They run in the task that caused them or in a child of it.

    A call that is cancelled in the middle of a refresh or a logout finishes that first, hooks included, and is
    cancelled then: no token is lost and no lock is held. The request's timeout bounds how long this takes, and a
    store's lock_timeout. Stores are the blocking session's; their methods run in worker threads.

    Args:
        data: A session from ``data`` or from a hook, or as the TypeScript SDK stores it.
        on_updated: A hook, called as ``on_updated(session, data)``; None for none.
        on_update_failure: A hook, called as ``on_update_failure(session, data, error)``.
        on_deleted: A hook, called as ``on_deleted(session, data)``.
        on_delete_failure: A hook, called as ``on_delete_failure(session, data, error)``.
        http_client: The HTTP client to send through, which stays open when the session closes. None for an own one.
        transport: ``httpx`` or ``aiohttp``. None: aiohttp where the extra ``atlex[aiohttp]`` is installed, the event
            loop is asyncio's, and the environment names no proxy; else httpx.
        allow_insecure_pds: True to follow a DID document to a plain http URL. Otherwise calls go to ``service`` then,
            unless that is on this machine itself.
        clock: Gives the time, in seconds since 1970, for tests. None for ``time.time``.

    Raises:
        InputError: The data isn't a ``SessionData``, or a hook isn't a function.
    """

    def __init__(self, data: SessionData, **options: Unpack[AsyncSessionOptions]) -> None:
        self._logic = Logic(
            self,
            data,
            _hooks(options),
            clock=options.get("clock") or time.time,
            allow_insecure_pds=options.get("allow_insecure_pds", False),
        )
        self._driver = _Driver(options)
        self._logs_out = False

    @classmethod
    def login(
        cls,
        service: str,
        *,
        identifier: str,
        password: str,
        auth_factor_token: str | None = None,
        allow_takendown: bool | None = None,
        **options: Unpack[AsyncSessionOptions],
    ) -> Opening[Self]:
        """Log in (``com.atproto.server.createSession``). Await the result, or enter it.

        Args:
            service: The URL of the account's PDS or entryway, such as ``https://bsky.social``.
            identifier: The account's handle, e-mail address or DID.
            password: The account's password, or better an app password.
            auth_factor_token: The second factor, for accounts that ask for one.
            allow_takendown: True to log in to a taken-down account as well, with few rights.
            **options: As the class has them.

        Raises:
            InputError: An argument can't be used.
            LexAuthFactorError: The account asks for a second factor.
            XrpcError: The server refused, or can't be reached.
        """
        values = {
            "identifier": identifier,
            "password": password,
            "auth_factor_token": auth_factor_token,
            "allow_takendown": allow_takendown,
        }
        return Opening(lambda: cls._begin(fresh(endpoints.create_session(service, values)), options))

    @classmethod
    def login_from_url(cls, url: str, **options: Unpack[AsyncSessionOptions]) -> Opening[Self]:
        """Log in with a URL that says it all: ``https://alice.example.com:app-password@pds.example.com``.

        Args:
            url: Identifier, password and service. Identifier and password are percent-decoded; characters that mean
                something in a URL have to be encoded: ``did%3Aplc%3A…``, ``alice%40example.com``.
            **options: As the class has them.

        Raises:
            InputError: It isn't a URL, misses a part, or has one too many.
            LexAuthFactorError: The account asks for a second factor.
            XrpcError: The server refused, or can't be reached.
        """
        parts = parse_login_url(url)
        return cls.login(parts.service, identifier=parts.identifier, password=parts.password, **options)

    @classmethod
    def create_account(
        cls,
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
        headers: Mapping[str, str] | None = None,
        **options: Unpack[AsyncSessionOptions],
    ) -> Opening[Self]:
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
            headers: Headers for this one call, such as the Authorization of an account that moves here.
            **options: As the class has them.

        Raises:
            InputError: An argument can't be used.
            XrpcError: The server refused, or can't be reached.
        """
        values = {
            "handle": handle,
            "email": email,
            "password": password,
            "invite_code": invite_code,
            "verification_code": verification_code,
            "verification_phone": verification_phone,
            "did": did,
            "recovery_key": recovery_key,
            "plc_op": None if plc_op is None else dict(plc_op),
        }
        return Opening(
            lambda: cls._begin(fresh(endpoints.create_account(service, values, headers or {})), options)
        )

    @classmethod
    def open(
        cls,
        store: SessionStore,
        *,
        service: str | None = None,
        identifier: str | None = None,
        password: str | None = None,
        auth_factor_token: str | None = None,
        **options: Unpack[AsyncSessionOptions],
    ) -> Opening[Self]:
        """Go on with the session that a store holds, or log in and store it; and keep the store up to date from then on.

        Await the result, or enter it. Any number of processes can open one store: they log in once, refresh once, and all go on with the new tokens.
        A stored session is taken as it is, without a request. Tokens are stored before they are used. A session that
        ends is cleared from the store if it is still the one there. The end of a block only closes.

        When the server no longer knows the session, it is begun anew with the password. So a program that has one
        survives a lost session; change the password to lock it out. An account that has been taken down isn't tried.

        What the store can't do delays a refresh, since another process may be in the middle of one. Tokens that
        couldn't be stored aren't lost: the session goes on with them, the log has an error (logger ``atlex.session``),
        ``refresh()`` raises it, and the next calls try to store them again.

        Args:
            store: Where the session is kept: a ``FileSessionStore``, a ``RedisSessionStore`` or one of your own.
            service: The URL of the account's PDS or entryway. It must be the stored session's; None for whichever
                that is. So are the next three: they're needed only to log in.
            identifier: The account's handle, e-mail address or DID. It must be the stored session's.
            password: The account's password, or better an app password. It is kept in memory to log in again.
            auth_factor_token: The second factor, for the first login alone.
            **options: As the class has them. The hooks are called as ever, after the store has been written.

        Raises:
            InputError: An argument can't be used.
            SessionStoreError: The store can't be read or locked, holds another account's session, or holds none and
                there is no password.
            LexAuthFactorError: The account asks for a second factor.
            XrpcError: The login failed.
        """
        keeper = Keeper(store, Credentials(service, identifier, password, auth_factor_token))
        return Opening(lambda: cls._begin(keeper.begin(), options, keeper))

    @classmethod
    def resume(cls, data: SessionData, **options: Unpack[AsyncSessionOptions]) -> Opening[Self]:
        """Go on with a saved session, and refresh it at once.

        A server that can't be reached, or is in trouble, is no reason to fail: ``on_update_failure`` is told, and the
        session goes on with the tokens that it has.

        Args:
            data: The saved session. Its refresh token is used up; ``on_updated`` gets the new one.
            **options: As the class has them.

        Raises:
            XrpcResponseError: The server refused for good: the session has ended. ``on_deleted`` has been called.
        """

        async def begin() -> Self:
            session = cls(data, **options)
            try:
                await session.refresh()
            except BaseException:
                await session.close()
                raise
            return session

        return Opening(begin)

    @classmethod
    async def delete(cls, data: SessionData, **options: Unpack[AsyncSessionOptions]) -> None:
        """End a saved session without resuming it. One that has ended already is no error.

        Args:
            data: The saved session.
            **options: As the class has them.

        Raises:
            XrpcError: The server couldn't be told. ``on_delete_failure`` has been called.
        """
        session = cls(data, **options)
        try:
            await session.logout()
        finally:
            await session.close()

    @classmethod
    async def _begin(
        cls,
        flow: Flow[tuple[SessionData, bool]],
        options: AsyncSessionOptions,
        keeper: Keeper | None = None,
    ) -> Self:
        # Before anything is sent.
        hooks = _hooks(options)
        driver = _Driver(options)
        try:
            data, is_new = await driver.run(flow)
            session = cls(data, **options)
            session._driver = driver
            session._logic = Logic(
                session,
                data,
                hooks,
                clock=options.get("clock") or time.time,
                keeper=keeper,
                is_new=is_new,
                allow_insecure_pds=options.get("allow_insecure_pds", False),
            )
            session._logs_out = keeper is None
            if is_new:
                await driver.run(session._logic.announce())
        except BaseException:
            await driver.close()
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

    async def send(self, request: Request, /) -> Response:
        """Send a request to the account's PDS as this account; refresh and send it once more if the token has expired.

        A body that can't be sent twice isn't: then the session is refreshed, and the server's refusal is the answer.

        Raises:
            InputError: The request brings an Authorization header of its own.
            LoggedOutError: The session has ended.
            RefreshError: The token has expired and can't be refreshed for now; the session goes on.
            XrpcFetchError: There was no answer.
        """
        return await self._driver.run(self._logic.send(request))

    async def refresh(self) -> SessionData:
        """Trade the refresh token for new tokens. Refreshes that are asked for at the same time are one.

        Returns:
            The session as it is then: with the old tokens if the server couldn't be reached or was in trouble, which
            ``on_update_failure`` is told.

        Raises:
            LoggedOutError: The session has ended.
            SessionStoreError: There are new tokens, which couldn't be stored; the session goes on with them.
            XrpcResponseError: The server refused for good: the session has ended now. ``on_deleted`` has been called.
        """
        return await self._driver.run(self._logic.refresh())

    async def logout(self) -> None:
        """End the session, at the server too. Does nothing when it has ended already.

        Raises:
            XrpcError: The server couldn't be told, and the session goes on. ``on_delete_failure`` has been called.
            SessionStoreError: The store can't be read or locked. Likewise.
        """
        await self._driver.run(self._logic.log_out())

    async def close(self) -> None:
        """Close the connections that the session opened. The session itself lives on at the server."""
        await self._driver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            # A cancelled block logs out as well.
            with anyio.CancelScope(shield=True):
                try:
                    if self._logs_out:
                        await self.logout()
                finally:
                    await self.close()
        except Exception as failure:
            if error is None:
                raise
            error.add_note(f"Ending the session after this failed too: {failure}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._logic.describe()}, transport: {self._driver.transport}>"
