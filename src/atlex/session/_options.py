"""The options of sessions, checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from inspect import iscoroutinefunction
from typing import Any, Final, Self, TypedDict

from atlex._agent import DEFAULT_TIMEOUT, Headers
from atlex._options import ANYTHING, COUNT, FLAG, FUNCTION, SECONDS, Kind, check_options
from atlex._watch._watcher import WATCHING, TracerProvider, Watcher
from atlex.errors import InputError
from atlex.xrpc import RESERVED_HEADERS

__all__ = ["HOOKS", "WAIT", "CallOptions", "Calls", "Options"]

HOOKS: Final = ("on_updated", "on_update_failure", "on_deleted", "on_delete_failure")
WAIT: Final = Kind(
    lambda value: value is not None and SECONDS.fits(value),
    "a number of seconds above 0 and at most a billion",
)
"""The kind of a store's time limits."""

_CALL_KINDS: Final = {
    "timeout": SECONDS,
    "headers": ANYTHING,  # Headers has checks of its own, and so has the connection for the next two.
    "retries": COUNT,
}
_KINDS: Final = {
    **_CALL_KINDS,
    **dict.fromkeys((*HOOKS, "clock"), FUNCTION),
    "http_client": ANYTHING,
    "transport": ANYTHING,
    "allow_insecure_pds": FLAG,
    "resolver": Kind(
        lambda value: value is None or callable(getattr(value, "resolve", None)),
        "an IdentityResolver or AsyncIdentityResolver, or None",
    ),
    **WATCHING,
}


class CallOptions(TypedDict, total=False):
    """How the session's own requests are sent: those that log in, refresh and log out.

    Attributes:
        timeout: Seconds that each phase of a request may take (connecting, sending, waiting, reading); None
            for no limit. Left out: 30 seconds.
        headers: Headers to send. The session's Authorization takes the place of one among them.
        retries: How many times a request is tried again after a failure that may pass (docs/transport.md
            names them); None or left out: not at all. A refresh or a login that the server has met with such
            a failure may then be done twice.
    """

    timeout: float | None
    headers: Mapping[str, str] | None
    retries: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """`CallOptions`, checked, and the hooks and the tracer that are told of the requests; None for none."""

    timeout: float | None = DEFAULT_TIMEOUT
    headers: Headers = field(default_factory=Headers)
    retries: int | None = None
    watcher: Watcher | None = None

    def changed(self, options: Mapping[str, Any]) -> Self:
        """The same with some options changed.

        Raises:
            InputError: There is no such option, or a value can't be used.
        """
        return replace(self, **_checked(options, _CALL_KINDS)) if options else self


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
    resolver: Any = None
    event_hooks: Mapping[str, Any] | None = None
    tracer_provider: TracerProvider | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any], *, asynchronous: bool) -> Self:
        """Check what a session was given.

        Args:
            options: The options by name.
            asynchronous: Whether the session is an asynchronous one.

        Raises:
            InputError: There is no such option, or a value can't be used.
        """
        checked = _checked(options, _KINDS)
        resolver = checked.get("resolver")
        if resolver is not None and iscoroutinefunction(resolver.resolve) != asynchronous:
            raise InputError(
                f"resolver must be an {'AsyncIdentityResolver' if asynchronous else 'IdentityResolver'} here"
            )
        return cls(**checked, watcher=Watcher.of(checked, asynchronous=asynchronous))

    def now(self) -> float:
        """The time, in seconds since 1970."""
        return time.time() if self.clock is None else self.clock()


def _checked(options: Mapping[str, Any], kinds: Mapping[str, Kind]) -> dict[str, Any]:
    check_options(options, kinds)
    if "headers" not in options:
        return dict(options)
    headers = Headers(options["headers"] or {})
    headers.check()
    if reserved := RESERVED_HEADERS.intersection(headers):
        raise InputError(f"Unexpected {min(reserved)!r} header set: the method has its own")
    return {**options, "headers": headers}
