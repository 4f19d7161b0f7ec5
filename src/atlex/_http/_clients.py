"""The clients that are opened where the user gives none: their connections, transport and cookies."""

from __future__ import annotations

import sys
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.util import find_spec
from typing import Final, Literal, TypeAlias, get_args
from urllib.request import getproxies

import httpx

from atlex.errors import InputError

__all__ = [
    "MAX_CONNECTIONS",
    "OWN_CLIENT",
    "Transport",
    "check_client",
    "choose_transport",
    "open_client",
    "open_client_async",
    "user_agent",
]

Transport: TypeAlias = Literal["httpx", "aiohttp"]
"""The HTTP library of an asynchronous client; synchronous ones have httpx."""

OWN_CLIENT: Final = "http_client"
"""The name shown for a transport that comes with the user's own client."""

MAX_CONNECTIONS: Final = 100
"""How many connections a client opens at most."""

# 20 to be kept, as httpx has it: its pool goes through all connections for each one that is idle.
_LIMITS: Final = httpx.Limits(
    max_connections=MAX_CONNECTIONS, max_keepalive_connections=20, keepalive_expiry=15
)


def check_client(http_client: object, transport: Transport | None, *, asynchronous: bool) -> None:
    """Refuse what can't be meant.

    Raises:
        InputError: The user's client isn't one of httpx for this kind of calls; there is no such transport;
            it can't be used here; or the user's client has its own.
    """
    fitting, other = (httpx.AsyncClient, httpx.Client)[:: 1 if asynchronous else -1]
    if isinstance(http_client, other):
        kinds = ("A synchronous", "asynchronous") if asynchronous else ("An asynchronous", "synchronous")
        raise InputError(
            f"{kinds[0]} http_client can't serve {kinds[1]} calls: give an httpx.{fitting.__name__}"
        )
    if http_client is not None and not isinstance(http_client, fitting):
        raise InputError(
            f"http_client must be an httpx.{fitting.__name__}, not a {type(http_client).__name__}"
        )
    if transport is None:
        return
    if transport not in get_args(Transport):
        raise InputError("transport must be 'httpx', 'aiohttp' or None")
    if http_client is not None:
        raise InputError("transport goes without an http_client, which has its own")
    if transport == "aiohttp":
        if not asynchronous:
            raise InputError("aiohttp is asynchronous: a synchronous client can't use it as its transport")
        if not _has_aiohttp():
            raise InputError("The transport 'aiohttp' needs the extra: pip install 'atlex[aiohttp]'")


def choose_transport(transport: Transport | None, *, asynchronous: bool) -> Transport:
    """The transport of a client, here and now.

    Args:
        transport: The user's choice. None: aiohttp where it is installed and can serve, which it can't
            outside asyncio and, as httpx's rules for proxies are the ones that hold, with proxies in the
            environment.
        asynchronous: Whether the client is an asynchronous one; others have httpx.
    """
    if transport is not None:
        return transport
    return "aiohttp" if asynchronous and _has_aiohttp() and _is_asyncio() and not _has_proxies() else "httpx"


@cache
def _has_aiohttp() -> bool:
    return find_spec("aiohttp") is not None and find_spec("httpx_aiohttp") is not None


def _has_proxies() -> bool:
    return any(getproxies().get(scheme) for scheme in ("http", "https", "all"))


def _is_asyncio() -> bool:
    """Whether this runs under asyncio, or, where nothing runs yet, may do so later."""
    import asyncio

    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        # A program runs under trio only if it has imported it.
        trio = sys.modules.get("trio")
        if trio is None:
            return True
    try:
        trio.lowlevel.current_trio_token()
    except RuntimeError:
        return True
    return False


def _no_cookies() -> CookieJar:
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


@cache
def user_agent() -> str:
    """The ``User-Agent`` where neither the request nor the user's client names another."""
    from atlex._version import installed_version

    version = installed_version()
    return f"atlex/{version}" if version else "atlex"


def open_client(_: Transport) -> httpx.Client:
    """A client with httpx's defaults, the environment's proxies included, that keeps no cookies."""
    return httpx.Client(limits=_LIMITS, cookies=_no_cookies())


def open_client_async(transport: Transport) -> httpx.AsyncClient:
    """The asynchronous form of `open_client`, over one of the transports."""
    if transport == "httpx":
        return httpx.AsyncClient(limits=_LIMITS, cookies=_no_cookies())
    from atlex._http._aiohttp import AiohttpTransport

    return httpx.AsyncClient(transport=AiohttpTransport(limits=_LIMITS), cookies=_no_cookies())
