"""The fault matrix: what can go wrong, when it can, who is calling, and what must come of it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import anyio
import httpx

from atlex.testing import FakePds

POST = "com.atproto.repo.uploadBlob"
# Marks the calls of hooks.
IN_HOOK = "x-in-hook"
YEAR = 365 * 86400.0

ANSWER = "an answer"
CANCELLED = "the cancellation"
ITSELF = "{itself}"


class Interrupted(BaseException):
    """What stops a blocking program from outside, as KeyboardInterrupt does."""


# What can go wrong


@dataclass(frozen=True)
class Fault:
    """What can go wrong.

    Attributes:
        name: What a request, or a hook, meets.
        itself: What the caller of the very request that meets it gets.
        arrange: Lets it happen to a request that has come to the wire.
        once: Whether it happens once and for all, and not to each request of a crowd.
    """

    name: str
    itself: str = ""
    arrange: Callable[[Wire, Moment], object] = lambda _wire, _moment: None
    once: bool = False


def _reset(_wire, _moment):
    raise httpx.ReadError("Connection reset by peer")


def _fail(**how):
    return lambda wire, moment: wire.pds.fail_next(moment.nsid, **how)


def _answer(**how):
    return lambda wire, moment: wire.pds.answer_next(moment.nsid, when="after", **how)


def _expire(wire, moment):
    if moment.brings == "refresh":
        wire.clock.advance(YEAR)
    else:
        wire.pds.expire_access_tokens()


_NETWORK = "XrpcFetchError"
REFUSED = Fault("a refused connection", _NETWORK, lambda wire, moment: wire.pds.drop_next(moment.nsid))
RESET_BEFORE = Fault("a reset before it took effect", _NETWORK, _reset)
RESET_AFTER = Fault(
    "a reset after it took effect",
    _NETWORK,
    lambda wire, moment: wire.pds.drop_next(moment.nsid, when="after"),
)
TIMEOUT = Fault("a timeout", _NETWORK, lambda wire, moment: wire.pds.delay_next(moment.nsid, YEAR))
STATUS_429 = Fault(
    "a 429",
    "RateLimitError RateLimitExceeded",
    _fail(status=429, error="RateLimitExceeded", headers={"retry-after": "30"}),
)
STATUS_500 = Fault("a 500", "XrpcResponseError InternalServerError", _fail(status=500))
STATUS_503 = Fault("a 503", "XrpcResponseError NotEnoughResources", _fail(status=503))
TRUNCATED = Fault(
    "a truncated body", _NETWORK, _answer(body=b'{"accessJwt": "ey', headers={"content-length": "500"})
)
GARBAGE = Fault(
    "a garbage body", "XrpcInvalidResponseError", _answer(body=b"<html>", content_type="text/html")
)
EXPIRED = Fault("an expired token", "XrpcResponseError ExpiredToken", _expire, once=True)
REVOKED = Fault(
    "a revoked session",
    "XrpcResponseError ExpiredToken",
    lambda wire, _: wire.pds.revoke_refresh_tokens(),
    once=True,
)
TAKEN_DOWN = Fault(
    "a taken-down account",
    "XrpcAuthenticationError AccountTakedown",
    lambda wire, _: wire.pds.take_down("alice.test"),
    once=True,
)
RAISING_HOOK = Fault("a hook that raises")
CALLING_HOOK = Fault("a hook that calls the client")
CANCELLATION = Fault("a cancellation", CANCELLED)

TRANSIENT = (
    REFUSED,
    RESET_BEFORE,
    RESET_AFTER,
    TIMEOUT,
    STATUS_429,
    STATUS_500,
    STATUS_503,
    TRUNCATED,
    GARBAGE,
)
HOOKS = (RAISING_HOOK, CALLING_HOOK)
FAULTS = (*TRANSIENT, EXPIRED, REVOKED, TAKEN_DOWN, *HOOKS, CANCELLATION)


# When it can


@dataclass(frozen=True)
class Moment:
    """When it can go wrong: a request in a session's life.

    Attributes:
        name: What meets the fault.
        nsid: The request's method.
        brings: The token that it brings: ``access``, ``refresh``, or None.
        renewed: Whether the access token has to be a newer one than the session had before.
        in_hook: Whether it is a hook's request.
        apart: Whether each of a crowd has a session of its own.
        stored: Whether the session is in a store, and not saved by its hooks.
        shared: Whether one such request has to do for a crowd.
    """

    name: str
    nsid: str
    brings: str | None
    renewed: bool = False
    in_hook: bool = False
    apart: bool = False
    stored: bool = False
    shared: bool = False


_SERVER = "com.atproto.server"
LOGIN = Moment("a login", f"{_SERVER}.createSession", None, apart=True)
OPENING = Moment("the opening of a store", f"{_SERVER}.createSession", None, stored=True)
RESUMING = Moment("resuming", f"{_SERVER}.refreshSession", "refresh", apart=True)
CALL = Moment("a call", POST, "access")
SECOND_TRY = Moment("a call's second try", POST, "access", renewed=True)
REFRESH = Moment("a refresh", f"{_SERVER}.refreshSession", "refresh", shared=True)
STORED_REFRESH = Moment(
    "a refresh in a store", f"{_SERVER}.refreshSession", "refresh", stored=True, shared=True
)
AHEAD = Moment("a refresh ahead of time", f"{_SERVER}.refreshSession", "refresh", shared=True)
BACKFILL = Moment("getSession after a refresh", f"{_SERVER}.getSession", "access", shared=True)
HOOK = Moment("a hook's call", POST, "access", in_hook=True, shared=True)
LOGOUT = Moment("a logout", f"{_SERVER}.deleteSession", "refresh")
DELETION = Moment("deleting a saved session", f"{_SERVER}.deleteSession", "refresh", apart=True)

MOMENTS = (
    LOGIN,
    OPENING,
    RESUMING,
    CALL,
    SECOND_TRY,
    REFRESH,
    STORED_REFRESH,
    AHEAD,
    BACKFILL,
    HOOK,
    LOGOUT,
    DELETION,
)


# Who is calling


@dataclass(frozen=True)
class Way:
    """Who is calling.

    Attributes:
        name: Where.
        backend: What runs it, for anyio; blocking calls run in whatever there is.
        crowd: How many do the same at once.
        is_async: Whether the asynchronous session is in use.
    """

    name: str
    backend: str = "asyncio"
    crowd: int = 1
    is_async: bool = False


MAIN_THREAD = Way("in the main thread")
THREADS = Way("in threads", crowd=4)
ASYNCIO = Way("under asyncio", is_async=True)
TRIO = Way("under trio", backend="trio", is_async=True)

BLOCKING = (MAIN_THREAD, THREADS)
ASYNC = (ASYNCIO, TRIO)
WAYS = (*BLOCKING, *ASYNC)


class Cell(NamedTuple):
    """One of each list."""

    fault: Fault
    moment: Moment
    way: Way

    def __str__(self):
        return f"{self.moment.name} meets {self.fault.name} {self.way.name}"


# What must come of it


@dataclass(frozen=True)
class Outcome:
    """What must come of it.

    Attributes:
        state: The session that the caller holds: ``alive``, ``ended``, or ``none``.
        saved: The tokens that the hooks, or the store, have saved at the end: ``old``, ``new``, or ``none``. Those of
            a session that is alive are the same.
        hooks: The hooks that were called, in order.
        caller: What the caller gets.
        hook: What a call that a hook made got, if one did.
        each: Whether the hooks were called for each of a crowd.
    """

    state: str
    saved: str
    hooks: tuple[str, ...]
    caller: str
    hook: str | None = None
    each: bool = False


class Row(NamedTuple):
    """Cells that share an outcome, or the reason why they can't apply."""

    moments: tuple[Moment, ...]
    faults: tuple[Fault, ...]
    verdict: Outcome | str
    ways: tuple[Way, ...] = WAYS

    @property
    def cells(self):
        return [
            Cell(fault, moment, way)
            for moment, fault, way in itertools.product(self.moments, self.faults, self.ways)
        ]


