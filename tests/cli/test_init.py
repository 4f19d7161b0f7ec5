"""``atlex init`` makes a start that builds and runs, and costs nobody a file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from atlex_cli._app import app


def run(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.mark.parametrize("authority", ["com.example", "net.acme.class", "org.4chan", "app.errors.my-shop"])
def test_a_start_builds_and_runs(authority: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("init", tmp_path / "start", "--nsid", authority)
    assert done.exit_code == 0, done.stderr
    monkeypatch.chdir(tmp_path / "start")
    assert run("build", "--strict").exit_code == 0
    program = [sys.executable, "-W", "error", "example.py"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(" My first note\n")


@pytest.mark.parametrize("name", ["my shelf", "mother's", "a;b"])
def test_the_next_step_can_be_pasted_into_a_shell(name: str, tmp_path: Path) -> None:
    done = run("init", tmp_path / name)
    step = done.stdout.rpartition("Next: ")[2].partition(" && atlex")[0]
    shell = subprocess.run(["sh", "-c", f"{step} && pwd"], capture_output=True, text=True, check=True)
    assert shell.stdout == f"{tmp_path / name}\n"


def test_a_second_start_overwrites_nothing(tmp_path: Path) -> None:
    run("init", tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = run("init", tmp_path, "--nsid", "org.example")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "example.py" in done.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_project_keeps_its_file_and_is_told_what_to_add(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    done = run("init", tmp_path, "--nsid", "com.acme")
    assert done.exit_code == 0
    assert (tmp_path / "pyproject.toml").read_text() == "[project]\n"
    assert 'out = "acme_sdk"' in done.stdout


@pytest.mark.parametrize(
    "authority", ["com", "", "Com Example", "com.example/..", "\x1b[2J.x", "com." + "x" * 300]
)
def test_what_cannot_begin_an_nsid_is_refused(authority: str, tmp_path: Path) -> None:
    done = run("init", tmp_path / "start", "--nsid", authority)
    assert (done.exit_code, "\x1b" in done.stderr) == (1, False)
    assert "domain turned around" in done.stderr
    assert not (tmp_path / "start").exists()


def test_a_link_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "start").mkdir()
    (tmp_path / "start/lexicons").symlink_to(tmp_path / "elsewhere")
    assert "leads out of" in run("init", tmp_path / "start").stderr
    assert list((tmp_path / "elsewhere").iterdir()) == []
