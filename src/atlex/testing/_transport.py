"""The face for httpx clients: one transport, synchronous and asynchronous, without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from math import inf
from typing import Any, Final, cast

from httpx import AsyncBaseTransport, BaseTransport, ConnectError, ReadError, ReadTimeout
from httpx import Request as HttpRequest
from httpx import Response as HttpResponse

from atlex._agent import Headers
from atlex.testing._server import Server
from atlex.testing._wire import Drop, WireRequest, WireResponse

__all__ = ["PdsTransport"]

_CHUNK: Final = 64 * 1024


class PdsTransport(BaseTransport, AsyncBaseTransport):
    """Hands every request to the server, whatever host it is for.

    Args:
        server: Handles the requests.
        sleep: Waits out a delay in a synchronous client.
        async_sleep: Waits out a delay in an asynchronous client.
    """

    def __init__(
        self,
        server: Server,
        sleep: Callable[[float], object],
        async_sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._server = server
        self._sleep = sleep
        self._async_sleep = async_sleep

    def handle_request(self, request: HttpRequest) -> HttpResponse:
        """Answer a synchronous client; raises what httpx raises when the network fails."""
        visit = _Visit(self._server, request, request.read())
        for seconds in visit.waits():
            self._sleep(seconds)
        response = visit.response()
        return HttpResponse(response.status, headers=_headers(response), content=_pieces(response))

    async def handle_async_request(self, request: HttpRequest) -> HttpResponse:
        """Answer an asynchronous client; raises what httpx raises when the network fails."""
        visit = _Visit(self._server, request, await request.aread())
        for seconds in visit.waits():
            await self._async_sleep(seconds)
        response = visit.response()
        return HttpResponse(response.status, headers=_headers(response), content=_async_chunks(response))


class _Visit:
    """One request on its way through the server, apart from the waiting."""

    def __init__(self, server: Server, request: HttpRequest, body: bytes) -> None:
        self._server = server
        self._http_request = request
        headers = Headers(request.headers.multi_items())
        sent = "content-length" in headers or "transfer-encoding" in headers
        self._request = WireRequest(
            method=request.method,
            target=request.url.raw_path.decode("ascii"),
            headers=headers,
            body=body if sent else None,
        )
        self._outcome: WireResponse | Drop | None = None
        self._delay = 0.0
        limits = cast("Mapping[str, Any]", request.extensions.get("timeout") or {})
        self._patience: float = inf if limits.get("read") is None else limits["read"]

    def waits(self) -> Iterator[float]:
        """Handle the request; yield the seconds to wait before and after, which are at most the client's timeout."""
        planned = self._server.plan(self._request)
        before, after = planned.seconds("before"), planned.seconds("after")
        self._delay = before + after
        if before:
            yield min(before, self._patience)
        # The server does it even if the client has lost patience, as over a network.
        self._outcome = self._server.answer(self._request, planned)
        if after:
            yield min(after, self._patience)

    def response(self) -> WireResponse:
        """What the client gets to see of the response, once the waits are over."""
        request = self._http_request
        if self._delay > self._patience:
            raise ReadTimeout("The read operation timed out", request=request)
        if isinstance(self._outcome, WireResponse):
            return self._outcome
        if self._outcome is not None and self._outcome.when == "before":
            raise ConnectError("Connection refused", request=request)
        raise ReadError("Connection reset by peer", request=request)


def _headers(response: WireResponse) -> Mapping[str, str]:
    return {"content-length": str(len(response.body)), **response.headers}


def _pieces(response: WireResponse) -> Iterator[bytes]:
    body = response.body
    for start in range(0, len(body), _CHUNK):
        yield body[start : start + _CHUNK]
    if int(response.headers.get("content-length", 0)) > len(body):
        raise ReadError("The connection broke before the body was complete")


async def _async_chunks(response: WireResponse) -> AsyncIterator[bytes]:
    for piece in _pieces(response):
        yield piece
