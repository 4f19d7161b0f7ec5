"""Rate limits as the protocol's own server has them: fixed windows, and headers that tell how much is left."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate

__all__ = ["RateLimiter"]


@dataclass(slots=True)
class _Policy:
    limit: int
    window: int
    points: Mapping[str, int] | None
    used: int = 0
    ends: float = 0.0


class RateLimiter:
    """Counts requests.

    Args:
        now: Gives the time, in seconds since 1970.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._policies: list[_Policy] = []

    def add(self, limit: int, window: int, points: Mapping[str, int] | None) -> None:
        """Limit requests from now on.

        Args:
            limit: The points of one window.
            window: Its seconds; it begins with the first request in it.
            points: What a request takes, by NSID; None for one point from every request.
        """
        self._policies.append(_Policy(limit, window, points))

    def count(self, nsid: str) -> tuple[dict[str, str], bool]:
        """Count a request.

        Returns:
            The headers of its response, which tell of the policy that has least left, and whether the request
            is beyond a limit. One that is isn't counted.
        """
        now = self._now()
        tightest: _Policy | None = None
        is_beyond = False
        for policy in self._policies:
            points = 1 if policy.points is None else policy.points.get(nsid, 0)
            if not points:
                continue
            if now >= policy.ends:
                policy.used, policy.ends = 0, now + policy.window
            if policy.used + points > policy.limit:
                tightest, is_beyond = policy, True
                break
            policy.used += points
            if tightest is None or policy.limit - policy.used < tightest.limit - tightest.used:
                tightest = policy
        if tightest is None:
            return {}, False
        headers = {
            "date": formatdate(math.floor(now), usegmt=True),
            "ratelimit-limit": str(tightest.limit),
            "ratelimit-remaining": str(max(0, tightest.limit - tightest.used)),
            "ratelimit-reset": str(math.floor(tightest.ends)),
            "ratelimit-policy": f"{tightest.limit};w={tightest.window}",
        }
        return headers, is_beyond