NONE = ()
UPDATED = ("on_updated",)
UPDATE_FAILED = ("on_update_failure",)
DELETED = ("on_deleted",)
DELETE_FAILED = ("on_delete_failure",)
_FIRST_ANSWER = "XrpcResponseError ExpiredToken"
_REFRESHES = (REFRESH, STORED_REFRESH)
_BEGINNINGS = (LOGIN, OPENING)
_LOST = (EXPIRED, REVOKED, TAKEN_DOWN)
# Who can be stopped from outside: the one by an interruption, the others by a cancellation.
_INTERRUPTED = (MAIN_THREAD,)
_STOPPED = (*_INTERRUPTED, *ASYNC)

ROWS = (
    # A session that doesn't begin
    Row(_BEGINNINGS, (*TRANSIENT, TAKEN_DOWN), Outcome("none", "none", NONE, ITSELF)),
    Row(_BEGINNINGS, (RAISING_HOOK,), Outcome("alive", "new", UPDATED, ANSWER)),
    Row(_BEGINNINGS, (CALLING_HOOK,), Outcome("alive", "new", UPDATED, ANSWER, hook=ANSWER)),
    Row(_BEGINNINGS, (CANCELLATION,), Outcome("none", "none", NONE, CANCELLED), _INTERRUPTED),
    Row((LOGIN,), (CANCELLATION,), Outcome("none", "none", NONE, CANCELLED), ASYNC),
    # What the store holds is the next opening's
    Row((OPENING,), (CANCELLATION,), Outcome("none", "new", NONE, CANCELLED), ASYNC),
    # One that goes on
    Row((RESUMING,), TRANSIENT, Outcome("alive", "old", UPDATE_FAILED, ANSWER)),
    Row((RESUMING,), _LOST, Outcome("none", "none", DELETED, ITSELF)),
    Row((RESUMING,), (RAISING_HOOK,), Outcome("alive", "new", UPDATED, ANSWER)),
    Row((RESUMING,), (CALLING_HOOK,), Outcome("alive", "new", UPDATED, ANSWER, hook=ANSWER)),
    Row((RESUMING,), (CANCELLATION,), Outcome("none", "old", NONE, CANCELLED), _INTERRUPTED),
    Row((RESUMING,), (CANCELLATION,), Outcome("none", "new", UPDATED, CANCELLED), ASYNC),
    # Calls
    Row((CALL,), TRANSIENT, Outcome("alive", "old", NONE, ITSELF)),
    Row((CALL,), (CANCELLATION,), Outcome("alive", "old", NONE, CANCELLED), _STOPPED),
    Row((CALL,), (EXPIRED,), Outcome("alive", "new", UPDATED, ANSWER)),
    # As on the protocol's own server: an access token is good for as long as it says
    Row((CALL,), (REVOKED,), Outcome("alive", "old", NONE, ANSWER)),
    Row((CALL,), (TAKEN_DOWN,), Outcome("ended", "none", DELETED, ITSELF)),
    Row((SECOND_TRY,), (*TRANSIENT, EXPIRED, TAKEN_DOWN), Outcome("alive", "new", UPDATED, ITSELF)),
    Row((SECOND_TRY,), (CANCELLATION,), Outcome("alive", "new", UPDATED, CANCELLED), _STOPPED),
    Row((SECOND_TRY,), (REVOKED,), Outcome("alive", "new", UPDATED, ANSWER)),
    # Refreshes
    Row(_REFRESHES, TRANSIENT, Outcome("alive", "old", UPDATE_FAILED, f"RefreshError from {ITSELF}")),
    Row(_REFRESHES, _LOST, Outcome("ended", "none", DELETED, _FIRST_ANSWER)),
    Row((AHEAD,), TRANSIENT, Outcome("alive", "old", UPDATE_FAILED, ANSWER)),
    Row((AHEAD,), _LOST, Outcome("ended", "none", DELETED, f"LoggedOutError from {ITSELF}")),
    Row((*_REFRESHES, AHEAD), (RAISING_HOOK,), Outcome("alive", "new", UPDATED, ANSWER)),
    Row((*_REFRESHES, AHEAD), (CALLING_HOOK,), Outcome("alive", "new", UPDATED, ANSWER, hook=ANSWER)),
    Row((*_REFRESHES, AHEAD), (CANCELLATION,), Outcome("alive", "old", NONE, CANCELLED), _INTERRUPTED),
    Row((*_REFRESHES, AHEAD), (CANCELLATION,), Outcome("alive", "new", UPDATED, CANCELLED), ASYNC),
    # Nothing depends on getSession, but what it meets of an account the call meets too
    Row((BACKFILL,), (*TRANSIENT, REVOKED), Outcome("alive", "new", UPDATED, ANSWER)),
    Row((BACKFILL,), (EXPIRED, TAKEN_DOWN), Outcome("alive", "new", UPDATED, ITSELF)),
    Row((BACKFILL,), (CANCELLATION,), Outcome("alive", "new", UPDATED, CANCELLED), _STOPPED),
    # Hooks at work. Their calls don't refresh
    Row((HOOK,), TRANSIENT, Outcome("alive", "new", UPDATED, ANSWER, hook=ITSELF)),
    Row((HOOK,), (EXPIRED, TAKEN_DOWN), Outcome("alive", "new", UPDATED, ITSELF, hook=ITSELF)),
    Row((HOOK,), (REVOKED,), Outcome("alive", "new", UPDATED, ANSWER, hook=ANSWER)),
    Row((HOOK,), (CANCELLATION,), Outcome("alive", "new", UPDATED, CANCELLED), _INTERRUPTED),
    Row((HOOK,), (CANCELLATION,), Outcome("alive", "new", UPDATED, CANCELLED, hook=ANSWER), ASYNC),
    # Ends
    Row(
        (LOGOUT,),
        tuple(fault for fault in TRANSIENT if fault is not GARBAGE),
        Outcome("alive", "old", DELETE_FAILED, ITSELF, each=True),
    ),
    Row(
        (DELETION,),
        tuple(fault for fault in TRANSIENT if fault is not GARBAGE),
        Outcome("none", "old", DELETE_FAILED, ITSELF),
    ),
    # The method has no output: whatever comes with its 200 says that it is done
    Row((LOGOUT,), (GARBAGE, *_LOST, RAISING_HOOK), Outcome("ended", "none", DELETED, ANSWER)),
    Row((DELETION,), (GARBAGE, *_LOST, RAISING_HOOK), Outcome("none", "none", DELETED, ANSWER)),
    Row((LOGOUT,), (CALLING_HOOK,), Outcome("ended", "none", DELETED, ANSWER, hook=ANSWER)),
    Row((DELETION,), (CALLING_HOOK,), Outcome("none", "none", DELETED, ANSWER, hook=ANSWER)),
    Row((LOGOUT,), (CANCELLATION,), Outcome("alive", "old", NONE, CANCELLED), _INTERRUPTED),
    Row((DELETION,), (CANCELLATION,), Outcome("none", "old", NONE, CANCELLED), _INTERRUPTED),
    Row((LOGOUT,), (CANCELLATION,), Outcome("ended", "none", DELETED, CANCELLED), ASYNC),
    Row((DELETION,), (CANCELLATION,), Outcome("none", "none", DELETED, CANCELLED), ASYNC),
)

