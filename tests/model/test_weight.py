"""What is broken costs what it weighs: no more than ten times the memory of a good response of its size."""

from __future__ import annotations

import functools
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc"),
]

SIZE = 4 * 1024 * 1024


@functools.cache
def weigh(shape: str, level: str, size: int = SIZE) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "tests.model._weigh", shape, str(size), level],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.parametrize("size", [SIZE // 4, SIZE])
@pytest.mark.parametrize("level", ["lenient", "strict"])
@pytest.mark.parametrize("shape", ["wide", "scalars", "unlike", "deep", "labels"])
def test_a_broken_response_takes_memory_in_proportion_to_a_good_one(
    shape: str, level: str, size: int
) -> None:
    assert weigh(shape, level, size) < 10 * weigh("good", level, size)


@pytest.mark.parametrize("level", ["lenient", "strict"])
def test_sixteen_times_the_size_takes_no_more_than_that(level: str) -> None:
    assert weigh("wide", level, 16 * SIZE) < 20 * weigh("wide", level)
