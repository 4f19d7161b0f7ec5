"""Run a program twice, the second time as on Windows: ``_as_on_windows.py PROGRAM FOLDER FOLDER``.

The first run loads what belongs to others, which is made for the system that it is on.
"""

from __future__ import annotations

import os
import runpy
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

PROGRAM, FIRST, SECOND = sys.argv[1:]
ABSENT = {
    os: [
        "chown",
        "fork",
        "forkpty",
        "geteuid",
        "killpg",
        "mkfifo",
        "posix_spawn",
        "register_at_fork",
        "setsid",
    ],
    select: ["POLLIN", "poll"],
    signal: ["SIGALRM", "SIGHUP", "SIGKILL", "SIGUSR1", "setitimer"],
    socket: ["AF_UNIX", "MSG_DONTWAIT", "SO_REUSEPORT"],
}


def main() -> None:
    run = runpy.run_path(PROGRAM)["main"]
    run(Path(FIRST))
    for name in [name for name in sys.modules if name.startswith("atlex")]:
        del sys.modules[name]
    for module, names in ABSENT.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    modules: dict[str, Any] = sys.modules
    modules |= dict.fromkeys(("fcntl", "grp", "pwd", "resource", "termios"))
    sys.platform = "win32"
    runpy.run_path(PROGRAM)["main"](Path(SECOND))


main()
