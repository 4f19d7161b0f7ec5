"""A program of several modules, with every kind of change in it, works with the newer documents once it is migrated."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests._children import environment

from atlex_codegen import build, migrate

SHOP = Path(__file__).parent / "shop"
PROJECT = SHOP / "project"
BY_HAND = [
    ("report.py", "    figures = client.com.acme.shelf.get_statistics(year=YEAR)\n", ""),
    ("report.py", 'f"{figures.lent} lent, {figures.lost or 0} lost"', '"not kept any more"'),
    ("report.py", "list_books(limit=limit)", 'list_books(shelf="all", limit=limit)'),
    ("report.py", "list_books, limit=2)", 'list_books, shelf="all", limit=2)'),
    ("report.py", "view.phone or view.room", "view.room"),
    ("stock.py", '        state="new",\n', '        state="new",\n        language="en",\n'),
    ("stock.py", 'state="worn", created_at', 'state="worn", language="en", created_at'),
    ("stock.py", '"torn"', '"damaged"'),
    (
        "stock.py",
        "    return book.author.name\n",
        (
            "    if isinstance(book.author, com.acme.people.defs.Person):\n        return book.author.name\n"
            '    return "somebody"\n'
        ),
    ),
]
"""What is left to the author, and done here."""


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


def passes_its_tests(folder):
    done = run(folder, "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "test_shop.py")
    return done.returncode == 0 or done.stdout + done.stderr


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """Runs mypy on a program; the cache is for all runs."""
    cache = tmp_path_factory.mktemp("cache")

    def check(folder):
        return run(
            folder, "mypy", "--strict", "--no-error-summary", f"--cache-dir={cache}", *names(folder)
        ).stdout

    return check


def names(folder):
    return sorted(path.name for path in folder.glob("*.py"))


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True)
    migration = migrate([folder], SHOP / "old", SHOP / "new", package="shop_sdk")
    build(SHOP / "new", folder / "shop_sdk")
    return folder, {file.path.name: file for file in migration.files}


def test_the_program_has_600_lines():
    assert sum(len((PROJECT / name).read_text().splitlines()) for name in names(PROJECT)) >= 600


@pytest.mark.slow
def test_the_program_passes_its_tests_as_it_was_written(checked, tmp_path):
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    build(SHOP / "old", tmp_path / "shop_sdk")
    assert not checked(tmp_path)
    assert passes_its_tests(tmp_path) is True


@pytest.mark.slow
def test_the_migrated_program_is_typed_and_passes_its_tests(migrated, checked, tmp_path):
    folder, files = migrated
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    left = {(name, leftover.line) for name, file in files.items() for leftover in file.leftovers}
    assert len(left) == 8
    for name, before, after in BY_HAND:
        text = (tmp_path / name).read_text()
        assert text.count(before) == 1, before
        (tmp_path / name).write_text(text.replace(before, after))
    assert not checked(tmp_path)
    assert passes_its_tests(tmp_path) is True


@pytest.mark.slow
def test_a_type_checker_finds_nothing_that_was_not_reported(migrated, checked):
    folder, files = migrated
    errors = [line.split(":")[:2] for line in checked(folder).splitlines() if ": error: " in line]
    found = {(name, text) for name, number in errors for text in [line_of(folder / name, int(number))]}
    reported = {
        (name, file.before.splitlines()[leftover.line - 1].strip())
        for name, file in files.items()
        for leftover in file.leftovers
    }
    assert found <= reported
    assert found


def line_of(path, number):
    return path.read_text().splitlines()[number - 1].strip()


def test_only_the_lines_that_changed_are_other_lines(migrated):
    _, files = migrated
    for file in files.values():
        before, after = file.before.splitlines(), file.after.splitlines()
        assert len(before) == len(after)
        # Every comment and every blank line is where it was.
        for was, is_ in zip(before, after, strict=True):
            assert was.partition("#")[2] == is_.partition("#")[2]
            assert len(was) - len(was.lstrip()) == len(is_) - len(is_.lstrip())


def test_a_second_migration_changes_nothing(migrated):
    folder, files = migrated
    assert not migrate(
        [folder / name for name in files], SHOP / "old", SHOP / "new", package="shop_sdk"
    ).changed
