"""``atlex check``: finds what is wrong with Lexicon documents, or could be better."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from atlex_codegen.cli._say import failing_with_a_sentence, say

__all__ = ["check_command"]

Format = Literal["text", "json", "github"]
LevelName = Literal["style", "warning", "error"]


def check_command(
    lexicons: Annotated[
        Path, typer.Argument(help="The folder that holds the documents, or one document.")
    ] = Path("lexicons"),
    *,
    base: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PACKAGE",
            help="A generated package, or a folder of documents, that references may lead into; repeatable.",
            show_default=False,
        ),
    ] = None,
    descriptions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Descriptions beside the documents, as for build.", show_default=False
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="A rule to leave out; repeatable.", show_default=False),
    ] = None,
    level: Annotated[LevelName, typer.Option(help="Print what is at least as bad as this.")] = "style",
    fail_on: Annotated[
        LevelName, typer.Option(help="Exit with 1 if something is at least as bad as this.")
    ] = "warning",
    format_: Annotated[Format, typer.Option("--format", help="How to print the findings.")] = "text",
) -> None:
    """Find what is wrong with Lexicon documents, or could be better.

    Exits with 0, with 1 if --fail-on says so, and with 2 if it can't check.

    Example: atlex check lexicons --base atlex_sdk --ignore description
    """
    # Loaded when used, not for --help.
    from atlex_codegen._check._check import check
    from atlex_codegen._check._findings import LEVELS, RULES
    from atlex_codegen._check._report import check_lines, findings_json, github_lines

    ignored = set(ignore or ())
    if unknown := sorted(ignored - RULES.keys()):
        raise typer.BadParameter(f"There is no rule {unknown[0]!r}: use one of {', '.join(sorted(RULES))}.")
    with failing_with_a_sentence(2):
        found = check(lexicons, bases=base or (), descriptions=descriptions)
    kept = [finding for finding in found if finding.rule not in ignored]
    shown = [finding for finding in kept if LEVELS.index(finding.level) >= LEVELS.index(level)]
    match format_:
        case "text":
            say(check_lines(shown))
        case "json":
            typer.echo(findings_json(shown), nl=False)
        case "github":
            say(github_lines(shown))
    if any(LEVELS.index(finding.level) >= LEVELS.index(fail_on) for finding in kept):
        raise typer.Exit(1)
