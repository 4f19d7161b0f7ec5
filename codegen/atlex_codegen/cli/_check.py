"""``atlex check``: lints Lexicon documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from atlex_codegen._say import failing_with_a_sentence, say

__all__ = ["check_command"]

Format = Literal["text", "json", "github"]
LevelName = Literal["style", "warning", "error"]


def check_command(
    lexicons: Annotated[
        Path | None,
        typer.Argument(
            help="The folder that holds the documents, or one document. Without it, lexicons.",
            show_default=False,
        ),
    ] = None,
    *,
    base: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PACKAGE",
            help="A generated package, or a folder of documents, that references may lead into. "
            "May be given several times.",
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
        typer.Option(
            metavar="RULE", help="A rule to turn off. May be given several times.", show_default=False
        ),
    ] = None,
    level: Annotated[
        LevelName,
        typer.Option(
            metavar="|".join(get_args(LevelName)),
            help="Hide milder findings.",
        ),
    ] = "style",
    fail_on: Annotated[
        LevelName,
        typer.Option(
            metavar="|".join(get_args(LevelName)),
            help="Exit with 1 if a finding has this level, or a worse one.",
        ),
    ] = "warning",
    format_: Annotated[
        Format,
        typer.Option(
            "--format",
            metavar="|".join(get_args(Format)),
            help="How to print the findings.",
        ),
    ] = "text",
) -> None:
    """Lint Lexicon documents, by the language and by its style guide.

    Without LEXICONS it checks the documents that pyproject.toml describes under tool.atlex.

    Exits with 1 if a finding is as bad as --fail-on, with 2 if it can't check, else with 0.

    Example: atlex check lexicons --base atlex_sdk --ignore description
    """
    # Loaded when used, not for --help.
    from atlex_codegen._check._check import check
    from atlex_codegen._check._findings import LEVELS, RULES
    from atlex_codegen._check._report import check_lines, findings_json, github_lines
    from atlex_codegen._settings import Settings, read_settings

    ignored = set(ignore or ())
    if unknown := sorted(ignored - RULES.keys()):
        raise typer.BadParameter(f"There is no rule {unknown[0]!r}: use one of {', '.join(sorted(RULES))}.")
    with failing_with_a_sentence(2):
        packages = read_settings(Path.cwd()) if lexicons is None else (Settings(lexicons=lexicons),)
        found = [
            finding
            for package in packages
            for finding in check(
                package.lexicons,
                bases=base or package.base,
                descriptions=descriptions or package.descriptions,
            )
        ]
    # Two packages may be made of the same documents.
    kept = [finding for finding in dict.fromkeys(found) if finding.rule not in ignored]
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
