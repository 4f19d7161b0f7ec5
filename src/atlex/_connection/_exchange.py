"""One exchange with a server, without I/O: what is sent where, and what a redirect means."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import inf
from typing import Final, NamedTuple, TypeAlias, cast
from urllib.parse import urlsplit

from atlex._agent import Headers, Request
from atlex._decoding import ACCEPTED
from atlex._http import HARMLESS_HEADERS, Answer, Exchange, Patience, Timeouts
from atlex._service_url import check_service_url, resolve_location
from atlex._upload import Content
from atlex.errors import InputError

__all__ = [
    "CONNECT_TIMEOUT",
    "MAX_REDIRECTS",
    "Hop",
    "Route",
    "exchange_of",
    "first_hop",
    "next_hop",
]

MAX_REDIRECTS: Final = 20
"""How many redirects of one request are followed."""

CONNECT_TIMEOUT: Final = 10.0
"""Seconds that connecting may take, where a request's own timeout isn't shorter or None."""

_ALWAYS: Final = frozenset({307, 308})
_QUERIES_ONLY: Final = frozenset({301, 302, 303})


class Hop(NamedTuple):
    """Where a request goes next, and with what: origin, path with query string, headers, whether with credentials."""

    origin: str
    target: str
    headers: Headers
    is_trusted: bool


Route: TypeAlias = Callable[[Request, Hop, Answer], Hop | None]
"""Where an answer to a request leads; None for one that is to be taken as it is."""


@lru_cache(maxsize=64)
def _service(url: str) -> tuple[str, str]:
    """The origin of a service, and the path that is put before every call's."""
    checked = check_service_url(url)
    parts = urlsplit(checked)
    return f"{parts.scheme}://{parts.netloc}", parts.path


def first_hop(service: str, request: Request, headers: Headers | None = None) -> Hop:
    """Where a request goes first, with its own headers or those in their place.

    Raises:
        InputError: The service has no URL of one, or a header can't be sent.
    """
    if headers is None:
        # As `Request` keeps them.
        headers = cast("Headers", request.headers)
    headers.check()
    origin, prefix = _service(service)
    return Hop(origin, prefix + request.path, headers, is_trusted=True)


def exchange_of(request: Request, hop: Hop, content: Content) -> Exchange:
    """What a carrier is given for a hop, if the deadline hasn't passed.

    Raises:
        TimeoutError: It has.
    """
    headers = {"accept-encoding": ACCEPTED}
    headers.update(hop.headers.items())
    chunks = content.chunks
    length = len(chunks or b"") if chunks is None or isinstance(chunks, bytes) else content.length
    if length is None:
        headers["transfer-encoding"] = "chunked"
    elif chunks is not None or request.method == "POST":
        headers["content-length"] = str(length)
    origin, target, _, is_trusted = hop
    return Exchange(request.method, origin, target, headers, chunks, _timeouts(request), is_trusted)


def _timeouts(request: Request) -> Timeouts:
    patience, deadline = request.timeout, request.deadline
    if deadline is not None:
        patience = Patience(inf if patience is None else patience, deadline)
        patience = Patience(patience.left(), deadline)
    connecting = patience
    if patience is not None and patience > CONNECT_TIMEOUT:
        connecting = CONNECT_TIMEOUT if deadline is None else Patience(CONNECT_TIMEOUT, deadline)
    return {"connect": connecting, "read": patience, "write": patience, "pool": patience}


def next_hop(request: Request, hop: Hop, answer: Answer) -> Hop | None:
    """Where a redirect leads that is safe to follow.

    The libraries' own ways of following would turn procedures into GET, send their bodies (a password, say) to any
    origin, keep the authorization on the way from http to https, and write URLs in another way than the server did.
    """
    if answer.status not in _ALWAYS and not (answer.status in _QUERIES_ONLY and request.method == "GET"):
        return None
    location = next((value for name, value in answer.headers if name.lower() == b"location"), None)
    if location is None:
        return None
    place, target = resolve_location(hop.origin, hop.target, location)
    try:
        origin = check_service_url(place)
    except InputError:
        return None
    if origin == hop.origin:
        return hop._replace(target=target) if request.replayable else None
    if request.body is not None or (hop.origin.startswith("https:") and origin.startswith("http:")):
        return None
    harmless = [pair for pair in hop.headers.items() if pair[0] in HARMLESS_HEADERS]
    return Hop(origin, target, Headers(harmless), is_trusted=False)
