"""What a client adds to every call, and what a copy of it may change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from atlex._agent import DEFAULT_MAX_RESPONSE_SIZE, DEFAULT_TIMEOUT, Headers, Request
from atlex.data import OMIT, Omit
from atlex.errors import InputError
from atlex.model import Validation
from atlex.xrpc import with_labelers, with_proxy

__all__ = ["Options", "changed"]

_PROXY: Final = "atproto-proxy"
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
"""What is for the account's own server: records and blobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a client adds to every call.

    Attributes:
        timeout: Seconds that each phase of a call may take; None for no limit.
        headers: Headers to send. ``atproto-proxy`` among them is moved to ``proxy``, unless that says something else.
        proxy: The service that the server passes calls on to, as ``did#service_id``; None for none; left out, the
            one that the generated package names for the method's namespace.
        labelers: The DIDs of the labelers whose labels are wanted, put before those that the headers name; None for
            neither.
        app_labelers: The DIDs of labelers that every call names, and whose takedowns the server is asked to obey.
        retries: How many times a failed call is tried again; None for the default of the method's kind.
        validation: How answers are read: ``lenient`` or ``strict``.
        deadline: Seconds that a whole call may take, with its retries and waits; None for no limit.
        max_response_size: The most bytes of an answer that isn't read as a stream; None for no limit.
        call_proxy: The proxy as far as ``with_options`` named it: calls of the account's own server go by this one.
        call_labelers: The labelers, likewise.
        all_headers: The headers of calls, with the proxy and the labelers.
        own_headers: The headers of calls that are for the account's own server.
        repo_headers: The headers of record calls, to which no proxy and no labelers but the app's apply.

    Raises:
        InputError: One of them isn't of its kind, or its range.
    """

    timeout: float | None = DEFAULT_TIMEOUT
    headers: Headers = field(default_factory=Headers)
    proxy: str | Omit | None = OMIT
    labelers: tuple[str, ...] | Omit | None = OMIT
    app_labelers: tuple[str, ...] = ()
    retries: int | None = None
    validation: Validation = "lenient"
    deadline: float | None = None
    max_response_size: int | None = DEFAULT_MAX_RESPONSE_SIZE
    call_proxy: str | Omit | None = OMIT
    call_labelers: tuple[str, ...] | Omit | None = OMIT
    all_headers: Headers = field(init=False)
    own_headers: Headers = field(init=False)
    repo_headers: Headers = field(init=False)

    def __post_init__(self) -> None:
        if self.retries is not None and self.retries < 0:
            raise InputError("retries must be 0 or more, or None for the default")
        if self.validation not in {"lenient", "strict"}:
            raise InputError("validation must be 'lenient' or 'strict'")
        if self.deadline is not None and not self.deadline > 0:
            raise InputError("deadline must be more than 0 seconds, or None for no limit")
        if _PROXY in self.headers:
            if self.proxy is OMIT:
                object.__setattr__(self, "proxy", self.headers[_PROXY])
            object.__setattr__(self, "headers", with_proxy(self.headers, None))
        plain = with_labelers(self.headers, None, redact=self.app_labelers)
        sent = self._routed(self.headers, self.proxy, self.labelers)
        own = (self.call_proxy, self.call_labelers)
        object.__setattr__(self, "all_headers", sent)
        object.__setattr__(self, "repo_headers", plain)
        object.__setattr__(self, "own_headers", plain if own == (OMIT, OMIT) else self._routed(plain, *own))
        # What no request may have is refused before there is one.
        Request(
            method="GET",
            nsid="com.example.any",
            headers=sent,
            timeout=self.timeout,
            max_response_size=self.max_response_size,
        )

    def headers_for(self, nsid: str, proxies: Mapping[str, str]) -> Headers:
        """The headers of a call.

        Args:
            nsid: The method's NSID.
            proxies: The services that methods go to where no proxy is named, by namespace; the longest counts.
        """
        if nsid in _OWN_SERVER:
            return self.own_headers
        if self.proxy is OMIT and proxies:
            namespaces = [name for name in proxies if nsid.startswith(f"{name}.")]
            if namespaces:
                return with_proxy(self.all_headers, proxies[max(namespaces, key=len)])
        return self.all_headers

    def _routed(
        self, headers: Headers, proxy: str | Omit | None, labelers: Iterable[str] | Omit | None
    ) -> Headers:
        sent = headers if isinstance(proxy, Omit) else with_proxy(headers, proxy)
        named = () if isinstance(labelers, Omit) else labelers
        return with_labelers(sent, named, redact=self.app_labelers)


def changed(
    options: Options,
    *,
    timeout: float | Omit | None,
    headers: Mapping[str, str] | Omit | None,
    proxy: str | Omit | None,
    labelers: Iterable[str] | Omit | None,
    app_labelers: Iterable[str] | Omit | None,
    retries: int | Omit | None,
    validation: Validation | Omit,
    deadline: float | Omit | None,
    max_response_size: int | Omit | None,
) -> Options:
    """The options with those changed that aren't left out. Headers are merged, and None takes all of them away."""
    changes: dict[str, Any] = {}
    if timeout is not OMIT:
        changes["timeout"] = timeout
    if headers is not OMIT:
        given = Headers(headers or {})
        changes["headers"] = Headers() if headers is None else Headers({**options.headers, **given})
        proxy = given.get(_PROXY, proxy) if proxy is OMIT else proxy
    if proxy is not OMIT:
        changes["proxy"] = changes["call_proxy"] = proxy
    if labelers is not OMIT:
        changes["labelers"] = changes["call_labelers"] = None if labelers is None else tuple(labelers)
    if app_labelers is not OMIT:
        changes["app_labelers"] = tuple(app_labelers or ())
    if retries is not OMIT:
        changes["retries"] = retries
    if validation is not OMIT:
        changes["validation"] = validation
    if deadline is not OMIT:
        changes["deadline"] = deadline
    if max_response_size is not OMIT:
        changes["max_response_size"] = max_response_size
    return replace(options, **changes)
