"""``atlex install`` as somebody types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from atlex_cli._app import app


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(app, ["install", *(str(arg) for arg in args)])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for nsid in ("com.example.thing", "com.example.other", "com.examples.thing"):
        token = {"type": "token", "description": "Own words."}
        (folder / f"{nsid}.json").write_text(json.dumps({"lexicon": 1, "id": nsid, "defs": {"main": token}}))
    return folder


def test_the_documents_under_the_prefix_are_installed(source: Path, tmp_path: Path) -> None:
    lexicons = tmp_path / "lexicons"
    result = run("--from", source, "com.example", "--lexicons", lexicons, "--origin", "Example 1.0")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "2 written, 0 unchanged, 0 removed.\n", "")
    assert sorted(path.name for path in lexicons.rglob("*.json")) == [
        "lexicons.json",
        "other.json",
        "thing.json",
    ]
    pins = json.loads((lexicons / "lexicons.json").read_text())["documents"]
    assert [pin["origin"] for pin in pins.values()] == ["Example 1.0", "Example 1.0"]
    assert str(tmp_path) not in (lexicons / "lexicons.json").read_text()


def test_no_path_of_the_machine_is_recorded_without_an_origin(source: Path, tmp_path: Path) -> None:
    run("--from", source, "com.example", "--lexicons", tmp_path / "lexicons")
    pins = json.loads((tmp_path / "lexicons/lexicons.json").read_text())["documents"]
    assert [set(pin) for pin in pins.values()] == [{"schema_sha256"}, {"schema_sha256"}]


def test_the_folder_is_lexicons_unless_another_is_given(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("com.example", "com.examples", "--from", source, "--keep-prose").exit_code == 0
    assert "Own words." in (tmp_path / "lexicons/com/examples/thing.json").read_text()


def test_a_second_run_says_that_nothing_changed_and_a_removal_is_named(source: Path, tmp_path: Path) -> None:
    args = ("--from", source, "com.example", "--lexicons", tmp_path / "lexicons")
    run(*args)
    assert run(*args).stdout == "0 written, 2 unchanged, 0 removed.\n"
    (source / "com.example.other.json").unlink()
    assert run(*args).stdout == "removed com.example.other\n0 written, 1 unchanged, 1 removed.\n"


def test_a_broken_document_ends_with_its_diagnostic_and_exit_code_1(source: Path, tmp_path: Path) -> None:
    file = source / "com.example.other.json"
    file.write_text(json.dumps({"lexicon": 1, "id": "com.example.other", "defs": {"main": {"type": 7}}}))
    result = run("--from", source, "com.example", "--lexicons", tmp_path / "lexicons")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{file} com.example.other /defs/main/type: error: ")
    assert not (tmp_path / "lexicons").exists()


def test_an_error_without_diagnostics_is_one_line(source: Path, tmp_path: Path) -> None:
    (tmp_path / "lexicons").write_text("")
    result = run("--from", source, "com.example", "--lexicons", tmp_path / "lexicons")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_warnings_go_to_the_error_stream(source: Path, tmp_path: Path) -> None:
    kinds = {"main": {"type": "token"}, "later": {"type": "from-the-future"}}
    (source / "com.example.other.json").write_text(
        json.dumps({"lexicon": 1, "id": "com.example.other", "defs": kinds})
    )
    result = run("--from", source, "com.example", "--lexicons", tmp_path / "lexicons")
    assert result.exit_code == 0
    assert "warning" in result.stderr


def test_check_compares_the_documents_with_their_pins(source: Path, tmp_path: Path) -> None:
    lexicons = tmp_path / "lexicons"
    run("--from", source, "com.example", "--lexicons", lexicons)
    result = run("--check", "--lexicons", lexicons)
    assert (result.exit_code, result.stdout) == (0, "Every document is as it was pinned.\n")
    (lexicons / "com/example/other.json").unlink()
    result = run("--check", "--lexicons", lexicons)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "com.example.other" in result.stderr


def test_the_committed_documents_pass_the_check(lexicons: Path) -> None:
    assert run("--check", "--lexicons", lexicons).exit_code == 0


@pytest.mark.parametrize(
    "args", [[], ["com.example"], ["--from", "."], ["--check", "com.example"], ["--check", "--from", "."]]
)
def test_arguments_that_make_no_sense_together_are_refused(args: list[str]) -> None:
    assert run(*args).exit_code == 2
