"""A session in Redis."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from atlex._home import Home, here
from atlex._lazy import lazy_module
from atlex._options import check_options
from atlex.errors import InputError, SessionStoreError
from atlex.session._data import Secret, SessionData
from atlex.session._options import WAIT
from atlex.session._store import LOCK_TIMEOUT, read_session, write_session

if TYPE_CHECKING:
    import redis as _redis
    from redis.client import Pipeline
    from redis.lock import Lock
else:
    # It comes with an extra; annotations are resolved by those who ask for them.
    _redis = lazy_module("redis", None)

__all__ = ["RedisSessionStore"]

_logger = logging.getLogger("atlex.session")

_POLL: Final = 0.02

_LIMITS_LIFE: Final = 86_400
"""Seconds after which Redis forgets rate limits that nobody has changed: no window is longer."""


class RedisSessionStore:
    """A session in Redis, as JSON, for workers on several machines. It takes the extra ``atlex[redis]``.

    The lock is a key of its own, ``<key>:lock``, that Redis forgets when its holder has died. As long as the
    holder lives it is renewed, however slow the refresh; a holder that lost it all the same, because the
    process was stopped for a while, can't write: the session that others have stored since stays.

    Args:
        client: A blocking ``redis.Redis``, which stays open; or the URL of a server, such as
            ``redis://localhost:6379/0`` or ``rediss://…`` for TLS. A URL's password stays out of every
            message.
        key: The key that holds the session: one for each account.
        lock_timeout: Seconds to wait for another worker that is using the session.
        lock_life: Seconds after which Redis forgets the lock of a worker that has died.

    Raises:
        InputError: redis-py isn't installed, the URL or the key can't be used, or a time isn't positive.
    """

    def __init__(
        self,
        client: _redis.Redis | str,
        *,
        key: str = "atlex:session",
        lock_timeout: float = LOCK_TIMEOUT,
        lock_life: float = 30.0,
    ) -> None:
        try:
            import redis
        except ImportError:
            raise InputError("A RedisSessionStore needs an extra: pip install 'atlex[redis]'") from None
        if not isinstance(cast("object", key), str) or not key:
            raise InputError("key must be a str of at least one character")
        times = {"lock_timeout": lock_timeout, "lock_life": lock_life}
        check_options(times, dict.fromkeys(times, WAIT))
        if isinstance(client, str):
            try:
                # redis-py leaves the type of its keyword arguments open.
                client = cast("_redis.Redis", cast("Any", redis.Redis).from_url(client))
            except ValueError:
                del client
                # Without the URL, and without the error, which quotes it.
                raise InputError("Not the URL of a Redis server: redis://… or rediss://…") from None
        self._client = client
        self._key = key
        self._lock_timeout = lock_timeout
        self._lock_life = lock_life
        # With the process that holds it.
        self._held: tuple[Home, Lock] | None = None

    def load(self) -> SessionData | None:
        """The session under the key, or None where there is none.

        Raises:
            SessionStoreError: Redis can't be reached, or the key doesn't hold a session.
        """
        with self._explaining("read"):
            # redis-py types its responses for blocking and asynchronous clients at once.
            found: Secret[Any] = Secret(self._client.get(self._key))
        if found.reveal() is None:
            return None
        return read_session(Secret(_as_bytes(found.reveal())), self._place)

    def save(self, data: SessionData, /) -> None:
        """Store the session, unless the lock has been lost since it was taken.

        One of more than a mebibyte is stored without its DID document and the fields that nobody knows.

        Raises:
            SessionStoreError: Redis can't be reached, the lock has been lost, or the tokens alone are too
                large.
        """
        self._write("written", "set", write_session(data))

    def clear(self) -> None:
        """Delete the key, unless the lock has been lost since it was taken.

        Raises:
            SessionStoreError: Redis can't be reached, or the lock has been lost.
        """
        self._write("deleted", "delete")

    @contextlib.contextmanager
    def lock(self) -> Generator[None]:
        """The lock, to be entered once.

        Entering it raises SessionStoreError when another worker has held it for all of ``lock_timeout``.
        """
        with self._explaining("locked"):
            lock = self._client.lock(
                f"{self._key}:lock",
                timeout=self._lock_life,
                sleep=_POLL,
                blocking_timeout=self._lock_timeout,
                thread_local=False,
            )
            if not lock.acquire():
                message = f"{self._place} has been locked by another worker for {self._lock_timeout:g} s"
                raise SessionStoreError(message)
        done = threading.Event()
        renewing = threading.Thread(
            target=self._renew, args=(lock, done), name="atlex-lock-renewal", daemon=True
        )
        home = here()
        self._held = home, lock
        try:
            renewing.start()
            yield
        finally:
            self._held = None
            done.set()
            # In a child that was forked meanwhile neither is its own.
            if here() == home:
                if renewing.ident is not None:
                    renewing.join()
                self._release(lock)

    def _release(self, lock: Lock) -> None:
        from redis.exceptions import LockNotOwnedError

        try:
            with self._explaining("unlocked"):
                lock.release()
        except SessionStoreError as error:
            # Nothing is lost by it: a lock that has been lost wrote nothing, and one that stays is forgotten.
            level = logging.DEBUG if isinstance(error.__cause__, LockNotOwnedError) else logging.WARNING
            _logger.log(level, "%s", error)

    def update_limits(self, change: Callable[[str], str], /) -> None:
        """Change what clients with ``pace=True`` know of the server's rate limits, under ``<key>:limits``.

        Args:
            change: Gives the new text for the stored one, which is "" at first; called again where another
                worker was faster.

        Raises:
            SessionStoreError: Redis can't be reached.
        """
        key = f"{self._key}:limits"

        def write(pipeline: Pipeline) -> None:
            found: Any = pipeline.get(key)
            text = change("" if found is None else _as_bytes(found).decode(errors="replace"))
            pipeline.multi()
            pipeline.set(key, text, ex=_LIMITS_LIFE)

        client: Any = self._client
        with self._explaining("written"):
            client.transaction(write, key)

    def _renew(self, lock: Lock, done: threading.Event) -> None:
        from redis.exceptions import LockError, RedisError

        while not done.wait(self._lock_life / 3):
            try:
                lock.reacquire()
            except LockError:
                _logger.warning("The lock of %s has been lost", self._place)
                return
            except RedisError as error:
                # There is time for another try.
                _logger.debug("The lock of %s couldn't be renewed: %s", self._place, type(error).__name__)

    def _write(self, done: str, command: Literal["set", "delete"], *values: Secret[bytes]) -> None:
        home, lock = self._held or (here(), None)
        if home != here():
            # The parent's, whose lock this child hasn't taken.
            lock = None
        token = None if lock is None else lock.local.token

        def write(pipeline: Pipeline) -> None:
            if lock is not None:
                # Watched: a change of the lock between this look and the write undoes the write.
                found: Any = pipeline.get(lock.name)
                if _as_bytes(found) != token:
                    raise SessionStoreError(f"{self._place} can't be {done}: its lock has been lost")
            pipeline.multi()
            getattr(pipeline, command)(self._key, *(value.reveal() for value in values))

        client: Any = self._client
        with self._explaining(done):
            client.transaction(write, *([] if lock is None else [lock.name]))

    @property
    def _place(self) -> str:
        return f"The key {self._key!r} in Redis"

    @contextlib.contextmanager
    def _explaining(self, done: str) -> Generator[None]:
        from redis.exceptions import RedisError

        try:
            yield
        except (RedisError, OSError) as error:
            raise SessionStoreError(f"{self._place} can't be {done}: {type(error).__name__}") from error

    def __repr__(self) -> str:
        return f"RedisSessionStore(key={getattr(self, '_key', None)!r})"


def _as_bytes(found: bytes | str) -> bytes:
    """The value in Redis as bytes, also from a client that decodes it."""
    return found.encode() if isinstance(found, str) else found
