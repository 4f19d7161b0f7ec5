"""Migrations of whole programs, file by file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import libcst as cst

from atlex_codegen._diff._diff import diff
from atlex_codegen._diff._sources import read_sides
from atlex_codegen._migrate._between import update_module
from atlex_codegen._migrate._changes import Changes
from atlex_codegen._migrate._files import UnreadableError, program_files, read_program, replace_file
from atlex_codegen._migrate._from_atproto import migrate_module
from atlex_codegen._migrate._generated import Generated
from atlex_codegen._migrate._incumbent import Incumbent
from atlex_codegen._migrate._package import Package, installed_package
from atlex_codegen._migrate._parse import TOO_DEEP, parse_program
from atlex_codegen._migrate._report import Leftover, MigratedFile, Migration
from atlex_codegen._settings import read_settings

__all__ = ["migrate", "migrate_from_atproto"]

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


def migrate(
    paths: Iterable[Path | str],
    old: str | os.PathLike[str],
    new: str | os.PathLike[str],
    *,
    package: str = "",
    guesses: bool = False,
    dry_run: bool = False,
) -> Migration:
    """Bring programs that use a generated package up to newer documents.

    It renames what was renamed or moved: methods, records, classes, errors, constants, arguments, fields, values. What
    is gone, has to be given since, or is of another type is reported, and so is a name whose type can't be proved.
    Each file is replaced whole or not at all, and keeps its comments, layout, permissions, encoding and newlines.

    Args:
        paths: Python files, and folders that hold some.
        old: The documents that the programs were written for: a folder of them; a generated package, by its folder or
            by the name that it is imported by; or ``REVISION:PATH`` as git has it.
        new: The documents of the newer package, likewise.
        package: The name that the programs import the package by. Left out: that of ``old`` or ``new``, if one is a
            package; else that of the package which the nearest ``pyproject.toml`` has built of one of them; else
            ``atlex_sdk``.
        guesses: Whether to take renamings that only likeness speaks for as well; else they are reported.
        dry_run: Whether to write nothing.

    Raises:
        LexiconError: Either is nothing of the kind, or has documents with errors, which ``diagnostics`` lists.
    """
    before, after = read_sides(old, new)
    name = (
        package
        or _package_name(old, is_package=before.is_package)
        or _package_name(new, is_package=after.is_package)
        or _built_from(new)
        or _built_from(old)
        or "atlex_sdk"
    )
    generated = Generated(Package(name, before.lexicons, before.plugins))
    newer = Package(generated.package.name, after.lexicons, after.plugins)
    changes = Changes(diff(old, new), guesses=guesses)
    mark = generated.package.name.encode()
    return _run(paths, lambda module: update_module(module, generated, newer, changes), mark, dry_run=dry_run)


def _package_name(place: str | os.PathLike[str], *, is_package: bool) -> str:
    return Path(place).name if is_package else ""


def _built_from(place: str | os.PathLike[str]) -> str:
    """The name of the package that ``pyproject.toml`` has built of a folder, in whichever revision; empty for none."""
    folder = Path(os.fspath(place).rpartition(":")[2]).resolve()
    return next((one.out.name for one in read_settings(Path.cwd()) if one.lexicons.resolve() == folder), "")


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
