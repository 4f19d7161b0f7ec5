"""Where sessions are kept, so that processes can share one."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from pydantic import ValidationError

from atlex.errors import SessionStoreError
from atlex.session._data import SessionData

__all__ = ["LOCK_TIMEOUT", "SessionStore", "read_session"]

LOCK_TIMEOUT = 60.0
"""Seconds to wait for a store's lock. A refresh takes one, at the worst a few timeouts of a request."""


class SessionStore(Protocol):
    """A place for one session, which several processes may share. Any object with these methods is one.

    The methods may block; an asynchronous session calls them in worker threads. A lock may be taken in one thread and
    given back in another, and ``load()``, ``save()`` and ``clear()`` may be called in any while it is held. Whatever a
    method raises reaches the user as a SessionStoreError.
    """

    def load(self) -> SessionData | None:
        """The session that is stored, or None where there is none.

        Raises:
            SessionStoreError: The store can't be read, or what it holds isn't a session.
        """
        ...

    def save(self, data: SessionData, /) -> None:
        """Store a session in place of the one that is there: wholly, or not at all.

        Raises:
            SessionStoreError: It couldn't be stored.
        """
        ...

    def clear(self) -> None:
        """Forget the session. Does nothing where there is none.

        Raises:
            SessionStoreError: It couldn't be deleted.
        """
        ...

    def lock(self) -> AbstractContextManager[object]:
        """A lock on this session, to be entered once: one process, thread or task holds it at a time.

        Entering it waits, and raises SessionStoreError when it has waited too long.
        """
        ...


def read_session(text: bytes, place: str) -> SessionData:
    """A session from its stored JSON.

    Args:
        text: The JSON.
        place: Where it was found, for the message.

    Raises:
        SessionStoreError: It isn't a session. The message holds no value of it.
    """
    try:
        return SessionData.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(map(str, first["loc"]))
        fault = f"{path}: {first['msg']}" if path else first["msg"]
    # Not in the except clause, to leave pydantic's error behind.
    raise SessionStoreError(f"{place} doesn't hold a session: {fault}")
