"""Questions to the person at the terminal."""

from __future__ import annotations

import sys
from getpass import getpass

import typer

__all__ = ["ask", "is_terminal"]


def is_terminal() -> bool:
    """Whether standard input is a terminal. A process may be started without any."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask(what: str, *, otherwise: str, hidden: bool = False) -> str:
    """Ask for a text.

    Args:
        what: What is asked for.
        otherwise: How to give it where there is no terminal, for the message.
        hidden: Whether the answer stays invisible.

    Raises:
        BadParameter: There is no terminal.
        Abort: The input has ended.
    """
    if not is_terminal():
        raise typer.BadParameter(f"{what}: give it {otherwise}, for there is no terminal to ask at")
    if hidden:
        return getpass(f"{what}: ")
    # On standard error, for the output may be a file.
    return str(typer.prompt(what, err=True))
