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
_TASKS: Final = "50 tasks, calls per second"
_LENIENT: Final = "parsing.timeline.lenient.ms"

TARGETS: Final = (
    Target(
        _CLIENT,
        "httpx, one pydantic class, `httpx.Client()`",
        "import.client.atlex.ms",
        "import.floor.ms",
        1.15,
    ),
    Target(_CLIENT, "peer", "import.client.atlex.ms", "import.client.peer.ms", 0.30),
    Target(_FIRST, "peer", "import.timeline.atlex.process_ms", "import.timeline.peer.process_ms", 0.35),
    Target("peak memory there", "peer", "import.timeline.atlex.mib", "import.timeline.peer.mib", 0.6),
    Target("timeline, lenient, steady", "`json.loads`", _LENIENT, "parsing.timeline.json.ms", 1.15),
    Target("timeline, lenient, steady", "peer", _LENIENT, "parsing.timeline.peer.ms", 0.4),
    Target(
        "the same, post records typed", "peer", "parsing.timeline.typed.ms", "parsing.timeline.peer.ms", 0.5
    ),
    Target("timeline, strict", "lenient", "parsing.timeline.strict.ms", _LENIENT, 2.0),
    Target("memory held per timeline", "peer", "parsing.held.atlex.mib", "parsing.held.peer.mib", 0.9),
    Target("own cost per call, µs", "", "calls.own.without.us", None, 40),
    Target("own cost per call with a session, µs", "", "calls.own.session.us", None, 50),
    Target(
        f"{_TASKS}, aiohttp",
        "peer",
        "calls.tasks-50.atlex-aiohttp.per_second",
        "calls.tasks-50.peer.per_second",
        4,
        at_least=True,
    ),
    Target(
        f"{_TASKS}, aiohttp",
        "bare httpx over aiohttp",
        "calls.tasks-50.atlex-aiohttp.per_second",
        "calls.tasks-50.httpx-aiohttp.per_second",
        0.8,
        at_least=True,
    ),
    Target(
        f"{_TASKS}, default transport",
        "bare httpx",
        "calls.tasks-50.atlex.per_second",
        "calls.tasks-50.httpx.per_second",
        0.9,
        at_least=True,
    ),
    Target(
        "timeline calls end to end, per second",
        "peer",
        "calls.timeline.atlex.per_second",
        "calls.timeline.peer.per_second",
        2,
        at_least=True,
    ),
    Target("full generation", "peer", "generation.atlex.full.ms", "generation.peer.full.ms", 1.0),
    Target(
        "mypy, cold, on a script",
        "peer, typed",
        "tooling.atlex.mypy_cold.ms",
        "tooling.peer.mypy_cold.ms",
        0.85,
    ),
)
