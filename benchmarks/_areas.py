"""What there is to measure, area by area."""

from __future__ import annotations

import sys
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
        atlex: The interpreter that has atlex, with the HTTP libraries of its extras.
        plain: The one that has atlex alone.
        peer: The interpreter that has the peer; None to measure without it.
        short: Whether to do little.
    """

    payloads: Path
    url: str
    atlex: Path
    plain: Path
    peer: Path | None
    short: bool

    @property
    def sides(self) -> dict[str, Path]:
        """The interpreter of each side that is measured."""
        return {"atlex": self.atlex} | ({} if self.peer is None else {"peer": self.peer})


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
        rounds: How often its cases run.
        cases: Makes the cases.
        chart: What is drawn of it.
        in_short: Whether it is in the short form.
    """

    name: str
    rounds: int
    cases: Callable[[Context], list[Case]]
    chart: Chart
    in_short: bool = True


# Where the project itself is installed, with its generator and the type checkers.
_OWN: Final = Path(sys.executable)


def _imports(context: Context) -> list[Case]:
    cases = [Case("import.floor", context.atlex, "imports", ("floor", context.url))]
    for step in ("import", "client", "timeline", "models"):
        if step == "models" and context.short:
            continue
        # All models take some seconds: twice has to do.
        rounds = 2 if step == "models" else 100
        cases += [
            Case(f"import.{step}.{side}", python, "imports", (f"{side}_{step}", context.url), rounds)
            for side, python in context.sides.items()
        ]
    return cases


def _in_turn(context: Context, area: str, subject: str, data: str, batches: int) -> list[Case]:
    """Ours, the floor, the peer: each reads or writes the same data in a process of its own."""
    sides = {"atlex": context.atlex, "floor": context.atlex} | context.sides
    number = "2" if context.short else str(batches)
    return [Case(f"{area}.{side}", python, subject, (side, data, number)) for side, python in sides.items()]


def _parsing(context: Context) -> list[Case]:
    return _in_turn(context, "parsing", "parsing", str(context.payloads), 7)


def _inputs(context: Context) -> list[Case]:
    return _in_turn(context, "input", "inputs", str(context.payloads / "record.json"), 25)


def _calls(context: Context) -> list[Case]:
    count = "20" if context.short else "500"
    cases = [Case("calls.own", context.atlex, "calls", ("all", "own", context.url, count))]
    for shape, ours in (
        ("in-turn", ("httpx", "atlex", "atlex-session", "httpx2", "atlex-httpx2")),
        (
            "at-once",
            ("httpx", "atlex", "atlex-session", "httpx2", "atlex-httpx2", "aiohttp", "atlex-aiohttp"),
        ),
    ):
        sides = dict.fromkeys(ours, context.atlex)
        if context.peer is not None:
            sides |= {"peer": context.peer, "peer-session": context.peer}
        cases += [
            Case(f"calls.{shape}.{who}", python, "calls", (who, shape, context.url, count))
            for who, python in sides.items()
        ]
    return cases


def _generation(context: Context) -> list[Case]:
    lexicons = str(ROOT / "lexicons")
    sides = context.sides | {"atlex": _OWN}
    return [Case(f"generation.{side}", sides[side], "generation", (side, lexicons)) for side in sides]


def _tooling(context: Context) -> list[Case]:
    # What is compared runs one after the other, since a machine's pace changes.
    sides = context.sides | {"atlex": context.plain}
    return [
        Case(f"tooling.{side}", _OWN, "tooling", (what, side, str(python)))
        for what in ("mypy", "pyright")
        for side, python in sides.items()
    ]


def _chart(title: str, unit: str, *bars: tuple[str, str]) -> Chart:
    return Chart(title, unit, tuple(Bar(*bar) for bar in bars))


AREAS: Final = (
    Area(
        "import",
        9,
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
        7,
        _parsing,
        _chart(
            "A timeline of 100 posts, bytes to models",
            "× json.loads",
            ("floor: json.loads", "parsing.floor.timeline.json.loads"),
            ("atlex: lenient", "parsing.atlex.timeline.lenient.loads"),
            ("atlex: records typed", "parsing.atlex.timeline.typed.loads"),
            ("atlex: strict", "parsing.atlex.timeline.strict.loads"),
            ("atproto", "parsing.peer.timeline.read.loads"),
        ),
    ),
    Area(
        "input",
        5,
        _inputs,
        _chart(
            "A post with a picture, a link and a reply",
            "µs",
            ("atlex: make and check", "input.atlex.make.us"),
            ("atproto: make", "input.peer.make.us"),
            ("atlex: write", "input.atlex.write.us"),
            ("atproto: write", "input.peer.write.us"),
            ("floor: json.dumps", "input.floor.write.us"),
        ),
    ),
    Area(
        "calls",
        5,
        _calls,
        _chart(
            "Calls of 50 tasks at once",
            "/s",
            ("floor: httpx", "calls.at-once.httpx.tasks-50.per_second"),
            ("atlex over httpx", "calls.at-once.atlex.tasks-50.per_second"),
            ("atproto", "calls.at-once.peer.tasks-50.per_second"),
            ("floor: httpx2", "calls.at-once.httpx2.tasks-50.per_second"),
            ("atlex over httpx2", "calls.at-once.atlex-httpx2.tasks-50.per_second"),
            ("floor: aiohttp", "calls.at-once.aiohttp.tasks-50.per_second"),
            ("atlex over aiohttp", "calls.at-once.atlex-aiohttp.tasks-50.per_second"),
        ),
    ),
    Area(
        "generation",
        8,
        _generation,
        _chart(
            "Generating the official documents",
            "ms",
            ("atlex", "generation.atlex.full.ms"),
            ("atproto", "generation.peer.full.ms"),
            ("atlex: one changed", "generation.atlex.one_changed.ms"),
            ("atlex: no change", "generation.atlex.no_change.ms"),
        ),
        in_short=False,
    ),
    Area(
        "tooling",
        4,
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
            ("atlex: completion, first", "tooling.atlex.complete_namespace_first.ms"),
            ("atproto, typed: completion, first", "tooling.peer.complete_namespace_first.ms"),
        ),
        in_short=False,
    ),
)
