"""Carrying with aiohttp: the extra ``aiohttp``. Nothing else imports it, and this is loaded only where it is used."""

from __future__ import annotations

import asyncio
import weakref
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any, Final, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from atlex._environment import environment_proxies, proxy_for, tls_context
from atlex._http._carrier import Answer, BrokenAnswerError, Exchange
from atlex._http._exchange import default_headers
from atlex._http._home import here, keep_if_inherited, tied_to_loop
from atlex.errors import InputError

__all__ = ["AiohttpCarrier"]

# A body up to this size fits into the buffers on the way, so that writing it can't stall.
_SMALL: Final = 16 * 1024
_PIECE: Final = 64 * 1024
_PLAIN: Final[dict[str, Any]] = {
    "auto_decompress": False,
    "raise_for_status": False,
    "skip_auto_headers": ("content-type",),
    # h11, under httpx, takes heads of up to 100 KiB, with any number of fields.
    "max_line_size": 100 * 1024,
    "max_field_size": 100 * 1024,
    "max_headers": 5000,
}


class AiohttpCarrier:
    """Carries exchanges through an aiohttp session.

    Args:
        session: The user's own, with its connector, headers, cookies and middlewares; None to open one.
    """

    def __init__(self, session: aiohttp.ClientSession | None) -> None:
        self._users: Final = session
        self._proxies = environment_proxies() if session is None else {}
        # What leads to each origin: arguments, headers, and host and port of the proxy.
        self._ways: dict[str, tuple[dict[str, Any], dict[str, str], str]] = {}
        if session is not None:
            # What a user's session adds is for the first origin only.
            self._own = _session(session.connector, connector_owner=False)
        else:
            connector = aiohttp.TCPConnector(limit=100, keepalive_timeout=15)
            vars(connector)["_factory"] = partial(_Protocol, asyncio.get_running_loop())
            self._own = _session(connector)
        self._pid, _ = here()
        self._ending = tied_to_loop(_closing(self._own))
        weakref.finalize(self, _close, self._own, self._pid)

    async def exchange(self, exchange: Exchange) -> Answer:
        """Send a request, and give what comes back as soon as its headers are there."""
        way, added, _ = self._ways.get(exchange.origin) or self._way(exchange.origin)
        session, options = self._own, way
        headers = {**default_headers(), **added, **exchange.headers}
        # aiohttp sets it itself, and would take it for a contradiction.
        headers.pop("transfer-encoding", None)
        if self._users is not None:
            if exchange.is_trusted:
                session, options = self._users, {**way, **_PLAIN}
                for name in default_headers().keys() & {name.lower() for name in session.headers}:
                    if name not in exchange.headers:
                        del headers[name]
            elif cookies := self._cookies(exchange.origin):
                headers["cookie"] = cookies
        content = exchange.content
        body = None if content is None or _is_small(content) else _Body(content)
        sending = session.request(
            exchange.method,
            URL(exchange.origin + exchange.target, encoded=True),
            headers=headers,
            data=body or content,
            allow_redirects=False,
            timeout=_timeout(*(exchange.timeouts[phase] for phase in ("pool", "connect", "read"))),
            **options,
        )
        answer = await (sending if body is None else body.sent(sending, exchange.timeouts["write"]))
        # aiohttp takes the end of the connection for that of a body whose coding it doesn't know, and has no lowest status.
        codings = [coding.lower() for coding in answer.headers.getall("transfer-encoding", ())]
        if answer.status < 200 or codings not in ([], ["chunked"]):
            answer.close()
            raise BrokenAnswerError
        return Answer(answer.status, answer.raw_headers, answer.content.iter_any(), _Owner(answer))

    def proxy(self, origin: str) -> str:
        """Host and port of the proxy between here and an origin; empty for none, or an unknown one."""
        return self._ways[origin][2] if origin in self._ways else ""

    def abandon(self) -> None:
        """Let go of all connections."""
        if not keep_if_inherited(self._pid, self._own, self._ending):
            _close(self._own, self._pid)

    async def close(self) -> None:
        """Close what was opened here."""
        await self._ending.aclose()

    def _way(self, origin: str) -> tuple[dict[str, Any], dict[str, str], str]:
        is_https = origin.startswith("https:")
        options: dict[str, Any] = {"ssl": tls_context()} if is_https and self._users is None else {}
        headers: dict[str, str] = {}
        proxy = proxy_for(origin, self._proxies)
        if self._users is not None:
            options["proxy"] = getattr(self._users, "_default_proxy", None)
        if proxy is not None:
            if proxy.scheme.startswith("socks"):
                raise InputError(f"aiohttp can't use a SOCKS proxy, and {proxy.setting} is one: take 'httpx'")
            options["proxy"] = URL(f"{proxy.scheme}://{proxy.place}", encoded=True)
            if proxy.credentials is not None:
                basic = b64encode(":".join(proxy.credentials).encode()).decode()
                authorization = {"proxy-authorization": f"Basic {basic}"}
                if is_https:
                    options["proxy_headers"] = authorization
                else:
                    headers = authorization
        way = self._ways[origin] = (options, headers, proxy.place if proxy else "")
        return way

    def _cookies(self, origin: str) -> str:
        """The cookies that the user's session has for an origin; those without a domain would go anywhere."""
        session = cast("aiohttp.ClientSession", self._users)
        found = session.cookie_jar.filter_cookies(URL(origin)).values()
        return "; ".join(f"{each.key}={each.coded_value}" for each in found if each["domain"])


