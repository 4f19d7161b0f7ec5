"""The log of what a server was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from atlex._agent import Headers

__all__ = ["LoggedRequest", "without_secrets"]

_SECRET: Final = frozenset({"authorization", "proxy-authorization", "cookie", "dpop"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """One request that came, without its body, which may hold a password.

    Attributes:
        nsid: The method that its path named; empty outside ``/xrpc/``.
        method: ``GET`` or ``POST``, or whatever came.
        host: What it took the server's name for.
        query: Its query string, as it came.
        headers: Its headers; of those with secrets only the scheme is kept, as in ``Bearer …``.
        did: The account whose token it brought, where the method looks at tokens and this one was good.
        status: The status of the answer; None when the connection was broken instead.
        error: The error code of the answer, or None.
    """

    nsid: str
    method: str
    host: str
    query: str
    headers: Headers
    did: str | None
    status: int | None
    error: str | None


def without_secrets(headers: Headers) -> Headers:
    """The headers as the log keeps them."""
    return Headers({name: _shortened(value) if name in _SECRET else value for name, value in headers.items()})


def _shortened(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} …" if space else "…"
