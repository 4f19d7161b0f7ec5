"""Locks between the processes of one machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from atlex._home import here, keep_if_inherited

__all__ = ["lock_file"]

_POLL: Final = 0.02


def lock_file(path: str, timeout: float) -> Callable[[], None]:
    """Lock a file, which is made if it isn't there, and which only its owner can read.

    The system gives the lock back when the process ends, however that ends.

    Args:
        path: The file. Its folder must be there.
        timeout: Seconds to wait for another process that holds the lock.

    Returns:
        What gives the lock back, once, in any thread. In a child that was forked meanwhile it does nothing.

    Raises:
        TimeoutError: Another process has held it for all of that time.
        OSError: The file can't be made or locked.
    """
    if TYPE_CHECKING:
        # They would follow the import to the sixty modules of filelock, in every user's project.
        filelock: Any = None
    else:
        import filelock
    # filelock would make the folder, wherever a mistyped path leads.
    Path(path).parent.stat()
    # One for each time it is taken: the same object could be taken twice.
    lock = filelock.FileLock(path, timeout=timeout, mode=0o600, thread_local=False)
    try:
        lock.acquire(poll_interval=_POLL)
    except filelock.Timeout:
        raise TimeoutError(f"{path} is locked by another process") from None
    pid, _ = here()

    def release() -> None:
        # The child would take it from its parent, even by forgetting it.
        if not keep_if_inherited(pid, lock):
            lock.release()

    return release
