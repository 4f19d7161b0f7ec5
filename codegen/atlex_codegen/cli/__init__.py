"""The ``atlex`` command: one module for each subcommand, and here the list of them."""

from __future__ import annotations

from typing import Annotated

import typer

from atlex_codegen.cli._build import build_command
from atlex_codegen.cli._check import check_command
from atlex_codegen.cli._demo import demo_command
from atlex_codegen.cli._diff import diff_command
from atlex_codegen.cli._init import init_command
from atlex_codegen.cli._install import install_command
from atlex_codegen.cli._migrate import migrate_command

__all__ = ["app"]

app: typer.Typer = typer.Typer(
    name="atlex",
    help="Typed SDKs for the AT Protocol, from Lexicon documents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Its own help takes a tenth of a second longer, and shows the type of every switch.
    rich_markup_mode=None,
)
app.command("build")(build_command)
app.command("check")(check_command)
app.command("demo", short_help="Show the whole way, from a build to a call.")(demo_command)
app.command("diff")(diff_command)
app.command("init", short_help="Make a start that builds and runs.")(init_command)
app.command("install", short_help="Bring Lexicon documents into a folder, and pin them.")(install_command)
app.command("migrate", short_help="Bring a program up to newer documents.")(migrate_command)


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
    """Typed SDKs for the AT Protocol, from Lexicon documents."""
