"""Carrying with httpx or httpx2: over their connection pools, or through a client that is the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlsplit

from atlex._environment import Proxy, environment_proxies, proxy_for, tls_context
from atlex._home import here, keep_if_inherited, tied_to_loop
from atlex._http._carrier import (
    HARMLESS_HEADERS,
    Answer,
    BrokenAnswerError,
    Carrier,
    Exchange,
    default_headers,
    then,
)
from atlex._http._choice import check_loops
from atlex._http._network import Network
from atlex._http._pool import pool_class
from atlex.errors import InputError

__all__ = ["AsyncPoolCarrier", "ClientCarrier", "PoolCarrier"]

_CORES: Final = {"httpx": "httpcore", "httpx2": "httpcore2"}


class PoolCarrier(Carrier):
    """Carries exchanges over the connection pools under httpx, or under httpx2.

    Their clients would parse each URL anew, merge headers one by one and wrap each response, which takes longer than
    all of the rest and changes the bytes of URLs.

    Args:
        library: ``httpx`` or ``httpx2``.
        network: What to connect over, past every proxy; None for no restriction, and the environment's proxies.
    """

    _prefix, _handle, _backend = "", "handle_request", "SyncBackend"

    def __init__(self, library: str, network: type[Network] | None = None) -> None:
        super().__init__({} if network else environment_proxies())
        self._core: Final[Any] = import_module(_CORES[library])
        self._network = (network or Network)(getattr(self._core, self._backend)(), self._core)
        # By scheme and proxy, so that certificates are loaded for https only.
        self._pools: dict[tuple[str, Proxy | None], Any] = {}
        # For each origin how a request is handled, the Host header, and the parts of its URLs.
        self._ways: dict[str, tuple[Any, str, dict[str, Any]]] = {}

    def exchange(self, exchange: Exchange) -> Any:
        handle, host, place = self._ways.get(exchange.origin) or self._way(exchange.origin)
        request = self._core.Request(
            exchange.method,
            self._core.URL(target=exchange.target, **place),
            headers={"host": host, **default_headers(), **exchange.headers},
            content=exchange.content,
            extensions={"timeout": exchange.timeouts},
        )
        return then(handle(request), _answer_of)

    def abandon(self) -> None:
        self._pools, self._ways = {}, {}

    def close(self) -> Any:
        for pool in self._pools.values():
            pool.close()

    def _way(self, origin: str) -> tuple[Any, str, dict[str, Any]]:
        parts = urlsplit(origin)
        key = parts.scheme, proxy_for(origin, self._proxies)
        pool = self._pools.get(key) or self._pools.setdefault(key, self._open(*key))
        place = {"scheme": parts.scheme, "host": parts.hostname, "port": parts.port}
        way = self._ways[origin] = getattr(pool, self._handle), parts.netloc, place
        return way

    def _open(self, scheme: str, proxy: Proxy | None) -> Any:
        options: dict[str, Any] = {
            "max_connections": 100,
            "keepalive_expiry": 15,
            "network_backend": self._network,
        }
        kind = "ConnectionPool"
        if scheme == "https":
            options["ssl_context"] = tls_context()
        if proxy is not None:
            place = {"scheme": proxy.scheme, "host": proxy.host, "port": proxy.port}
            options["proxy_url"] = self._core.URL(target="/", **place)
            if proxy.credentials is not None:
                options["proxy_auth"] = tuple(each.encode() for each in proxy.credentials)
            if proxy.scheme == "https":
                options["proxy_ssl_context"] = tls_context()
            kind = "SOCKSProxy" if proxy.scheme.startswith("socks") else "HTTPProxy"
            if kind == "SOCKSProxy" and find_spec("socksio") is None:
                raise InputError(
                    f"{proxy.setting} is a SOCKS proxy, which needs another package: pip install 'httpx[socks]'"
                )
        return pool_class(getattr(self._core, self._prefix + kind))(**options)


class AsyncPoolCarrier(PoolCarrier):
    """The asynchronous form of `PoolCarrier`."""

    _prefix, _handle, _backend = "Async", "handle_async_request", "AnyIOBackend"

    def __init__(self, library: str, network: type[Network] | None = None) -> None:
        super().__init__(library, network)
        self._pid, _ = here()
        pools = self._pools
        self._ending = tied_to_loop(lambda: _close_all(pools))

    def abandon(self) -> None:
        keep_if_inherited(self._pid, self._pools, self._ending)

    async def close(self) -> None:
        await self._ending.aclose()


async def _close_all(pools: dict[Any, Any]) -> None:
    for pool in pools.values():
        await pool.aclose()


class ClientCarrier(Carrier):
    """Carries exchanges through the user's own client, with its settings for all that isn't timeouts and redirects."""

    def __init__(self, client: Any, library: str) -> None:
        super().__init__({})
        self._client = client
        self._library = import_module(library)
        transports = (client._transport, *client._mounts.values())
        pools = [pool for each in transports if (pool := getattr(each, "_pool", None)) is not None]
        self._is_asynchronous: Final = isinstance(client, self._library.AsyncClient)
        if self._is_asynchronous:
            check_loops(_loop_of(each) for pool in pools for each in getattr(pool, "connections", ()))
            return
        # Asynchronous calls end at their deadline without it.
        for pool in pools:
            backend = getattr(pool, "_network_backend", None)
            if backend is not None and not isinstance(backend, Network):
                vars(pool)["_network_backend"] = Network(backend)

    def exchange(self, exchange: Exchange) -> Any:
        request = self._request(exchange)
        auth = self._library.USE_CLIENT_DEFAULT if exchange.is_trusted else None
        answer = self._client.send(request, auth=auth, stream=True, follow_redirects=False)
        return then(answer, _client_answer_of)

    def proxy(self, origin: str) -> str:
        # httpx has no public way to ask. Of its proxies only the host and port are told: the rest may be a password.
        transport = self._client._transport_for_url(self._library.URL(origin))
        proxy = getattr(getattr(transport, "_pool", None), "_proxy_url", None)
        return f"{proxy.host.decode('ascii', 'replace')}:{proxy.port}" if proxy is not None else ""

    def _request(self, exchange: Exchange) -> Any:
        client = self._client
        url = self._library.URL(exchange.origin + exchange.target)
        # The client's build_request() would merge the headers one by one, in twice the time, and put its own query
        # parameters in the place of the method's.
        request = self._library.Request(
            exchange.method,
            url,
            headers=[*self._defaults(exchange), *exchange.headers.items()],
            cookies=client.cookies if exchange.is_trusted else self._cookies_for_others(),
            content=exchange.content,
            extensions={"timeout": exchange.timeouts},
        )
        target = exchange.target.encode()
        if url.raw_path != target:
            # It has been written in another way.
            exact = type("URL", (self._library.URL,), {"raw_path": target})
            request.url = exact(url)
        return request

    def _defaults(self, exchange: Exchange) -> Iterator[tuple[str, str | bytes]]:
        """The headers that the client has for every request, where this one has none of the name."""
        for raw, value in self._client.headers.raw:
            name = raw.decode("latin-1").lower()
            if name not in exchange.headers and (exchange.is_trusted or name in HARMLESS_HEADERS):
                is_librarys = name == "user-agent" and value.startswith(b"python-httpx")
                yield name, default_headers()[name] if is_librarys else value

    def _cookies_for_others(self) -> Any:
        """The client's cookies but for those without a domain, which would go anywhere."""
        cookies = self._library.Cookies()
        for cookie in self._client.cookies.jar:
            if cookie.domain:
                cookies.jar.set_cookie(cookie)
        return cookies


