"""JSON Web Tokens (RFC 7519) as a PDS signs them: HS256, an access and a refresh kind told apart by ``typ``.

Tokens for other services are of a third kind. A real server signs them with the account's own key (ES256K), which
would take a library. Only the services that this server simulates have to check them.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final, Literal, cast

from atlex.data import parse_json, write_json
from atlex.testing._wire import PdsError

__all__ = [
    "ACCESS_SCOPE",
    "REFRESH_SCOPE",
    "TAKENDOWN_SCOPE",
    "TokenType",
    "read_authorization",
    "sign",
    "verify",
]

TokenType = Literal["at+jwt", "refresh+jwt", "JWT"]

ACCESS_SCOPE: Final = "com.atproto.access"
REFRESH_SCOPE: Final = "com.atproto.refresh"
TAKENDOWN_SCOPE: Final = "com.atproto.takendown"

_SCHEMES: Final = frozenset({"basic", "bearer", "dpop"})


def sign(kind: TokenType, claims: Mapping[str, Any], key: bytes) -> str:
    """Make a token.

    Args:
        kind: Goes into the header as ``typ``.
        claims: The payload.
        key: The server's key.
    """
    content = f"{_encode({'typ': kind, 'alg': 'HS256'})}.{_encode(claims)}"
    return f"{content}.{_base64url(_signature(content, key))}"


def verify(
    token: str, kind: TokenType, key: bytes, *, audience: str | None, now: float, allow_expired: bool = False
) -> Mapping[str, Any]:
    """Read a token's claims.

    Args:
        token: The token.
        kind: What kind it must be of.
        key: The server's key.
        audience: Whom it must be for; None for anybody.
        now: Seconds since 1970.
        allow_expired: Whether it may have expired.

    Raises:
        PdsError: It isn't a token of this server and kind (``InvalidToken``), or has expired (``ExpiredToken``).
    """
    header, _, rest = token.partition(".")
    payload, _, signature = rest.partition(".")
    expected = _base64url(_signature(f"{header}.{payload}", key))
    # What is signed with the server's key is well-formed, so nothing is read before that is sure.
    if not hmac.compare_digest(expected.encode(), signature.encode()) or _decode(header).get("typ") != kind:
        raise PdsError(400, "InvalidToken", "Token could not be verified")
    claims = _decode(payload)
    if audience is not None and claims.get("aud") != audience:
        raise PdsError(400, "InvalidToken", "Token could not be verified")
    if claims["exp"] <= now and not allow_expired:
        raise PdsError(400, "ExpiredToken", "Token has expired")
    return claims


def read_authorization(header: str | None) -> tuple[str, str] | None:
    """The scheme of an ``Authorization`` header, in lower case, and what follows it; None where there is no header.

    Raises:
        PdsError: The header isn't a scheme and one word, or its scheme is none that a PDS knows.
    """
    if not header:
        return None
    scheme, _, credentials = header.partition(" ")
    if not credentials or " " in credentials:
        raise PdsError(400, "InvalidToken", "Malformed authorization header")
    if scheme.lower() not in _SCHEMES:
        raise PdsError(400, "InvalidToken", f"Unsupported authorization type: {scheme}")
    return scheme.lower(), credentials


def _signature(content: str, key: bytes) -> bytes:
    return hmac.digest(key, content.encode(), "sha256")


def _encode(value: Mapping[str, Any]) -> str:
    return _base64url(write_json(value))


def _decode(part: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", parse_json(urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
