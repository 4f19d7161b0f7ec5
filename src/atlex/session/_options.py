"""The options of sessions, checked."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from math import isfinite
from typing import Any, Final, Self, TypedDict, cast

from atlex._agent import DEFAULT_TIMEOUT, Headers
from atlex.errors import InputError

__all__ = ["CallOptions", "Calls", "Options", "check_seconds"]

_HOOKS: Final = ("on_updated", "on_update_failure", "on_deleted", "on_delete_failure")
# They describe the body, which follows from the method.
_RESERVED: Final = frozenset({"content-type", "content-length", "content-encoding", "transfer-encoding"})


def check_seconds(name: str, value: Any) -> None:
    """Make sure that an option is a number of seconds.

    Raises:
        InputError: It isn't a number, or isn't more than 0.
    """
    if type(value) not in {int, float} or not (isfinite(value) and value > 0):
        raise InputError(f"{name} must be a number, and more than 0 seconds")


class CallOptions(TypedDict, total=False):
    """How the session's own requests are sent: those that log in, refresh and log out.

    Attributes:
        timeout: Seconds that each phase of a request may take (connecting, sending, waiting, reading); None for no
            limit. Left out: 30 seconds.
        headers: Headers to send. The session's Authorization takes the place of one among them.
        retries: How many times a request is tried again after a failure that may pass (docs/transport.md names
            them); None or left out: not at all. A refresh or a login that the server has answered with such a
            failure may then be done twice.
    """

    timeout: float | None
    headers: Mapping[str, str] | None
    retries: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """`CallOptions`, checked.

    Raises:
        InputError: A value isn't of its kind or its range. It stays out of the message: it may be a secret.
    """

    timeout: float | None = DEFAULT_TIMEOUT
    headers: Headers = field(default_factory=Headers)
    retries: int | None = None

    def __post_init__(self) -> None:
        if self.timeout is not None:
            check_seconds("timeout", self.timeout)
        retries: Any = self.retries
        if retries is not None and (type(retries) is not int or retries < 0):
            raise InputError("retries must be a whole number, 0 or more, or None")
        object.__setattr__(self, "headers", _checked_headers(self.headers))

    def changed(self, options: Mapping[str, Any]) -> Self:
        """The same with some options changed.

        Raises:
            InputError: There is no such option, or a value can't be used.
        """
        _refuse_unknown(options, Calls)
        return replace(self, **options) if options else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(Calls):
    """A session's options, checked: its twins' ``SessionOptions``, which say what each means."""

    on_updated: Callable[..., object] | None = None
    on_update_failure: Callable[..., object] | None = None
    on_deleted: Callable[..., object] | None = None
    on_delete_failure: Callable[..., object] | None = None
    http_client: Any = None
    transport: Any = None
    clock: Callable[[], float] | None = None
    allow_insecure_pds: bool = False

    def __post_init__(self) -> None:
        # Without arguments it would look for the class that the slots were added to.
        super(Options, self).__post_init__()
        for name in (*_HOOKS, "clock"):
            function = getattr(self, name)
            if function is not None and not callable(function):
                raise InputError(f"{name} must be a function")
        if not isinstance(cast("object", self.allow_insecure_pds), bool):
            raise InputError("allow_insecure_pds must be True or False")

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Check what a session was given.

        Raises:
            InputError: There is no such option, or a value can't be used.
        """
        _refuse_unknown(options, cls)
        return cls(**options)

    @property
    def calls(self) -> Calls:
        """Those of the session's own requests."""
        return Calls(timeout=self.timeout, headers=self.headers, retries=self.retries)

    def now(self) -> float:
        """The time, in seconds since 1970."""
        return time.time() if self.clock is None else self.clock()

    def refuse_asynchronous(self) -> None:
        """Refuse hooks that a synchronous session could call but never wait for.

        Raises:
            InputError: A hook is a coroutine function.
        """
        for name in _HOOKS:
            if inspect.iscoroutinefunction(getattr(self, name)):
                raise InputError(f"{name} must be a plain function: this session isn't asynchronous")


def _refuse_unknown(options: Mapping[str, Any], class_: type[Calls]) -> None:
    known = {entry.name for entry in fields(class_)}
    for name in options:
        if name not in known:
            from difflib import get_close_matches

            meant = "".join(f" (did you mean {close!r}?)" for close in get_close_matches(name, known, 1))
            raise InputError(f"There is no option {name!r} here{meant}")


def _checked_headers(given: object) -> Headers:
    if isinstance(given, Headers):
        return given
    if not isinstance(given, Mapping | None):
        raise InputError("headers must be a mapping of texts to texts")
    pairs: Any = given or {}
    if not all(isinstance(part, str) for pair in pairs.items() for part in pair):
        raise InputError("headers must be a mapping of texts to texts")
    headers = Headers(pairs)
    headers.check()
    for name in headers:
        if name in _RESERVED:
            raise InputError(f"Unexpected {name!r} header set: the method has its own")
    return headers
