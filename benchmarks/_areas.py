"""What there is to measure, area by area."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks._runner import ROOT, Case

__all__ = ["AREAS", "Area", "Bar", "Chart", "Context"]


@dataclass(frozen=True, slots=True)
class Context:
    """What cases are made with.

    Attributes:
        payloads: The folder of the payloads.
        url: The loopback server.
        python: The interpreter that is measured.
        has_peer: Whether the peer is there.
        short: Whether to do little.
    """

    payloads: Path
    url: str
    python: Path
    has_peer: bool
    short: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: its label and its figure."""

    label: str
    figure: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart of figures in one unit."""

    title: str
    unit: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the measurements.

    Attributes:
        name: What ``--area`` calls it.
        rounds: How often each case runs.
        cases: Makes the cases.
        chart: What is drawn of it.
        own_python: Whether it runs in the interpreter that runs the harness, since it needs development tools.
    """

    name: str
    rounds: int
    cases: Callable[[Context], list[Case]]
    chart: Chart
    own_python: bool = False


def _sides(context: Context, *more: str) -> tuple[str, ...]:
    return ("atlex", *more, *(("peer",) if context.has_peer else ()))


def _imports(context: Context) -> list[Case]:
    timeline = str(context.payloads / "timeline.json")
    steps = ("import", "client", "timeline") if context.short else ("import", "client", "timeline", "models")
    return [
        Case("import.floor", "imports", ("floor",)),
        *(
            Case(f"import.{step}.{side}", "imports", (f"{side}_{step}", timeline))
            for step in steps
            for side in _sides(context)
        ),
    ]


def _parsing(context: Context) -> list[Case]:
    peer = ("peer",) if context.has_peer else ()
    rounds = "2" if context.short else "15"
    return [Case("parsing", "parsing", (str(context.payloads), rounds, *peer))]


def _inputs(context: Context) -> list[Case]:
    peer = ("peer",) if context.has_peer else ()
    rounds = "2" if context.short else "50"
    return [Case("input", "inputs", (str(context.payloads / "record.json"), rounds, *peer))]


def _calls(context: Context) -> list[Case]:
    count = "20" if context.short else "1000"

    def case(who: str, shape: str) -> Case:
        return Case(f"calls.{shape}.{who}", "calls", (who, shape, context.url, count))

    cases = [Case("calls.own", "calls", ("all", "own", context.url, count))]
    for shape in ("sequential", "threads", "timeline"):
        cases += [case(who, shape) for who in _sides(context, "atlex-session", "httpx")]
    over_aiohttp = ("atlex-aiohttp", "httpx-aiohttp") if context.has_peer else ()
    for shape in ("tasks-50", "tasks-500"):
        cases += [case(who, shape) for who in _sides(context, "httpx", *over_aiohttp)]
    return cases


def _generation(context: Context) -> list[Case]:
    lexicons = str(ROOT / "lexicons")
    return [Case(f"generation.{side}", "generation", (side, lexicons)) for side in _sides(context)]


def _tooling(context: Context) -> list[Case]:
    if context.short:
        return []
    return [Case(f"tooling.{side}", "tooling", (side, str(context.python))) for side in _sides(context)]


def _chart(title: str, unit: str, *bars: tuple[str, str]) -> Chart:
    return Chart(title, unit, tuple(Bar(*bar) for bar in bars))


AREAS: Final = (
    Area(
        "import",
        11,
        _imports,
        _chart(
            "From the start of the process",
            "ms",
            ("floor: httpx and pydantic", "import.floor.process_ms"),
            ("atlex: client", "import.client.atlex.process_ms"),
            ("atproto: client", "import.client.peer.process_ms"),
            ("atlex: first timeline", "import.timeline.atlex.process_ms"),
            ("atproto: first timeline", "import.timeline.peer.process_ms"),
        ),
    ),
    Area(
        "parsing",
        5,
        _parsing,
        _chart(
            "A timeline of 100 posts, bytes to models",
            "ms",
            ("floor: json.loads", "parsing.timeline.json.ms"),
            ("atlex: lenient", "parsing.timeline.lenient.ms"),
            ("atlex: records typed", "parsing.timeline.typed.ms"),
            ("atlex: strict", "parsing.timeline.strict.ms"),
            ("atproto", "parsing.timeline.peer.ms"),
        ),
    ),
    Area(
        "input",
        5,
        _inputs,
        _chart(
            "One post with two pictures, a link and a reply",
            "µs",
            ("atlex: make and check", "input.make.atlex.us"),
            ("atproto: make", "input.make.peer.us"),
            ("atlex: write", "input.write.atlex.us"),
            ("atproto: write", "input.write.peer.us"),
        ),
    ),
    Area(
        "calls",
        5,
        _calls,
        _chart(
            "50 calls at once, per second",
            "/s",
            ("floor: httpx", "calls.tasks-50.httpx.per_second"),
            ("atlex", "calls.tasks-50.atlex.per_second"),
            ("atproto", "calls.tasks-50.peer.per_second"),
            ("floor: httpx over aiohttp", "calls.tasks-50.httpx-aiohttp.per_second"),
            ("atlex over aiohttp", "calls.tasks-50.atlex-aiohttp.per_second"),
        ),
    ),
    Area(
        "generation",
        3,
        _generation,
        _chart(
            "Generating the official documents",
            "ms",
            ("atlex", "generation.atlex.full.ms"),
            ("atproto", "generation.peer.full.ms"),
            ("atlex: one changed", "generation.atlex.one_changed.ms"),
            ("atlex: no change", "generation.atlex.no_change.ms"),
        ),
    ),
    Area(
        "tooling",
        3,
        _tooling,
        _chart(
            "Type checkers on a script of 20 lines",
            "ms",
            ("atlex: mypy, cold", "tooling.atlex.mypy_cold.ms"),
            ("atproto, typed: mypy, cold", "tooling.peer.mypy_cold.ms"),
            ("atlex: mypy, warm", "tooling.atlex.mypy_warm.ms"),
            ("atproto, typed: mypy, warm", "tooling.peer.mypy_warm.ms"),
            ("atlex: basedpyright", "tooling.atlex.pyright.ms"),
            ("atproto, typed: basedpyright", "tooling.peer.pyright.ms"),
        ),
        own_python=True,
    ),
)
