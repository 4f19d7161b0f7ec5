"""``atlex build``: makes a package from Lexicon documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atlex_codegen.cli._say import failing_with_a_sentence, say

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

    with failing_with_a_sentence():
        report = build(lexicons, out, descriptions=descriptions, strict=strict, check=check)
    say(report.diagnostics, err=True)
    if not check:
        say(f"removed {name}" for name in report.removed)
        done = (
            f"{len(report.written)} written, {len(report.removed)} removed, {len(report.unchanged)} unchanged"
        )
        say([f"{out}: {done}."])
        return
    say(f"missing {name}" for name in report.missing)
    say(f"extra {name}" for name in report.extra)
    say(f"different {name}" for name in report.different)
    if not report.is_clean:
        say([f"{out} is not what the documents make: run `atlex build`."], err=True)
        raise typer.Exit(1)
    say([f"{out}: {len(report.unchanged)} files, all as they should be."])
