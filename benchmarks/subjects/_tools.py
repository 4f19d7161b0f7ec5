"""What subjects share. It imports little, since imports are among what is measured."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

__all__ = ["finish", "interleave", "peak_mib"]

_STATUS = Path("/proc/self/status")


def peak_mib() -> float:
    """The most memory that the process has held, in MiB."""
    if _STATUS.exists():
        # getrusage() would count what the parent held before the program was started.
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def interleave(contenders: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Run functions in turn, and give the median of each in milliseconds of this process's own time.

    Each runs once before that. The clock stands still while other programs have the processor.
    """
    import statistics

    for run in contenders.values():
        run()
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            start = time.process_time()
            made = run()
            taken[name].append((time.process_time() - start) * 1000)
            del made
    return {name: statistics.median(values) for name, values in taken.items()}


def finish(figures: Mapping[str, float]) -> None:
    """Print the figures and leave, without the cost of clearing up."""
    print(json.dumps(figures))
    sys.stdout.flush()
