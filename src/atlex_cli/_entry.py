"""The ``atlex`` script. It is installed with the runtime; what it needs beyond that comes with extras."""

from __future__ import annotations

import gc
import sys
from typing import Final

from atlex_cli._commands import COMMANDS

__all__ = ["main"]

_EXTRAS: Final = frozenset({"jinja2", "libcst", "rich", "typer"})


def main() -> None:
    """Run the command line; without the packages that a command needs, say what to install and exit with 1."""
    # A command makes many objects that last to its end, which is soon: collections would find nothing.
    gc.disable()
    arguments = sys.argv[1:]
    try:
        if arguments == ["--version"]:
            from atlex._version import __version__

            print(f"atlex {__version__}")  # noqa: T201
            return
        if arguments[:1] == ["__complete"]:
            from atlex_cli._complete import candidates, split_line

            # One argument is a line to be split, as bash has it.
            words = split_line(arguments[1])[1:] if len(arguments) == 2 else arguments[2:]
            print(*candidates(words), sep="\n")  # noqa: T201
            return
        if arguments[:1] == ["build"]:
            from atlex_codegen._run import builds_plainly

            if builds_plainly(arguments[1:]):
                return
        if arguments == ["demo"]:
            # What reads options takes longer to load than the first line may take to come.
            from atlex_codegen.cli._demo import demo_command

            demo_command()
            return
        from atlex_cli._app import app

        app()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _EXTRAS:
            raise
        name = arguments[0] if arguments and arguments[0] in COMMANDS else None
        who = "The atlex command" if name is None else f"atlex {name}"
        extra = "cli" if name is None else COMMANDS[name].extra
        sys.exit(f"{who} needs an extra: pip install 'atlex[{extra}]'")
