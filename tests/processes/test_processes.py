"""Clients and sessions after a fork, in several event loops, and at the end of a program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.transport.table._server import RawServer

from atlex.testing import FakePds

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

_PROGRAM = Path(__file__).with_name("_programs.py")
_AT_A_PDS = {"refreshes", "held_locks", "paced", "session_loops"}
_PROGRAMS = [
    "calls",
    "later_calls",
    "inside_a_loop",
    "refreshes",
    "held_locks",
    "paced",
    "forked_holder",
    "workers",
    "preloaded",
    "loops",
    "session_loops",
    "under_trio",
    "left_open",
]


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    server = RawServer()
    yield server.url
    server.close()


def run(name: str, url: str, rounds: int) -> None:
    """Run a program with every warning on; it mustn't write any."""
    # Python 3.12 warns of every fork in a process with threads, which is what this is about.
    command = [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", str(_PROGRAM), name, url]
    done = subprocess.run([*command, str(rounds)], capture_output=True, text=True, timeout=600, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("as it should be\n", "", 0)


def run_at_its_server(name: str, echo: str, rounds: int) -> None:
    if name not in _AT_A_PDS:
        run(name, echo, rounds)
        return
    with FakePds() as pds, pds.serve() as url:
        pds.create_account("alice.test", "password")
        pds.limit_rate(100_000, 3600)
        run(name, url, rounds)


@pytest.mark.parametrize("name", _PROGRAMS)
def test_every_process_and_loop_has_its_own_connections_and_locks(echo: str, name: str) -> None:
    run_at_its_server(name, echo, 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "rounds"),
    [
        ("calls", 200),
        ("later_calls", 30),
        ("inside_a_loop", 30),
        ("refreshes", 100),
        ("held_locks", 100),
        ("paced", 30),
    ],
)
def test_it_holds_in_500_rounds(echo: str, name: str, rounds: int) -> None:
    run_at_its_server(name, echo, rounds)
