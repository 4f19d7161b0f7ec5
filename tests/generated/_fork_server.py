"""Imports each module that is named on standard input in a process of its own, and prints those that fail.

A new interpreter for each of some 500 modules would spend nearly all of its time on the libraries and the runtime below.
So this process loads those once and forks a child for each module: it has nothing generated in it.

It is a script: ``python _fork_server.py LIBRARY…``, one module to a line, one JSON object to a failure.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback

GENERATED = "atlex_sdk"


def _child(name: str, pipe: int) -> None:
    try:
        importlib.import_module(name)
    except BaseException:  # noqa: BLE001 - told to the parent, whatever it is
        os.write(pipe, traceback.format_exc().encode()[-4000:])
        os._exit(1)
    os._exit(0)


def _import_alone(name: str) -> str | None:
    """What went wrong, or None."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _child(name, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    _, status = os.waitpid(pid, 0)
    return None if status == 0 else said or f"ended with status {status}"


def main() -> None:
    for library in sys.argv[1:]:
        importlib.import_module(library)
    generated = [name for name in sys.modules if name.partition(".")[0] == GENERATED]
    if generated:
        sys.exit(f"The parent has generated modules already: {generated}")
    for line in sys.stdin:
        name = line.strip()
        fault = _import_alone(name)
        if fault is not None:
            sys.stdout.write(json.dumps({"module": name, "fault": fault}) + "\n")
    sys.stdout.write(json.dumps({"done": True}) + "\n")


if __name__ == "__main__":
    main()
