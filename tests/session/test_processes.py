"""Eight real processes share one session, on a server whose refresh tokens are good once."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from atlex.testing import FakePds

WORKERS = 8
ROUNDS = 50


@pytest.fixture
def pds():
    with FakePds(strict_refresh=True) as pds, pds.serve():
        pds.create_account("alice.test", "password")
        yield pds


@pytest.fixture(params=["file", "redis"])
def place(request, tmp_path):
    if request.param == "file":
        return "file", str(tmp_path / "session.json")
    url = request.getfixturevalue("redis_url")
    with redis.Redis.from_url(url) as client:
        client.flushall()
    return "redis", url


@pytest.fixture
def workers(pds, place):
    with ExitStack() as stack:
        started = []
        for number in range(WORKERS):
            kind = "sync" if number % 2 else "async"
            worker = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("_worker.py")), kind, *place, pds.url],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(worker)
            stack.callback(worker.kill)
            started.append(worker)
        yield started


def at_once(workers):
    """Tells all of them to go on, and gives what each of them says."""
    for worker in workers:
        worker.stdin.write("call\n")
        worker.stdin.flush()
    return [worker.stdout.readline().strip() for worker in workers]


@pytest.mark.slow
def test_eight_processes_log_in_once_and_refresh_once_in_each_of_fifty_rounds(pds, workers):
    assert [worker.stdout.readline() for worker in workers] == ["ready\n"] * WORKERS
    assert at_once(workers) == ["open"] * WORKERS
    assert pds.count("com.atproto.server.createSession") == 1

    for round_ in range(1, ROUNDS + 1):
        pds.expire_access_tokens()
        assert at_once(workers) == ["200"] * WORKERS
        assert pds.count("com.atproto.server.refreshSession") == round_

    # Leaving the blocks ends no session, and none of them had anything to log.
    assert [worker.communicate(timeout=60) for worker in workers] == [("", "")] * WORKERS
    assert [worker.returncode for worker in workers] == [0] * WORKERS
    assert pds.count("com.atproto.server.refreshSession", status=200) == ROUNDS
    assert pds.count("com.atproto.server.createSession") == 1
    assert pds.count("com.atproto.server.deleteSession") == 0
