"""Agents, which clients send through, and the small request and response that pass between the two.

An agent adds an origin and perhaps credentials to a request and gives a response. Nothing here does I/O and
nothing here knows which HTTP library does, so that a user's own agent needs only this module's three types.
"""

from __future__ import annotations

import os
import re
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Generator,
    ItemsView,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from inspect import iscoroutinefunction
from typing import (
    Any,
    BinaryIO,
    Final,
    Literal,
    Protocol,
    TypeAlias,
    TypeVar,
    cast,
    overload,
    runtime_checkable,
)

from atlex._options import SECONDS, SIZE, check_options
from atlex.errors import InputError, XrpcInternalError, XrpcInvalidResponseError

__all__ = [
    "DEADLINE_PASSED",
    "DEFAULT_MAX_RESPONSE_SIZE",
    "DEFAULT_TIMEOUT",
    "Agent",
    "AsyncAgent",
    "AsyncByteStream",
    "Body",
    "ByteStream",
    "Gathered",
    "Headers",
    "Request",
    "Response",
    "SyncBody",
    "check_agent",
    "too_large",
]

DEFAULT_TIMEOUT: Final = 30.0
"""Seconds that each phase of a call may take where the caller names no other number."""

DEFAULT_MAX_RESPONSE_SIZE: Final = 64 * 1024 * 1024
"""The most bytes of a response that are held at once where the caller names no other number."""

SyncBody: TypeAlias = bytes | os.PathLike[str] | BinaryIO | Iterable[bytes]
"""The body that a synchronous agent sends: bytes, a file's path, an open binary file, or chunks."""

Body: TypeAlias = SyncBody | AsyncIterable[bytes]
"""The body that an asynchronous agent sends: a synchronous one's, or chunks that come asynchronously."""

DEADLINE_PASSED: Final = "The deadline of the call passed before the response was complete"
"""The message for a call that took too long."""

_LIMITS: Final = {"timeout": SECONDS, "max_response_size": SIZE}
_DEFAULT_LIMITS: Final = (DEFAULT_TIMEOUT, DEFAULT_MAX_RESPONSE_SIZE)
# How many pieces of a body are kept apart, however small: so many, and one for so many bytes.
_FEW: Final = 64
_SMALL: Final = 256
_NSID_CHARACTERS: Final = re.compile(r"[A-Za-z0-9.-]+")
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e]*")
_GONE: Final = "The body of this response has been gone through or closed already"
_ASYNCHRONOUS: Final = (
    "This response comes from an asynchronous agent: use aread(), aiter_bytes() or aclose()"
)
_SYNCHRONOUS: Final = "This response comes from a synchronous agent: use read(), iter_bytes() or close()"
_SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "dpop"})


_T = TypeVar("_T")


