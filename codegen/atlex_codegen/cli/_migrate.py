"""``atlex migrate``: moves a program to another package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atlex.errors import LexiconError

if TYPE_CHECKING:
    from atlex_codegen._migrate._report import Migration

__all__ = ["migrate_command"]

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def migrate_command(
    paths: Annotated[list[Path], typer.Argument(help="Python files, and folders that hold some.")],
    *,
    from_package: Annotated[
        str,
        typer.Option(metavar="NAME", help="The package that the program was written for: atproto."),
    ],
    package: Annotated[
        str, typer.Option(metavar="NAME", help="The generated package to move to.")
    ] = "atlex_sdk",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing: show what would change, as a unified diff.")
    ] = False,
) -> None:
    """Move a program to this SDK, for example: atlex migrate src --from-package atproto --dry-run.

    What can't be moved with certainty is left as it is and listed, with file, line and what to do. It exits with 1 if a
    file couldn't be read, parsed or written.
    """
    # libcst loads when it is used, not for --help.
    from atlex_codegen._migrate._run import migrate_from_atproto

    if from_package != "atproto":
        raise typer.BadParameter("programs of atproto can be moved", param_hint="--from-package")
    try:
        migration = migrate_from_atproto(paths, package=package, dry_run=dry_run)
    except LexiconError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    _show(migration, dry_run=dry_run)
    if migration.failed:
        raise typer.Exit(1)


def _show(migration: Migration, *, dry_run: bool) -> None:
    for file in migration.changed:
        if dry_run:
            for line in file.diff().splitlines():
                typer.secho(line, fg=_STYLES.get(line[:1]))
        else:
            typer.echo(f"changed {file.path}")
    for file in migration.files:
        for leftover in file.leftovers:
            typer.echo(f"{file.path}:{leftover.line}: {leftover.message}", err=True)
        if file.error:
            typer.echo(f"{file.path} {file.error}.", err=True)
    left = sum(len({leftover.line for leftover in file.leftovers}) for file in migration.files)
    would = "would change" if dry_run else "changed"
    typer.echo(
        f"{len(migration.changed)} of {len(migration.files)} files {would}, {left} lines are left to you."
    )
