"""The ``atlex`` script. It is installed with the runtime; what it needs beyond that comes with extras."""

from __future__ import annotations

# What else is imported here would be loaded where Ctrl-C still ends with a traceback.
import atexit
import gc
import sys

__all__ = ["main"]

_EXTRAS = frozenset({"jinja2", "libcst", "rich", "typer"})


def main() -> None:
    """Run the command line, and end the process without a traceback.

    Raises:
        SystemExit: With 1 where a package is missing or the output can't be written, with 130 after Ctrl-C, with what
            the command says otherwise.
    """
    # A command makes many objects that last to its end, which is soon: collections would find nothing. The interpreter
    # has its own at the end, which go over all that isn't frozen.
    gc.disable()
    atexit.register(gc.freeze)
    try:
        from atlex_codegen._say import failing_with_a_sentence

        with failing_with_a_sentence():
            _run(sys.argv[1:])
            if sys.stdout is not None:
                sys.stdout.flush()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _EXTRAS:
            raise
        sys.exit(_missing(sys.argv[1:]))
    except BrokenPipeError:
        # Whoever read the output has had enough.
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        _give_up_unwritten()


def _run(arguments: list[str]) -> None:
    """Run a command. Those that are asked for often, or to show how quick it goes, don't wait for what reads options."""
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
        from atlex_codegen.cli._demo import demo_command

        demo_command()
        return
    from atlex_cli._app import app

    app()


def _missing(arguments: list[str]) -> str:
    """What to install for a command."""
    from atlex_cli._commands import COMMANDS

    command = COMMANDS.get(arguments[0]) if arguments else None
    who = "The atlex command" if command is None else f"atlex {arguments[0]}"
    return f"{who} needs an extra: pip install 'atlex[{'cli' if command is None else command.extra}]'"


def _give_up_unwritten() -> None:
    """Let go of output that can't be written. The interpreter would try again at its end, and complain."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            import os

            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
