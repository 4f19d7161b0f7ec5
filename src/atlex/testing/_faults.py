"""Faults on demand: what the next requests are going to meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from atlex.testing._wire import Drop, WireResponse

__all__ = ["Moment", "Plan", "Planned", "Plans"]

Moment: TypeAlias = Literal["before", "after"]
"""``before``: the request has no effect. ``after``: it has its effect, and only the response is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one request is going to meet.

    Attributes:
        nsid: The method that it is meant for, or None for whatever comes next.
        when: Before or after the request takes effect.
        result: What is sent in place of the response; None for a delay.
        delay: Seconds to wait, without a ``result``.
    """

    nsid: str | None
    when: Moment
    result: WireResponse | Drop | None = None
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Planned:
    """What was planned for a request that has now come."""

    fault: Plan | None
    delay: Plan | None

    def seconds(self, when: Moment) -> float:
        """How long to wait at that moment."""
        return self.delay.delay if self.delay is not None and self.delay.when == when else 0.0


class Plans(list[Plan]):
    """Plans in the order in which they were made."""

    def take(self, nsid: str) -> Planned:
        """Take out what is meant for a request: the first fault for it, and the first delay."""
        return Planned(self._take_one(nsid, delay=False), self._take_one(nsid, delay=True))

    def _take_one(self, nsid: str, *, delay: bool) -> Plan | None:
        for index, plan in enumerate(self):
            if plan.nsid in {None, nsid} and (plan.result is None) == delay:
                return self.pop(index)
        return None
