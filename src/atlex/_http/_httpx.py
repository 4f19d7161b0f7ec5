"""Carrying with httpx or httpx2: over their connection pools, or through a client that is the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookiejar import CookieJar
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlsplit

from atlex._environment import Proxy, environment_proxies, tls_context
from atlex._home import end_reading, here, keep_if_inherited, tied_to_loop
from atlex._http._carrier import HARMLESS_HEADERS, Answer, BrokenAnswerError, Exchange, ProxiedCarrier, then
from atlex._http._choice import check_loops
from atlex._http._exchange import default_headers
from atlex._http._network import Network
from atlex._http._pool import pool_class
from atlex.errors import InputError

__all__ = ["AsyncPoolCarrier", "ClientCarrier", "PoolCarrier"]

_CORES: Final = {"httpx": "httpcore", "httpx2": "httpcore2"}
_LIMITS: Final = {"max_connections": 100, "keepalive_expiry": 15}


class PoolCarrier(ProxiedCarrier):
    """Carries exchanges over the connection pools under httpx, or under httpx2.

    Their clients would parse each URL anew, merge headers one by one and wrap each response, which takes longer than
    all of the rest and changes the bytes of URLs.

    Args:
        library: ``httpx`` or ``httpx2``.
        proxies: As `environment_proxies` gives them; None for those of the environment.
    """

    _prefix, _handle, _backend = "", "handle_request", "SyncBackend"

    def __init__(self, library: str, proxies: dict[str, str] | None = None) -> None:
        super().__init__(environment_proxies() if proxies is None else proxies)
        self._core: Final[Any] = import_module(_CORES[library])
        self._network = Network(getattr(self._core, self._backend)())
        # By scheme and proxy, so that certificates are loaded for https only.
        self._pools: dict[tuple[str, Proxy | None], Any] = {}

    def exchange(self, exchange: Exchange) -> Any:
        """Send a request, and give what comes back as soon as its headers are there."""
        _, handle, host, place = self._ways.get(exchange.origin) or self._way(exchange.origin)
        request = self._core.Request(
            exchange.method,
            self._core.URL(target=exchange.target, **place),
            headers={"host": host, **default_headers(), **exchange.headers},
            content=exchange.content,
            extensions={"timeout": exchange.timeouts},
        )
        return then(handle(request), _answer_of)

    def abandon(self) -> None:
        """Let go of all connections."""
        self._pools, self._ways = {}, {}

    def close(self) -> Any:
        """Close the connections."""
        for pool in self._pools.values():
            pool.close()

    def _led(self, origin: str, proxy: Proxy | None) -> tuple[Any, ...]:
        parts = urlsplit(origin)
        key = parts.scheme, proxy
        pool = self._pools.get(key) or self._pools.setdefault(key, self._open(parts.scheme, proxy))
        place = {"scheme": parts.scheme, "host": parts.hostname, "port": parts.port}
        return getattr(pool, self._handle), parts.netloc, place

    def _open(self, scheme: str, proxy: Proxy | None) -> Any:
        options: dict[str, Any] = {**_LIMITS, "network_backend": self._network}
        if scheme == "https":
            options["ssl_context"] = tls_context()
        kind = "ConnectionPool"
        if proxy is not None:
            place = {"scheme": proxy.scheme, "host": proxy.host, "port": proxy.port}
            options["proxy_url"] = self._core.URL(target="/", **place)
            if proxy.credentials is not None:
                options["proxy_auth"] = tuple(each.encode() for each in proxy.credentials)
            kind = "SOCKSProxy" if proxy.scheme.startswith("socks") else "HTTPProxy"
            if kind == "SOCKSProxy" and find_spec("socksio") is None:
                raise InputError(
                    f"{proxy.setting} is a SOCKS proxy, which needs another package: pip install 'httpx[socks]'"
                )
            if proxy.scheme == "https":
                options["proxy_ssl_context"] = tls_context()
        return pool_class(getattr(self._core, self._prefix + kind))(**options)


class AsyncPoolCarrier(PoolCarrier):
    """The asynchronous form of `PoolCarrier`."""

    _prefix, _handle, _backend = "Async", "handle_async_request", "AnyIOBackend"

    def __init__(self, library: str, proxies: dict[str, str] | None = None) -> None:
        super().__init__(library, proxies)
        self._pid, _ = here()
        pools = self._pools
        self._ending = tied_to_loop(lambda: _close_all(pools))

    def abandon(self) -> None:
        """Let go of all connections."""
        keep_if_inherited(self._pid, self._pools, self._ending)

    async def close(self) -> None:
        """Close the connections."""
        await self._ending.aclose()


async def _close_all(pools: dict[Any, Any]) -> None:
    for pool in pools.values():
        await pool.aclose()


def _answer_of(answer: Any) -> Answer:
    return Answer(answer.status, answer.headers, _Stream(answer.stream, answer.stream))


class _Stream:
    """An answer's body. Its connection isn't kept if more came than that: it would be taken for the next answer."""

    __slots__ = ("_body", "_owner", "_pieces")

    def __init__(self, body: Any, owner: Any) -> None:
        self._body = body
        self._owner = owner
        self._pieces: Any = None

    def __iter__(self) -> Any:
        return iter(self._body)

    def __aiter__(self) -> Any:
        self._pieces = aiter(self._body)
        return self._pieces

    def close(self) -> None:
        is_padded = _is_padded(self._body)
        self._owner.close()
        if is_padded:
            raise BrokenAnswerError

    async def aclose(self) -> None:
        is_padded = _is_padded(self._body)
        await end_reading(self._pieces)
        await self._owner.aclose()
        if is_padded:
            raise BrokenAnswerError


def _is_padded(stream: Any) -> bool:
    """Whether more came than the body. A whole answer, or an empty line, is no fault of this one."""
    # There is no public way to it. Some of the steps are those through a user's own client.
    for name in ("_stream", "_httpcore_stream", "_stream", "_connection", "_h11_state"):
        stream = getattr(stream, name, stream)
    if str(getattr(stream, "their_state", "")) not in {"DONE", "MUST_CLOSE"}:
        return False
    rest, _ = stream.trailing_data
    if rest:
        # h11 takes the connection for one that broke, so that httpcore doesn't keep it.
        stream.send_failed()
    rest = rest.lstrip(b"\r\n")
    return bool(rest) and not rest.startswith(b"HTTP/")


def _loop_of(connection: Any) -> object:
    """The event loop of asyncio that a connection of a pool is of; None where that can't be told."""
    for name in (
        "_connection",
        "_connection",
        "_network_stream",
        "_stream",
        "transport_stream",
        "_transport",
    ):
        connection = getattr(connection, name, connection)
    return getattr(connection, "_loop", None)


