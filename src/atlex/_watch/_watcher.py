"""The hooks and the tracer of a client or a session, which are told of its calls."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, cast

from atlex._effects import Hook
from atlex._options import Kind
from atlex.errors import InputError

if TYPE_CHECKING:
    from atlex._watch._events import Event
    from atlex._watch._spans import Spans

__all__ = ["NOBODY", "WATCHING", "TracerProvider", "Watcher", "current_watcher", "logger"]

logger: Final = logging.getLogger("atlex")

_EVENTS: Final = ("request", "response", "retry", "refresh", "wait")


class TracerProvider(Protocol):
    """What OpenTelemetry calls a ``TracerProvider``."""

    def get_tracer(self, name: str, version: str | None = None, schema_url: str | None = None, /) -> Any:
        """Make a tracer."""
        ...


WATCHING: Final = {
    "event_hooks": Kind(
        lambda value: value is None or isinstance(value, Mapping),
        "a dictionary with lists of functions, or None for none",
    ),
    "tracer_provider": Kind(
        lambda value: value is None or callable(getattr(value, "get_tracer", None)),
        "a TracerProvider of OpenTelemetry, or None for none",
    ),
}
"""The options that this package is for, and what each may be."""


class Watcher:
    """The hooks and the tracer of a client or a session.

    Args:
        hooks: The functions by the event's name, as `of` checks them.
        spans: Makes spans; None for none.
        around: Makes what each hook is called in: a session marks its own hooks.
    """

    __slots__ = ("_around", "_hooks", "spans")

    def __init__(
        self,
        hooks: Mapping[str, tuple[Callable[..., object], ...]],
        spans: Spans | None = None,
        around: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._hooks: Final = hooks
        self.spans: Final = spans
        self._around: Final = around

    @classmethod
    def of(cls, options: Mapping[str, Any], *, asynchronous: bool) -> Self | None:
        """The watcher for options of the kinds of `WATCHING`; None without hooks and tracer.

        Args:
            options: All options of a client or session; other names are ignored.
            asynchronous: Whether hooks may be coroutine functions.

        Raises:
            InputError: The hooks aren't lists of functions of the right kind, for events that there are.
        """
        hooks: Mapping[str, object] = options.get("event_hooks") or {}
        checked = {name: _functions(name, found, asynchronous=asynchronous) for name, found in hooks.items()}
        provider: TracerProvider | None = options.get("tracer_provider")
        if provider is not None:
            from atlex._watch._spans import Spans

            return cls(checked, Spans(provider))
        return cls(checked) if any(checked.values()) else None

    def tell(self, event: Event) -> Generator[Hook, Any, None]:
        """Call the hooks for an event. One that raises is logged, and changes nothing."""
        for hook in self._hooks.get(event.hook, ()):
            try:
                with self._around():
                    yield Hook(hook, (event,))
            except Exception:
                logger.exception("A hook for %s events raised; the call goes on", event.hook)

    def inside(self, around: Callable[[], AbstractContextManager[object]]) -> Watcher:
        """The same, with each hook called in what ``around`` makes."""
        return Watcher(self._hooks, self.spans, around)

    def joined(self, other: Watcher) -> Watcher:
        """The same, with another's hooks after its own, each function once."""
        hooks = dict(self._hooks)
        for name, functions in other._hooks.items():
            own = hooks.get(name, ())
            hooks[name] = (*own, *(hook for hook in functions if hook not in own))
        return Watcher(hooks, self.spans, self._around)


NOBODY: Final = Watcher({})

current_watcher: ContextVar[Watcher | None] = ContextVar("atlex_watcher", default=None)
"""The watcher of the call that the present code is a part of."""


def _functions(name: str, found: object, *, asynchronous: bool) -> tuple[Callable[..., object], ...]:
    if name not in _EVENTS:
        raise InputError(f"event_hooks: there is no event {name!r}; the events are {', '.join(_EVENTS)}")
    if not isinstance(found, list | tuple):
        raise InputError(f"event_hooks: {name} must be a list of functions, not {type(found).__name__}")
    functions = cast("tuple[Callable[..., object], ...]", tuple(cast("Iterable[object]", found)))
    for function in functions:
        if not callable(function):
            raise InputError(f"event_hooks: {name} must hold functions, not {type(function).__name__}")
        if not asynchronous and _is_coroutine_function(function):
            raise InputError(f"event_hooks: {name} must hold plain functions: nothing here is asynchronous")
    return functions


def _is_coroutine_function(function: Callable[..., object]) -> bool:
    return iscoroutinefunction(function) or iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004