def _answer_of(answer: Any) -> Answer:
    stream = answer.stream
    return Answer(answer.status, answer.headers, stream, partial(_close, stream, stream))


def _client_answer_of(answer: Any) -> Answer:
    body, is_unpacked = answer.stream, answer.is_stream_consumed
    if is_unpacked:
        # After a transport that responds from memory.
        body = answer.aiter_bytes() if hasattr(body, "__aiter__") else answer.iter_bytes()
    return Answer(answer.status_code, answer.headers.raw, body, partial(_close, body, answer), is_unpacked)


def _close(body: Any, owner: Any) -> Any:
    """Close an answer. Its connection isn't kept if more came than the body: it would be taken for the next answer."""
    is_padded = _is_padded(body)

    def check(_: object) -> None:
        if is_padded:
            raise BrokenAnswerError

    return then(owner.aclose() if hasattr(body, "__aiter__") else owner.close(), check)


def _is_padded(body: Any) -> bool:
    """Whether more came than the body. A whole answer, or an empty line, is no fault of this one."""
    # There is no public way to it. Some of the steps are those through a user's own client.
    state = _inside(body, "_stream", "_httpcore_stream", "_stream", "_connection", "_h11_state")
    if str(getattr(state, "their_state", "")) not in {"DONE", "MUST_CLOSE"}:
        return False
    rest, _ = state.trailing_data
    if rest:
        # h11 takes the connection for one that broke, so that httpcore doesn't keep it.
        state.send_failed()
    rest = rest.lstrip(b"\r\n")
    return bool(rest) and not rest.startswith(b"HTTP/")


def _loop_of(connection: Any) -> object:
    """The event loop of asyncio that a connection of a pool is of; None where that can't be told."""
    steps = "_connection", "_connection", "_network_stream", "_stream", "transport_stream", "_transport"
    return getattr(_inside(connection, *steps), "_loop", None)


def _inside(outer: Any, *names: str) -> Any:
    """What is found by going from attribute to attribute; one that there isn't is passed over."""
    for name in names:
        outer = getattr(outer, name, outer)
    return outer
