"""Work in a thread of its own, which the end of the process leaves a moment."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Final, TypeVar

__all__ = ["in_thread"]

T = TypeVar("T")

# How many seconds. What takes longer waits for the network.
_MOMENT: Final = 1.0


class _Thread(threading.Thread):
    pass


def in_thread(work: Callable[[], T], name: str) -> Future[T]:
    """Do something in a thread that doesn't keep the process from ending.

    Args:
        work: What to do.
        name: The thread's name.

    Returns:
        What it gives, or raises.
    """
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001  # the caller's
            done.set_exception(error)

    _Thread(target=run, name=name, daemon=True).start()
    return done


@atexit.register
def _wait_a_moment() -> None:
    """Wait for the threads: one that is within OpenSSL, reading certificates for one, would end the process with SIGSEGV."""
    latest = time.monotonic() + _MOMENT
    with suppress(KeyboardInterrupt):
        for thread in threading.enumerate():
            if isinstance(thread, _Thread):
                thread.join(max(0, latest - time.monotonic()))
