# Made from _async.py by tools/unasync.py: change that file, and run the tool.
"""Sending over a carrier, synchronously: redirects, deadlines, and unpacking the body on its way."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from atlex._agent import Gathered, Request, Response
from atlex._connection._base import BaseBody, BaseConnection
from atlex._connection._exchange import MAX_REDIRECTS, Hop, Route, exchange_of, next_hop
from atlex._connection._failures import FailureGuard
from atlex._decoding import EncodingError
from atlex._http import Answer, HttpClient, Transport
from atlex._upload import open_body
from atlex.errors import XrpcFetchError

__all__ = ["HttpConnection"]


class HttpConnection(BaseConnection):
    """Sends requests synchronously, as `BaseConnection` has it."""

    def __init__(self, http_client: HttpClient | None = None, *, transport: Transport | None = None) -> None:
        super().__init__(http_client, transport, asynchronous=False)

    def send(self, request: Request, hop: Hop, route: Route = next_hop) -> Response:
        """Send a request to where it goes first, and give the response at the end of its route.

        Raises:
            XrpcFetchError: There was no response, or none before the deadline.
            XrpcInvalidResponseError: The body can't be decoded, or is larger than the request allows.
            XrpcInternalError: The connection has been closed.
            InputError: A setting of the environment can't be used, or the body can't be read; nothing was
                sent.
            FileError: The body can't be read to its end.
        """
        return self._send(request, hop, route)

    def close(self) -> None:
        """Close what was opened here; the user's own client stays open."""
        carrier = self._closing()
        if carrier is not None:
            carrier.close()

    def _send(self, request: Request, hop: Hop, route: Route) -> Response:
        carrier = self._carrier(request)
        for _ in range(MAX_REDIRECTS + 1):
            guard = FailureGuard(request, hop.origin, carrier)
            with guard, open_body(request.body) as content:
                answer: Answer = carrier.exchange(exchange_of(request, hop, content))
            body = _Body(request, guard, answer)
            try:
                following = route(request, hop, answer)
            except BaseException:
                body.close()
                raise
            if following is None:
                if request.stream:
                    limit = request.max_response_size
                    return Response(answer.status, body.headers, stream=body, limit=limit)
                return Response(answer.status, body.headers, body.read())
            body.close()
            hop = following
        raise XrpcFetchError(
            f"The request was redirected more than {MAX_REDIRECTS} times", method=request.nsid
        )


class _Body(BaseBody):
    __slots__ = ()

    def read(self) -> bytes:
        """Read all of the body, and give the connection back."""
        gathered = Gathered(self._answer.status, self.headers, self._limit)
        chunks = iter(self._answer.body)
        with self._guard:
            try:
                # As `_read` does. A generator for each body would take a tenth of what a call costs.
                decoder = self._decoder()
                for data in chunks:
                    self._check(data)
                    for piece in decoder.feed(data) if decoder else (data,):
                        gathered.add(piece)
                if decoder:
                    decoder.finish()
            except EncodingError as error:
                raise self._refused(error) from error
            finally:
                self._answer.close()
        return gathered.whole()

    def __iter__(self) -> Iterator[bytes]:
        self._reading = reading = self._read()
        return reading

    def _read(self) -> Generator[bytes]:
        chunks = iter(self._answer.body)
        with self._guard:
            try:
                decoder = self._decoder()
                for data in chunks:
                    self._check(data)
                    for piece in decoder.feed(data) if decoder else (data,):
                        yield piece
                if decoder:
                    decoder.finish()
            except EncodingError as error:
                raise self._refused(error) from error

    def close(self) -> None:
        """Give the connection back."""
        with self._guard:
            self._answer.close()
