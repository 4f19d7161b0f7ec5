"""``atlex init``: makes a start for lexicons of one's own."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from atlex_codegen._say import failing_with_a_sentence, say

__all__ = ["init_command"]


def init_command(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIRECTORY", help="Where to make it. Without it, here.", show_default=False),
    ] = Path(),
    *,
    nsid: Annotated[
        str,
        typer.Option(metavar="AUTHORITY", help="What your NSIDs begin with: your domain turned around."),
    ] = "com.example",
) -> None:
    """Make a start: a document, the settings to build it with, and a program that uses the package.

    Example: atlex init shelf --nsid com.example.shelf
    """
    from atlex_codegen._start import write_start

    with failing_with_a_sentence():
        paths, settings = write_start(folder, nsid)
    say(f"wrote {folder / path}" for path in paths)
    if settings:
        say(["Add to pyproject.toml:", *settings.splitlines()])
    there = "" if folder == Path() else f"cd {shlex.quote(str(folder))} && "
    say([f"Next: {there}atlex build && python example.py"])
