"""Sessions as a PDS keeps them: access tokens that it only checks, refresh tokens that it remembers.

A refresh token can be used again for two hours after it has been rotated, and leads to the same successor each time;
in strict mode it can't. Source: the behaviour of the protocol's own server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final, NamedTuple

from atlex.testing._accounts import Account
from atlex.testing._clock import Clock, Dice
from atlex.testing._tokens import ACCESS_SCOPE, REFRESH_SCOPE, TAKENDOWN_SCOPE, TokenType, sign, verify
from atlex.testing._wire import PdsError

__all__ = ["Sessions", "TokenPair"]

_GRACE: Final = 2 * 60 * 60
_SERVICE_LIFE: Final = 60
_REVOKED: Final = "Token has been revoked"


class TokenPair(NamedTuple):
    """What a login or a refresh gives."""

    access: str
    refresh: str


@dataclass(slots=True)
class _RefreshToken:
    did: str
    expires_at: float
    successor: str | None = None


@dataclass(slots=True, kw_only=True, repr=False)
class Sessions:
    """Makes tokens and knows which are good.

    Attributes:
        clock: Decides what has expired.
        dice: Names refresh tokens, and gives the key.
        audience: The server's DID.
        access_life: Seconds that an access token is good for.
        refresh_life: Seconds that a refresh token is good for.
        strict: Whether a refresh token can be used only once.
    """

    clock: Clock
    dice: Dice
    audience: str
    access_life: float
    refresh_life: float
    strict: bool
    _key: bytes = field(init=False)
    _refresh_tokens: dict[str, _RefreshToken] = field(default_factory=dict[str, _RefreshToken], init=False)
    _serial: int = field(default=0, init=False)
    # Up to which serial number access tokens have been expired by hand, for all accounts (None) and for one.
    _expired_serials: dict[str | None, int] = field(default_factory=dict[str | None, int], init=False)

    def __post_init__(self) -> None:
        self._key = self.dice.key()

    def create(self, account: Account) -> TokenPair:
        """Begin a session."""
        return self._pair(account.did, self.dice.token_id(), takendown=account.takendown)

    def rotate(self, token_id: str) -> TokenPair:
        """Give a session new tokens.

        Raises:
            PdsError: The refresh token isn't good any more.
        """
        now = self.clock.now()
        token = self._refresh_tokens.get(token_id)
        if token is None or token.expires_at <= now:
            raise PdsError(400, "ExpiredToken", _REVOKED)
        if token.successor is None:
            token.successor = self.dice.token_id()
        if self.strict:
            del self._refresh_tokens[token_id]
        else:
            token.expires_at = min(token.expires_at, now + _GRACE)
        return self._pair(token.did, token.successor)

    def revoke(self, token_id: str) -> None:
        """End a session, if there is one."""
        self._refresh_tokens.pop(token_id, None)

    def revoke_all(self, did: str | None = None) -> None:
        """End all sessions, or all of one account."""
        self._refresh_tokens = {
            token_id: token
            for token_id, token in self._refresh_tokens.items()
            if did is not None and token.did != did
        }

    def expire_access_tokens(self, did: str | None = None) -> None:
        """Make all access tokens made so far expired ones, or all of one account."""
        self._expired_serials[did] = self._serial

    def access_claims(self, token: str) -> Mapping[str, Any]:
        """What an access token says.

        Raises:
            PdsError: It isn't one, or has expired.
        """
        claims = self._verify(token, "at+jwt")
        expired = max(self._expired_serials.get(None, 0), self._expired_serials.get(claims["sub"], 0))
        if int(claims["jti"]) <= expired:
            raise PdsError(400, "ExpiredToken", "Token has expired")
        return claims

    def refresh_claims(self, token: str, *, allow_expired: bool = False) -> Mapping[str, Any]:
        """What a refresh token says; whether it has been revoked is seen when it is used.

        Raises:
            PdsError: It isn't one, or has expired.
        """
        return self._verify(token, "refresh+jwt", allow_expired=allow_expired)

    def service_token(self, did: str, audience: str, method: str | None, expires_at: int | None) -> str:
        """A token with which an account lets a service act for it.

        Args:
            did: The account.
            audience: The service's DID.
            method: The only method that it is good for; None for all.
            expires_at: When it expires, in seconds since 1970; None for in a minute.
        """
        now = int(self.clock.now())
        expires_at = now + _SERVICE_LIFE if expires_at is None else expires_at
        claims = {"iss": did, "aud": audience, "iat": now, "exp": expires_at, "jti": self.dice.token_id()}
        return sign("JWT", claims if method is None else {**claims, "lxm": method}, self._key)

    def service_claims(self, token: str, audiences: Mapping[str, str]) -> Mapping[str, Any]:
        """What a token for a service says.

        Args:
            token: The token.
            audiences: The methods that it may be for, and whom it has to be addressed to for each.

        Raises:
            PdsError: It isn't one, has expired, or is for something else.
        """
        try:
            claims = verify(token, "JWT", self._key, audience=None, now=self.clock.now())
        except PdsError as error:
            code = "JwtExpired" if error.error == "ExpiredToken" else "BadJwtSignature"
            raise PdsError(401, code, error.message) from None
        method = claims.get("lxm", "")
        if method not in audiences:
            raise PdsError(401, "BadJwtLexiconMethod", f"bad jwt lexicon method (lxm): {method}")
        if claims["aud"] != audiences[method]:
            raise PdsError(401, "BadJwtAudience", "jwt audience does not match service did")
        return claims

    def _verify(self, token: str, kind: TokenType, *, allow_expired: bool = False) -> Mapping[str, Any]:
        now = self.clock.now()
        return verify(token, kind, self._key, audience=self.audience, now=now, allow_expired=allow_expired)

    def _pair(self, did: str, refresh_id: str, *, takendown: bool = False) -> TokenPair:
        now = self.clock.now()
        # An account that was taken down can look, but not stay: its refresh token is never known.
        if not takendown:
            self._refresh_tokens.setdefault(refresh_id, _RefreshToken(did, now + self.refresh_life))
        self._serial += 1
        shared = {"aud": self.audience, "sub": did, "iat": int(now)}
        access = {
            "scope": TAKENDOWN_SCOPE if takendown else ACCESS_SCOPE,
            **shared,
            "exp": int(now) + ceil(self.access_life),
            # The real server's tokens of one second are equal. A test can tell these apart.
            "jti": str(self._serial),
        }
        refresh = {
            "scope": REFRESH_SCOPE,
            **shared,
            "exp": int(now) + ceil(self.refresh_life),
            "jti": refresh_id,
        }
        return TokenPair(sign("at+jwt", access, self._key), sign("refresh+jwt", refresh, self._key))