class Headers(Mapping[str, str]):
    """HTTP headers: look-ups ignore case, names are listed in lower case, and nothing can be changed.

    Args:
        values: A mapping, or pairs of name and value. The values of a repeated name are joined with ``", "``, as
            RFC 9110, section 5.3 has it.
    """

    __slots__ = ("_is_checked", "_values")

    _is_checked: bool
    _values: dict[str, str]

    def __init__(self, values: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        if isinstance(values, Headers):
            # Neither can be changed.
            self._is_checked, self._values = values._is_checked, values._values
            return
        # Asking whether it is a Mapping takes longer than all of the rest.
        items = getattr(values, "items", None)
        pairs: Iterable[tuple[str, str]] = cast("Any", values if items is None else items())
        joined: dict[str, str] = {}
        try:
            for name, value in pairs:
                key = name.lower()
                joined[key] = f"{joined[key]}, {value}" if key in joined else value
        except (AttributeError, TypeError, ValueError):
            raise InputError(
                "headers must be a mapping or pairs of names and values, all of them str"
            ) from None
        self._is_checked, self._values = False, joined

    @classmethod
    def from_bytes(cls, pairs: Sequence[tuple[bytes, bytes]]) -> Headers:
        """The headers of a message as they came.

        Args:
            pairs: Names and values. What isn't ASCII is taken for UTF-8, or else for Latin-1.
        """
        # Some versions of aiohttp leave the spaces behind a value, which aren't a part of it.
        try:
            values = {
                name.decode("ascii").lower(): value.strip(b" \t").decode("ascii") for name, value in pairs
            }
        except UnicodeDecodeError:
            values = {}
        if len(values) < len(pairs):
            return cls([(_text(name), _text(value.strip(b" \t"))) for name, value in pairs])
        headers = object.__new__(cls)
        headers._is_checked, headers._values = False, values
        return headers

    def __getitem__(self, name: str, /) -> str:
        return self._values[name.lower()]

    def __contains__(self, name: object, /) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def get(self, name: str, default: None = None, /) -> str | None: ...
    @overload
    def get(self, name: str, default: str | _T, /) -> str | _T: ...
    def get(self, name: str, default: object = None, /) -> object:
        """The value of a name, or the default where there is none."""
        return self._values.get(name.lower(), default)

    def items(self) -> ItemsView[str, str]:
        """The names, in lower case, with their values."""
        return self._values.items()

    def merged(self, values: Mapping[str, str]) -> Headers:
        """These headers with others, which win where both have a name."""
        others = values if isinstance(values, Headers) else Headers(values)
        if self._is_checked:
            others.check()
        both = object.__new__(Headers)
        both._is_checked, both._values = self._is_checked, {**self._values, **others._values}
        return both

    def check(self) -> None:
        """Make sure that the headers may be sent; once they have been found to, this costs nothing.

        Raises:
            InputError: A name or a value holds a character that would change the meaning of the request.
        """
        if self._is_checked:
            return
        for name, value in self._values.items():
            if not _HEADER_NAME.fullmatch(name):
                raise InputError(f"{name!r} isn't the name of an HTTP header")
            # The value stays out of the message: it may be a secret.
            if not isinstance(cast("object", value), str):
                raise InputError(f"headers: {name!r} must be a str, not {type(value).__name__}")
            if not _HEADER_VALUE.fullmatch(value):
                raise InputError(f"The header {name!r} may hold visible ASCII characters and spaces only")
        self._is_checked = True

    def __repr__(self) -> str:
        shown = {name: "…" if name in _SECRET_HEADERS else value for name, value in self._values.items()}
        return f"Headers({shown!r})"


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call, before an agent has put its origin and credentials to it.

    Attributes:
        method: ``GET`` for a query, ``POST`` for a procedure.
        nsid: The NSID of the method called.
        query: The query string, URL-encoded, without its question mark.
        headers: The headers to send; any mapping is taken and kept as ``Headers``.
        body: What to send, or None for a request without a body.
        timeout: Seconds that each phase may take (connecting, sending, waiting, reading); None for no limit.
        deadline: The moment by which the response has to be there, on the clock of ``time.monotonic()``; None for no
            limit. Of a stream, its headers.
        max_response_size: The most bytes that the response may have where it is held whole, unpacked; None for no
            limit. A stream may have any number.
        stream: True to get the response as soon as its headers are there, its body to be read by the caller.

    Raises:
        InputError: The NSID or a header holds a character that would change the meaning of the request, or a limit
            isn't positive.
    """

    method: Literal["GET", "POST"]
    nsid: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=Headers)
    body: Body | None = None
    timeout: float | None = DEFAULT_TIMEOUT
    deadline: float | None = None
    max_response_size: int | None = DEFAULT_MAX_RESPONSE_SIZE
    stream: bool = False

    def __post_init__(self) -> None:
        if not _NSID_CHARACTERS.fullmatch(self.nsid):
            raise InputError(f"{self.nsid!r} isn't an NSID")
        headers = self.headers
        if not isinstance(headers, Headers):
            headers = Headers(headers)
            object.__setattr__(self, "headers", headers)
        headers.check()
        # Nearly every request has the default ones.
        if (self.timeout, self.max_response_size) != _DEFAULT_LIMITS:
            check_options({"timeout": self.timeout, "max_response_size": self.max_response_size}, _LIMITS)

    @property
    def path(self) -> str:
        """The path and query string: ``/xrpc/<nsid>[?query]``."""
        return f"/xrpc/{self.nsid}?{self.query}" if self.query else f"/xrpc/{self.nsid}"

    @property
    def replayable(self) -> bool:
        """Whether the request can be sent a second time: its body is none, bytes or a path."""
        return self.body is None or isinstance(self.body, bytes | os.PathLike)

    def __repr__(self) -> str:
        # Headers and bodies carry tokens and passwords, and query strings what the user looks for.
        sent = f"{len(self.body)} bytes" if isinstance(self.body, bytes) else type(self.body).__name__
        body = "" if self.body is None else f", body: {sent}"
        return (
            f"<Request {self.method} /xrpc/{self.nsid}, headers: {', '.join(self.headers) or 'none'}{body}>"
        )


@runtime_checkable
class ByteStream(Protocol):
    """A response's body on its way: chunks, then ``close()``."""

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


@runtime_checkable
class AsyncByteStream(Protocol):
    """A response's body on its way, asynchronously: chunks, then ``aclose()``."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


def too_large(status: int, headers: Headers, limit: int) -> XrpcInvalidResponseError:
    """The error for a body that has more bytes than the request allows."""
    return XrpcInvalidResponseError(
        f"The body has more than {limit} bytes: raise max_response_size, or read it as a stream",
        status=status,
        headers=headers,
    )


class Gathered:
    """A body that is read to its end, up to a limit."""

    __slots__ = ("_headers", "_limit", "_pieces", "_size", "_status")

    def __init__(self, status: int, headers: Headers, limit: int | None) -> None:
        self._status = status
        self._headers = headers
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        # A stream may fill the same buffer anew.
        self._pieces.append(bytes(piece))
        if self._limit is not None and self._size > self._limit:
            raise too_large(self._status, self._headers, self._limit)
        # One buffer would be moved each time it grows. Many small pieces would take more memory than what is in them.
        if len(self._pieces) > _FEW + self._size // _SMALL:
            self._pieces = [self.whole()]

    def whole(self) -> bytes:
        return b"".join(self._pieces)


class Response:
    """A response: status, headers, and a body that is there whole or still on its way.

    ``Response(200, {"content-type": "application/json"}, b"{}")`` is all that a user's own agent has to build.

    Args:
        status: The HTTP status.
        headers: A mapping, or pairs of name and value.
        content: The whole body.
        stream: The body on its way, in place of ``content``; iterable, or asynchronously iterable. Its iteration
            raises XrpcFetchError when the network fails.
        limit: The most bytes that ``read()`` takes; None for no limit. ``iter_bytes()`` has none, since it holds
            nothing.
    """

    __slots__ = ("_content", "_is_taken", "_limit", "_stream", "headers", "status")

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        content: bytes = b"",
        *,
        stream: ByteStream | AsyncByteStream | None = None,
        limit: int | None = None,
    ) -> None:
        self.status: int = status
        self.headers: Headers = headers if isinstance(headers, Headers) else Headers(headers)
        self._content = content if stream is None else None
        self._stream = stream
        self._is_taken = False
        self._limit = limit

    @property
    def is_read(self) -> bool:
        """Whether the whole body is there as ``content``."""
        return self._content is not None

    @property
    def content(self) -> bytes:
        """The whole body.

        Raises:
            XrpcInternalError: The body is still on its way: ``read()`` or ``aread()`` comes first.
        """
        if self._content is None:
            raise XrpcInternalError(
                "The body of this response hasn't been read: call read() or aread() first"
            )
        return self._content

    def read(self) -> bytes:
        """Read the whole body, once, and keep it as ``content``.

        Raises:
            XrpcFetchError: The network failed.
            XrpcInvalidResponseError: The body is larger than the limit.
        """
        if self._content is None:
            gathered = Gathered(self.status, self.headers, self._limit)
            stream = self._taken(self._synchronous())
            try:
                for chunk in stream:
                    gathered.add(chunk)
            finally:
                self.close()
            self._content = gathered.whole()
        return self._content

    async def aread(self) -> bytes:
        """Do what ``read()`` does, asynchronously."""
        if self._content is None:
            gathered = Gathered(self.status, self.headers, self._limit)
            stream = self._taken(self._asynchronous())
            try:
                async for chunk in stream:
                    gathered.add(chunk)
            finally:
                await self.aclose()
            self._content = gathered.whole()
        return self._content

    def iter_bytes(self) -> Generator[bytes]:
        """Go through the body in chunks of any size, and close it.

        A body on its way can be gone through once.

        Raises:
            XrpcFetchError: The network failed.
            XrpcInternalError: The body has been read or closed, or comes from an agent of the other kind.
        """
        if self._content is not None:
            if self._content:
                yield self._content
            return
        stream = self._taken(self._synchronous())
        try:
            yield from stream
        finally:
            self.close()

    async def aiter_bytes(self) -> AsyncGenerator[bytes]:
        """Do what ``iter_bytes()`` does, asynchronously."""
        if self._content is not None:
            if self._content:
                yield self._content
            return
        stream = self._taken(self._asynchronous())
        try:
            async for chunk in stream:
                yield chunk
        finally:
            await self.aclose()

    def close(self) -> None:
        """Give the connection back, however much of the body has been read. Closing twice does nothing."""
        if self._stream is not None:
            stream = self._synchronous()
            self._stream = None
            stream.close()

    async def aclose(self) -> None:
        """Give the connection back, however much of the body has been read. Closing twice does nothing."""
        if self._stream is not None:
            stream = self._asynchronous()
            self._stream = None
            await stream.aclose()

    def _taken(self, stream: _T) -> _T:
        if self._is_taken:
            raise XrpcInternalError(_GONE)
        self._is_taken = True
        return stream

    def _synchronous(self) -> ByteStream:
        # isinstance() on the protocol would look at all of its members, each time.
        if hasattr(self._stream, "__iter__"):
            return cast("ByteStream", self._stream)
        raise XrpcInternalError(_GONE if self._stream is None else _ASYNCHRONOUS)

    def _asynchronous(self) -> AsyncByteStream:
        if hasattr(self._stream, "__aiter__"):
            return cast("AsyncByteStream", self._stream)
        raise XrpcInternalError(_GONE if self._stream is None else _SYNCHRONOUS)

    def __repr__(self) -> str:
        return f"<Response {self.status} {self.headers.get('content-type', 'without a content type')}>"


class Agent(Protocol):
    """A synchronous client sends through one of these. Users can write their own."""

    @property
    def did(self) -> str | None:
        """The DID of the account that the agent speaks for, or None."""
        ...

    def send(self, request: Request, /) -> Response:
        """Send the request and give whatever response there is, errors included.

        Raises:
            XrpcFetchError: There was no response.
        """
        ...


class AsyncAgent(Protocol):
    """An asynchronous client sends through one of these. Users can write their own."""

    @property
    def did(self) -> str | None:
        """The DID of the account that the agent speaks for, or None."""
        ...

    def send(self, request: Request, /) -> Awaitable[Response]:
        """Do what `Agent.send` does, asynchronously: it may be a coroutine function."""
        ...


def check_agent(agent: object, *, asynchronous: bool) -> None:
    """Make sure that a client can send through an agent.

    Args:
        agent: What was given as an agent.
        asynchronous: Whether the client is an asynchronous one.

    Raises:
        InputError: It is no agent, or one of the other kind.
    """
    send = getattr(agent, "send", None)
    name = type(agent).__name__
    if not callable(send):
        hint = ": await it first, or enter it with `async with`" if hasattr(agent, "__await__") else ""
        raise InputError(
            f"A client needs a session, another agent, or a server's URL, not a value of type {name}{hint}"
        )
    if iscoroutinefunction(send):
        if not asynchronous:
            raise InputError(
                f"{name} is an asynchronous agent: it goes with an asynchronous client, such as AsyncClient"
            )
    # A function may give an awaitable object without being a coroutine function.
    elif asynchronous and getattr(send, "__annotations__", {}).get("return") in {Response, "Response"}:
        raise InputError(f"{name} is a synchronous agent: it goes with a synchronous client, such as Client")
