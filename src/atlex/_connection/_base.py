"""What synchronous and asynchronous connections have in common."""

from __future__ import annotations

import time
from typing import Any, Final

from atlex._agent import Headers, Request, too_large
from atlex._connection._failures import FailureGuard, late
from atlex._decoding import Decoder, EncodingError
from atlex._home import Home, here, here_async, is_gone
from atlex._http import Answer, Carrier, Transport, check_choice, open_carrier, own_transport
from atlex.errors import XrpcInternalError, XrpcInvalidResponseError

__all__ = ["BaseBody", "BaseConnection"]

# How many bytes an encoding may add to a body that it can't make smaller.
_OVERHEAD: Final = 64 * 1024


class BaseConnection:
    """Sends requests over a carrier, which is opened with the first one.

    In another process (after a fork) and in another event loop it opens another one.

    Args:
        http_client: The user's own client, with its proxies, TLS settings and transport; it stays open. Timeouts and
            redirects are as the requests and this package say. None for one of our own, for which the environment's
            proxies and certificates count.
        transport: The library to send with. None: docs/transport.md has the choice.
        asynchronous: Whether its calls are.

    Raises:
        InputError: The HTTP client is none, or one for the other kind of calls; or the transport can't be used.
    """

    def __init__(self, http_client: object, transport: Transport | None, *, asynchronous: bool) -> None:
        self._library: Transport | None = check_choice(http_client, transport, asynchronous=asynchronous)
        self._asynchronous = asynchronous
        self._here = here_async if asynchronous else here
        self._http_client = http_client
        # Looking up and `setdefault` are single steps, so that no lock is needed, which a fork could leave locked.
        self._carriers: dict[Home, Carrier] = {}
        self._is_closed = False

    @property
    def transport(self) -> str:
        """The transport of the requests, for a repr: a library, or ``http_client`` for the user's own."""
        if self._http_client is not None:
            return "http_client"
        return self._library or own_transport(asynchronous=self._asynchronous)

    def _carrier(self, request: Request) -> Carrier:
        """What carries a request here, if neither the connection nor the user's own client has been closed."""
        fault, client = "", self._http_client
        if self._is_closed:
            fault = "The connection has been closed: close() was called, or a `with` block ended"
        elif getattr(client, "is_closed", False) or getattr(client, "closed", False):
            fault = "The http_client has been closed"
        if fault:
            raise XrpcInternalError(fault, method=request.nsid)
        home = self._here()
        return self._carriers.get(home) or self._open(home)

    def _open(self, home: Home) -> Carrier:
        self._forget()
        # The choice depends on what runs here; the repr gives this one from now on.
        self._library = self._library or own_transport(asynchronous=self._asynchronous)
        return self._carriers.setdefault(home, self._open_carrier(self._library))

    def _open_carrier(self, library: Transport) -> Carrier:
        return open_carrier(library, self._http_client, asynchronous=self._asynchronous)

    def _closing(self) -> Carrier | None:
        """The carrier to close here, if there is one of our own."""
        self._is_closed = True
        self._forget()
        carrier = self._carriers.pop(self._here(), None)
        return carrier if self._http_client is None else None

    def _forget(self) -> None:
        for home in list(self._carriers):
            if is_gone(home) and (carrier := self._carriers.pop(home, None)):
                carrier.abandon()


class BaseBody:
    """The body of a response, unpacked, within the limits of its request."""

    __slots__ = ("_answer", "_deadline", "_guard", "_limit", "_reading", "_received", "headers")

    def __init__(self, request: Request, guard: FailureGuard, answer: Answer) -> None:
        self.headers: Final = Headers.from_bytes(answer.headers)
        self._answer: Final = answer
        self._guard: Final = guard
        # The limits don't apply to a stream, which the caller reads at their own pace, unless it is an error.
        is_bounded = not (request.stream and 200 <= answer.status < 300)
        self._deadline: Final = request.deadline if is_bounded else None
        self._limit: Final = request.max_response_size if is_bounded else None
        self._received = 0
        self._reading: Any = None

    def _decoder(self) -> Decoder | None:
        encoding = "" if self._answer.is_unpacked else self.headers.get("content-encoding", "")
        return Decoder(encoding) if encoding else None

    def _check(self, data: bytes) -> None:
        """Check what has arrived against the deadline and the limit: it may well unpack to nothing."""
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise late()
        self._received += len(data)
        if self._limit is not None and self._received > self._limit + _OVERHEAD:
            raise too_large(self._answer.status, self.headers, self._limit)

    def _refused(self, error: EncodingError) -> XrpcInvalidResponseError:
        return XrpcInvalidResponseError(str(error), status=self._answer.status, headers=self.headers)
