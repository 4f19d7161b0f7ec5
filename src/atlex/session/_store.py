"""Where sessions are kept, so that processes can share one."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, suppress
from typing import Final, Protocol

from pydantic import ValidationError

from atlex.errors import SessionStoreError
from atlex.session._data import Secret, SessionData

__all__ = ["LARGEST", "LOCK_TIMEOUT", "SessionStore", "read_session", "write_session"]

_logger = logging.getLogger("atlex.session")

LOCK_TIMEOUT = 60.0
"""Seconds to wait for a store's lock. A refresh takes one, at the worst a few timeouts of a request."""

LARGEST: Final = 1024 * 1024
"""The most bytes that a stored session may have."""

# What is stored of a session that is too large: first without what a refresh brings again, then what can't be
# missed.
_KNOWN: Final = set(SessionData.model_fields) - {"did_doc"}
_NEEDED: Final = {name for name, entry in SessionData.model_fields.items() if entry.is_required()}


class SessionStore(Protocol):
    """A place for one session, which several processes may share. Any object with these methods is one.

    The methods may block; an asynchronous session calls them in worker threads. A lock may be taken in one
    thread and given back in another, and ``load()``, ``save()`` and ``clear()`` may be called in any while it
    is held. Whatever a method raises reaches the user as a SessionStoreError.

    One that has the method ``update_limits()`` of `FileSessionStore` too keeps the server's rate limits for
    clients with ``pace=True``.
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


def write_session(data: SessionData) -> Secret[bytes]:
    """The JSON to store for a session; `read_session` reads it.

    One of more than `LARGEST` bytes is stored without its DID document and the fields that nobody knows: its
    tokens count, and a refresh brings the rest again.

    Raises:
        SessionStoreError: Its tokens alone are too large.
    """
    for names in (None, _KNOWN, _NEEDED):
        # A copy that was changed by hand isn't checked.
        with suppress(ValueError):
            text = Secret(data.model_dump_json(include=names).encode())
            if len(text.reveal()) <= LARGEST:
                return text
        _logger.warning("The session of %s is too large to be stored: some of it is left out", data.did)
    raise SessionStoreError(f"The session has more than {LARGEST} bytes")


def read_session(text: Secret[bytes], place: str) -> SessionData:
    """A session from its stored JSON.

    Args:
        text: The JSON.
        place: Where it was found, for the message.

    Raises:
        SessionStoreError: It is too large, or isn't a session. The message holds no value of it.
    """
    if len(text.reveal()) > LARGEST:
        raise SessionStoreError(f"{place} is too large for a session")
    try:
        return SessionData.model_validate_json(text.reveal())
    except ValidationError as error:
        # Places and reasons alone: what pydantic says of a value may hold the value.
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"]))
        fault = f"{path} is missing or invalid" if path else "it isn't JSON"
    # Not in the except clause, to leave pydantic's error behind.
    raise SessionStoreError(f"{place} doesn't hold a session: {fault}")
