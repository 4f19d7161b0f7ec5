"""``atlex migrate``: brings a program up to newer documents, or moves it from another package."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from atlex._printable import printable
from atlex_codegen._say import failing_with_a_sentence, say

if TYPE_CHECKING:
    from atlex_codegen._migrate._report import Migration

__all__ = ["migrate_command"]

_COLOURS: Final = {"+": "green", "-": "red", "@": "cyan"}


def migrate_command(
    paths: Annotated[list[Path], typer.Argument(help="Python files, and folders that hold some.")],
    *,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="OLD",
            help="The documents that the program was written for: a folder, REVISION:PATH as git has it, or a "
            "generated package by its name or folder.",
            show_default=False,
        ),
    ] = None,
    to: Annotated[
        str, typer.Option("--to", metavar="NEW", help="The newer documents, likewise.", show_default=False)
    ] = "lexicons",
    from_package: Annotated[
        Literal["atproto"] | None,
        typer.Option(
            metavar="atproto",
            help="The PyPI package that the program was written for.",
            show_default=False,
        ),
    ] = None,
    package: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What the program imports the generated package by, or with --from-package is to import. Without it, "
            "the name of a package that OLD or NEW is, or that pyproject.toml has built of them, else atlex_sdk.",
            show_default=False,
        ),
    ] = "",
    guesses: Annotated[
        bool,
        typer.Option("--guesses", help="Take renamings that only likeness speaks for as well."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing: show what would change, as a unified diff.")
    ] = False,
) -> None:
    """Bring a program up to newer documents, or move it from the package atproto.

    What can't be rewritten with certainty is left as it is and listed, with file, line and what to do. Exits with 1 if
    a file couldn't be read, parsed or written, and with 2 if the documents can't be compared.

    Example: atlex migrate src --from v1.2:lexicons --to lexicons --dry-run
    """
    if (from_ is None) == (from_package is None):
        raise typer.BadParameter("give one of --from and --from-package", param_hint="--from")
    # libcst loads when it is used, not for --help.
    from atlex_codegen._migrate._run import migrate, migrate_from_atproto

    with failing_with_a_sentence(2):
        if from_ is None:
            migration = migrate_from_atproto(paths, package=package or "atlex_sdk", dry_run=dry_run)
        else:
            migration = migrate(paths, from_, to, package=package, guesses=guesses, dry_run=dry_run)
    _show(migration, dry_run=dry_run)
    if migration.failed:
        raise typer.Exit(1)


def _show(migration: Migration, *, dry_run: bool) -> None:
    for file in migration.changed:
        if dry_run:
            _show_diff(file.diff().split("\n")[:-1])
        else:
            say([f"changed {file.path}"])
    for file in migration.files:
        say((f"{file.path}:{found.line}: {found.message}" for found in file.leftovers), err=True)
        if file.error:
            say([f"{file.path} {file.error}."], err=True)
    left = sum(len({leftover.line for leftover in file.leftovers}) for file in migration.files)
    would = "would change" if dry_run else "changed"
    lines = "1 line is" if left == 1 else f"{left} lines are"
    typer.echo(f"{len(migration.changed)} of {len(migration.files)} files {would}, {lines} left to you.")


def _show_diff(lines: Iterable[str]) -> None:
    for line in lines:
        # Layout is what a diff is about; whatever else doesn't print is escaped.
        shown = "\t".join(printable(part, limit=len(part)) for part in line.rstrip("\r").split("\t"))
        typer.secho(shown, fg=_COLOURS.get(line[:1]))
