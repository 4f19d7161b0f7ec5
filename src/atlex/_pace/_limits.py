"""What a server has said of its rate limits, and whether they leave room for another request.

A limit belongs to a policy, such as ``3000;w=300``, and a policy to the methods whose responses named it:
servers count writes and logins by themselves. A window begins and ends by the server's clock, so all that is
taken from it is how long the window still lasts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple

from atlex._rate_limit import RateLimit, retry_after

__all__ = ["Grant", "Limit", "Limits", "Place", "Room"]

_MARGIN: Final = 1.0
"""Seconds to wait beyond the end of a window: servers cut its time, and their ``Date``, to whole seconds."""

_LONGEST: Final = 86_400.0
"""Seconds that a window lasts at the most, whatever a server says: no policy is known with more than a day."""

_LONGEST_FIRST: Final = 10.0
"""Seconds that requests wait for the response to the first one."""

_EPOCH: Final = 1_000_000_000
"""From here on a reset is a time, as the protocol's servers send it, and below it a number of seconds."""

_MOST_LIMITS: Final = 32

_ANY: Final = ""
"""Stands for the policy of the very first request to a server."""


@dataclass(slots=True)
class Limit:
    """One policy in its present window.

    Attributes:
        limit: How many requests a window allows.
        window: The length of a window, in seconds.
        reset: When the window ends by the server's clock; windows are told apart by it.
        ends: When it has ended for sure, by our clock.
        lowest: The fewest requests that were left in this window; None in one that nothing is known of.
        taken: What the requests cost that are on their way.
        older: The same of those that were sent in the window before, which may be counted in this one.
        first: Until when others wait for the first request of a window that nothing is known of; from then on
            they don't. 0 where there is none.
        era: How many windows have gone by.
        costs: The methods that are counted here, with what one request takes away; 0 where that isn't known.
            (A server may count points: three for a new record.)
    """

    limit: int | None = None
    window: int | None = None
    reset: float = 0.0
    ends: float = 0.0
    lowest: int | None = None
    taken: int = 0
    older: int = 0
    first: float = 0.0
    era: int = 0
    costs: dict[str, int] = field(default_factory=dict)

    def cost(self, nsid: str) -> int:
        """What a request for a method takes away, as far as is known."""
        return self.costs.get(nsid) or 1

    def wait(self, nsid: str, now: float) -> float:
        """How long a request for a method has to wait, at the most; 0 for not at all."""
        if self.lowest is not None and now >= self.ends:
            self.lowest, self.first, self.era = None, 0.0, self.era + 1
            # A response that is missing since the window before last won't come any more.
            self.taken, self.older = 0, self.taken
        if self.lowest is None:
            return max(0.0, self.first - now)
        return 0.0 if self.taken + self.older + self.cost(nsid) <= self.lowest else self.ends - now


class Place(NamedTuple):
    """What a request takes in one limit, and in which window."""

    cost: int
    era: int


class Grant(NamedTuple):
    """A request that may be sent: the limits that it is counted in, with its place there."""

    nsid: str
    places: Mapping[str, Place]


class Room(NamedTuple):
    """How long a request has to wait, and for what.

    Attributes:
        seconds: How long at the most.
        limit: The limit that is used up.
        is_idle: Whether nothing but time can help: no request is on its way that could.
    """

    seconds: float
    limit: Limit
    is_idle: bool


