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
_WARM_UP = 3


def peak_mib() -> float:
    """The most memory that the process has held, in MiB."""
    if _STATUS.exists():
        # getrusage() would count what the parent held before the program was started.
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def interleave(
    contenders: Mapping[str, Callable[[], Any]], batches: int, size: int
) -> dict[str, list[float]]:
    """Run functions in turn, in batches, and give what one run took in each batch.

    The figures are milliseconds of this process's own time: that clock stands still while other programs have the
    processor. Each function has been run before. The garbage collector is as Python sets it, and has just collected
    when a batch begins.
    """
    import gc

    for run in contenders.values():
        for _ in range(_WARM_UP):
            run()
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(batches):
        for name, run in contenders.items():
            gc.collect()
            start = time.process_time()
            for _ in range(size):
                run()
            taken[name].append((time.process_time() - start) * 1000 / size)
    return taken


def finish(figures: Mapping[str, float]) -> None:
    """Print the figures."""
    print(json.dumps(figures))
    sys.stdout.flush()
