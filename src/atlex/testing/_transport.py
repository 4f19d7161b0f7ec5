"""The face for httpx clients: one transport, synchronous and asynchronous, without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any, Final, cast

from atlex._agent import Headers
from atlex._http import (
    AsyncBaseTransport,
    BaseTransport,
    ConnectError,
    HttpRequest,
    HttpResponse,
    ReadError,
    ReadTimeout,
)
from atlex.testing._faults import Moment
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
        if seconds := visit.wait("before"):
            self._sleep(seconds)
        outcome = visit.answer()
        if seconds := visit.wait("after"):
            self._sleep(seconds)
        response = visit.finish(outcome)
        return HttpResponse(response.status, headers=_headers(response), content=_pieces(response))

    async def handle_async_request(self, request: HttpRequest) -> HttpResponse:
        """Answer an asynchronous client; raises what httpx raises when the network fails."""
        visit = _Visit(self._server, request, await request.aread())
        if seconds := visit.wait("before"):
            await self._async_sleep(seconds)
        outcome = visit.answer()
        if seconds := visit.wait("after"):
            await self._async_sleep(seconds)
        response = visit.finish(outcome)
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
        self._planned = server.plan(self._request)
        limits = cast("Mapping[str, Any]", request.extensions.get("timeout") or {})
        self._patience: float | None = limits.get("read")

    def wait(self, when: Moment) -> float:
        """How long to wait at that moment: no longer than the client would."""
        seconds = self._planned.seconds(when)
        return seconds if self._patience is None else min(seconds, self._patience)

    def answer(self) -> WireResponse | Drop:
        """Let the server answer. It does so even if the client has lost patience, as over a network."""
        return self._server.answer(self._request, self._planned)

    def finish(self, outcome: WireResponse | Drop) -> WireResponse:
        """What the client gets to see of the response."""
        request = self._http_request
        delay = self._planned.seconds("before") + self._planned.seconds("after")
        if self._patience is not None and delay > self._patience:
            raise ReadTimeout("The read operation timed out", request=request)
        if isinstance(outcome, WireResponse):
            return outcome
        if outcome.when == "before":
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
