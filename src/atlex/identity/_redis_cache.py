"""Identities in Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from atlex._lazy import lazy_module
from atlex.errors import InputError

if TYPE_CHECKING:
    import redis as _redis
else:
    # It comes with an extra; annotations are resolved by those who ask for them.
    _redis = lazy_module("redis", None)

__all__ = ["RedisIdentityCache"]

_CONNECTIONS: Final = 16


class RedisIdentityCache:
    """Keeps what was found in Redis, for workers on several machines. It takes the extra ``atlex[redis]``.

    Redis forgets each name by itself when it can't be used any more. Whoever can write to it decides where accounts
    are, and so which server gets a password at the next login by handle.

    Args:
        client: A blocking ``redis.Redis``, which stays open, and whose pool should have threads wait for a connection
            (``BlockingConnectionPool``) where there are more than it has; or the URL of a server, such as
            ``redis://localhost:6379/0`` or ``rediss://…`` for TLS. A URL's password stays out of every message.
        prefix: What keys begin with.

    Raises:
        InputError: redis-py isn't installed, or an argument can't be used.
    """

    def __init__(self, client: _redis.Redis | str, *, prefix: str = "atlex:identity:") -> None:
        try:
            import redis
        except ImportError:
            raise InputError("A RedisIdentityCache needs an extra: pip install 'atlex[redis]'") from None
        if not isinstance(cast("object", prefix), str):
            raise InputError("prefix must be a str")
        if isinstance(client, str):
            try:
                # redis-py leaves the type of its keyword arguments open. Of a thousand threads most wait for a
                # connection rather than go without the cache.
                pool = cast("Any", redis.BlockingConnectionPool).from_url(
                    client, max_connections=_CONNECTIONS
                )
                client = redis.Redis(connection_pool=pool)
            except ValueError:
                del client
                # Without the URL, and without the error, which quotes it.
                raise InputError("Not the URL of a Redis server: redis://… or rediss://…") from None
        self._client: Any = client
        self._prefix = prefix

    def load(self, name: str, /) -> str | None:
        """The text under a name, or None."""
        found = self._client.get(self._prefix + name)
        return found.decode(errors="replace") if isinstance(found, bytes) else found

    def save(self, name: str, text: str, seconds: float, /) -> None:
        """Keep a text; Redis forgets it after so many seconds."""
        self._client.set(self._prefix + name, text, ex=max(int(seconds), 1))

    def delete(self, name: str, /) -> None:
        """Forget the text under a name, if there is one."""
        self._client.delete(self._prefix + name)

    def __repr__(self) -> str:
        return f"RedisIdentityCache(prefix={self._prefix!r})"
