"""``atlex install``: brings Lexicon documents into the folder that a package is built from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atlex_codegen._say import failing_with_a_sentence, say

__all__ = ["install_command"]


def install_command(
    prefixes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NSID-PREFIX",
            help="What to install: this NSID and everything below it.",
            show_default=False,
        ),
    ] = None,
    *,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="DIRECTORY|PACKAGE",
            help="The folder to take documents from, or an installed package such as atlex_sdk.",
            show_default=False,
        ),
    ] = None,
    lexicons: Annotated[
        Path,
        typer.Option(metavar="DIRECTORY", help="The folder to bring them to."),
    ] = Path("lexicons"),
    origin: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Where the documents come from, for lexicons.json: a package and its version, say.",
            show_default=False,
        ),
    ] = None,
    keep_prose: Annotated[
        bool,
        typer.Option(
            "--keep-prose", help="Keep descriptions, titles and details. Without it only the schema comes."
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Install nothing: compare the documents with lexicons.json, exit 1 if they differ.",
        ),
    ] = False,
) -> None:
    """Bring Lexicon documents into the folder that a package is built from, and pin them in lexicons.json.

    Example: atlex install --from path/to/documents --lexicons my/lexicons app.bsky com.atproto.repo.strongRef
    """
    # Loaded when used, not for --help.
    from atlex_codegen._install import install

    if check:
        if prefixes or source is not None:
            raise typer.BadParameter("--check takes neither --from nor prefixes.")
        _check(lexicons)
        return
    if source is None or not prefixes:
        raise typer.BadParameter("Give --from with a folder or a package, and at least one prefix.")
    with failing_with_a_sentence():
        done = install(source, prefixes, lexicons=lexicons, origin=origin, keep_prose=keep_prose)
    say(done.warnings, err=True)
    say(f"removed {nsid}" for nsid in done.removed)
    unchanged = len(done.installed) - len(done.written)
    typer.echo(f"{len(done.written)} written, {unchanged} unchanged, {len(done.removed)} removed.")


def _check(lexicons: Path) -> None:
    from atlex_codegen._pins import verify

    found = verify(lexicons)
    say(found, err=True)
    if any(diagnostic.is_error for diagnostic in found):
        raise typer.Exit(1)
    typer.echo("Every document is as it was pinned.")
