"""Runs subjects in fresh interpreters, in turn, and collects what they print."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["ROOT", "Case", "loopback", "run_rounds"]

ROOT: Final = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Case:
    """One subject, who runs it and what to hand it.

    Attributes:
        name: What its figures' names begin with: ``import.client.atlex``.
        python: The interpreter.
        subject: The module under ``benchmarks.subjects``.
        arguments: Its arguments.
        rounds: In how many rounds it runs at most.
    """

    name: str
    python: Path
    subject: str
    arguments: tuple[str, ...] = ()
    rounds: int = 100

    def run(self) -> dict[str, float]:
        """Run it once.

        Returns:
            The figures that it printed, and ``process_ms``, what the whole process took.

        Raises:
            RuntimeError: It failed.
        """
        command = [str(self.python), "-m", f"benchmarks.subjects.{self.subject}", *self.arguments]
        start = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        taken = (time.perf_counter() - start) * 1000
        if done.returncode:
            raise RuntimeError(f"{self.name} failed:\n{done.stderr[-3000:]}")
        figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return {f"{self.name}.{name}": value for name, value in figures.items()} | {
            f"{self.name}.process_ms": taken
        }


def run_rounds(cases: Sequence[Case], rounds: int) -> dict[str, tuple[float, ...]]:
    """Run all cases in each round, every second round in reverse, so that no case always follows the same one."""
    samples: dict[str, list[float]] = defaultdict(list)
    for number in range(rounds):
        for case in _ordered(cases, number):
            if number < case.rounds:
                for name, value in case.run().items():
                    samples[name].append(value)
    return {name: tuple(values) for name, values in samples.items()}


def _ordered(cases: Sequence[Case], number: int) -> Iterable[Case]:
    return reversed(cases) if number % 2 else cases


@contextmanager
def loopback() -> Generator[str]:
    """The URL of a server in a process of its own."""
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks._server"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
    finally:
        server.stdin.close()
        server.wait()
        server.stdout.close()
