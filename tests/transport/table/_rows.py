"""What a row of the table is: the server's scripts, the request, and the one outcome there is for all carriers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tests.transport.table._server import Script, Seen

from atlex.errors import AtlexError, XrpcFetchError, XrpcInvalidResponseError

SECRET = "s3cret"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: a/b\r\n"


@dataclass(frozen=True)
class Answered:
    """There is a response; ``headers`` are some of its headers, None for one that mustn't be there."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str | None] = field(default_factory=dict)

    def fits(self, outcome: object) -> bool:
        return (
            isinstance(outcome, Answered)
            and (outcome.status, outcome.body) == (self.status, self.body)
            and all(outcome.headers.get(name) == value for name, value in self.headers.items())
        )

    def __repr__(self) -> str:
        body = self.body if len(self.body) < 100 else f"{len(self.body)} bytes"
        return f"Answered({self.status}, {body!r}, {dict(list(self.headers.items())[:8])})"


@dataclass(frozen=True)
class Failed:
    """There is an `XrpcFetchError`, or what else a request can end with."""

    kind: type[AtlexError] = XrpcFetchError
    error: str | None = "NetworkError"
    sent: bool | None = True
    text: str = ""

    def fits(self, outcome: object) -> bool:
        return (
            type(outcome) is self.kind
            and (self.error is None or getattr(outcome, "error", None) == self.error)
            and (self.sent is None or getattr(outcome, "sent", True) == self.sent)
            and self.text in str(outcome)
        )

    def __repr__(self) -> str:
        return f"{self.kind.__name__}({self.error}, sent={self.sent}, {self.text!r})"


@dataclass(frozen=True)
class Either:
    """Parsers differ over it, and it does no harm: any of these, and nothing else."""

    why: str
    outcomes: tuple[Answered | Failed, ...]

    def fits(self, outcome: object) -> bool:
        return any(each.fits(outcome) for each in self.outcomes)


Outcome: TypeAlias = Answered | Failed | Either

BROKEN = Failed()
LATE = Failed(error="Timeout", sent=None)
UNREACHED = Failed(sent=False)


def refused(text: str) -> Failed:
    """The response is there, and can't be used."""
    return Failed(XrpcInvalidResponseError, None, None, text)


def lenient(why: str, body: bytes = b"ok", status: int = 200) -> Either:
    """The answer, or a failure."""
    return Either(why, (Answered(body, status), BROKEN))


@dataclass(frozen=True)
class Row:
    """One situation.

    Attributes:
        name: What it is, in the fewest words; unique.
        scripts: What the server does, one script for each request.
        outcome: What comes of it.
        request: What the request has besides ``GET``; a body is given as a function that makes it.
        targets: The request targets that the server sees, where the row is about them.
        check: Something else that must hold of the requests that the server saw.
    """

    name: str
    scripts: Sequence[Script]
    outcome: Outcome
    request: Mapping[str, Any] = field(default_factory=dict)
    targets: Sequence[bytes] | None = None
    check: Callable[[Sequence[Seen]], bool] | None = None

    def __repr__(self) -> str:
        return self.name


def row(name: str, reply: Script, outcome: Outcome, **request: Any) -> Row:
    """A row with one request."""
    return Row(name, [reply], outcome, request)


def sized(body: bytes = b"ok", head: bytes = HEAD) -> bytes:
    """A whole response with its length."""
    return head + b"content-length: %d\r\n\r\n" % len(body) + body


def chunked(*chunks: bytes, head: bytes = HEAD, end: bytes = b"0\r\n\r\n") -> bytes:
    """A whole response in chunks."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return head + b"transfer-encoding: chunked\r\n\r\n" + body + end
