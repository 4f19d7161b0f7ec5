"""``python -m benchmarks``: measure atlex, its floors and its peer side by side."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._areas import AREAS, Context
from benchmarks._environment import prepare
from benchmarks._payload import Payloads, encode
from benchmarks._report import all_figures, table, write_docs
from benchmarks._results import Results
from benchmarks._runner import ROOT, loopback, run_rounds


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = [area.name for area in AREAS]
    parser.add_argument("--area", action="append", choices=names, help="measure this alone; repeatable")
    parser.add_argument(
        "--short", action="store_true", help="what is quick, once, in this environment: does it still run?"
    )
    parser.add_argument(
        "--rounds", type=int, help="how often each case runs; the areas have their own numbers"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples there")
    parser.add_argument("--figures", action="store_true", help="print every figure, not the targets alone")
    parser.add_argument("--write-docs", action="store_true", help="put the results into docs/")
    options = parser.parse_args()
    if options.write_docs and (options.area or options.short):
        parser.error("--write-docs goes with a whole run: neither --area nor --short")
    return options


def _write_payloads(folder: Path) -> None:
    payloads = Payloads()
    for name in ("timeline", "profile", "listing", "thread", "record"):
        (folder / f"{name}.json").write_bytes(encode(getattr(payloads, name)()))


def main() -> None:
    """Measure what the command line asks for, and print it."""
    options = _options()
    environment = prepare(short=options.short)
    setting = environment.setting()
    chosen = options.area or [area.name for area in AREAS if area.in_short or not options.short]
    samples: dict[str, tuple[float, ...]] = {}
    with tempfile.TemporaryDirectory() as folder, loopback() as url:
        _write_payloads(Path(folder))
        context = Context(
            Path(folder), url, environment.atlex, environment.plain, environment.peer, options.short
        )
        for area in AREAS:
            if area.name in chosen:
                start = time.monotonic()
                rounds = options.rounds or (1 if options.short else area.rounds)
                samples |= run_rounds(area.cases(context), rounds)
                print(f"{area.name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    results = Results(setting, samples)
    if options.json is not None:
        options.json.write_text(results.to_json(), encoding="utf-8")
    if options.write_docs:
        write_docs(results, ROOT)
    print(table(results))
    if options.figures:
        print(f"\n{all_figures(results)}")


if __name__ == "__main__":
    main()
