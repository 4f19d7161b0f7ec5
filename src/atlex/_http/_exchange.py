"""One exchange with a server, without I/O: what is sent where, what a redirect means, and what is still allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import httpx

from atlex._agent import Headers, Request
from atlex._http._failures import late
from atlex._service_url import check_service_url

__all__ = [
    "CONNECT_TIMEOUT",
    "MAX_REDIRECTS",
    "Hop",
    "auth",
    "first_hop",
    "next_hop",
    "outgoing",
    "with_defaults",
]

CONNECT_TIMEOUT: Final = 10.0
"""Seconds that connecting may take, where a request's own timeout isn't shorter or None."""

MAX_REDIRECTS: Final = 20
"""How many redirects of one request are followed."""

# What another origin may see of a request: nothing that could be a credential.
_HARMLESS_HEADERS: Final = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})


class Hop(NamedTuple):
    """Where a request goes next, and with what."""

    url: str
    headers: Mapping[str, str]
    own_origin: bool

    @property
    def host(self) -> str:
        """The host and port, for messages."""
        return urlsplit(self.url).netloc


def first_hop(origin: str, request: Request) -> Hop:
    """Where a request goes first.

    Raises:
        InputError: The origin isn't the URL of a service.
    """
    return Hop(check_service_url(origin) + request.path, dict(request.headers.items()), own_origin=True)


def next_hop(request: Request, hop: Hop, answer: httpx.Response) -> Hop | None:
    """Where a redirect leads, or None for an answer that is to be taken as it is.

    httpx's own way of following would turn procedures into GET, send their bodies (a password, say) to any origin, and
    keep the authorization on the way from http to https.
    """
    following = answer.next_request
    if following is None or following.method != request.method:
        return None
    here, there = answer.request.url, following.url
    if there.scheme not in {"http", "https"} or there.userinfo:
        return None
    if (here.scheme, here.host, _port(here)) == (there.scheme, there.host, _port(there)):
        return Hop(str(there), hop.headers, hop.own_origin) if request.replayable else None
    if request.body is not None or (here.scheme, there.scheme) == ("https", "http"):
        return None
    harmless = {name: value for name, value in hop.headers.items() if name in _HARMLESS_HEADERS}
    return Hop(str(there), harmless, own_origin=False)


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def outgoing(
    client: httpx.Client | httpx.AsyncClient,
    request: Request,
    hop: Hop,
    defaults: Mapping[str, str],
    content: Any,
    length: int | None,
    clock: Callable[[], float],
) -> httpx.Request:
    """The request as httpx sends it. ``defaults`` are headers for where the request has none of the name.

    Raises:
        XrpcFetchError: The deadline has passed.
    """
    headers = {**defaults, **hop.headers}
    if length is not None:
        headers["content-length"] = str(length)
    patience = request.timeout
    if request.deadline is not None:
        left = request.deadline - clock()
        if left <= 0:
            raise late(request)
        patience = left if patience is None else min(patience, left)
    return client.build_request(
        request.method, hop.url, headers=headers, content=content, timeout=_timeout(patience)
    )


@lru_cache(maxsize=16)
def _timeout(patience: float | None) -> httpx.Timeout:
    return httpx.Timeout(patience, connect=None if patience is None else min(CONNECT_TIMEOUT, patience))


def auth(hop: Hop) -> Any:
    """What httpx is to do about its own credentials: the user's client may have some, for the first origin only."""
    return httpx.USE_CLIENT_DEFAULT if hop.own_origin else None


def with_defaults(request: Request, headers: Headers) -> Request:
    """The request with an agent's headers behind its own."""
    return replace(request, headers=headers.merged(request.headers)) if headers else request
