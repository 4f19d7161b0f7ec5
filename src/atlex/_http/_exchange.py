"""One exchange with a server, without I/O: what is sent where, what a redirect means, and what is still allowed."""

from __future__ import annotations

from collections.abc import Callable
from http.cookiejar import CookieJar
from typing import Any, Final, NamedTuple, cast

import httpx

from atlex._agent import Headers, Request
from atlex._http._clients import user_agent
from atlex._http._decoding import ACCEPTED
from atlex._http._failures import late
from atlex._service_url import check_service_url
from atlex._upload import Content
from atlex.errors import InputError

__all__ = ["CONNECT_TIMEOUT", "MAX_REDIRECTS", "Hop", "client_headers", "first_hop", "next_hop", "outgoing"]

CONNECT_TIMEOUT: Final = 10.0
"""Seconds that connecting may take, where a request's own timeout isn't shorter or None."""

MAX_REDIRECTS: Final = 20
"""How many redirects of one request are followed."""

# The headers that another origin may see: none that could be a credential.
_HARMLESS_HEADERS: Final = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})


class Hop(NamedTuple):
    """Where a request goes next, and with what."""

    url: str
    headers: Headers
    own_origin: bool


def first_hop(origin: str, request: Request, headers: Headers | None) -> Hop:
    """Where a request goes first, with its own headers or those in their place.

    Raises:
        InputError: The origin isn't the URL of a service, or a header can't be sent.
    """
    if headers is None:
        # As `Request` keeps them.
        headers = cast("Headers", request.headers)
    headers.check()
    return Hop(check_service_url(origin) + request.path, headers, own_origin=True)


def next_hop(request: Request, hop: Hop, answer: httpx.Response) -> Hop | None:
    """Where a redirect leads, or None for a response that is to be taken as it is.

    httpx's own way of following would turn procedures into GET, send their bodies (a password, say) to any origin, and
    keep the authorization on the way from http to https.
    """
    following = answer.next_request
    if following is None or following.method != request.method:
        return None
    here, there = answer.request.url, following.url
    try:
        check_service_url(f"{there.scheme}://{there.netloc.decode('ascii')}")
    except InputError:
        return None
    if there.userinfo:
        return None
    if (here.scheme, here.host, _port(here)) == (there.scheme, there.host, _port(there)):
        return Hop(str(there), hop.headers, hop.own_origin) if request.replayable else None
    if request.body is not None or (here.scheme, there.scheme) == ("https", "http"):
        return None
    harmless = [pair for pair in hop.headers.items() if pair[0] in _HARMLESS_HEADERS]
    return Hop(str(there), Headers(harmless), own_origin=False)


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def client_headers(client: httpx.Client | httpx.AsyncClient) -> list[tuple[bytes, bytes]]:
    """The headers that a client has for every request, as they are sent, with names in lower case."""
    return [
        (key, user_agent().encode() if key == b"user-agent" and value.startswith(b"python-httpx/") else value)
        for key, value in ((name.lower(), value) for name, value in client.headers.raw)
    ]


def outgoing(
    client: httpx.Client | httpx.AsyncClient,
    defaults: list[tuple[bytes, bytes]],
    request: Request,
    hop: Hop,
    content: Content,
    clock: Callable[[], float],
) -> httpx.Request:
    """The request as httpx sends it.

    Args:
        client: Who sends it.
        defaults: The headers that the client has for every request; another origin gets the harmless ones only.
        request: What is sent.
        hop: Where it goes, and with which headers of its own.
        content: Its body.
        clock: Gives the moment that the deadline is compared with.

    Raises:
        XrpcFetchError: The deadline has passed.
    """
    patience = request.timeout
    if request.deadline is not None:
        left = request.deadline - clock()
        if left <= 0:
            raise late(request)
        patience = left if patience is None else min(patience, left)
    connecting = None if patience is None else min(CONNECT_TIMEOUT, patience)
    timeout = {"connect": connecting, "read": patience, "write": patience, "pool": patience}
    own = {"accept-encoding": ACCEPTED}
    own.update(hop.headers.items())
    if content.length is not None:
        own["content-length"] = str(content.length)
    headers = {name.encode("ascii"): value.encode("ascii") for name, value in own.items()}
    cookies = client.cookies
    if not hop.own_origin:
        defaults = [pair for pair in defaults if pair[0].decode("ascii", "replace") in _HARMLESS_HEADERS]
        # Cookies without a domain would go anywhere.
        cookies = httpx.Cookies(CookieJar())
        for cookie in client.cookies.jar:
            if cookie.domain:
                cookies.jar.set_cookie(cookie)
    # The client's build_request() would merge the headers one by one, in twice the time, and put its own query
    # parameters in the place of the method's.
    return httpx.Request(
        request.method,
        hop.url,
        headers=[*(pair for pair in defaults if pair[0] not in headers), *headers.items()],
        cookies=cookies,
        content=cast("Any", content.chunks),
        extensions={"timeout": timeout},
    )
