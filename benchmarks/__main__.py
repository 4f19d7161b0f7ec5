"""``python -m benchmarks``: measure atlex, its floors and its peer side by side."""

from __future__ import annotations

import argparse
import sys
import tempfile
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
    parser.add_argument("--short", action="store_true", help="once, in this environment: does it still run?")
    parser.add_argument(
        "--rounds", type=int, help="how often each case runs; the areas have their own numbers"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples there")
    parser.add_argument("--figures", action="store_true", help="print every figure, not the targets alone")
    parser.add_argument("--write-docs", action="store_true", help="put the results into README.md and docs/")
    return parser.parse_args()


def _write_payloads(folder: Path) -> None:
    payloads = Payloads()
    for name in ("timeline", "profile", "listing", "thread", "record"):
        (folder / f"{name}.json").write_bytes(encode(getattr(payloads, name)()))


def main() -> None:
    """Measure what the command line asks for, and print it."""
    options = _options()
    environment = prepare(short=options.short)
    chosen = options.area or [area.name for area in AREAS]
    samples: dict[str, tuple[float, ...]] = {}
    with tempfile.TemporaryDirectory() as folder, loopback() as url:
        _write_payloads(Path(folder))
        context = Context(Path(folder), url, environment.python, environment.has_peer, options.short)
        for area in AREAS:
            if area.name in chosen:
                print(f"{area.name} …", file=sys.stderr)
                rounds = options.rounds or (1 if options.short else area.rounds)
                python = sys.executable if area.own_python else environment.python
                samples |= run_rounds(area.cases(context), python, rounds)
    results = Results(environment.setting(), samples)
    if options.json is not None:
        options.json.write_text(results.to_json(), encoding="utf-8")
    if options.write_docs:
        write_docs(results, ROOT, chosen)
    print(table(results))
    if options.figures:
        print(f"\n{all_figures(results)}")


if __name__ == "__main__":
    main()
