"""Programs that were written for atproto run on atlex once they are migrated."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from atlex_codegen._migrate._run import migrate_from_atproto

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "atproto_programs"
NAMES = sorted(path.stem for path in PROGRAMS.glob("*.py"))
SAYS = {
    "blobs": r"1 blobs of alice\.test\n",
    "chat": r"1 conversations\n- convo-1 \(bob\.test, bob\.test\)\nHello!\n",
    "feed_reader": r"(\[alice\.test\] first\n)?.*in the timeline\n.*again\n",
    "followers": "",
    "images": r"posted three\n",
    "lists": r"list \w+\n(at://\S+ did:\S+\n){2}0 left\n",
    "notifications": r"asked: @alice\.test\?\n",
    "post": r"Welcome, alice\.test\nat://\S+\n",
    "profile": r"I write programs\n",
    "reply": r"thread of alice\.test with 1 answers\n",
}
LEFT = {"followers": 2, "profile": 1}
"""How many lines of each program are left to its author; 0 for the rest."""


@pytest.fixture(scope="module")
def migrated(programs):
    return {file.path.stem: file for file in migrate_from_atproto([programs]).files}


def test_there_are_ten_programs():
    assert sorted(SAYS) == NAMES
    assert len(NAMES) == 10


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_to_the_author_is_counted(migrated, name):
    assert len({leftover.line for leftover in migrated[name].leftovers}) == LEFT.get(name, 0)
    assert "import atproto" not in migrated[name].after
    assert "from atproto" not in migrated[name].after


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("name", NAMES)
def test_the_migrated_program_runs(migrated, name):
    done = subprocess.run(
        [sys.executable, "-W", "error", migrated[name].path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(SAYS[name], done.stdout, re.DOTALL), done.stdout


def test_the_migrated_programs_are_typed(migrated, tmp_path):
    for file in migrated.values():
        shutil.copy(file.path, tmp_path)
    config = ROOT / "pyproject.toml"
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", config, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_second_migration_changes_nothing(migrated, name):
    again = migrate_from_atproto([migrated[name].path])
    assert not again.changed
    assert not again.files[0].leftovers


@pytest.mark.parametrize("name", NAMES)
def test_comments_stay(migrated, name):
    comments = re.findall(r"#.*", migrated[name].before)
    assert [comment for comment in comments if comment not in migrated[name].after] == []
