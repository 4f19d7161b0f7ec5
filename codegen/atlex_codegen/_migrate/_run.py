"""Migrations of whole programs, file by file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import libcst as cst

from atlex_codegen._migrate._files import UnreadableError, program_files, read_program, replace_file
from atlex_codegen._migrate._from_atproto import migrate_module
from atlex_codegen._migrate._incumbent import Incumbent
from atlex_codegen._migrate._package import installed_package
from atlex_codegen._migrate._parse import TOO_DEEP, parse_program
from atlex_codegen._migrate._report import Leftover, MigratedFile, Migration

__all__ = ["migrate_from_atproto"]

Step: TypeAlias = Callable[[cst.Module], tuple[cst.Module, tuple[Leftover, ...]]]


def migrate_from_atproto(
    paths: Iterable[Path | str], *, package: str = "atlex_sdk", dry_run: bool = False
) -> Migration:
    """Move programs that were written for the PyPI package ``atproto``.

    What can't be moved, or not with certainty, is left as it is and reported. Each file is replaced whole or not at
    all, and keeps its comments, layout, permissions, encoding and newlines. Code that doesn't import ``atproto`` isn't
    touched.

    Args:
        paths: Python files, and folders that hold some.
        package: The generated package to move to; it has to be installed.
        dry_run: Whether to write nothing.

    Raises:
        LexiconError: The package isn't there, or carries no documents.
    """
    incumbent = Incumbent(installed_package(package))
    return _run(paths, lambda module: migrate_module(module, incumbent), b"atproto", dry_run=dry_run)


def _run(paths: Iterable[Path | str], step: Step, mark: bytes, *, dry_run: bool) -> Migration:
    return Migration(
        tuple(_migrated(file, step, mark, dry_run=dry_run) for file in program_files(map(Path, paths)))
    )


def _migrated(file: Path, step: Step, mark: bytes, *, dry_run: bool) -> MigratedFile:
    try:
        data = read_program(file)
        # Parsing is what takes the time.
        if mark not in data:
            return MigratedFile(file)
        return _changed(file, data, step, dry_run=dry_run)
    except UnreadableError as error:
        return MigratedFile(file, error=str(error))


def _changed(file: Path, data: bytes, step: Step, *, dry_run: bool) -> MigratedFile:
    module = parse_program(data)
    try:
        moved, leftovers = step(module)
        after = moved.bytes
    except RecursionError as error:
        raise UnreadableError(TOO_DEEP) from error
    except UnicodeError as error:
        raise UnreadableError(f"can't hold its new text in {module.encoding}") from error
    if after != data and not dry_run:
        replace_file(file, after)
    return MigratedFile(file, data.decode(module.encoding), after.decode(module.encoding), leftovers)
