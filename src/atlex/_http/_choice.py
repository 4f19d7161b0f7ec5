"""Which library carries the requests, and what a user's own client has to be."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from atlex._environment import environment_proxies
from atlex._home import here_async, trio_token
from atlex._http._carrier import Carrier
from atlex.errors import InputError

if TYPE_CHECKING:
    import aiohttp
    import httpx
    import httpx2

    HttpClient: TypeAlias = httpx.Client | httpx2.Client
    AsyncHttpClient: TypeAlias = httpx.AsyncClient | httpx2.AsyncClient | aiohttp.ClientSession
else:
    # Loading the libraries for the sake of their names would take longer than all of the package.
    HttpClient = AsyncHttpClient = object

__all__ = [
    "AsyncHttpClient",
    "HttpClient",
    "Transport",
    "check_client",
    "check_loops",
    "choose_transport",
    "open_carrier",
]

Transport: TypeAlias = Literal["httpx", "httpx2", "aiohttp"]
"""The HTTP library of a client; aiohttp is for asynchronous ones."""


def check_client(http_client: object, transport: Transport | None, *, asynchronous: bool) -> None:
    """Refuse what can't be meant.

    Raises:
        InputError: The user's client isn't one for this kind of calls; there is no such transport; it can't be used
            here; or the user's client has its own.
    """
    if http_client is not None and _library_of(http_client, asynchronous=asynchronous) is None:
        fitting = "an httpx.AsyncClient" if asynchronous else "an httpx.Client"
        if _library_of(http_client, asynchronous=not asynchronous) is None:
            raise InputError(f"http_client must be {fitting}, not a {type(http_client).__name__}")
        kinds = ("A synchronous", "asynchronous") if asynchronous else ("An asynchronous", "synchronous")
        raise InputError(f"{kinds[0]} http_client can't serve {kinds[1]} calls: give {fitting}")
    if transport is None:
        return
    if transport not in get_args(Transport):
        raise InputError(f"transport must be 'httpx', 'httpx2', 'aiohttp' or None, not {transport!r:.60}")
    if http_client is not None:
        raise InputError("transport goes without an http_client, which has its own")
    if transport == "aiohttp" and not asynchronous:
        raise InputError("aiohttp is asynchronous: a synchronous client can't use it as its transport")
    if transport == "aiohttp" and any(url.startswith("socks") for url in environment_proxies().values()):
        raise InputError("aiohttp can't use the SOCKS proxy that the environment names: take 'httpx'")
    if not _has(transport):
        raise InputError(f"The transport {transport!r} needs an extra: pip install 'atlex[{transport}]'")


def check_loops(loops: Iterable[object]) -> None:
    """Refuse a user's own client that an event loop other than this one has been using.

    Args:
        loops: Those that its connections are of, None where that can't be told.

    Raises:
        InputError: One of them is another one.
    """
    _, here = here_async()
    if any(each not in {None, here} for each in loops):
        raise InputError("The http_client belongs to another event loop: make one in each")


def choose_transport(transport: Transport | None, *, asynchronous: bool) -> Transport:
    """The transport of a client, here and now.

    Args:
        transport: The user's choice. None: aiohttp for asynchronous clients where it is installed and can serve, which
            it can't outside asyncio and with every proxy; else httpx2 where it is installed, else httpx.
        asynchronous: Whether the client is an asynchronous one.
    """
    if transport is not None:
        return transport
    if asynchronous and _has("aiohttp") and trio_token() is None and not environment_proxies():
        return "aiohttp"
    return "httpx2" if _has("httpx2") else "httpx"


def open_carrier(transport: Transport, http_client: Any, *, asynchronous: bool) -> Carrier:
    """What carries the requests of a client, with a library or through the user's own client.

    Raises:
        InputError: aiohttp is to be used under trio.
    """
    library = _library_of(http_client, asynchronous=asynchronous) or transport
    if library == "aiohttp":
        if trio_token() is not None:
            raise InputError("aiohttp runs under asyncio, and this is trio: take 'httpx' or 'httpx2'")
        from atlex._http._aiohttp import AiohttpCarrier

        return AiohttpCarrier(http_client)
    from atlex._http import _httpx

    if http_client is not None:
        return _httpx.ClientCarrier(http_client, sys.modules[library])
    return (_httpx.AsyncPoolCarrier if asynchronous else _httpx.PoolCarrier)(library)


def _library_of(http_client: object, *, asynchronous: bool) -> str | None:
    """The library that a client is from, for one kind of calls; None where it is no client for them."""
    for library in get_args(Transport):
        name = "ClientSession" if library == "aiohttp" else "AsyncClient" if asynchronous else "Client"
        # Whoever has one of its objects has imported it.
        class_ = getattr(sys.modules.get(library), name, None)
        if (asynchronous or library != "aiohttp") and class_ and isinstance(http_client, class_):
            return str(library)
    return None


@cache
def _has(library: str) -> bool:
    return find_spec(library) is not None
