"""Making the requests of a call wait for room below the rate limits."""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Generator
from typing import Any, Final, Protocol, TypeVar, cast
from weakref import ref

from atlex._agent import Response
from atlex._effects import Block, Read, Send, Signal, Wait
from atlex._pace._limits import Grant, Limits, Room
from atlex.errors import InputError, XrpcFetchError

__all__ = ["LimitsStore", "Pacer", "pacer_of"]

T = TypeVar("T")

_logger = logging.getLogger("atlex")

_RESENT: Final = 3
"""How often a request is sent again that the server refused for its limit."""

_POLL: Final = 1.0
"""Seconds until limits that other processes change are looked at again."""


class LimitsStore(Protocol):
    """A place for limits that processes share. A session's store may be one."""

    def update_limits(self, change: Callable[[str], str], /) -> None:
        """Replace the stored text, "" at first, by what a function makes of it, while nobody else does."""
        ...


class Pacer:
    """Keeps what is sent to one server below its rate limits.

    Args:
        signal: Makes what threads, or tasks, wait for.
        store: Where the limits are kept for other processes too; None for nowhere.
    """

    def __init__(self, signal: Callable[[], Signal], store: LimitsStore | None) -> None:
        self._signal = signal
        self._store = store
        self._limits = Limits()
        # What waits for room, by method.
        self._waiting: dict[str, Signal] = {}
        self._lock = threading.Lock()
        # Threads of this process wait for each other here: a store's lock may be looked at now and then only.
        self._store_lock = threading.Lock()

    def paced(self, flow: Generator[Any, Any, T], *, clock: Callable[[], float]) -> Generator[Any, Any, T]:
        """A call that waits for room before each of its requests.

        Args:
            flow: The call, not begun yet.
            clock: Gives the moments that limits and deadlines are compared with, in seconds.

        Raises:
            XrpcFetchError: There is no room before the call's deadline; the request wasn't sent.
        """
        try:
            effect = next(flow)
            while True:
                # The error for a deadline isn't thrown into the call, which could only try again in vain.
                grant = (yield from self._place(effect, clock)) if isinstance(effect, Send) else None
                try:
                    result: object = (
                        yield from _ask(effect) if grant is None else self._send(effect, grant, clock)
                    )
                except BaseException as error:  # noqa: BLE001 - the call decides
                    effect = flow.throw(error)
                else:
                    effect = flow.send(result)
        except StopIteration as end:
            value: T = end.value
            return value
        finally:
            flow.close()

    def _send(self, send: Send, grant: Grant, clock: Callable[[], float]) -> Generator[Any, Any, Response]:
        """Send a request, and again where the server refuses it for its limit: others may use that up too."""
        request = send.request
        for _ in range(_RESENT if request.replayable else 0):
            response = yield from self._send_once(send, grant, clock)
            now = clock()
            with self._lock:
                room = self._limits.room(request.nsid, now)
            if response.status != 429 or room is None:
                return response
            if request.deadline is not None and now + room.seconds >= request.deadline:
                return response
            # Its connection is for others meanwhile.
            yield Read(response)
            grant = yield from self._place(send, clock)
        return (yield from self._send_once(send, grant, clock))

    def _send_once(
        self, send: Send, grant: Grant, clock: Callable[[], float]
    ) -> Generator[Any, Any, Response]:
        try:
            response: Response = yield send
        except BaseException as error:
            yield from self._failed(grant, error, clock)
            raise
        yield from self._learn(grant, response.status, response.headers, clock)
        return response

    def _place(self, send: Send, clock: Callable[[], float]) -> Generator[Any, Any, Grant]:
        nsid, deadline = send.request.nsid, send.request.deadline
        signal: Signal | None = None
        is_first = True

        def ask(limits: Limits, now: float) -> tuple[Grant | Room, Signal | None]:
            answer = limits.ask(nsid, now)
            if signal is None or isinstance(answer, Grant) or answer.is_idle:
                return answer, None
            # Here, where no response can come in between and find nobody to wake.
            return answer, self._waiting.setdefault(nsid, signal)

        while True:
            answer, awaited = yield from self._change(ask, clock)
            if isinstance(answer, Grant):
                return answer
            if awaited is None and not answer.is_idle:
                signal = self._signal()
                continue
            left = math.inf if deadline is None else deadline - clock()
            limit = answer.limit
            if left <= 0 or (answer.is_idle and answer.seconds >= left):
                described = f"{limit.limit} in {limit.window} s" if limit.window else "of the server"
                raise XrpcFetchError(
                    f"The rate limit ({described}) leaves no request before the deadline of the call",
                    method=nsid,
                    error="Timeout",
                    sent=False,
                )
            poll = math.inf if self._store is None or answer.is_idle else _POLL
            yield Wait(min(answer.seconds, left, poll), awaited, limit.limit, limit.window, is_first)
            is_first = False

    def _learn(
        self, grant: Grant, status: int, headers: Any, clock: Callable[[], float]
    ) -> Generator[Any, Any, None]:
        def learn(limits: Limits, now: float) -> list[Signal]:
            limits.learn(grant, status, headers, now)
            return self._awake(limits, now)

        for signal in (yield from self._change(learn, clock)):
            signal.set()

    def _failed(
        self, grant: Grant, error: BaseException, clock: Callable[[], float]
    ) -> Generator[Any, Any, None]:
        headers = getattr(error, "headers", None)
        if headers is not None:
            yield from self._learn(grant, getattr(error, "status", 0), headers, clock)
            return
        is_sent = not (isinstance(error, XrpcFetchError) and not error.sent)

        def give_back(limits: Limits, now: float) -> list[Signal]:
            limits.give_back(grant, sent=is_sent)
            return self._awake(limits, now)

        if isinstance(error, Exception):
            woken = yield from self._change(give_back, clock)
        else:
            # Nothing can be waited for any more; a place that is taken in a store is free in the next window.
            with self._lock:
                woken = give_back(self._limits, clock())
        for signal in woken:
            signal.set()

    def _awake(self, limits: Limits, now: float) -> list[Signal]:
        """Take out what waits for requests on their way, where there is room now or only time can help."""
        rooms = {nsid: limits.room(nsid, now) for nsid in self._waiting}
        return [self._waiting.pop(nsid) for nsid, room in rooms.items() if room is None or room.is_idle]

    def _change(
        self, change: Callable[[Limits, float], T], clock: Callable[[], float]
    ) -> Generator[Any, Any, T]:
        """Look at the limits and change them, while nobody else does."""
        store = self._store
        if store is not None:
            done: list[T] = []

            def update(text: str) -> str:
                now = clock()
                offset = time.time() - now
                with self._lock:
                    self._limits = limits = Limits.read(text, now, offset)
                    done[:] = [change(limits, now)]
                    return limits.write(offset)

            def update_store() -> None:
                with self._store_lock:
                    store.update_limits(update)

            try:
                yield Block(update_store)
                return done[0]
            except Exception as error:  # noqa: BLE001 - pacing is no reason to fail
                # Without its text, which may be anything of a user's own store.
                _logger.warning(
                    "The rate limits can't be shared any more: %s.update_limits() failed with %s",
                    type(store).__name__,
                    type(error).__name__,
                )
                self._store = None
                if done:
                    return done[0]
        with self._lock:
            return change(self._limits, clock())


