"""The logic of a password session, written once and without I/O.

Each flow is a generator: it yields effects, and a driver, blocking or asynchronous, performs them and sends their
results back. All state is here. It changes in exclusive flows only, of which a session runs one at a time:

    alive ── refreshed, here or elsewhere ──── on_updated ────────► alive, with new tokens
      ├───── refresh failed for now ────────── on_update_failure ─► alive, with the old ones
      ├───── refresh refused for good ──────── on_deleted ────────► ended
      ├───── logged out, or ended already ──── on_deleted ────────► ended
      └───── logout failed ─────────────────── on_delete_failure ─► alive
"""

from __future__ import annotations

import contextlib
import inspect
import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, NamedTuple, cast

from atlex._agent import Headers, Request, Response
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
from atlex.session._data import SessionData
from atlex.session._effects import Call, Exclusive, Flow, Read, Send, Settle
from atlex.session._expiry import Backoff, Expiry
from atlex.session._keeper import Keeper
from atlex.session._urls import extract_pds_endpoint, is_safe_pds, origin_of
from atlex.xrpc import Query, check_response

__all__ = ["Hooks", "Logic", "fresh"]

_logger = logging.getLogger("atlex.session")

_LARGEST_PEEK: Final = 10_240
# A session's options that aren't hooks.
_NO_HOOKS: Final = frozenset({"allow_insecure_pds", "clock", "http_client", "transport"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """The user's four hooks, None where there is none."""

    on_updated: Callable[..., object] | None = None
    on_update_failure: Callable[..., object] | None = None
    on_deleted: Callable[..., object] | None = None
    on_delete_failure: Callable[..., object] | None = None

    def __post_init__(self) -> None:
        for entry in fields(self):
            hook = getattr(self, entry.name)
            if hook is not None and not callable(hook):
                raise InputError(f"{entry.name} must be a function")

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Hooks:
        """The hooks among a session's options.

        Raises:
            InputError: A hook isn't a function.
            TypeError: There is an option that no session has.
        """
        return cls(**{name: value for name, value in options.items() if name not in _NO_HOOKS})

    def refuse_asynchronous(self) -> None:
        """Refuse what a blocking session could call but never wait for."""
        for entry in fields(self):
            if inspect.iscoroutinefunction(getattr(self, entry.name)):
                raise InputError(f"{entry.name} must be a plain function: this session isn't asynchronous")


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What a session is at a moment.

    Attributes:
        data: Its data, None after its end.
        attempts: How many refreshes have been tried.
        expiry: When its access token expires.
        backoff: How long to wait after the last refresh, if that failed.
        adopted: Whether its tokens were got by another process, and may be old.
    """

    data: SessionData | None
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
    outer: _HookCall | None
    running: bool = True


_hook_call: ContextVar[_HookCall | None] = ContextVar("atlex_hook_call", default=None)


def fresh(flow: Flow[SessionData]) -> Flow[tuple[SessionData, bool]]:
    """What `Keeper.begin()` gives, for a session that is new in any case."""
    data = yield from flow
    return data, True


class Logic:
    """One session: its state, and the flows that use and change it.

    Args:
        session: The public session, which the hooks get.
        data: What the session begins with.
        hooks: The user's hooks.
        clock: Gives the time, in seconds since 1970.
        keeper: Keeps the session in a store; None for none.
        is_new: Whether the data has come from the server just now.
        allow_insecure_pds: Whether the DID document may send the tokens over plain http.

    Raises:
        InputError: The data isn't a `SessionData`, or the clock isn't a function.
    """

    def __init__(
        self,
        session: object,
        data: SessionData,
        hooks: Hooks,
        *,
        clock: Callable[[], float],
        keeper: Keeper | None = None,
        is_new: bool = False,
        allow_insecure_pds: bool = False,
    ) -> None:
        # Stored JSON is easily handed over unread.
        if not isinstance(cast("object", data), SessionData):
            raise InputError(
                "The data isn't a SessionData: SessionData.model_validate() makes one of stored JSON"
            )
        if not callable(clock):
            raise InputError("clock must be a function")
        self._session = session
        self._hooks = hooks
        self._clock = clock
        self._keeper = keeper or Keeper()
        self._service = data.service
        expiry = Expiry().received(data.access_jwt, clock()) if is_new else Expiry().found(data.access_jwt)
        self._state = _State(data=data, expiry=expiry)
        self._saving = Backoff()
        self._allow_insecure_pds = allow_insecure_pds
        self._distrusted: str | None = None
        self._account: _Account | None = None
        self._reason: XrpcError | None = None
        self._ending = False

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

    def send(self, request: Request) -> Flow[Response]:
        """Send a request with the access token, to the account's PDS; refresh and send it again at most once.

        Raises:
            InputError: The request brings an Authorization header of its own.
            LoggedOutError: The session has ended.
            RefreshError: The token has expired, and can't be refreshed now.
            XrpcFetchError: There was no answer.
        """
        if "authorization" in request.headers:
            raise InputError("Unexpected 'authorization' header set: the session adds its own")
        # A hook runs while the session is locked: another refresh would wait for the one that waits for the hook.
        if self._in_hook:
            response: Response = yield self._authorised(request, self.current(request.nsid))
            return response
        yield Settle()
        yield from self._look_ahead()
        state = self._state
        data = self._alive(state, request.nsid)
        response = yield self._authorised(request, data)
        # Tokens of another process may have expired as well; a second time they are our own.
        for may_adopt in (True, False):
            if not (yield from _wants_refresh(request, response)):
                return response
            # Gives the connection back: the refresh may need it, and who is cancelled in the refresh can't.
            yield Read(response)
            renewed = yield from self._renewed(state, request.nsid)
            if not request.replayable or renewed is None or renewed.access_jwt == data.access_jwt:
                return response
            state, data = self._state, renewed
            response = yield self._authorised(request, renewed)
            if not (may_adopt and state.adopted and state.data is data):
                break
        return response

    def announce(self) -> Flow[None]:
        """Tell ``on_updated`` of a session that has just begun."""
        yield Exclusive(self._tell("on_updated", self.current()))

    def refresh(self) -> Flow[SessionData]:
        """Refresh; join the refresh that is under way, if there is one.

        Raises:
            LoggedOutError: The session has ended.
            SessionStoreError: There are new tokens, which couldn't be stored.
            XrpcResponseError: The server refused for good; the session has ended.
        """
        if self._in_hook:
            return self.current()
        state = self._state
        self._alive(state)
        renewed: SessionData = yield Exclusive(self._refresh(state.attempts))
        if (error := self._keeper.unsaved) is not None:
            raise SessionStoreError(
                f"The session has new tokens, which couldn't be stored: {error}"
            ) from error
        return renewed

    def log_out(self) -> Flow[None]:
        """End the session at the server and here. Does nothing when it has ended already.

        Raises:
            XrpcError: The server couldn't be told; the session goes on.
        """
        if self._in_hook:
            yield from self._log_out()
        else:
            yield Exclusive(self._log_out())

    def _look_ahead(self) -> Flow[None]:
        """Refresh before the token expires, and store what couldn't be stored.

        Failures are for the hooks and the log: the token that is there may still be good.
        """
        now = self._clock()
        state = self._state
        if state.data is not None and state.expiry.is_near(now) and not state.backoff.lasts(now):
            # One that the server refuses has ended the session, and the caller learns that.
            with contextlib.suppress(XrpcError):
                yield Exclusive(self._refresh(state.attempts))
        elif self._keeper.unsaved is not None and not self._saving.lasts(now):
            yield Exclusive(self._save_again())

    def _renewed(self, state: _State, method: str) -> Flow[SessionData | None]:
        """The session's data after the refresh that a refused token asks for; None when the session has ended.

        Raises:
            RefreshError: It failed for now, or has failed too short a while ago.
        """
        now = self._state
        if now.attempts != state.attempts or not now.backoff.lasts(self._clock()):
            try:
                renewed: SessionData = yield Exclusive(self._refresh(state.attempts))
            except XrpcError:
                # Told to the hooks or the log; the caller gets the answer to the call that was made.
                return None
            if renewed.access_jwt != self._alive(state).access_jwt:
                return renewed
        error = self._state.backoff.error
        if error is None:
            return self._state.data
        raise RefreshError(
            f"The access token has expired, and the session couldn't be refreshed: {error}", method=method
        ) from error

    def _refresh(self, attempts: int) -> Flow[SessionData]:
        old = self.current()
        if self._state.attempts != attempts:
            return old
        try:
            new = yield from self._keeper.exclusively(self._renew(old))
        except XrpcError as error:
            if _is_final(error):
                yield from self._end(self.current(), error)
                raise
            yield from self._postpone(error)
        except SessionStoreError as error:
            # Another process may be using the refresh token, and it's good once.
            yield from self._postpone(_as_xrpc_error(error))
        except BaseException as stop:
            # Interrupted after new tokens had come: who saves by the hooks would lose them. A flow that is thrown
            # away can't ask for anything any more.
            if self._state.attempts != attempts and not isinstance(stop, GeneratorExit):
                yield from self._tell("on_updated", self.current())
            raise
        else:
            yield from self._tell("on_updated", new)
        return self.current()

    def _postpone(self, error: XrpcError) -> Flow[None]:
        state = self._state
        backoff = state.backoff.after(error, self._clock())
        self._state = replace(state, attempts=state.attempts + 1, backoff=backoff)
        yield from self._tell("on_update_failure", self.current(), error)

    def _renew(self, old: SessionData) -> Flow[SessionData]:
        """New tokens: those that another process has got since, or else the server's. They are stored at once."""
        stored = yield from self._keeper.newer(old)
        if stored is not None:
            expiry = self._state.expiry.found(stored.access_jwt)
            self._take(stored, expiry, adopted=True)
            if not expiry.is_near(self._clock()):
                return stored
            old = stored
        try:
            answer = yield from endpoints.refresh_session(old)
            new = endpoints.renewed(old, answer)
        except XrpcError as error:
            if not _is_final(error):
                raise
            again = None if error.error == "AccountTakedown" else (yield from self._keeper.log_in_again(old))
            if again is None:
                yield from self._keeper.forget(old)
                raise
            answer, new = again.model_dump(), again
        # At once, for the server may have forgotten the old tokens: what comes next can be interrupted.
        self._take(new, self._state.expiry.received(new.access_jwt, self._clock()))
        yield from self._keeper.save(new)
        if "emailConfirmed" not in answer or "didDoc" not in answer:
            details = yield from endpoints.get_session(new)
            complete = endpoints.renewed(old, answer, details)
            if complete != new:
                new = complete
                self._state = replace(self._state, data=new)
                yield from self._keeper.save(new)
        return new

    def _take(self, data: SessionData, expiry: Expiry, *, adopted: bool = False) -> None:
        attempts = self._state.attempts + 1
        self._state = _State(data=data, attempts=attempts, expiry=expiry, adopted=adopted)

    def _save_again(self) -> Flow[None]:
        data = self._state.data
        # Those that waited meanwhile find it done.
        is_done = self._keeper.unsaved is None
        if is_done or data is None:
            return
        try:
            yield from self._keeper.exclusively(self._keep(data))
        except SessionStoreError as error:
            self._keeper.unsaved = error
        failure = self._keeper.unsaved
        self._saving = Backoff() if failure is None else self._saving.after(failure, self._clock())
        if (adopted := self.current()) is not data:
            yield from self._tell("on_updated", adopted)

    def _keep(self, data: SessionData) -> Flow[None]:
        stored = yield from self._keeper.newer(data)
        if stored is None:
            yield from self._keeper.save(data)
        else:
            self._take(stored, self._state.expiry.found(stored.access_jwt), adopted=True)

    def _log_out(self) -> Flow[None]:
        if self._state.data is None or self._ending:
            return
        self._ending = True
        try:
            data = yield from self._keeper.exclusively(self._delete(self._state.data))
        except (XrpcError, SessionStoreError) as error:
            yield from self._tell("on_delete_failure", self.current(), _as_xrpc_error(error))
            raise
        finally:
            self._ending = False
        yield from self._end(data)

    def _delete(self, data: SessionData) -> Flow[SessionData]:
        stored = yield from self._keeper.newer(data)
        if stored is not None:
            data = stored
            self._take(stored, self._state.expiry.found(stored.access_jwt), adopted=True)
        try:
            yield from endpoints.delete_session(data)
        except XrpcError as error:
            if not _is_final(error):
                raise
        yield from self._keeper.forget(data)
        return data

    def _end(self, data: SessionData, reason: XrpcError | None = None) -> Flow[None]:
        self._ending = True
        try:
            yield from self._tell("on_deleted", data, reason=reason)
        finally:
            self._reason = reason
            self._state = _State(data=None)
            self._account = None

    def _tell(
        self, name: str, data: SessionData, error: XrpcError | None = None, *, reason: XrpcError | None = None
    ) -> Flow[None]:
        hook: Callable[..., object] | None = getattr(self._hooks, name)
        if hook is None:
            if (trouble := error or reason) is not None:
                _logger.warning("%s, session of %s: %s", name, data.did, trouble)
            return
        arguments = (self._session, data) if error is None else (self._session, data, error)
        call = _HookCall(self, _hook_call.get())
        token = _hook_call.set(call)
        try:
            yield Call(hook, arguments)
        except Exception:
            # Raising it would take from the caller the answer, or the session, that is there.
            _logger.exception("The hook %s raised; the session of %s is as it should be", name, data.did)
        finally:
            call.running = False
            _hook_call.reset(token)

    def _authorised(self, request: Request, data: SessionData) -> Send:
        account = self._account
        if account is None or account.data is not data:
            headers = Headers({"authorization": f"Bearer {data.access_jwt}"})
            account = self._account = _Account(data, self._pds(data), headers)
        return Send(account.origin, request, Headers(request.headers).merged(account.headers))

    def _pds(self, data: SessionData) -> str:
        """Where the account's calls go: its PDS, or the service where none is named that may have the tokens."""
        endpoint = extract_pds_endpoint(data.did_doc)
        origin = None if endpoint is None else origin_of(endpoint)
        if origin is None:
            return data.service
        if self._allow_insecure_pds or is_safe_pds(origin, data.service):
            return origin
        if origin not in {self._distrusted, origin_of(data.service)}:
            self._distrusted = origin
            _logger.warning(
                "The DID document of %s names a PDS without TLS (%s): calls go to %s (see allow_insecure_pds)",
                data.did,
                origin,
                data.service,
            )
        return data.service

    @property
    def _in_hook(self) -> bool:
        call = _hook_call.get()
        while call is not None:
            # What a hook starts may outlive it, and goes on in a copy of its context.
            if call.logic is self and call.running:
                return True
            call = call.outer
        return False

    def _alive(self, state: _State, method: str | None = None) -> SessionData:
        if state.data is None:
            raise LoggedOutError(method=method) from self._reason
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


def _wants_refresh(request: Request, response: Response) -> Flow[bool]:
    if response.status != 400:
        return response.status == 401
    headers = response.headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    length = headers.get("content-length", "")
    is_too_long = length.isdecimal() and (len(length) > 9 or int(length) > _LARGEST_PEEK)
    if kind != "application/json" or is_too_long:
        return False
    yield Read(response)
    if len(response.content) > _LARGEST_PEEK:
        return False
    code = None
    try:
        check_response(Query[None, None](request.nsid), response)
    except XrpcError as error:
        code = error.error
    return code == "ExpiredToken"
