"""The logic of a password session, written once and without I/O.

Each flow is a generator: it yields effects, and a driver, blocking or asynchronous, performs them and sends their
results back. All state is here. It changes in exclusive flows only, of which a session runs one at a time:

    alive ── refreshed ─────────────────────── on_updated ────────► alive, with new tokens
      ├───── refresh failed for now ────────── on_update_failure ─► alive, with the old ones
      ├───── refresh refused for good ──────── on_deleted ────────► ended
      ├───── logged out, or ended already ──── on_deleted ────────► ended
      └───── logout failed ─────────────────── on_delete_failure ─► alive
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from typing import Any, Final, cast

from atlex._agent import Request, Response
from atlex.errors import InputError, LoggedOutError, XrpcError, XrpcResponseError
from atlex.session import _endpoints as endpoints
from atlex.session._data import SessionData
from atlex.session._effects import Call, Exclusive, Flow, Read, Send, Settle
from atlex.session._urls import extract_pds_endpoint, origin_of
from atlex.xrpc import Query, check_response

__all__ = ["Hooks", "Logic"]

_logger = logging.getLogger("atlex.session")

_LARGEST_PEEK: Final = 10_240


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """The user's four hooks, None where there is none."""

    on_updated: Callable[..., object] | None = None
    on_update_failure: Callable[..., object] | None = None
    on_deleted: Callable[..., object] | None = None
    on_delete_failure: Callable[..., object] | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            hook = getattr(self, field.name)
            if hook is not None and not callable(hook):
                raise InputError(f"{field.name} must be a function")

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Hooks:
        """The hooks among a session's options.

        Raises:
            InputError: A hook isn't a function.
            TypeError: There is an option that no session has.
        """
        return cls(**{name: value for name, value in options.items() if name != "http_client"})

    def refuse_asynchronous(self) -> None:
        """Refuse what a blocking session could call but never wait for."""
        for field in fields(self):
            if inspect.iscoroutinefunction(getattr(self, field.name)):
                raise InputError(f"{field.name} must be a plain function: this session isn't asynchronous")


@dataclass(frozen=True, slots=True)
class _State:
    """What a session has: its data, None after its end, and how many refreshes have been tried."""

    data: SessionData | None
    attempts: int = 0


@dataclass(slots=True)
class _HookCall:
    """A hook that is being called, in this context or one copied from it."""

    logic: Logic
    outer: _HookCall | None
    running: bool = True


_hook_call: ContextVar[_HookCall | None] = ContextVar("atlex_hook_call", default=None)


class Logic:
    """One session: its state, and the flows that use and change it.

    Args:
        session: The public session, which the hooks get.
        data: What the session begins with.
        hooks: The user's hooks.

    Raises:
        InputError: The data isn't a `SessionData`.
    """

    def __init__(self, session: object, data: SessionData, hooks: Hooks) -> None:
        # Stored JSON is easily handed over unread.
        if not isinstance(cast("object", data), SessionData):
            raise InputError(
                "The data isn't a SessionData: SessionData.model_validate() makes one of stored JSON"
            )
        self._session = session
        self._hooks = hooks
        self._service = data.service
        self._state = _State(data)
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
            XrpcFetchError: There was no answer.
        """
        if "authorization" in request.headers:
            raise InputError("Unexpected 'authorization' header set: the session adds its own")
        if not self._in_hook:
            yield Settle()
        state = self._state
        data = self._alive(state, request.nsid)
        response: Response = yield _authorised(request, data)
        # A hook runs while the session is locked: another refresh would wait for the one that waits for the hook.
        if self._in_hook or not (yield from _wants_refresh(request, response)):
            return response
        # Gives the connection back: the refresh may need it, and who is cancelled in the refresh can't.
        yield Read(response)
        try:
            renewed: SessionData = yield Exclusive(self._refresh(state.attempts))
        except XrpcError:
            # Told to the hooks or the log; the caller gets the answer to the call that was made.
            return response
        if not request.replayable or renewed.access_jwt == data.access_jwt:
            return response
        response = yield _authorised(request, renewed)
        return response

    def announce(self) -> Flow[None]:
        """Tell ``on_updated`` of a session that has just begun."""
        yield Exclusive(self._tell("on_updated", self.current()))

    def refresh(self) -> Flow[SessionData]:
        """Refresh; join the refresh that is under way, if there is one.

        Raises:
            LoggedOutError: The session has ended.
            XrpcResponseError: The server refused for good; the session has ended.
        """
        if self._in_hook:
            return self.current()
        state = self._state
        self._alive(state)
        renewed: SessionData = yield Exclusive(self._refresh(state.attempts))
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

    def _refresh(self, attempts: int) -> Flow[SessionData]:
        old = self.current()
        if self._state.attempts != attempts:
            return old
        try:
            answer = yield from endpoints.refresh_session(old)
            new = endpoints.renewed(old, answer)
        except XrpcError as error:
            if _is_final(error):
                yield from self._end(old, error)
                raise
            self._state = _State(old, attempts + 1)
            yield from self._tell("on_update_failure", old, error)
            return self.current()
        # At once, for the server may have forgotten the old tokens: what comes next can be interrupted.
        self._state = _State(new, attempts + 1)
        if "emailConfirmed" not in answer or "didDoc" not in answer:
            details = yield from endpoints.get_session(new)
            new = endpoints.renewed(old, answer, details)
            self._state = replace(self._state, data=new)
        yield from self._tell("on_updated", new)
        return self.current()

    def _log_out(self) -> Flow[None]:
        data = self._state.data
        if data is None or self._ending:
            return
        self._ending = True
        try:
            yield from endpoints.delete_session(data)
        except XrpcError as error:
            if not _is_final(error):
                yield from self._tell("on_delete_failure", data, error)
                raise
        finally:
            self._ending = False
        yield from self._end(data)

    def _end(self, data: SessionData, reason: XrpcError | None = None) -> Flow[None]:
        self._ending = True
        try:
            yield from self._tell("on_deleted", data, reason=reason)
        finally:
            self._reason = reason
            self._state = _State(None)

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


def _authorised(request: Request, data: SessionData) -> Send:
    headers = {**request.headers, "authorization": f"Bearer {data.access_jwt}"}
    return Send(_pds(data), replace(request, headers=headers))


def _pds(data: SessionData) -> str:
    endpoint = extract_pds_endpoint(data.did_doc)
    return (endpoint and origin_of(endpoint)) or data.service


def _is_final(error: XrpcError) -> bool:
    # The codes that refreshSession and deleteSession declare are the ones that no second try can change.
    return isinstance(error, XrpcResponseError) and error.expected


def _wants_refresh(request: Request, response: Response) -> Flow[bool]:
    if response.status == 401:
        return True
    headers = response.headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    length = headers.get("content-length", "")
    is_too_long = length.isdecimal() and (len(length) > 9 or int(length) > _LARGEST_PEEK)
    if response.status != 400 or kind != "application/json" or is_too_long:
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