def _ask(effect: object) -> Generator[Any, Any, object]:
    return (yield effect)


_pacers: dict[int, tuple[ref[object], Pacer]] = {}


def pacer_of(agent: object, *, asynchronous: bool) -> Pacer:
    """The pacer for what is sent through an agent: all clients that send through it have the same.

    Args:
        agent: The agent. One that has a method ``_limits_store`` may share its limits with other processes.
        asynchronous: Whether tasks wait, and not threads.

    Raises:
        InputError: The agent can't be referred to weakly.
    """
    # Not by the agent itself, which may be equal to others and have no hash.
    key = id(agent)
    found = _pacers.get(key)
    if found is None:
        try:
            kept = ref(agent, lambda _: _pacers.pop(key, None))
        except TypeError:
            raise InputError(
                f"pace=True needs an agent that can be referred to weakly: "
                f"{type(agent).__name__} misses '__weakref__' in its __slots__"
            ) from None
        signal: Callable[[], Signal] = threading.Event
        if asynchronous:
            from atlex._pace._signals import AsyncSignal

            signal = AsyncSignal
        told = getattr(agent, "_limits_store", None)
        store = cast("LimitsStore | None", told() if callable(told) else None)
        found = _pacers.setdefault(key, (kept, Pacer(signal, store)))
    return found[1]


if hasattr(os, "register_at_fork"):
    # A lock that another thread held, and requests on their way, are the parent's.
    os.register_at_fork(after_in_child=_pacers.clear)
