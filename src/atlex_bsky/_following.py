"""The logic of following, without I/O: the position, the new items, and the wait after a failure."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from atlex.errors import (
    CursorStoreError,
    InputError,
    RefreshError,
    XrpcError,
    XrpcFetchError,
    XrpcInvalidResponseError,
    XrpcResponseError,
    XrpcResponseValidationError,
)
from atlex.syntax import format_datetime, parse_datetime
from atlex_sdk.app.bsky.notification.list_notifications import Notification

__all__ = [
    "LogPosition",
    "NotificationPosition",
    "check_poll",
    "check_zone",
    "moment_of",
    "notification_key",
    "wait_after",
]

LATE: Final = timedelta(minutes=10)
"""How much later than its own time a notification may turn up.

An app view orders them by the time that the record's author states, if that is before its own: one that was
written first may well be indexed last, behind others that have been handled.
"""

_MOST: Final = 20_000
_LONGEST_WAIT: Final = 300.0
_LONGEST_ASKED: Final = 86400.0
_PASSING: Final = frozenset({408, 425, 429})
# A method that isn't there now won't be there in a minute.
_LASTING: Final = frozenset({501, 505})
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)


def check_zone(name: str, moment: datetime | str | None) -> None:
    """Make sure that a datetime says which time zone it is of.

    Raises:
        InputError: It doesn't.
    """
    if isinstance(moment, datetime) and moment.utcoffset() is None:
        raise InputError(f"{name} needs a time zone: datetime.now(UTC) has one")


def check_poll(poll: float) -> None:
    """Make sure that a time between two polls is one.

    Raises:
        InputError: It isn't a number of seconds above 0.
    """
    if isinstance(poll, bool) or not isinstance(cast("object", poll), int | float) or not 0 < poll < 86400:
        raise InputError(f"poll must be a number of seconds from above 0 to below 86400, not {poll!r}")


def wait_after(
    error: XrpcError,
    failures: int,
    poll: float,
    *,
    chance: Callable[[], float] = random.random,
    clock: Callable[[], float] = time.time,
) -> float | None:
    """How long to wait after a failure before the next poll.

    Args:
        error: The failure.
        failures: How many polls have failed one after the other before this one.
        poll: The seconds between two polls.
        chance: Gives numbers from 0 up to 1, so that many programs don't come back at the same moment.
        clock: Gives the seconds since 1970.

    Returns:
        Seconds: at least as many as the server asks for, else ``poll`` doubled with each failure, up to five
        minutes. None for a failure that waiting won't help.
    """
    if not _passes(error):
        return None
    longest = max(poll, min(_LONGEST_WAIT, poll * 2.0 ** min(failures + 1, 16)))
    waited = longest * (1 - chance() / 2)
    asked = _asked(error, clock()) if isinstance(error, XrpcResponseError) else 0.0
    return asked + min(waited, _LONGEST_WAIT) if asked else waited


def _passes(error: XrpcError) -> bool:
    if isinstance(error, XrpcResponseError):
        return error.status in _PASSING or (error.status >= 500 and error.status not in _LASTING)
    if isinstance(error, XrpcResponseValidationError):
        return False
    return isinstance(error, XrpcFetchError | RefreshError | XrpcInvalidResponseError)


def _asked(error: XrpcResponseError, now: float) -> float:
    """The seconds that a server asks to wait; 0 where it asks for nothing that lies ahead."""
    for name, since in (("retry-after", 0.0), ("ratelimit-reset", now)):
        text = error.headers.get(name, "").strip()
        if text.isascii() and text.isdecimal() and len(text) < 12 and float(text) > since:
            return min(float(text) - since, _LONGEST_ASKED)
    return 0.0


def moment_of(view: Notification) -> datetime | None:
    """A notification's time, in UTC; None where it can't be read as one."""
    try:
        return parse_datetime(view.indexed_at).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _stored(text: str, kind: str, did: str) -> dict[str, Any]:
    """Read the position of one account from a store's text.

    Raises:
        CursorStoreError: It holds something else.
    """
    try:
        value: Any = json.loads(text)
    except (RecursionError, ValueError):
        value = None
    if not isinstance(value, dict) or kind not in value:
        raise CursorStoreError(f"The store doesn't hold a position among {kind}")
    stored = cast("dict[str, Any]", value)
    if stored[kind] != did:
        raise CursorStoreError(f"The store holds the position of {stored[kind]!r}, and not that of {did}")
    return stored


class NotificationPosition:
    """How far an account's notifications have been handled.

    All before ``since`` have been, and of those since then the ones in ``done``. It moves with each one that
    is handled, and stays `LATE` behind the newest of them.

    Args:
        did: The account.
        since: The time before which all count as handled; None for none yet.
        clock: Gives the present time. A notification that claims to come from the future doesn't move the
            position beyond it.
    """

    def __init__(
        self,
        did: str,
        since: datetime | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._did = did
        self._since = since or _START
        self._done: dict[str, datetime] = {}
        self._clock = clock

    @classmethod
    def read(cls, text: str, did: str) -> NotificationPosition:
        """A stored position.

        Raises:
            CursorStoreError: It is none, or another account's.
        """
        stored = _stored(text, "notifications", did)
        try:
            position = cls(did, parse_datetime(stored["since"]))
            position._done = {key: parse_datetime(moment) for key, moment in stored["done"].items()}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CursorStoreError("The store doesn't hold a position among notifications") from error
        return position

    def is_past(self, view: Notification) -> bool:
        """Whether a notification, and all that are listed behind it, lie before the position."""
        moment = moment_of(view)
        return moment is not None and moment < self._since

    def is_new(self, view: Notification) -> bool:
        """Whether a notification hasn't been handled."""
        return not self.is_past(view) and notification_key(view) not in self._done

    def handled(self, view: Notification) -> None:
        """Move past a notification."""
        moment = min(moment_of(view) or self._since, self._clock())
        self._done[notification_key(view)] = moment
        since = max(self._since, moment - LATE)
        if len(self._done) > _MOST:
            # A flood: the older half counts as past, so that the stored position stays small.
            since = max(since, sorted(self._done.values())[_MOST // 2])
        if since > self._since:
            self._since = since
            self._done = {key: time for key, time in self._done.items() if time >= since}

    def __str__(self) -> str:
        done = {key: format_datetime(moment) for key, moment in self._done.items()}
        return json.dumps(
            {"notifications": self._did, "since": format_datetime(self._since), "done": done}, indent=1
        )


def notification_key(view: Notification) -> str:
    """The identity of a notification; one record may cause two, as a reply that also quotes does."""
    # URIs may have thousands of characters.
    return hashlib.blake2s(f"{view.reason} {view.uri}".encode(), digest_size=12).hexdigest()


class LogPosition:
    """How far an account's log of conversations has been handled: up to and with one revision.

    Attributes:
        rev: The revision.
    """

    def __init__(self, did: str, rev: str) -> None:
        self._did = did
        self.rev = rev

    @classmethod
    def read(cls, text: str, did: str) -> LogPosition:
        """A stored position.

        Raises:
            CursorStoreError: It is none, or another account's.
        """
        rev = _stored(text, "chat", did).get("rev")
        if not isinstance(rev, str):
            raise CursorStoreError("The store doesn't hold a position among chat")
        return cls(did, rev)

    def __str__(self) -> str:
        return json.dumps({"chat": self._did, "rev": self.rev})
