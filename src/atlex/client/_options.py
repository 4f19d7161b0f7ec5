"""What a client adds to every call, and what a copy of it may change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from atlex._agent import DEFAULT_TIMEOUT, Headers
from atlex.data import OMIT, Omit
from atlex.model import Validation

__all__ = ["Options", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a client adds to every call.

    Attributes:
        timeout: Seconds that each phase of a call may take; None for no limit.
        headers: Headers to send. ``content-type`` can't be among them: it follows from the method.
        proxy: The service that the server passes calls on to, as ``did#service_id``; None for none.
        labelers: The DIDs of the labelers whose labels are wanted; None for the server's own choice.
        retries: How many times a failed call is tried again; None for the default of the method's kind: two for
            a query, none for a procedure.
        validation: How answers are read: ``lenient`` or ``strict``.
    """

    timeout: float | None = DEFAULT_TIMEOUT
    headers: Mapping[str, str] = field(default_factory=Headers)
    proxy: str | None = None
    labelers: tuple[str, ...] | None = None
    retries: int | None = None
    validation: Validation = "lenient"


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
