"""Python's garbage collector, and when it has nothing to find."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["collector_paused"]


@contextmanager
def collector_paused() -> Generator[None]:
    """Pause the collector in this block, unless somebody has switched it off.

    For the making of many objects that all stay: it would go over them again and again while there are more and more.
    Other threads do without it for as long.
    """
    if not gc.isenabled():
        yield
        return
    try:
        gc.disable()
        yield
    finally:
        gc.enable()