EXCUSES = (
    Row(_BEGINNINGS, (EXPIRED, REVOKED), "A login brings no token, and there is no session yet."),
    Row((CALL,), HOOKS, "No hook runs in a call that needs no refresh."),
    Row((SECOND_TRY,), HOOKS, "The hooks ran before the second try: the refresh has these cells."),
    Row((BACKFILL,), HOOKS, "The hooks run after getSession: the refresh has these cells."),
    Row((HOOK,), HOOKS, "This is a hook that calls already; one that raises is a cell of the refresh."),
    Row(MOMENTS, (CANCELLATION,), "Nothing stops a thread but the main one from outside.", (THREADS,)),
)

PRODUCT = [Cell(*cell) for cell in itertools.product(FAULTS, MOMENTS, WAYS)]
TESTED = [(cell, row.verdict) for row in ROWS for cell in row.cells]
EXCUSED = [(cell, row.verdict) for row in EXCUSES for cell in row.cells]


# How it happens


class Clock:
    """Time that passes when a test says so."""

    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now

    def advance(self, seconds):
        self.now += seconds


class Wire(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """The way to a FakePds, where one kind of request meets a fault.

    The answers to a crowd's calls with the old token are held back until all of them are there, so that none comes
    later and finds a new one.

    Attributes:
        met: How many requests have met it.
        cancel: Cancels what the asynchronous test does.
    """

    def __init__(self, pds, clock, cell):
        self.pds: FakePds = pds
        self.clock = clock
        self.met = 0
        self.cancel: Callable[[], object] | None = None
        self._cell = cell
        self._is_set = False
        self._old = None
        self._crowd = threading.Barrier(cell.way.crowd)
        self._lock = threading.Lock()

    def set(self, access_token):
        """From now on. A session's access token is old from now on, if there is one."""
        self._is_set = True
        self._old = f"Bearer {access_token}"

    def lift(self):
        """No more."""
        self._is_set = False

    def handle_request(self, request):
        try:
            return self._handle(request)
        finally:
            if self._is_set and self._is_old(request):
                self._crowd.wait(20)

    def _handle(self, request):
        if not self._concerns(request):
            return self.pds.transport.handle_request(request)
        with self._lock:
            self._meet()
            response = self.pds.transport.handle_request(request)
        if self._cell.fault is CANCELLATION:
            # The worst of it: the server has done it, and nobody knows.
            raise Interrupted
        return response

    async def handle_async_request(self, request):
        if self._concerns(request):
            self._meet()
            if self._cell.fault is CANCELLATION:
                assert self.cancel is not None
                self.cancel()
                await anyio.lowlevel.checkpoint()
        return await self.pds.transport.handle_async_request(request)

    def _concerns(self, request):
        moment = self._cell.moment
        return (
            self._is_set
            and _nsid(request) == moment.nsid
            and not (moment.renewed and self._is_old(request))
            and not (moment.in_hook and IN_HOOK not in request.headers)
        )

    def _is_old(self, request):
        """Whether it is a call with the old token, and not a hook's."""
        token = request.headers.get("authorization")
        return _nsid(request) == POST and token == self._old and IN_HOOK not in request.headers

    def _meet(self):
        fault = self._cell.fault
        self.met += 1
        if self.met == 1 or not fault.once:
            fault.arrange(self, self._cell.moment)


def _nsid(request):
    return request.url.path.removeprefix("/xrpc/")
