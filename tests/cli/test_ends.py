"""How a command ends where its output goes nowhere, or a person ends it: with a code and a line at the most."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests._children import environment
from tests.cli._running import PROGRAM

FULL = Path("/dev/full")
PRINTING = [["--version"], ["completion", "bash"], ["build"]]


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which `atlex build` has something to build."""
    monkeypatch.chdir(tmp_path)
    Path("lexicons").mkdir()
    Path("lexicons/thing.json").write_text(
        '{"lexicon": 1, "id": "com.example.thing", "defs": {"main": {"type": "token"}}}'
    )


def ended(arguments: list[str], out: int) -> tuple[int, str]:
    """The code of a command with this output, and what stands in its errors."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        env=environment(),
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_full_disk_is_one_line(arguments: list[str]) -> None:
    with FULL.open("wb") as full:
        assert ended(arguments, full.fileno()) == (1, "No space left on device\n")


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_errors_that_have_no_room_are_a_failure_all_the_same() -> None:
    with FULL.open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "call", "nothing"], env=environment(), stdout=full, stderr=full, check=False
        )
    assert done.returncode == 1


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_reader_that_has_gone_is_no_failure_to_speak_of(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert ended(arguments, writing) == (1, "")
    finally:
        os.close(writing)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("arguments", [*PRINTING, ["docs", "app.bsky.feed"]], ids=" ".join)
def test_without_an_output_there_is_none(arguments: list[str]) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *PROGRAM, *arguments],
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


# At its first step: at some moments of an import Python itself loses an interrupt, or ends by the signal.
_INTERRUPTED = """
import signal, sys
from atlex_cli._entry import main
from atlex_codegen.cli import _demo_show

_demo_show.Show.do = lambda *_: signal.raise_signal(signal.SIGINT)
sys.argv = ["atlex", "demo"]
main()
"""


def test_an_interrupted_demo_says_nothing_more() -> None:
    demo = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED], env=environment(), capture_output=True, check=False
    )
    assert demo.stdout
    assert (demo.returncode, demo.stderr) == (130, b"")


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_the_end_leaves_the_garbage_collector_nothing_to_go_over(arguments: list[str]) -> None:
    watch = "import atexit, gc; atexit.register(lambda: print(gc.isenabled(), gc.get_count()[0] < 500)); "
    program = [sys.executable, "-c", f"{watch}from atlex_cli._entry import main; main()", *arguments]
    done = subprocess.run(program, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False True\n")
