"""The logic of a password session, written once and without I/O.

Each flow is a generator: it yields effects, and a driver, blocking or asynchronous, performs them and sends
their results back. All state is here. It changes in exclusive flows only, of which a session runs one at a
time; docs/architecture.md draws its states.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Generator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Literal, NamedTuple, cast

from atlex._agent import Headers, Request, Response
from atlex._did_document import pds_origin
from atlex._effects import Hook, Read, Send
from atlex._service_url import check_service_url
from atlex._watch._watcher import NOBODY, current_watcher, logger
from atlex.data import JsonError
from atlex.errors import (
    InputError,
    LoggedOutError,
    RefreshError,
    SessionStoreError,
    XrpcError,
    XrpcInternalError,
    XrpcResponseError,
)
from atlex.session import _endpoints as endpoints
from atlex.session._data import Secret, SessionData
from atlex.session._effects import Exclusive, Flow, Settle
from atlex.session._expiry import Backoff, Expiry
from atlex.session._keeper import Keeper
from atlex.session._options import Calls, Options
from atlex.session._store import SessionStore
from atlex.session._urls import is_safe_pds
from atlex.xrpc import JSON, read_error_body, received_type

__all__ = ["Logic"]

_logger = logging.getLogger("atlex.session")

_LARGEST_PEEK: Final = 10_240


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """The state of a session at a moment.

    Attributes:
        data: Its data, None after its end.
        reason: Why it has ended, where it wasn't a logout.
        attempts: How many refreshes have been tried.
        expiry: When its access token expires.
        backoff: How long to wait after the last refresh, if that failed.
        adopted: Whether its tokens were got by another process, and may be old.
    """

    data: SessionData | None
    reason: XrpcError | None = None
    attempts: int = 0
    expiry: Expiry = field(default_factory=Expiry)
    backoff: Backoff = field(default_factory=Backoff)
    adopted: bool = False


class _Account(NamedTuple):
    """Where the calls of an account go, and with what: it follows from its data, and each call needs it."""

    data: SessionData
    origin: str
    headers: Headers


@dataclass(slots=True)
class _HookCall:
    """A hook that is being called, in this context or one copied from it."""

    logic: Logic
    name: str
    outer: _HookCall | None
    running: bool = False


_hook_call: ContextVar[_HookCall | None] = ContextVar("atlex_hook_call", default=None)


class Logic:
    """One session: its state, and the flows that use and change it.

    Args:
        session: The public session, which the hooks get.
        data: What the session begins with.
        options: The session's options.

    Raises:
        InputError: The data isn't a `SessionData`.
    """

    def __init__(self, session: object, data: SessionData, options: Options) -> None:
        # Stored JSON is easily handed over unread.
        if not isinstance(cast("object", data), SessionData):
            raise InputError(
                "The data isn't a SessionData: SessionData.model_validate() makes one of stored JSON"
            )
        self._session = session
        if options.watcher is not None:
            options = replace(
                options, watcher=options.watcher.inside(partial(self._hook_runs, "event_hooks"))
            )
        self._options = options
        self._keeper = Keeper()
        self._service = data.service
        self._state = _State(data=data, expiry=Expiry().found(data.access_jwt))
        self._saving = Backoff()
        self._distrusted: str | None = None
        self._account: _Account | None = None

    def begin(self, keeper: Keeper | None) -> Flow[None]:
        """Take note of how the session has begun, and tell ``on_updated`` of a new one.

        Args:
            keeper: Keeps the session in a store; None for none, where a session is always new.
        """
        is_new = keeper is None or keeper.is_new
        self._keeper = keeper or self._keeper
        if is_new:
            data = self.current()
            self._state = _State(data=data, expiry=Expiry().received(data.access_jwt, self._options.now()))
            yield Exclusive(self._tell("on_updated", data))

    @property
    def ended(self) -> bool:
        """Whether the session has ended, which is for ever."""
        return self._state.data is None

    def current(self, method: str | None = None) -> SessionData:
        """The session's data.

        Raises:
            LoggedOutError: The session has ended.
        """
        return self._alive(self._state, method)

    def describe(self) -> str:
        """Whose session it is and where, for a repr."""
        data = self._state.data
        return f"{self._service} (logged out)" if data is None else f"{data.did} at {self._service}"

    def origin(self) -> str | None:
        """The URL that the account's calls go to; None when the session has ended."""
        data = self._state.data
        return None if data is None else self._pds(data)

    def limits_store(self) -> SessionStore | None:
        """The session's store, where that can keep rate limits; None otherwise."""
        store = self._keeper.store
        return store if callable(getattr(store, "update_limits", None)) else None

    def send(self, request: Request) -> Flow[Response]:
        """Send a request with the access token, to the account's PDS; refresh and send it again at most once.

        Raises:
            InputError: The request brings an Authorization header of its own.
            LoggedOutError: The session has ended.
            RefreshError: The token has expired, and can't be refreshed now.
            XrpcFetchError: There was no response.
        """
        if "authorization" in request.headers:
            raise InputError("Unexpected 'authorization' header set: the session adds its own")
        # A hook runs while the session is locked: another refresh would wait for the one that waits for the
        # hook.
        if self._running_hook:
            response: Response = yield self._authorised(request, self.current(request.nsid))
            return response
        yield Settle()
        yield from self._look_ahead()
        state = self._state
        data = self._alive(state, request.nsid)
        response = yield self._authorised(request, data)
        # Tokens of another process may have expired as well; a second time they are our own.
        for may_adopt in (True, False):
            if not (yield from _wants_refresh(response)):
                return response
            # Gives the connection back: the refresh may need it, and a task that is cancelled in the refresh
            # can't.
            yield Read(response)
            renewed = yield from self._renewed(state, request.nsid)
            if not request.replayable or renewed is None or renewed.access_jwt == data.access_jwt:
                return response
            state, data = self._state, renewed
            response = yield self._authorised(request, renewed)
            if not (may_adopt and state.adopted and state.data is data):
                break
        return response

    def refresh(self, options: Mapping[str, Any]) -> Flow[SessionData]:
        """Refresh; join the refresh that is under way, if there is one.

        Args:
            options: ``CallOptions`` of this refresh.

        Raises:
            InputError: An option can't be used.
            LoggedOutError: The session has ended.
            SessionStoreError: There are new tokens, which couldn't be stored.
            XrpcResponseError: The server refused for good; the session has ended.
        """
        if self._running_hook:
            return self.current()
        calls = self._options.changed(options)
        state = self._state
        self._alive(state)
        renewed: SessionData = yield Exclusive(self._refresh(state.attempts, calls))
        if (error := self._keeper.unsaved) is not None:
            raise SessionStoreError(
                f"The session has new tokens, which couldn't be stored: {error}"
            ) from error
        return renewed

    def log_out(self, options: Mapping[str, Any]) -> Flow[None]:
        """End the session at the server and here. Does nothing when it has ended already.

        Args:
            options: ``CallOptions`` of this logout.

        Raises:
            InputError: An option can't be used.
            XrpcError: The server couldn't be told; the session goes on.
        """
        calls = self._options.changed(options)
        if self._running_hook:
            yield from self._log_out(calls)
        else:
            yield Exclusive(self._log_out(calls))

    def _look_ahead(self) -> Flow[None]:
        """Refresh before the token expires, and store what couldn't be stored.

        Failures are for the hooks and the log: the token that is there may still be good.
        """
        now = self._options.now()
        state = self._state
        if state.data is not None and state.expiry.is_near(now) and not state.backoff.lasts(now):
            # One that the server refuses has ended the session, and the caller learns that.
            with contextlib.suppress(XrpcError):
                yield Exclusive(self._refresh(state.attempts))
        elif self._keeper.unsaved is not None and not self._saving.lasts(now):
            yield Exclusive(self._save_again())

    def _renewed(self, state: _State, method: str) -> Flow[SessionData | None]:
        """The session's data after the refresh that a refused token asks for; None when it has ended.

        Raises:
            RefreshError: It failed for now, or has failed too short a while ago.
        """
        now = self._state
        if now.attempts != state.attempts or not now.backoff.lasts(self._options.now()):
            try:
                renewed: SessionData = yield Exclusive(self._refresh(state.attempts))
            except XrpcError:
                # Told to the hooks or the log; the caller gets the response to the call that was made.
                return None
            if renewed.access_jwt != self._alive(state).access_jwt:
                return renewed
        error = self._state.backoff.error
        if error is None:
            return self._state.data
        raise RefreshError(
            f"The access token has expired, and the session couldn't be refreshed: {error}", method=method
        ) from error

    def _refresh(self, attempts: int, calls: Calls | None = None) -> Flow[SessionData]:
        old = self.current()
        if self._state.attempts != attempts:
            return old
        began = time.monotonic()
        try:
            new = yield from self._keeper.exclusively(self._renew(old, calls or self._options))
        except XrpcError as error:
            yield from self._report(old, attempts, began, error)
            if _is_final(error):
                yield from self._end(self.current(), error)
                raise
            yield from self._postpone(error)
        except SessionStoreError as error:
            # Another process may be using the refresh token, and it's good once.
            failure = _as_xrpc_error(error)
            yield from self._report(old, attempts, began, failure)
            yield from self._postpone(failure)
        except BaseException as stop:
            # Interrupted after new tokens had come: a program that saves them in a hook would lose them. A
            # flow that is thrown away can't ask for anything any more.
            if self._state.attempts != attempts and not isinstance(stop, GeneratorExit):
                yield from self._tell("on_updated", self.current())
            raise
        else:
            yield from self._report(new, attempts, began)
            yield from self._tell("on_updated", new)
        return self.current()

    def _report(
        self, data: SessionData, attempts: int, began: float, error: XrpcError | None = None
    ) -> Flow[None]:
        """Tell of a refresh: the log, the session's hooks, and those of the client whose call waits for it."""
        watcher, caller = self._options.watcher, current_watcher.get()
        if watcher is None and caller is None and not logger.isEnabledFor(logging.DEBUG):
            return
        from atlex._watch._events import RefreshEvent

        event = RefreshEvent(
            nsid=endpoints.REFRESH_SESSION.method.nsid,
            did=data.did,
            attempt=attempts + 1,
            outcome=self._outcome(error),
            status=getattr(error, "status", None),
            error=None if error is None else error.error,
            seconds=time.monotonic() - began,
        )
        logger.debug(
            "session of %s: refresh %s in %.3f s%s",
            data.did,
            event.outcome,
            event.seconds,
            "" if error is None else f" ({error.error})",
        )
        told = watcher or NOBODY.inside(partial(self._hook_runs, "event_hooks"))
        yield from (told if caller is None else told.joined(caller)).tell(event)

    def _outcome(self, error: XrpcError | None) -> Literal["renewed", "adopted", "failed", "ended"]:
        if error is None:
            return "adopted" if self._state.adopted else "renewed"
        return "ended" if _is_final(error) else "failed"

    def _postpone(self, error: XrpcError) -> Flow[None]:
        state = self._state
        backoff = state.backoff.after(error, self._options.now())
        self._state = replace(state, attempts=state.attempts + 1, backoff=backoff)
        yield from self._tell("on_update_failure", self.current(), error)

    def _renew(self, old: SessionData, calls: Calls) -> Flow[SessionData]:
        """New tokens: those that another process has got since, or else the server's; stored at once."""
        stored = yield from self._adopt(old)
        if stored is not None:
            if not self._state.expiry.is_near(self._options.now()):
                return stored
            old = stored
        try:
            output = yield from endpoints.refresh_session(old, calls)
            new = endpoints.renewed(old, output)
        except XrpcError as error:
            if not _is_final(error):
                raise
            again = None
            if error.error != "AccountTakedown":
                again = yield from self._keeper.log_in_again(old, calls)
            if again is None:
                yield from self._keeper.forget(old)
                raise
            output, new = Secret(again.model_dump()), again
        # At once, for the server may have forgotten the old tokens: what comes next can be interrupted.
        self._take(new, self._state.expiry.received(new.access_jwt, self._options.now()))
        yield from self._keeper.save(new)
        if not {"emailConfirmed", "didDoc"} <= output.reveal().keys():
            details = yield from endpoints.get_session(new, calls)
            complete = endpoints.renewed(old, output, details)
            if complete != new:
                new = complete
                self._state = replace(self._state, data=new)
                yield from self._keeper.save(new)
        return new

    def _adopt(self, data: SessionData) -> Flow[SessionData | None]:
        """Take what another process has stored since, if it has."""
        stored = yield from self._keeper.newer(data)
        if stored is not None:
            self._take(stored, self._state.expiry.found(stored.access_jwt), adopted=True)
        return stored

    def _take(self, data: SessionData, expiry: Expiry, *, adopted: bool = False) -> None:
        attempts = self._state.attempts + 1
        self._state = _State(data=data, attempts=attempts, expiry=expiry, adopted=adopted)

    def _save_again(self) -> Flow[None]:
        data = self._state.data
        # Callers that waited meanwhile find it done.
        is_done = self._keeper.unsaved is None
        if is_done or data is None:
            return
        try:
            yield from self._keeper.exclusively(self._keep(data))
        except SessionStoreError as error:
            self._keeper.unsaved = error
        failure = self._keeper.unsaved
        self._saving = Backoff() if failure is None else self._saving.after(failure, self._options.now())
        if (adopted := self.current()) is not data:
            yield from self._tell("on_updated", adopted)

    def _keep(self, data: SessionData) -> Flow[None]:
        if (yield from self._adopt(data)) is None:
            yield from self._keeper.save(data)

    def _log_out(self, calls: Calls) -> Flow[None]:
        # A hook that is told of the end, or that it failed, isn't a reason for another try.
        if self._state.data is None or self._running_hook in {"on_deleted", "on_delete_failure"}:
            return
        try:
            data = yield from self._keeper.exclusively(self._delete(self._state.data, calls))
        except (XrpcError, SessionStoreError) as error:
            yield from self._tell("on_delete_failure", self.current(), _as_xrpc_error(error))
            raise
        yield from self._end(data)

    def _delete(self, data: SessionData, calls: Calls) -> Flow[SessionData]:
        data = (yield from self._adopt(data)) or data
        try:
            yield from endpoints.delete_session(data, calls)
        except XrpcError as error:
            if not _is_final(error):
                raise
        yield from self._keeper.forget(data)
        return data

    def _end(self, data: SessionData, reason: XrpcError | None = None) -> Flow[None]:
        # Made before, so that the end is one step: an interruption in between would leave half a session.
        ended = _State(data=None, reason=reason)
        try:
            yield from self._tell("on_deleted", data, reason=reason)
        finally:
            self._state = ended
            self._account = None

    def _tell(
        self, name: str, data: SessionData, error: XrpcError | None = None, *, reason: XrpcError | None = None
    ) -> Flow[None]:
        hook: Callable[..., object] | None = getattr(self._options, name)
        if hook is None:
            if (trouble := error or reason) is not None:
                _logger.warning("%s, session of %s: %s", name, data.did, trouble)
            return
        arguments = (self._session, data) if error is None else (self._session, data, error)
        try:
            with self._hook_runs(name):
                yield Hook(hook, arguments)
        except Exception:
            # Raising it would cost the caller a response, or a session, that is there.
            _logger.exception("The hook %s raised; the session of %s is as it should be", name, data.did)

    @contextlib.contextmanager
    def _hook_runs(self, name: str) -> Generator[None]:
        """Mark what runs in here, and in tasks and threads that it starts, as a part of a hook."""
        call = _HookCall(self, name, _hook_call.get())
        try:
            _hook_call.set(call)
            call.running = True
            yield
        finally:
            # First: a call could be interrupted, and the session would take every caller for a hook from then
            # on.
            call.running = False
            _hook_call.set(call.outer)

    def _authorised(self, request: Request, data: SessionData) -> Send:
        account = self._account
        if account is None or account.data is not data:
            headers = Headers({"authorization": f"Bearer {data.access_jwt}"})
            account = self._account = _Account(data, self._pds(data), headers)
        return Send(request, account.origin, Headers(request.headers).merged(account.headers))

    def _pds(self, data: SessionData) -> str:
        """Where the account's calls go: its PDS, or the service if the tokens can't be sent to one."""
        origin = pds_origin(data.did_doc)
        if origin is None:
            return data.service
        if self._options.allow_insecure_pds or is_safe_pds(origin, data.service):
            return origin
        if origin not in {self._distrusted, check_service_url(data.service)}:
            self._distrusted = origin
            _logger.warning(
                "The DID document of %s names a PDS without TLS (%s): "
                "calls go to %s (see allow_insecure_pds)",
                data.did,
                origin,
                data.service,
            )
        return data.service

    @property
    def _running_hook(self) -> str | None:
        """The name of this session's hook that the present code is a part of, or None."""
        call = _hook_call.get()
        while call is not None:
            # A task or thread that a hook starts may outlive it, and goes on in a copy of its context.
            if call.logic is self and call.running:
                return call.name
            call = call.outer
        return None

    def _alive(self, state: _State, method: str | None = None) -> SessionData:
        if state.data is None:
            raise LoggedOutError(method=method) from state.reason
        return state.data


def _as_xrpc_error(error: XrpcError | SessionStoreError) -> XrpcError:
    """The error as hooks get it."""
    if isinstance(error, XrpcError):
        return error
    told = XrpcInternalError(f"The session's store failed: {error}")
    told.__cause__ = error
    return told


def _is_final(error: XrpcError) -> bool:
    # The codes that refreshSession and deleteSession declare are the ones that no second try can change.
    return isinstance(error, XrpcResponseError) and error.expected


def _wants_refresh(response: Response) -> Flow[bool]:
    if response.status != 400:
        return response.status == 401
    headers = response.headers
    kind = received_type(headers.get("content-type", ""))
    length = headers.get("content-length", "")
    is_too_long = length.isdecimal() and (len(length) > 9 or int(length) > _LARGEST_PEEK)
    if kind != JSON or is_too_long:
        return False
    yield Read(response)
    if len(response.content) > _LARGEST_PEEK:
        return False
    try:
        return read_error_body(response).code == "ExpiredToken"
    except JsonError:
        return False
