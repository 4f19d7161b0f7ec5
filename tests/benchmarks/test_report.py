"""What the benchmarks say follows from their samples."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from benchmarks._areas import AREAS, Bar, Chart, Context
from benchmarks._report import BEGIN, END, plot, replace_between, table, write_docs
from benchmarks._results import Results
from benchmarks._runner import Case, run_rounds
from benchmarks._targets import TARGETS, Target

_TARGET = Target("reading", "the floor", "ours.ms", "floor.ms", 1.5)


def _results(**samples):
    return Results({"python": "3.11"}, {name.replace("_", "."): values for name, values in samples.items()})


_FLOOR = "parsing.floor.timeline.json.loads"


def test_a_ratio_is_the_median_of_the_ratios_of_each_round():
    # The medians alone would say 2.
    results = _results(ours_ms=(2.0, 40.0, 3.0), floor_ms=(1.0, 40.0, 1.5))
    assert results.ratio("ours.ms", "floor.ms") == 2.0
    slow_round = _results(ours_ms=(1.0, 100.0, 1.0), floor_ms=(1.0, 100.0, 1.0))
    assert slow_round.ratio("ours.ms", "floor.ms") == 1.0


def test_what_was_not_measured_is_none_and_neither_met_nor_missed():
    results = _results(ours_ms=(2.0,))
    assert results.median("floor.ms") is None
    assert results.ratio("ours.ms", "floor.ms") is None
    assert _TARGET.is_met(results) is None


@pytest.mark.parametrize(
    ("target", "ours", "met"),
    [
        (_TARGET, 1.5, True),
        (_TARGET, 1.6, False),
        (replace(_TARGET, at_least=True), 1.5, True),
        (replace(_TARGET, at_least=True), 1.4, False),
        (replace(_TARGET, base=None), 1.6, False),
    ],
)
def test_a_target_is_met_up_to_its_limit(target, ours, met):
    assert target.is_met(_results(ours_ms=(ours,), floor_ms=(1.0,))) is met


def test_results_come_back_from_their_json():
    results = _results(ours_ms=(1.0, 2.0))
    assert Results.from_json(results.to_json()) == results


def test_the_table_has_a_row_for_each_target():
    rows = [line for line in table(_results()).splitlines() if line.endswith("| not measured |")]
    assert len(rows) == len(TARGETS)


def test_the_targets_and_charts_name_figures_of_cases(tmp_path):
    context = Context(
        tmp_path,
        "http://127.0.0.1:1",
        tmp_path / "ours",
        tmp_path / "alone",
        tmp_path / "theirs",
        short=False,
    )
    prefixes = tuple(case.name + "." for area in AREAS for case in area.cases(context))
    named = {name for target in TARGETS for name in (target.figure, target.base) if name}
    named |= {bar.figure for area in AREAS for bar in area.chart.bars}
    assert {name for name in named if not name.startswith(prefixes)} == set()


def test_a_plot_is_wellformed_and_has_the_bars_that_were_measured():
    chart = Chart("a < b", "ms", (Bar("atlex", "ours.ms"), Bar("floor", "floor.ms"), Bar("none", "x.ms")))
    picture = plot(chart, _results(ours_ms=(5.0,), floor_ms=(10.0,)))
    bars = ET.fromstring(picture).findall("{http://www.w3.org/2000/svg}rect")
    assert [bar.get("class") for bar in bars] == ["atlex", "other"]
    assert int(bars[0].get("width")) * 2 == int(bars[1].get("width"))
    assert "prefers-color-scheme: dark" in picture
    assert plot(chart, _results()) is None


def test_the_table_goes_between_the_markers_and_nowhere_else(tmp_path):
    page = tmp_path / "docs" / "performance.md"
    page.parent.mkdir()
    page.write_text(f"before\n{BEGIN}\nfrom an earlier run\n{END}\nafter\n")
    write_docs(_results(**{_FLOOR: (1.0,)}), tmp_path)
    text = page.read_text()
    assert text.startswith(f"before\n{BEGIN}\n| what |")
    assert text.endswith(f"{END}\nafter\n")
    assert "earlier" not in text
    folder = tmp_path / "docs" / "benchmarks"
    assert (folder / "parsing.svg").exists()
    assert f"| `{_FLOOR}` | 1 |" in (folder / "figures.md").read_text()
    with pytest.raises(ValueError, match="missing"):
        replace_between("no markers", "new")


def test_a_subject_that_fails_ends_the_run_with_its_own_words():
    with pytest.raises(RuntimeError, match=r"import\.nothing failed"):
        Case("import.nothing", Path(sys.executable), "imports", ("nothing", "http://127.0.0.1:1")).run()


def test_without_the_peer_nothing_of_it_runs(tmp_path):
    context = Context(
        tmp_path, "http://127.0.0.1:1", tmp_path / "ours", tmp_path / "alone", None, short=False
    )
    cases = [case for area in AREAS for case in area.cases(context)]
    assert not [case for case in cases if "peer" in {case.name, *case.name.split("."), *case.arguments}]


def test_no_process_that_measures_one_side_is_the_other_sides(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    context = Context(tmp_path, "http://127.0.0.1:1", ours, ours, theirs, short=False)
    for area in AREAS:
        for case in area.cases(context):
            peers = any(part.startswith("peer") for part in case.name.split("."))
            assert (case.python == theirs) == (peers and area.name != "tooling"), case.name


def test_a_case_runs_in_no_more_rounds_than_it_says():
    url = "http://127.0.0.1:1"
    python = Path(sys.executable)
    cases = [
        Case("often", python, "imports", ("atlex_import", url)),
        Case("once", python, "imports", ("atlex_import", url), 1),
    ]
    samples = run_rounds(cases, 2)
    assert (len(samples["often.ms"]), len(samples["once.ms"])) == (2, 1)
