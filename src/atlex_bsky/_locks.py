"""One lock for each account, for all threads and event loops of a process."""

from __future__ import annotations

import os
import threading
from typing import Final
from weakref import WeakValueDictionary

__all__ = ["account_lock"]

_locks: Final[WeakValueDictionary[tuple[int, str], threading.Lock]] = WeakValueDictionary()
_guard: Final = threading.Lock()


def account_lock(did: str) -> threading.Lock:
    """The lock of an account, which lasts as long as somebody has it.

    A child that was forked while a thread held it has one of its own.
    """
    key = (os.getpid(), did)
    with _guard:
        lock = _locks.get(key)
        if lock is None:
            lock = _locks[key] = threading.Lock()
        return lock
