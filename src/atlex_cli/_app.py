"""The ``atlex`` command. Each of its commands loads when it is used."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Annotated, Any, ClassVar, Final, NoReturn, cast

import typer
from typer.core import TyperGroup

from atlex_cli._commands import COMMANDS, LEXICON, Command
from atlex_cli._output import fail

__all__ = ["app", "lexicon_app", "load"]

_SETTINGS: Final[dict[str, Any]] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,
    # Its own help takes a tenth of a second longer, and shows the type of every switch.
    "rich_markup_mode": None,
}
# The errors about what was typed have one class, which typer doesn't name.
_UsageError: Final = cast("type[Exception]", typer.BadParameter.__mro__[1])


def load(name: str) -> Any:
    """Load a command, as what typer makes of its function or its application.

    Raises:
        KeyError: There is no such command.
        ModuleNotFoundError: It needs a package that comes with an extra.
    """
    command = COMMANDS[name]
    found = getattr(import_module(command.home), command.attribute)
    parent = typer.Typer(**_SETTINGS)
    parent.callback()(_nothing)
    if isinstance(found, typer.Typer):
        parent.add_typer(found, name=name)
    else:
        parent.command(name)(found)
    loaded = vars(typer.main.get_command(parent))["commands"][name]
    # What it says then is more than a line.
    loaded.no_args_is_help = False
    return loaded


def _nothing() -> None:
    """Make the parent one that has commands."""


class _Loading(MutableMapping[str, Any]):
    """The commands by name; one that is asked for loads."""

    def __init__(self, commands: Mapping[str, Command]) -> None:
        self._commands = commands
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded and name in self._commands:
            self._loaded[name] = load(name)
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._commands)

    def __len__(self) -> int:
        return len(self._commands)


class _Commands(TyperGroup):
    listed: ClassVar = COMMANDS

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = _Loading(self.listed)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the list of commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in self.listed.items()])

    def main(self, *_: Any, args: Any = None, **__: Any) -> NoReturn:
        """Run the command, and end the process: with 2 and one line where it isn't to be understood."""
        # Asking for nothing is asking what there is.
        arguments = (sys.argv[1:] if args is None else list(args)) or ["--help"]
        try:
            done = super().main(arguments, prog_name="atlex", standalone_mode=False)
        except _UsageError as error:
            fail(_one_line(error), 2)
        except typer.Abort:
            fail("Nothing was typed, and the input has ended.")
        sys.exit(done if isinstance(done, int) else 0)


def _one_line(error: Any) -> str:
    """What was wrong with what was typed, and whose help to read."""
    sentence = " ".join(error.format_message().split()).replace("?.", "?")
    # What typer and pydantic put before what a parser or a command has found.
    sentence = sentence.removeprefix("Invalid value: ").replace(": Value error, ", ": ")
    path = "atlex" if error.ctx is None else error.ctx.command_path
    return f"{sentence}{'' if sentence.endswith(('.', '?')) else '.'} See {path} --help"


class _LexiconCommands(_Commands):
    listed = LEXICON


app: typer.Typer = typer.Typer(name="atlex", cls=_Commands, **_SETTINGS)


def _version(wanted: bool) -> None:
    if wanted:
        from atlex._version import __version__

        typer.echo(f"atlex {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Call servers of the AT Protocol, keep accounts, and make typed packages from Lexicon documents."""


lexicon_app: typer.Typer = typer.Typer(name="lexicon", cls=_LexiconCommands, **_SETTINGS)


@lexicon_app.callback()
def _lexicon() -> None:
    """Make packages from Lexicon documents. Each command works without lexicon too: atlex build."""
