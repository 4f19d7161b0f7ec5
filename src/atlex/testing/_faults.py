"""Faults on demand: what the next requests are going to meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from atlex.testing._wire import Drop, WireResponse

__all__ = ["Moment", "Plan", "Planned", "Plans"]

Moment: TypeAlias = Literal["before", "after"]
"""``before``: the request has no effect. ``after``: it has its effect, and only the answer is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one request is going to meet.

    Attributes:
        nsid: The method that it is meant for, or None for whatever comes next.
        when: Before or after the request takes effect.
        result: What comes in place of the answer; None for a delay.
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


class Plans:
    """Plans in the order in which they were made."""

    def __init__(self) -> None:
        self._plans: list[Plan] = []

    def add(self, plan: Plan, times: int) -> None:
        """Put a plan at the end, once or more often."""
        self._plans += [plan] * times

    def take(self, nsid: str) -> Planned:
        """Take out what is meant for a request: the first fault for it, and the first delay."""
        return Planned(self._pop(nsid, delays=False), self._pop(nsid, delays=True))

    def clear(self) -> None:
        """Forget all plans."""
        self._plans.clear()

    def __len__(self) -> int:
        return len(self._plans)

    def _pop(self, nsid: str, *, delays: bool) -> Plan | None:
        for index, plan in enumerate(self._plans):
            if plan.nsid in {None, nsid} and (plan.result is None) == delays:
                return self._plans.pop(index)
        return None
