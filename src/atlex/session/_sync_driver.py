"""What is synchronous about the synchronous session: it waits in its thread, and threads wait for a lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeVar

from atlex._connection import HttpConnection, first_hop
from atlex._effects import Block, Hook, Read, Send, Sleep, drive
from atlex._home import Home, here
from atlex.errors import InputError
from atlex.session._effects import Effect, Exclusive, Find, Flow, Locked, Settle
from atlex.session._options import HOOKS, Options

if TYPE_CHECKING:
    from atlex.identity import Identity

__all__ = ["Driver"]

T = TypeVar("T")


class Driver:
    """Performs the effects of flows, one after the other.

    Raises:
        InputError: A hook is a coroutine function.
    """

    def __init__(self, options: Options) -> None:
        for name in HOOKS:
            if iscoroutinefunction(getattr(options, name)):
                raise InputError(f"{name} must be a plain function: this session isn't asynchronous")
        self.connection = HttpConnection(options.http_client, transport=options.transport)
        self._resolver = options.resolver
        # One for each process: another thread may hold it while this one forks, and is missing in the child.
        self._locks: dict[Home, threading.Lock] = {}

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end."""
        return drive(flow, self._perform)

    @property
    def _lock(self) -> threading.Lock:
        home = here()
        return self._locks.get(home) or self._locks.setdefault(home, threading.Lock())

    def _perform(self, effect: Effect) -> Any:
        match effect:
            case Send(request, origin, headers):
                return self.connection.send(request, first_hop(origin or "", request, headers))
            case Read(response):
                return response.read()
            case Sleep(seconds):
                return time.sleep(seconds)
            case Settle():
                with self._lock:
                    return None
            case Exclusive(flow):
                with self._lock:
                    return self.run(flow)
            case Find(identifier):
                return self._find(identifier)
            case Hook(function, arguments):
                return function(*arguments)
            case Block(function):
                return function()
            case Locked(lock, flow):
                with lock:
                    return self.run(flow)

    def _find(self, identifier: str) -> Identity:
        if self._resolver is not None:
            found: Identity = self._resolver.resolve(identifier)
            return found
        from atlex.identity import IdentityResolver

        with IdentityResolver() as resolver:
            return resolver.resolve(identifier)

    def shielded(self, work: Callable[[], T]) -> T:
        """Do some work; only tasks can be cancelled meanwhile."""
        return work()

    def close(self) -> None:
        """Close the connections that were opened here."""
        self.connection.close()
