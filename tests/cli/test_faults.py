"""What is said where a command can't do its work: one sentence about what was given."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from atlex_cli._app import app


def run(*arguments: object):
    return CliRunner().invoke(app, [*map(str, arguments)])


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("migrate", ".", "--from-package", "tweepy"), "'tweepy' is not one of 'atproto'."),
        (("check", ".", "--level", "no"), "'no' is not one of 'style', 'warning', 'error'."),
        (("check", ".", "--format", ""), "'' is not one of 'text', 'json', 'github'."),
        (("diff", ".", ".", "--fail-on", "Breaking"), "'Breaking' is not one of 'compatible', 'deprecated', 'breaking'."),
        (("completion", "\udcff"), "'\\udcff' is not one of 'bash', 'fish', 'zsh'."),
    ],
)  # fmt: skip
def test_what_takes_one_of_few_words_names_them(arguments, found) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert f": {found} See atlex {arguments[0]} --help\n" in done.stderr
    assert "Value error" not in done.stderr


def test_what_doesn_t_go_together_is_said_without_more_ado() -> None:
    assert run("logout", "--all", "alice.test").stderr == (
        "--all goes without an account. See atlex logout --help\n"
    )


@pytest.mark.parametrize("name", ["\udcff", "a\x1b[31m", "a\nb"])
def test_what_was_typed_is_escaped_once(name) -> None:
    said = run("call", name).stderr
    assert said == f"There is no {name!r}\n"


@pytest.mark.parametrize(
    "arguments", [("check", "gone"), ("diff", "gone", "gone"), ("check", ".", "--base", "gone")]
)
def test_a_missing_folder_is_nothing_to_check_or_compare(tmp_path: Path, monkeypatch, arguments) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "'gone'" in line
    assert ("revision" in line) == (arguments[0] == "diff")


def test_what_is_no_source_of_documents_is_said_once(tmp_path: Path) -> None:
    done = run("install", "--from", "gone", "--lexicons", tmp_path / "lexicons", "com.example")
    assert done.exit_code == 1
    assert done.stderr == "There is no folder and no installed package of atlex's making 'gone'.\n"


@pytest.mark.parametrize("command", ["build", "check"])
def test_a_list_of_no_packages_is_a_mistake(tmp_path: Path, monkeypatch, command) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.atlex]\npackages = []\n")
    monkeypatch.chdir(tmp_path)
    done = run(command)
    assert done.exit_code != 0
    assert "tool.atlex.packages has no table" in done.stderr


def commands_of(*path: str) -> list[str]:
    """The names in the list of commands, if there is one; no help takes more than its line."""
    lines = run(*path, "--help").stdout.splitlines()
    listed = lines[lines.index("Commands:") + 1 :] if "Commands:" in lines else []
    assert all(line[2] != " " and not line.endswith("...") for line in listed)
    return [line.split()[0] for line in listed]


def test_help_is_a_line_for_each_command_and_an_example_in_each() -> None:
    for name in commands_of():
        paths: list[tuple[str, ...]] = [(name, inner) for inner in commands_of(name)] or [(name,)]
        for path in paths:
            shown = run(*path, "--help").stdout
            assert f"Example: atlex {' '.join(path).removeprefix('lexicon ')}" in shown
            assert "<bool>" not in shown


def test_the_group_of_lexicons_has_the_commands_for_documents_and_no_others(tmp_path: Path) -> None:
    assert commands_of("lexicon") == ["build", "check", "diff", "init", "install", "migrate"]
    for command in ("login", "call", "demo", "lexicon"):
        done = run("lexicon", command)
        assert (done.exit_code, done.stderr.partition(".")[0]) == (2, f"No such command '{command}'")
    for arguments in (("check", tmp_path / "gone"), ("diff", tmp_path, tmp_path), ("build", "gone")):
        short, long = run(*arguments), run("lexicon", *arguments)
        assert (short.exit_code, short.output) == (long.exit_code, long.output)