class ClientCarrier:
    """Carries exchanges through the user's own client, with its settings for all that isn't timeouts and redirects.

    Args:
        client: A client of httpx or of httpx2.
        library: The module that it is from.
    """

    def __init__(self, client: Any, library: Any) -> None:
        self._client = client
        self._library = library
        transports = (client._transport, *client._mounts.values())
        pools = [pool for each in transports if (pool := getattr(each, "_pool", None)) is not None]
        self._is_asynchronous: Final = isinstance(client, library.AsyncClient)
        if self._is_asynchronous:
            check_loops(_loop_of(each) for pool in pools for each in getattr(pool, "connections", ()))
            return
        # Asynchronous calls end at their deadline without it.
        for pool in pools:
            backend = getattr(pool, "_network_backend", None)
            if backend is not None and not isinstance(backend, Network):
                vars(pool)["_network_backend"] = Network(backend)

    def exchange(self, exchange: Exchange) -> Any:
        """Send a request, and give what comes back as soon as its headers are there."""
        request = self._request(exchange)
        auth = self._library.USE_CLIENT_DEFAULT if exchange.is_trusted else None
        answer = self._client.send(request, auth=auth, stream=True, follow_redirects=False)
        return then(answer, self._answer_of)

    def proxy(self, origin: str) -> str:
        """Host and port of the proxy between here and an origin; empty for none, or an unknown one."""
        # httpx has no public way to ask. Of its proxies only the host and port are told: the rest may be a password.
        transport = self._client._transport_for_url(self._library.URL(origin))
        proxy = getattr(getattr(transport, "_pool", None), "_proxy_url", None)
        return f"{proxy.host.decode('ascii', 'replace')}:{proxy.port}" if proxy is not None else ""

    def abandon(self) -> None:
        """Do nothing: the client is its user's."""

    close = abandon

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

    def _answer_of(self, answer: Any) -> Answer:
        # After a transport that responds from memory the content has been unpacked.
        is_unpacked = answer.is_stream_consumed
        content = answer.aiter_bytes if self._is_asynchronous else answer.iter_bytes
        stream = _Stream(content() if is_unpacked else answer.stream, answer)
        return Answer(answer.status_code, answer.headers.raw, stream, is_unpacked)

    def _defaults(self, exchange: Exchange) -> Iterator[tuple[str, str | bytes]]:
        """The headers that the client has for every request, where this one has none of the name."""
        for raw, value in self._client.headers.raw:
            name = raw.decode("latin-1").lower()
            if name not in exchange.headers and (exchange.is_trusted or name in HARMLESS_HEADERS):
                is_librarys = name == "user-agent" and value.startswith(b"python-httpx")
                yield name, default_headers()[name] if is_librarys else value

    def _cookies_for_others(self) -> Any:
        """The client's cookies but for those without a domain, which would go anywhere."""
        cookies = self._library.Cookies(CookieJar())
        for cookie in self._client.cookies.jar:
            if cookie.domain:
                cookies.jar.set_cookie(cookie)
        return cookies
