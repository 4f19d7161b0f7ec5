"""The options of a client, which it adds to every call and which a copy of it may change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypedDict, cast

from atlex._agent import DEFAULT_MAX_RESPONSE_SIZE, DEFAULT_TIMEOUT, Headers
from atlex._lazy import lazy_module
from atlex._options import ANYTHING, COUNT, FLAG, SECONDS, SIZE, Kind, check_options
from atlex._watch._watcher import WATCHING, TracerProvider, Watcher
from atlex.data import OMIT, Omit
from atlex.model import Validation
from atlex.xrpc import PROXY_HEADER, with_labelers, with_proxy

if TYPE_CHECKING:
    from atlex._watch import _events
else:
    _events = lazy_module("atlex._watch._events", None)

__all__ = ["AsyncCallOptions", "CallOptions", "Options"]


class _CallOptions(TypedDict, total=False):
    timeout: float | Omit | None
    headers: Mapping[str, str] | Omit | None
    proxy: str | Omit | None
    labelers: Iterable[str] | Omit | None
    app_labelers: Iterable[str] | Omit | None
    retries: int | Omit | None
    validation: Validation | Omit
    deadline: float | Omit | None
    max_response_size: int | Omit | None
    tracer_provider: TracerProvider | Omit | None
    pace: bool | Omit


class CallOptions(_CallOptions, total=False):
    """The options that ``with_options`` can change. The constructors of clients say what they do."""

    event_hooks: _events.EventHooks | Omit | None


class AsyncCallOptions(_CallOptions, total=False):
    """The same of an asynchronous client, whose hooks may be coroutine functions."""

    event_hooks: _events.AsyncEventHooks | Omit | None


_OWN_SERVER: Final = frozenset(
    {
        "com.atproto.repo.applyWrites",
        "com.atproto.repo.createRecord",
        "com.atproto.repo.deleteRecord",
        "com.atproto.repo.getRecord",
        "com.atproto.repo.listRecords",
        "com.atproto.repo.putRecord",
        "com.atproto.repo.uploadBlob",
        "com.atproto.sync.getBlob",
    }
)
"""The methods for the account's own server: records and blobs."""


def _is_texts(value: object) -> bool:
    # `_checked` has made a tuple of whatever can be gone through.
    return value is None or (
        isinstance(value, tuple) and all(isinstance(item, str) for item in cast("tuple[object, ...]", value))
    )


_LABELERS: Final = Kind(_is_texts, "a list of labelers' DIDs, or None for none")
_KINDS: Final = {
    "timeout": SECONDS,
    "headers": ANYTHING,  # Headers has checks of its own.
    "proxy": Kind(
        lambda value: value is None or isinstance(value, str),
        "the DID of a service with the ID of its entry, or None for none",
    ),
    "labelers": _LABELERS,
    "app_labelers": _LABELERS,
    "retries": COUNT,
    "validation": Kind(lambda value: value in ("lenient", "strict"), "'lenient' or 'strict'", is_word=True),
    "deadline": SECONDS,
    "max_response_size": SIZE,
    "pace": FLAG,
    **WATCHING,
}


class Options:
    """The options of a client, checked, and the headers that they come to.

    Args:
        given: Options by name.
        before: The options that these change; None for none. Headers are merged, and None takes all of them
            away.
        asynchronous: Whether they are those of an asynchronous client.

    Attributes:
        timeout: Seconds that each phase of a call may take; None for no limit.
        retries: How many times a failed call is tried again; None for the default of the method's kind.
        validation: How responses are read: ``lenient`` or ``strict``.
        deadline: Seconds that a whole call may take, with its retries and waits; None for no limit.
        max_response_size: The most bytes of a response that isn't read as a stream; None for no limit.
        watcher: The hooks and the tracer that are told of calls; None for none.
        pace: Whether calls wait for room below the server's rate limits.
        asynchronous: As it was given.
        repo_headers: The headers of record calls, to which no proxy and no labelers but the app's apply.

    Raises:
        InputError: There is no such option, or it isn't of its kind or in its range.
    """

    def __init__(
        self, given: CallOptions | AsyncCallOptions, before: Options | None = None, *, asynchronous: bool
    ) -> None:
        values = _checked(given)
        is_watched = not WATCHING.keys().isdisjoint(values)
        # Calls for the account's own server follow only a proxy and labelers that a change named.
        routes: dict[str, Any] = {}
        if before is not None:
            if values.get("headers") is not None:
                values["headers"] = {**(before._values.get("headers") or {}), **values["headers"]}
            routes = {name: value for name, value in values.items() if name in {"proxy", "labelers"}}
            values, routes = {**before._values, **values}, {**before._routes, **routes}
        self._values: dict[str, Any] = values
        self._routes: dict[str, Any] = routes
        self.timeout: float | None = values.get("timeout", DEFAULT_TIMEOUT)
        self.retries: int | None = values.get("retries")
        self.validation: Validation = values.get("validation", "lenient")
        self.deadline: float | None = values.get("deadline")
        self.max_response_size: int | None = values.get("max_response_size", DEFAULT_MAX_RESPONSE_SIZE)
        self.pace: bool = values.get("pace", False)
        self.asynchronous: bool = asynchronous
        if before is None or is_watched:
            self.watcher = Watcher.of(values, asynchronous=asynchronous)
        else:
            self.watcher = before.watcher
        headers = Headers(values.get("headers") or {})
        redact = values.get("app_labelers") or ()
        self.repo_headers: Headers = with_labelers(headers, None, redact=redact)
        self._all_headers = _routed(headers, values, redact)
        self._own_headers = _routed(self.repo_headers, routes, redact) if routes else self.repo_headers
        for made in (self.repo_headers, self._all_headers, self._own_headers):
            made.check()

    def headers_for(self, nsid: str, proxies: Mapping[str, str]) -> Headers:
        """The headers of a call.

        Args:
            nsid: The method's NSID.
            proxies: The services that methods go to where no proxy is named, by namespace; the longest
                counts.
        """
        if nsid in _OWN_SERVER:
            return self._own_headers
        if "proxy" not in self._values and proxies:
            namespaces = [name for name in proxies if nsid.startswith(f"{name}.")]
            if namespaces:
                return with_proxy(self._all_headers, proxies[max(namespaces, key=len)])
        return self._all_headers


def _checked(given: CallOptions | AsyncCallOptions) -> dict[str, Any]:
    """The options that were given: iterables as tuples, and the proxy of a header as a proxy."""
    options: dict[str, Any] = {name: value for name, value in given.items() if value is not OMIT}
    for name in ("labelers", "app_labelers"):
        if isinstance(options.get(name), Iterable) and not isinstance(options[name], str):
            options[name] = tuple(options[name])
    if options.get("headers") is not None:
        headers = options["headers"] = Headers(options["headers"])
        if PROXY_HEADER in headers:
            options.setdefault("proxy", headers[PROXY_HEADER])
            options["headers"] = with_proxy(headers, None)
    check_options(options, _KINDS)
    return options


def _routed(headers: Headers, routes: Mapping[str, Any], redact: Iterable[str]) -> Headers:
    sent = with_proxy(headers, routes["proxy"]) if "proxy" in routes else headers
    return with_labelers(sent, routes.get("labelers", ()), redact=redact)
