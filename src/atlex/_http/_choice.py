"""Which library carries the requests, and what a user's own client has to be."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast, get_args

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
    "check_choice",
    "check_loops",
    "open_carrier",
    "own_transport",
]

Transport: TypeAlias = Literal["httpx", "httpx2", "aiohttp"]
"""The HTTP library of a client; aiohttp is for asynchronous ones."""


def check_choice(http_client: object, transport: Transport | None, *, asynchronous: bool) -> Transport | None:
    """Refuse what can't be meant, and give the library that was chosen: that of the user's client, or by its name.

    Raises:
        InputError: The user's client isn't one for this kind of calls; there is no such transport; it can't be used
            here; or the user's client has its own.
    """
    if http_client is not None:
        return _library_of(http_client, transport, asynchronous=asynchronous)
    if transport is None:
        return None
    if transport not in get_args(Transport):
        raise InputError(f"transport must be 'httpx', 'httpx2', 'aiohttp' or None, not {transport!r:.60}")
    if transport == "aiohttp" and not asynchronous:
        raise InputError("aiohttp is asynchronous: a synchronous client can't use it as its transport")
    if transport == "aiohttp" and any(url.startswith("socks") for url in environment_proxies().values()):
        raise InputError("aiohttp can't use the SOCKS proxy that the environment names: take 'httpx'")
    if not _has(transport):
        raise InputError(f"The transport {transport!r} needs an extra: pip install 'atlex[{transport}]'")
    return transport


def _library_of(http_client: object, transport: object, *, asynchronous: bool) -> Transport:
    fitting = "an httpx.AsyncClient" if asynchronous else "an httpx.Client"
    for each in type(http_client).__mro__:
        library, kind = each.__module__.partition(".")[0], each.__name__
        if library in get_args(Transport) and kind in {"Client", "AsyncClient", "ClientSession"}:
            if asynchronous == (kind == "Client"):
                calls = "asynchronous" if asynchronous else "synchronous"
                raise InputError(f"This http_client can't serve {calls} calls: give {fitting}")
            if transport is not None:
                raise InputError("transport goes without an http_client, which has its own")
            return cast("Transport", library)
    raise InputError(f"http_client must be {fitting}, not {type(http_client).__name__}")


def check_loops(loops: Iterable[object]) -> None:
    """Refuse a user's own client with connections of another event loop; None is one that can't be told.

    Raises:
        InputError: There is one.
    """
    _, here = here_async()
    if any(each not in {None, here} for each in loops):
        raise InputError("The http_client belongs to another event loop: make one in each")


def own_transport(*, asynchronous: bool) -> Transport:
    """The library for clients whose user hasn't chosen one, here and now.

    It is aiohttp for asynchronous ones where it is installed and can serve, which it can't outside asyncio and with every
    proxy; else httpx2 where it is installed, else httpx.
    """
    if asynchronous and _has("aiohttp") and trio_token() is None and not environment_proxies():
        return "aiohttp"
    return "httpx2" if _has("httpx2") else "httpx"


def open_carrier(library: Transport, http_client: Any, *, asynchronous: bool) -> Carrier:
    """What carries the requests of a client, with a library or through the user's own client, which is from it.

    Raises:
        InputError: aiohttp is to be used under trio.
    """
    if library == "aiohttp":
        if trio_token() is not None:
            raise InputError("aiohttp runs under asyncio, and this is trio: take 'httpx' or 'httpx2'")
        from atlex._http._aiohttp import AiohttpCarrier

        return AiohttpCarrier(http_client)
    from atlex._http._httpx import AsyncPoolCarrier, ClientCarrier, PoolCarrier

    if http_client is not None:
        return ClientCarrier(http_client, library)
    return (AsyncPoolCarrier if asynchronous else PoolCarrier)(library)


@cache
def _has(library: str) -> bool:
    return find_spec(library) is not None
