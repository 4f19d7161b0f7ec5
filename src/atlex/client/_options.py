"""What a client adds to every call, and what a copy of it may change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from atlex._agent import DEFAULT_TIMEOUT, Headers, Request
from atlex.data import OMIT, Omit
from atlex.errors import InputError
from atlex.model import Validation
from atlex.xrpc import with_labelers, with_proxy

__all__ = ["Options", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a client adds to every call.

    Attributes:
        timeout: Seconds that each phase of a call may take; None for no limit.
        headers: Headers to send.
        proxy: The service that the server passes calls on to, as ``did#service_id``; None for none.
        labelers: The DIDs of the labelers whose labels are wanted; None for the server's own choice.
        retries: How many times a failed call is tried again; None for the default of the method's kind.
        validation: How answers are read: ``lenient`` or ``strict``.
        all_headers: The headers with those that name the proxy and the labelers.
        repo_headers: The headers with neither.

    Raises:
        InputError: One of them isn't of its kind, or its range.
    """

    timeout: float | None = DEFAULT_TIMEOUT
    headers: Headers = field(default_factory=Headers)
    proxy: str | None = None
    labelers: tuple[str, ...] | None = None
    retries: int | None = None
    validation: Validation = "lenient"
    all_headers: Headers = field(init=False)
    repo_headers: Headers = field(init=False)

    def __post_init__(self) -> None:
        if self.retries is not None and self.retries < 0:
            raise InputError("retries must be 0 or more, or None for the default")
        if self.validation not in {"lenient", "strict"}:
            raise InputError("validation must be 'lenient' or 'strict'")
        sent = self.headers if self.proxy is None else with_proxy(self.headers, self.proxy)
        if self.labelers is not None:
            sent = with_labelers(sent, self.labelers)
        object.__setattr__(self, "all_headers", sent)
        object.__setattr__(self, "repo_headers", with_labelers(with_proxy(self.headers, None), None))
        # What no request may have is refused before there is one.
        Request(method="GET", nsid="com.example.any", headers=sent, timeout=self.timeout)


def changed(
    options: Options,
    *,
    timeout: float | Omit | None,
    headers: Mapping[str, str] | Omit | None,
    proxy: str | Omit | None,
    labelers: Iterable[str] | Omit | None,
    retries: int | Omit | None,
    validation: Validation | Omit,
) -> Options:
    """The options with those changed that aren't left out. Headers are merged, and None takes all of them away."""
    changes: dict[str, Any] = {}
    if timeout is not OMIT:
        changes["timeout"] = timeout
    if headers is not OMIT:
        changes["headers"] = (
            Headers() if headers is None else Headers({**options.headers, **Headers(headers)})
        )
    if proxy is not OMIT:
        changes["proxy"] = proxy
    if labelers is not OMIT:
        changes["labelers"] = None if labelers is None else tuple(labelers)
    if retries is not OMIT:
        changes["retries"] = retries
    if validation is not OMIT:
        changes["validation"] = validation
    return replace(options, **changes)
