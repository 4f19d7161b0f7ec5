"""``atlex diff``: lists the changes between two sets of Lexicon documents."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import typer

from atlex_codegen._say import failing_with_a_sentence, say

__all__ = ["diff_command"]

Format = Literal["text", "markdown", "json"]
Level = Literal["compatible", "deprecated", "breaking"]


def diff_command(
    old: Annotated[
        str,
        typer.Argument(
            help="The older documents: a folder, REVISION:PATH as git has it, or a generated package by its name "
            "or folder.",
            show_default=False,
        ),
    ],
    new: Annotated[
        str, typer.Argument(help="The newer documents, likewise.", show_default=False)
    ] = "lexicons",
    *,
    format_: Annotated[
        Format,
        typer.Option(
            "--format",
            metavar="|".join(get_args(Format)),
            help="How to print the changes.",
        ),
    ] = "text",
    fail_on: Annotated[
        Level | None,
        typer.Option(
            metavar="|".join(get_args(Level)),
            help="Exit with 1 if a change has this verdict, or a worse one.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """List the changes between two sets of Lexicon documents.

    Each has two verdicts: by the evolution rules of the Lexicon language, and for Python code.

    Exits with 1 if a change is as bad as --fail-on, with 2 if it can't compare, else with 0.

    Example: atlex diff v1.2:lexicons lexicons --fail-on breaking
    """
    # Loaded when used, not for --help.
    from atlex_codegen._diff._changes import IMPACTS
    from atlex_codegen._diff._diff import diff
    from atlex_codegen._diff._report import diff_json, diff_lines, diff_markdown

    with failing_with_a_sentence(2):
        found = diff(old, new)
    match format_:
        case "text":
            say(diff_lines(found))
        case "markdown":
            typer.echo(diff_markdown(found), nl=False)
        case "json":
            typer.echo(diff_json(found), nl=False)
    if fail_on and found.impact and IMPACTS.index(found.impact) >= IMPACTS.index(fail_on):
        raise typer.Exit(1)
