"""Tests of reply_bot.py, against a server in the test's own process.

pytest -n0 examples/test_reply_bot.py
"""

import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from examples.reply_bot import main

from atlex import XrpcError
from atlex.testing import FakePds
from atlex_bsky import Bluesky, ThreadNode


@pytest.fixture
def pds() -> Iterator[FakePds]:
    """A server with a bot and somebody who writes to it."""
    with FakePds() as pds, pds.serve():
        for handle in ("bot.test", "fan.test"):
            pds.create_account(handle, "password")
        yield pds


def wait_until(found: Callable[[], object]) -> None:
    """Wait until there is something, for ten seconds at most."""
    for _ in range(1000):
        if found():
            return
        time.sleep(0.01)
    raise TimeoutError


@contextmanager
def running_bot(pds: FakePds, position: Path) -> Generator[None]:
    """Run the bot while the block lasts; it ends when it can't log in any more."""
    pds.take_down("bot.test", takendown=False)
    with ThreadPoolExecutor() as threads:
        bot = threads.submit(main, pds.url, "bot.test", "password", str(position), poll=0.01)
        wait_until(position.exists)
        yield
        pds.take_down("bot.test")
        pds.expire_access_tokens("bot.test")
        with pytest.raises(XrpcError):
            bot.result()


def test_each_mention_is_answered_once(pds: FakePds, tmp_path: Path) -> None:
    """Also where the bot doesn't run when it comes."""
    position = tmp_path / "position"
    with Bluesky.login(pds.url, identifier="fan.test", password="password") as fan:
        with running_bot(pds, position):
            first = fan.post("Hello @bot.test")
            wait_until(lambda: fan.thread(first).replies)
        second = fan.post("Are you there, @bot.test?")
        with running_bot(pds, position):
            wait_until(lambda: fan.thread(second).replies)
        pds.take_down("bot.test", takendown=False)
        for mention in (first, second):
            [reply] = fan.thread(mention).replies
            assert isinstance(reply, ThreadNode)
            assert reply.post.text == "@fan.test thank you!"
