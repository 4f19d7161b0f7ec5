"""A process ends well while work of ours goes on in another thread."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests._children import environment

BEGINNING = """\
import os, ssl, threading, time
from atlex._thread import in_thread
"""


def _ends(program: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", BEGINNING + program],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "ending", ["", "raise SystemExit(0)", "threading.Thread(target=time.sleep, args=(0.01,)).start()"]
)
def test_the_end_of_a_process_waits_for_what_takes_a_moment(ending: str) -> None:
    program = "in_thread(lambda: (time.sleep(0.2), os.write(1, b'done')), 'work')\n"
    assert _ends(program + ending) == (0, "done", "")


@pytest.mark.parametrize(
    "waiting", ["threading.Event().wait", "lambda: time.sleep(1000)", "lambda: os.read(*pipe)"]
)
def test_the_end_of_a_process_doesnt_wait_for_the_network(waiting: str) -> None:
    program = f"pipe = os.pipe()[0], 1\nin_thread({waiting}, 'work')"
    assert _ends(program) == (0, "", "")


@pytest.mark.parametrize("attempt", range(6))
def test_a_process_can_end_while_certificates_are_read(attempt: int) -> None:
    program = f"in_thread(lambda: [ssl.create_default_context() for _ in range(4)], 'work'); time.sleep(0.0{attempt})"
    assert _ends(program) == (0, "", "")


def test_a_child_made_by_fork_waits_for_no_thread_of_its_parent() -> None:
    program = """\
in_thread(threading.Event().wait, "work")
if not (child := os.fork()):
    os.write(1, b"child ")
    raise SystemExit
_, status = os.waitpid(child, 0)
os.write(1, f"ended {status}".encode())
"""
    if sys.platform == "win32":
        pytest.skip("Windows has no fork")
    _, out, _ = _ends(program)
    assert out == "child ended 0"
