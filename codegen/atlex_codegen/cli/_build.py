"""``atlex build``: makes packages from Lexicon documents."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from atlex_codegen._run import build_package
from atlex_codegen._say import failing_with_a_sentence
from atlex_codegen._settings import Settings, read_settings

__all__ = ["build_command"]


def build_command(
    lexicons: Annotated[
        Path | None,
        typer.Argument(help="The folder that holds the documents. Without it, lexicons.", show_default=False),
    ] = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIRECTORY",
            help="The package's folder; its name is the package's. Without it, generated/atlex_sdk.",
            show_default=False,
        ),
    ] = None,
    base: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PACKAGE",
            help="An installed package to build on, such as atlex_sdk. May be given several times.",
            show_default=False,
        ),
    ] = None,
    plugin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="An installed plugin to ask, by its entry point. May be given several times.",
            show_default=False,
        ),
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NSID",
            help="Build this document and all below it, or those of a pattern such as 'com.example.*.get*', with what "
            "they refer to. May be given several times.",
            show_default=False,
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NSID",
            help="Don't build these, unless others refer to them; as for --include.",
            show_default=False,
        ),
    ] = None,
    descriptions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Descriptions that come before the documents' own (TOML). "
            "Without it, descriptions.toml in LEXICONS where there is one.",
            show_default=False,
        ),
    ] = None,
    skip_invalid: Annotated[
        bool,
        typer.Option(
            "--skip-invalid",
            help="Leave out broken documents. References to them, or to documents that aren't there, become unknown.",
        ),
    ] = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Treat warnings as errors, such as definitions of an unknown kind."),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Write nothing: name each file that would change, exit 1 if there is one."
        ),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Build again whenever a document changes, until Ctrl-C."),
    ] = False,
) -> None:
    """Generate a typed package from Lexicon documents.

    Without LEXICONS and --out it builds the packages that pyproject.toml describes under tool.atlex.

    Example: atlex build my/lexicons --out src/my_sdk
    """
    if check and watch:
        raise typer.BadParameter("--check and --watch don't go together.")
    with failing_with_a_sentence():
        if lexicons is None and out is None:
            packages = read_settings(Path.cwd())
        else:
            default = Settings()
            packages = (Settings(lexicons=lexicons or default.lexicons, out=out or default.out),)
    packages = tuple(
        replace(
            package,
            base=tuple(base or package.base),
            plugin=tuple(plugin or package.plugin),
            include=tuple(include or package.include),
            exclude=tuple(exclude or package.exclude),
            descriptions=descriptions or package.descriptions,
            skip_invalid=skip_invalid or package.skip_invalid,
            strict=strict or package.strict,
        )
        for package in packages
    )
    if watch:
        from atlex_codegen.cli._watch import watch_packages

        watch_packages(packages, build_package)
        return
    clean = [build_package(package, check=check) for package in packages]
    if not all(clean):
        raise typer.Exit(1)
