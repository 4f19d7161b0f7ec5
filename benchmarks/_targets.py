"""What the figures have to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmarks._results import Results

__all__ = ["TARGETS", "Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """One limit.

    Attributes:
        what: What is measured, as the table says it.
        against: What it is compared with, as the table says it; empty for a figure that stands alone.
        figure: The figure's name in the results.
        base: The figure that it is divided by, or None.
        limit: The most that the result may be, or the least.
        at_least: Whether the limit is the least.
    """

    what: str
    against: str
    figure: str
    base: str | None
    limit: float
    at_least: bool = False

    def value(self, results: Results) -> float | None:
        """The figure or ratio, or None where it wasn't measured."""
        return results.median(self.figure) if self.base is None else results.ratio(self.figure, self.base)

    def is_met(self, results: Results) -> bool | None:
        """Whether the limit holds, or None where it wasn't measured."""
        value = self.value(results)
        if value is None:
            return None
        return value >= self.limit if self.at_least else value <= self.limit


_CLIENT: Final = "import and client"
_FIRST: Final = "process start to first timeline, typed"
_READ: Final = "timeline, lenient, steady"
_TASKS: Final = "50 tasks, calls per second"
_LENIENT: Final = "parsing.atlex.timeline.lenient.loads"
_PEER: Final = "parsing.peer.timeline.read.loads"
_AIOHTTP: Final = "calls.at-once.atlex-aiohttp.tasks-50.per_second"

TARGETS: Final = (
    Target(
        _CLIENT,
        "httpx, one pydantic class, `httpx.Client()`",
        "import.client.atlex.ms",
        "import.floor.ms",
        1.15,
    ),
    Target(_CLIENT, "peer", "import.client.atlex.ms", "import.client.peer.ms", 0.30),
    Target(_FIRST, "peer", "import.timeline.atlex.process_ms", "import.timeline.peer.process_ms", 0.30),
    Target("peak memory there", "peer", "import.timeline.atlex.mib", "import.timeline.peer.mib", 0.6),
    Target(_READ, "`json.loads`", _LENIENT, "parsing.atlex.timeline.json.loads", 1.10),
    Target(_READ, "peer", _LENIENT, _PEER, 0.4),
    Target(
        "the same, the garbage collector off",
        "peer",
        "parsing.atlex.timeline-uncollected.lenient.loads",
        "parsing.peer.timeline-uncollected.read.loads",
        0.4,
    ),
    Target(
        "a timeline and its post records, typed", "peer", "parsing.atlex.timeline.typed.loads", _PEER, 0.5
    ),
    Target("timeline, strict", "lenient", "parsing.atlex.timeline.strict.loads", _LENIENT, 2.0),
    Target(
        "memory held per timeline",
        "peer",
        "parsing.atlex.timeline.lenient.held_mib",
        "parsing.peer.timeline.read.held_mib",
        0.9,
    ),
    Target("a record made, checked and written", "peer", "input.atlex.whole.us", "input.peer.whole.us", 1.0),
    Target("all models built", "peer", "import.models.atlex.ms", "import.models.peer.ms", 0.8),
    Target("memory then", "peer", "import.models.atlex.mib", "import.models.peer.mib", 0.9),
    Target("own cost per call, µs", "", "calls.own.without.us", None, 40),
    Target("own cost per call with a session, µs", "", "calls.own.session.us", None, 50),
    Target(
        "one at a time, calls per second",
        "bare httpx",
        "calls.in-turn.atlex.sequential.per_second",
        "calls.in-turn.httpx.sequential.per_second",
        0.9,
        at_least=True,
    ),
    Target(
        "one at a time, httpx2",
        "bare httpx2",
        "calls.in-turn.atlex-httpx2.sequential.per_second",
        "calls.in-turn.httpx2.sequential.per_second",
        0.9,
        at_least=True,
    ),
    Target(
        f"{_TASKS}, httpx",
        "bare httpx",
        "calls.at-once.atlex.tasks-50.per_second",
        "calls.at-once.httpx.tasks-50.per_second",
        0.9,
        at_least=True,
    ),
    Target(
        f"{_TASKS}, httpx2",
        "bare httpx2",
        "calls.at-once.atlex-httpx2.tasks-50.per_second",
        "calls.at-once.httpx2.tasks-50.per_second",
        0.9,
        at_least=True,
    ),
    Target(
        f"{_TASKS}, aiohttp",
        "bare aiohttp",
        _AIOHTTP,
        "calls.at-once.aiohttp.tasks-50.per_second",
        0.75,
        at_least=True,
    ),
    Target(
        f"{_TASKS}, aiohttp",
        "peer",
        _AIOHTTP,
        "calls.at-once.peer.tasks-50.per_second",
        10,
        at_least=True,
    ),
    Target(
        "500 tasks, aiohttp",
        "50 tasks",
        "calls.at-once.atlex-aiohttp.tasks-500.per_second",
        _AIOHTTP,
        1.0,
        at_least=True,
    ),
    Target(
        "timeline calls end to end, per second",
        "peer",
        "calls.in-turn.atlex.timeline.per_second",
        "calls.in-turn.peer.timeline.per_second",
        5,
        at_least=True,
    ),
    Target("full generation", "peer", "generation.atlex.full.ms", "generation.peer.full.ms", 0.8),
    Target(
        "one changed document", "full", "generation.atlex.one_changed.ms", "generation.atlex.full.ms", 0.35
    ),
    Target("no change", "full", "generation.atlex.no_change.ms", "generation.atlex.full.ms", 0.1),
    Target(
        "mypy, cold, on a script",
        "peer, typed",
        "tooling.atlex.mypy_cold.ms",
        "tooling.peer.mypy_cold.ms",
        0.85,
    ),
)