class _Protocol(ResponseHandler):
    """A connection that isn't kept where more came than the answer, and whose break is no end of a body.

    The timeout of reading goes on after a status of 1xx, where aiohttp ends it.
    """

    _was_waiting = False

    def is_connected(self) -> bool:
        """Whether the connection can be used again."""
        return super().is_connected() and not self.should_close

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self._was_waiting = self._read_timeout_handle is not None
        super().data_received(data)

    async def read(self) -> Any:
        """Wait for a head."""
        head = await super().read()
        if head[0].code < 200 and self._was_waiting:
            self.start_timeout()
        return head

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take note of the end of the connection."""
        if exc is not None and self._payload is not None and not self._payload.is_eof():
            self._payload.set_exception(aiohttp.ClientPayloadError())
        super().connection_lost(exc)


def _session(connector: aiohttp.BaseConnector | None, **options: Any) -> aiohttp.ClientSession:
    # A jar of cookies would keep what a server sets for everybody who shares the session.
    session = aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), **_PLAIN, **options
    )
    # Whether to send a request again is decided above.
    vars(session)["_retry_connection"] = False
    return session


async def _closing(session: aiohttp.ClientSession) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        await session.close()


def _close(session: aiohttp.ClientSession, pid: int) -> None:
    """Close a session that was forgotten, where aiohttp would complain on the error log."""
    connector = session.connector
    if session.closed or connector is None:
        return
    session.detach()
    if keep_if_inherited(pid, connector):
        return
    # The first step closes the connections, and the others wait for their last words. An event loop that has been closed
    # takes none.
    closing = connector.close().__await__()
    with suppress(RuntimeError, StopIteration):
        next(closing)
    closing.close()


@lru_cache(maxsize=16)
def _timeout(pool: float | None, connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=pool, sock_connect=connect, sock_read=read)


def _is_small(content: object) -> bool:
    return isinstance(content, bytes) and len(content) <= _SMALL


class _Owner:
    """Closes an answer, and with it the connection unless all of the body has been read."""

    __slots__ = ("_answer",)

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def aclose(self) -> None:
        self._answer.close()


class _Body:
    """A request's body, which keeps what it raises, and ends a write that stalls."""

    def __init__(self, content: Any) -> None:
        self._content = content
        self._error: Exception | None = None
        self._seconds: float | None = None
        self._timeout: asyncio.Timeout | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = self._content
        try:
            async for chunk in _pieces(content) if isinstance(content, bytes) else content:
                self._expect(self._seconds)
                yield chunk
                self._expect(None)
        except Exception as error:
            self._error = error
            raise

    async def sent(self, sending: Any, seconds: float | None) -> aiohttp.ClientResponse:
        """Wait for the answer, but for no chunk longer than the seconds given."""
        self._seconds = seconds
        answer: aiohttp.ClientResponse
        try:
            async with asyncio.timeout(None) as self._timeout:
                answer = await sending
        except (aiohttp.ClientError, TimeoutError):
            if self._error is None:
                raise
        else:
            return answer
        finally:
            # The rest of a body may still be on its way when the response has come.
            self._timeout = None
        # aiohttp says of a body that raised that the connection broke.
        raise self._error

    def _expect(self, seconds: float | None) -> None:
        if self._timeout is not None:
            when = None if seconds is None else asyncio.get_running_loop().time() + seconds
            self._timeout.reschedule(when)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]
