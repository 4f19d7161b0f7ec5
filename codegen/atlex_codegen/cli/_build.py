"""``atlex build``: makes a package from Lexicon documents."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from atlex.errors import LexiconError

__all__ = ["build_command"]


def build_command(
    lexicons: Annotated[Path, typer.Argument(help="The folder that holds the documents.")] = Path("lexicons"),
    *,
    out: Annotated[
        Path,
        typer.Option(metavar="DIRECTORY", help="The package's folder; its name is the package's."),
    ] = Path("generated/atlex_sdk"),
    descriptions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Descriptions that come before the documents' own (TOML). "
            "Without it, descriptions.toml in LEXICONS where there is one.",
            show_default=False,
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Write nothing: name each file that would change, exit 1 if there is one."
        ),
    ] = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Treat warnings as errors, such as definitions of an unknown kind."),
    ] = False,
) -> None:
    """Generate a typed package from Lexicon documents."""
    # The generator's packages load when it is used, not for --help.
    from atlex_codegen._build import build

    try:
        report = build(lexicons, out, descriptions=descriptions, strict=strict, check=check)
    except LexiconError as error:
        _say(error.diagnostics, err=True)
        typer.echo(error.args[0], err=True)
        raise typer.Exit(1) from error
    _say(report.diagnostics, err=True)
    if not check:
        _say(f"removed {name}" for name in report.removed)
        done = (
            f"{len(report.written)} written, {len(report.removed)} removed, {len(report.unchanged)} unchanged"
        )
        typer.echo(f"{out}: {done}.")
        return
    _say(f"missing {name}" for name in report.missing)
    _say(f"extra {name}" for name in report.extra)
    _say(f"different {name}" for name in report.different)
    if not report.is_clean:
        typer.echo(f"{out} is not what the documents make: run `atlex build`.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{out}: {len(report.unchanged)} files, all as they should be.")


def _say(lines: Iterable[object], *, err: bool = False) -> None:
    for line in lines:
        typer.echo(str(line), err=err)
