"""One lock for each account, for all threads and event loops of a process."""

from __future__ import annotations

import os
import threading
from typing import Final
from weakref import WeakValueDictionary

__all__ = ["account_lock"]

_locks: Final[WeakValueDictionary[str, threading.Lock]] = WeakValueDictionary()
_guard = threading.Lock()


def account_lock(did: str) -> threading.Lock:
    """The lock of an account, which lasts as long as somebody has it; a forked child has one of its own."""
    with _guard:
        lock = _locks.get(did)
        if lock is None:
            lock = _locks[did] = threading.Lock()
        return lock


def _begin_anew() -> None:
    global _guard  # noqa: PLW0603 - a thread of the parent may have held it
    _guard = threading.Lock()
    _locks.clear()


if hasattr(os, "register_at_fork"):  # pragma: no branch
    os.register_at_fork(after_in_child=_begin_anew)
