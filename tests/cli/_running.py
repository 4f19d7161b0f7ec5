"""Runs the ``atlex`` command: in this process, as a program, and as a program at a terminal."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from typing import NamedTuple

from tests._children import environment
from typer.testing import CliRunner

__all__ = ["PROGRAM", "Result", "at_terminal", "atlex", "program"]

PROGRAM = [sys.executable, "-m", "atlex_cli"]


class Result(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


def atlex(*arguments: str, stdin: bytes | str | None = None) -> Result:
    """Run it in this process."""
    from atlex_cli._app import app

    result = CliRunner().invoke(app, arguments, input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Result(result.exit_code, result.stdout, result.stderr)


def program(*arguments: str, stdin: bytes = b"", **variables: str) -> Result:
    """Run it as a program."""
    done = subprocess.run(
        [*PROGRAM, *arguments], input=stdin, capture_output=True, env=environment(**variables), check=False
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def at_terminal(*arguments: str, answers: dict[str, str], **variables: str) -> tuple[int, str]:
    """Run it at a terminal.

    Args:
        arguments: Its arguments.
        answers: What is typed after each question.
        variables: More of its environment.

    Returns:
        Its exit code, and all that the terminal shows.
    """
    import pty

    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover - another program from here on
        os.execve(PROGRAM[0], [*PROGRAM, *arguments], environment(**{"TERM": "xterm", **variables}))
    shown = b""
    waiting = dict(answers)
    # On Linux the end of the other side is an error.
    while select.select([terminal], [], [], 60)[0]:
        try:
            more = os.read(terminal, 4096)
        except OSError:
            break
        if not more:
            break
        shown += more
        for question, answer in list(waiting.items()):
            if question.encode() in shown:
                os.write(terminal, answer.encode())
                del waiting[question]
    # A program that still waits for something is hung up on.
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert not waiting, f"never asked: {waiting}, but: {shown!r}"
    return os.waitstatus_to_exitcode(status), shown.decode()
