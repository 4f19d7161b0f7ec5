"""Connections to hosts that strangers name: only public addresses are connected to.

The check stands between looking a name up and connecting, in the place where httpcore asks for a connection: the address
that was checked is the one that is connected to, and the name in the URL is still what TLS and ``Host`` go by.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, Final

from atlex._connection import AsyncHttpConnection, HttpConnection
from atlex._http import Carrier, Patience, Transport
from atlex._http._httpx import AsyncPoolCarrier, PoolCarrier
from atlex._http._network import Network
from atlex._thread import in_thread
from atlex.errors import FetchRefusedError

__all__ = ["AsyncPublicConnection", "PublicConnection", "is_public"]

# Of the IANA registries of special-purpose addresses. What `ipaddress` calls global differs between versions of Python,
# and some of it leads into private networks: multicast, and IPv6 that stands for IPv4 (64:ff9b::/96, 2002::/16).
_RESERVED_4: Final = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # a public address on which each machine at Azure finds the platform's own services
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
        ),
    )
)
_GLOBAL_6: Final = ip_network("2000::/3")
_RESERVED_6: Final = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# A name may have any number of addresses, and each may be one that never answers.
_MOST_TRIED: Final = 4
_NO_ADDRESS: Final = "it has no address"


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public Internet: global unicast, and nothing that stands for another."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _RESERVED_4)
    return parsed in _GLOBAL_6 and not any(parsed in network for network in _RESERVED_6)


class PublicNetwork(Network):
    """A network backend of httpcore that connects to public addresses alone."""

    def connect_tcp(self, **options: Any) -> Any:
        """Connect to a host."""
        host, patience = options["host"], options["timeout"]
        try:
            found = _look_up(host, options["port"], patience.left())
        except TimeoutError as error:
            raise self._core.ConnectTimeout from error
        except OSError as error:
            raise self._core.ConnectError(str(error)) from error
        failure: Exception | None = None
        for way in _ways(host, found, patience):
            try:
                return super().connect_tcp(**{**options, **way})
            except (self._core.ConnectError, self._core.ConnectTimeout) as error:
                failure = error
        raise failure or self._core.ConnectError(_NO_ADDRESS)


class AsyncPublicNetwork(Network):
    """The asynchronous form of `PublicNetwork`."""

    async def connect_tcp(self, **options: Any) -> Any:
        """Connect to a host."""
        from anyio import getaddrinfo

        host, patience = options["host"], options["timeout"]
        try:
            found = await getaddrinfo(host, options["port"], type=socket.SOCK_STREAM)
        except OSError as error:
            raise self._core.ConnectError(str(error)) from error
        failure: Exception | None = None
        for way in _ways(host, found, patience):
            try:
                return await super().connect_tcp(**{**options, **way})
            except (self._core.ConnectError, self._core.ConnectTimeout) as error:
                failure = error
        raise failure or self._core.ConnectError(_NO_ADDRESS)


def _look_up(host: str, port: int, seconds: float) -> list[Any]:
    """The addresses of a host, in a thread: the system's resolver takes no time limit."""
    found = in_thread(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), "atlex-look-up")
    return found.result(seconds)


def _ways(host: str, found: Sequence[Any], patience: Patience) -> Iterator[dict[str, Any]]:
    """The addresses to try, each with its share of the time, so that one that never answers leaves some.

    Raises:
        FetchRefusedError: One of the addresses isn't public.
    """
    addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
    if not all(map(is_public, addresses)):
        # Without the address: whoever named the host may be told of this, and learn about the network here.
        raise FetchRefusedError(f"{host} has an address that isn't public")
    for left in range(tried := min(len(addresses), _MOST_TRIED), 0, -1):
        yield {
            "host": addresses[tried - left],
            "timeout": Patience(patience.left() / left, patience.deadline),
        }


class PublicConnection(HttpConnection):
    """Sends to public addresses alone, whatever names lead to; every request needs a deadline.

    It goes past every proxy, which would look names up for itself.
    """

    def _open_carrier(self, library: Transport) -> Carrier:
        return PoolCarrier(library, PublicNetwork)


class AsyncPublicConnection(AsyncHttpConnection):
    """The asynchronous form of `PublicConnection`."""

    def _open_carrier(self, library: Transport) -> Carrier:
        return AsyncPoolCarrier("httpx" if library == "aiohttp" else library, AsyncPublicNetwork)