class Limits:
    """The limits of one server, as far as its responses tell."""

    def __init__(self) -> None:
        self._limits: dict[str, Limit] = {}
        self._known: set[str] = set()

    def ask(self, nsid: str, now: float) -> Grant | Room:
        """Take a place for a request, or say how long to wait before asking again.

        Args:
            nsid: The method.
            now: The present moment, in seconds.
        """
        if (room := self.room(nsid, now)) is not None:
            return room
        places: dict[str, Place] = {}
        for name, limit in self._counting(nsid).items():
            place = places[name] = Place(limit.cost(nsid), limit.era)
            limit.taken += place.cost
            if limit.lowest is None and not limit.first:
                limit.first = now + _LONGEST_FIRST
        return Grant(nsid, places)

    def room(self, nsid: str, now: float) -> Room | None:
        """How long a request for a method has to wait; None for not at all."""
        for limit in self._counting(nsid).values():
            seconds = limit.wait(nsid, now)
            if seconds > 0:
                return Room(seconds, limit, limit.lowest is not None and not limit.taken + limit.older)
        return None

    def _counting(self, nsid: str) -> dict[str, Limit]:
        """The limits that a request for a method is counted in, as far as is known."""
        if nsid in self._known:
            return {name: limit for name, limit in self._limits.items() if nsid in limit.costs}
        # A method that is new here is taken to be counted wherever not one method alone is. Its first request
        # goes alone, and the first one of all: the response says what the others can count on.
        found = {
            name: limit
            for name, limit in self._limits.items()
            if len(limit.costs) > (0 if len(self._known) == 1 else 1)
        }
        first = nsid if self._known else _ANY
        found[first] = self._limits.setdefault(first, Limit())
        return found

    def give_back(self, grant: Grant, *, sent: bool) -> None:
        """Take note that there was no response, and that the request was counted if it was sent."""
        for name, place in grant.places.items():
            limit = self._limits.get(name)
            if limit is None:
                continue
            if limit.era == place.era:
                limit.taken = max(0, limit.taken - place.cost)
                limit.first = 0.0
            elif limit.era == place.era + 1:
                limit.older = max(0, limit.older - place.cost)
            if sent and limit.lowest is not None:
                limit.lowest = max(0, limit.lowest - place.cost)

    def learn(self, grant: Grant, status: int, headers: Mapping[str, str], now: float) -> None:
        """Take note of a response.

        Args:
            grant: What its request was sent with.
            status: Its HTTP status.
            headers: Its headers; look-ups ignore case.
            now: The present moment, in seconds.
        """
        nsid = grant.nsid
        self.give_back(grant, sent=False)
        self._known.add(nsid)
        self._limits.pop(nsid, None)
        self._limits.pop(_ANY, None)
        # What a cache answers with was true once, and wasn't counted.
        named = (
            None if headers.get("age", "0").strip() != "0" else self._announced(nsid, status, headers, now)
        )
        for name in grant.places:
            limit = self._limits.get(name)
            if limit is not None and limit.lowest is None and name != named:
                # Its window has ended, and the method isn't counted there any more.
                limit.costs.pop(nsid, None)
                if not limit.costs:
                    del self._limits[name]

    def _announced(self, nsid: str, status: int, headers: Mapping[str, str], now: float) -> str | None:
        """Take in the figures of a response, and give the name of their policy; None without any."""
        figures = RateLimit.of(headers)
        server_now = _date(headers)
        if figures.reset is not None and (status == 429 or figures.remaining is not None):
            is_time = figures.reset >= _EPOCH
            ahead = figures.reset - server_now if is_time else figures.reset
            remaining = 0 if status == 429 else figures.remaining or 0
        elif status == 429 and (asked := retry_after(headers, server_now)) is not None:
            ahead, remaining = asked, 0
        else:
            return None
        name, window = _policy(figures)
        ahead = min(max(ahead, 0.0), window or _LONGEST, _LONGEST)
        limit = self._limits.get(name)
        if limit is None:
            limit = self._limits[name] = Limit()
            if len(self._limits) > _MOST_LIMITS:
                del self._limits[next(iter(self._limits))]
        limit.limit, limit.window = figures.limit, window
        reset = server_now + ahead
        if limit.lowest is None or reset > limit.reset + _MARGIN:
            limit.reset, limit.ends, limit.lowest = reset, now + ahead + _MARGIN, remaining
        elif reset >= limit.reset - _MARGIN and remaining < limit.lowest:
            # Other clients take requests as well; the least that was ever taken is what one costs.
            taken = limit.lowest - remaining
            limit.costs[nsid] = min(taken, limit.costs.get(nsid) or taken)
            limit.lowest = remaining
        limit.costs.setdefault(nsid, 0)
        limit.first = 0.0
        return name

    def write(self, offset: float) -> str:
        """The limits as JSON, with moments of a clock that is ahead of ours by an offset."""
        return json.dumps(
            {
                "known": sorted(self._known),
                "limits": {
                    name: {
                        **asdict(limit),
                        "ends": limit.ends + offset,
                        "first": limit.first + offset if limit.first else 0.0,
                    }
                    for name, limit in self._limits.items()
                },
            }
        )

    @classmethod
    def read(cls, text: str, now: float, offset: float) -> Limits:
        """The limits from JSON, as `write` makes it; empty ones where the text is anything else."""
        limits = cls()
        try:
            stored: Any = json.loads(text)
            limits._known.update(map(str, stored["known"]))
            for name, values in stored["limits"].items():
                limits._limits[str(name)] = _read_limit(values, now, offset)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return cls()
        return limits


def _read_limit(values: Any, now: float, offset: float) -> Limit:
    found = Limit(
        limit=None if values["limit"] is None else int(values["limit"]),
        window=None if values["window"] is None else int(values["window"]),
        reset=float(values["reset"]),
        ends=float(values["ends"]) - offset,
        lowest=None if values["lowest"] is None else int(values["lowest"]),
        taken=int(values["taken"]),
        older=int(values["older"]),
        first=float(values["first"]) - offset if values["first"] else 0.0,
        era=int(values["era"]),
        costs={str(nsid): int(cost) for nsid, cost in values["costs"].items()},
    )
    # Not later than it can be, if a clock has been set back since.
    found.ends = min(found.ends, now + _LONGEST + _MARGIN)
    found.first = min(found.first, now + _LONGEST_FIRST)
    return found


def _policy(figures: RateLimit) -> tuple[str, int | None]:
    """The name of the policy that the figures are about, and its window in seconds."""
    text = (figures.policy or "")[:200]
    for item in text.split(","):
        number, *parameters = (part.strip() for part in item.split(";"))
        if number == str(figures.limit):
            windows = [part[2:] for part in parameters if part.startswith("w=")]
            window = int(windows[0]) if windows and windows[0].isdecimal() and len(windows[0]) < 10 else None
            return f"{number};w={window}", window
    return text or str(figures.limit), None


def _date(headers: Mapping[str, str]) -> float:
    """The server's time, in seconds since 1970; ours where it doesn't tell."""
    try:
        return parsedate_to_datetime(headers["date"][:64]).timestamp()
    except (KeyError, ValueError, OverflowError):
        return time.time()
