"""Carrying with aiohttp: the extra ``aiohttp``. Nothing else imports it, and this is loaded only where it is used."""

from __future__ import annotations

import asyncio
import weakref
from base64 import b64encode
from contextlib import suppress
from functools import lru_cache, partial
from io import BytesIO
from typing import Any, Final, cast

import aiohttp
from aiohttp import hdrs
from multidict import CIMultiDict
from yarl import URL

from atlex._environment import environment_proxies, proxy_for, tls_context
from atlex._home import here, keep_if_inherited, tied_to_loop
from atlex._http._aiohttp_connection import Connection
from atlex._http._carrier import Answer, BrokenAnswerError, Carrier, Exchange, default_headers
from atlex._http._choice import check_loops
from atlex.errors import AtlexError, InputError

__all__ = ["AiohttpCarrier"]

# aiohttp complains of much larger ones, unless they come as files.
_LARGE: Final = 64 * 1024
_PLAIN: Final[dict[str, Any]] = {
    "auto_decompress": False,
    "raise_for_status": False,
    # h11, under httpx, takes heads of up to 100 KiB, with any number of fields.
    "max_line_size": 100 * 1024,
    "max_field_size": 100 * 1024,
    "max_headers": 5000,
}
# The same for each request of a user's session, whose requests aren't `_Request`.
_PLAIN_ONCE: Final[dict[str, Any]] = {**_PLAIN, "skip_auto_headers": ("content-type",)}


class AiohttpCarrier(Carrier):
    """Carries exchanges through an aiohttp session.

    Args:
        session: The user's own, with its connector, headers, cookies and middlewares; None to open one.
    """

    def __init__(self, session: aiohttp.ClientSession | None) -> None:
        check_loops([getattr(session, "_loop", None)])
        super().__init__(environment_proxies() if session is None else {})
        self._users: Final = session
        if session is None:
            connector: Any = aiohttp.TCPConnector(limit=100, keepalive_timeout=15)
            vars(connector)["_factory"] = partial(Connection, asyncio.get_running_loop())
        else:
            connector = session.connector
        # What a user's session adds is for the first origin only: others get one without, over its connections. A jar of
        # cookies would keep what a server sets for everybody who shares the session.
        self._own = aiohttp.ClientSession(
            connector=connector,
            connector_owner=session is None,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=default_headers(),
            request_class=_Request,
            **_PLAIN,
        )
        # Whether to send a request again is decided above.
        vars(self._own)["_retry_connection"] = False
        # For each origin the options of its requests, and the headers that a proxy wants.
        self._ways: dict[str, tuple[dict[str, Any], dict[str, str]]] = {}
        self._pid, _ = here()
        self._ending = tied_to_loop(self._own.close)
        weakref.finalize(self, _close, self._own, self._pid)

    async def exchange(self, exchange: Exchange) -> Answer:
        options, added = self._ways.get(exchange.origin) or self._way(exchange.origin)
        session = self._own
        headers = {**added, **exchange.headers}
        # aiohttp sets it itself, and would take it for a contradiction.
        headers.pop("transfer-encoding", None)
        if self._users is not None:
            if exchange.is_trusted:
                session, options = self._users, {**options, **_PLAIN_ONCE}
                headers = {**_lacking(session), **headers}
            elif cookies := self._cookies(exchange.origin):
                headers["cookie"] = cookies
        timeouts, content = exchange.timeouts, exchange.content
        if isinstance(content, bytes) and len(content) > _LARGE:
            content = BytesIO(content)
        try:
            answer = await session.request(
                exchange.method,
                _url(exchange.origin, exchange.target),
                headers=headers,
                data=content,
                allow_redirects=False,
                timeout=_timeout(timeouts["pool"], timeouts["connect"], timeouts["read"]),
                **options,
            )
        except aiohttp.ClientConnectionError as error:
            # aiohttp says of a body that raised that the connection broke.
            failure, error.__cause__ = error.__cause__, None
            if failure is None or (isinstance(failure, OSError) and not isinstance(failure, AtlexError)):
                raise
            raise failure from None
        # aiohttp takes the end of the connection for that of a body whose coding it doesn't know, and has no lowest status.
        codings = answer.headers.getall(hdrs.TRANSFER_ENCODING, ())
        if answer.status < 200 or (codings and [each.lower() for each in codings] != ["chunked"]):
            answer.close()
            raise BrokenAnswerError
        return Answer(answer.status, answer.raw_headers, answer.content.iter_any(), partial(_end, answer))

    def abandon(self) -> None:
        if not keep_if_inherited(self._pid, self._own, self._ending):
            _close(self._own, self._pid)

    async def close(self) -> None:
        await self._ending.aclose()

    def _way(self, origin: str) -> tuple[dict[str, Any], dict[str, str]]:
        is_https, proxy = origin.startswith("https:"), proxy_for(origin, self._proxies)
        options: dict[str, Any] = {}
        headers: dict[str, str] = {}
        if self._users is not None:
            options["proxy"] = getattr(self._users, "_default_proxy", None)
        elif is_https:
            options["ssl"] = tls_context()
        if proxy is not None:
            if proxy.scheme.startswith("socks"):
                raise InputError(f"aiohttp can't use a SOCKS proxy, and {proxy.setting} is one: take 'httpx'")
            options["proxy"] = URL(f"{proxy.scheme}://{proxy.place}", encoded=True)
            if proxy.credentials is not None:
                basic = b64encode(":".join(proxy.credentials).encode()).decode()
                wanted = options.setdefault("proxy_headers", {}) if is_https else headers
                wanted["proxy-authorization"] = f"Basic {basic}"
        self._ways[origin] = options, headers
        return options, headers

    def _cookies(self, origin: str) -> str:
        """The cookies that the user's session has for an origin; those without a domain would go anywhere."""
        session = cast("aiohttp.ClientSession", self._users)
        found = session.cookie_jar.filter_cookies(URL(origin)).values()
        return "; ".join(f"{each.key}={each.coded_value}" for each in found if each["domain"])


class _Request(aiohttp.ClientRequest):
    """A request to which aiohttp adds no header but ``Host``: the others that it would add are there already."""

    _skip_auto_headers = CIMultiDict({"content-type": None})


def _close(session: aiohttp.ClientSession, pid: int) -> None:
    """Close a session that was forgotten, where aiohttp would complain on the error log."""
    connector, is_own = session.connector, session.connector_owner
    session.detach()
    if connector is None or connector.closed or not is_own or keep_if_inherited(pid, connector):
        return
    # The first step closes the connections, and the others wait for their last words. An event loop that has been closed
    # takes none.
    closing = connector.close().__await__()
    with suppress(RuntimeError, StopIteration):
        next(closing)
    closing.close()


def _lacking(session: aiohttp.ClientSession) -> dict[str, str]:
    """The default headers that a user's session doesn't name."""
    return {name: value for name, value in default_headers().items() if name not in session.headers}


@lru_cache(maxsize=256)
def _url(origin: str, target: str) -> URL:
    scheme, _, authority = origin.partition("://")
    # An empty query string would get lost, but not as a part of the path.
    return URL.build(scheme=scheme, authority=authority, path=target, encoded=True)


@lru_cache(maxsize=16)
def _timeout(pool: float | None, connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=pool, sock_connect=connect, sock_read=read)


async def _end(answer: aiohttp.ClientResponse) -> None:
    """Close an answer and its connection, unless all of the body has been read."""
    if not answer.closed:
        answer.close()
