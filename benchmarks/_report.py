"""What a run says: a table of the targets, a table of all figures, and a plot for each area."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Final

from benchmarks._areas import AREAS, Chart
from benchmarks._results import Results
from benchmarks._targets import TARGETS, Target

__all__ = ["BEGIN", "END", "all_figures", "plot", "replace_between", "table", "write_docs"]

BEGIN: Final = "<!-- benchmarks -->"
END: Final = "<!-- /benchmarks -->"

_LABEL_WIDTH: Final = 240
_BAR_WIDTH: Final = 380
_ROW: Final = 30


def _verdict(target: Target, results: Results) -> str:
    return {True: "met", False: "missed", None: "not measured"}[target.is_met(results)]


def _limit(target: Target) -> str:
    return f"{'≥' if target.at_least else '≤'} {target.limit:g}{' ×' if target.base else ''}"


def _figure(target: Target, results: Results) -> str:
    value = target.value(results)
    if value is None:
        return "–"
    return f"{value:.2f} ×" if target.base else f"{value:.0f}"


def _setting(results: Results) -> str:
    versions = (
        f"{name} {value}"
        for name, value in results.setting.items()
        if name not in {"date", "load", "machine"}
    )
    known = [results.setting[name] for name in ("date", "machine") if name in results.setting]
    load = [f"load average {results.setting['load']} at the start"] if "load" in results.setting else []
    return f"Measured with {', '.join([*versions, *known, *load])}."


def table(results: Results) -> str:
    """The targets in Markdown, and what they were measured with."""
    rows = [
        f"| {target.what} | {target.against} | {_figure(target, results)} | {_limit(target)} | "
        f"{_verdict(target, results)} |"
        for target in TARGETS
    ]
    return "\n".join(
        [
            "| what | compared with | figure | target | |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
            _setting(results),
        ]
    )


def all_figures(results: Results, area: str = "") -> str:
    """Every figure in Markdown, or those of one area."""
    names = sorted(name for name in results.samples if name.startswith(area))
    rows = [f"| `{name}` | {results.median(name):.4g} |" for name in names]
    return "\n".join(["| figure | median |", "| --- | --- |", *rows])


def _page(results: Results) -> str:
    parts = ["# All figures", "Written by `uv run python -m benchmarks --write-docs`.", _setting(results)]
    for area in AREAS:
        parts += [f"## {area.chart.title}", f"![{area.chart.title}]({area.name}.svg)"]
        parts.append(all_figures(results, f"{area.name}."))
    return "\n\n".join(parts) + "\n"


def plot(chart: Chart, results: Results) -> str | None:
    """A chart as SVG that follows the reader's light or dark scheme; None where nothing of it was measured."""
    found = [(bar.label, results.median(bar.figure)) for bar in chart.bars]
    bars = [(label, value) for label, value in found if value is not None]
    if not bars:
        return None
    highest = max(value for _, value in bars)
    rows = [_row(index, label, value, highest, chart.unit) for index, (label, value) in enumerate(bars)]
    width, height = _LABEL_WIDTH + _BAR_WIDTH + 130, 44 + _ROW * len(bars)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(chart.title)}</title>",
            "<style>",
            "text { font: 13px system-ui, sans-serif; fill: #1f2328 }",
            ".title { font-weight: 600 } .atlex { fill: #0969da } .other { fill: #afb8c1 }",
            "@media (prefers-color-scheme: dark) {",
            "text { fill: #e6edf3 } .atlex { fill: #4493f8 } .other { fill: #57606a }",
            "}",
            "</style>",
            f'<text class="title" x="0" y="18">{escape(chart.title)}</text>',
            *rows,
            "</svg>",
            "",
        ]
    )


def _row(index: int, label: str, value: float, highest: float, unit: str) -> str:
    top = 34 + index * _ROW
    length = max(1, round(value / highest * _BAR_WIDTH))
    kind = "atlex" if label.startswith("atlex") else "other"
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return (
        f'<text x="{_LABEL_WIDTH - 10}" y="{top + 16}" text-anchor="end">{escape(label)}</text>'
        f'<rect class="{kind}" x="{_LABEL_WIDTH}" y="{top}" width="{length}" height="22" rx="3"/>'
        f'<text x="{_LABEL_WIDTH + length + 8}" y="{top + 16}">{shown} {escape(unit)}</text>'
    )


def replace_between(text: str, new: str) -> str:
    """Put new text between the markers.

    Raises:
        ValueError: The markers aren't there.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{BEGIN} and {END} are missing")
    return f"{before}{BEGIN}\n{new}\n{END}{after}"


def write_docs(results: Results, root: Path) -> None:
    """Write the table of docs/performance.md and, into docs/benchmarks, the samples, the figures and the plots."""
    page, folder = root / "docs" / "performance.md", root / "docs" / "benchmarks"
    page.write_text(replace_between(page.read_text(encoding="utf-8"), table(results)), encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(results.to_json(), encoding="utf-8")
    (folder / "figures.md").write_text(_page(results), encoding="utf-8")
    for area in AREAS:
        picture = plot(area.chart, results)
        if picture is not None:
            (folder / f"{area.name}.svg").write_text(picture, encoding="utf-8")
