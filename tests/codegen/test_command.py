from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.codegen.conftest import STRING, document, obj, query
from typer.testing import CliRunner

from atlex_cli._app import app

THING = document("com.example.thing", obj(text=STRING))

Folder = Callable[..., Path]


def run(*arguments: object):
    return CliRunner().invoke(app, ["build", *map(str, arguments)])


def test_build_says_what_it_did(folder: Folder, tmp_path: Path) -> None:
    lexicons, out = folder(THING), tmp_path / "sdk"
    result = run(lexicons, "--out", out)
    assert (result.exit_code, result.stdout) == (0, f"{out}: 9 written, 0 removed, 0 unchanged.\n")
    result = run(lexicons, "--out", out)
    assert result.stdout == f"{out}: 0 written, 0 removed, 9 unchanged.\n"
    (lexicons / "com/example/thing.json").rename(lexicons / "thing.json")
    (lexicons / "thing.json").write_text(
        (lexicons / "thing.json").read_text().replace("example.thing", "example.other")
    )
    assert "removed com/example/thing.py" in run(lexicons, "--out", out).stdout


def test_check_names_each_file_and_exits_1(folder: Folder, tmp_path: Path) -> None:
    lexicons, out = folder(THING), tmp_path / "sdk"
    run(lexicons, "--out", out)
    result = run(lexicons, "--out", out, "--check")
    assert (result.exit_code, result.stdout) == (0, f"{out}: 9 files, all as they should be.\n")
    (out / "py.typed").unlink()
    (out / "stray.py").write_text("")
    (out / "errors.py").write_text("")
    result = run(lexicons, "--out", out, "--check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == ["missing py.typed", "extra stray.py", "different errors.py"]
    assert "run `atlex build`" in result.stderr


def test_broken_documents_are_printed_and_exit_1(folder: Folder, tmp_path: Path) -> None:
    lexicons = folder(document("com.example.bad", obj(a={"type": "string", "maxLength": -1})))
    result = run(lexicons, "--out", tmp_path / "sdk")
    assert result.exit_code == 1
    first, last = result.stderr.splitlines()
    assert str(lexicons / "com/example/bad.json") in first
    assert "com.example.bad /defs/main/properties/a/maxLength" in first
    assert last == "The Lexicon documents have 1 error; nothing was written."
    assert not (tmp_path / "sdk").exists()


def test_strict_makes_warnings_errors(folder: Folder, tmp_path: Path) -> None:
    lexicons = folder(THING, document("com.example.odd", {"type": "newfangled"}))
    loose = run(lexicons, "--out", tmp_path / "sdk")
    assert (loose.exit_code, "warning" in loose.stderr) == (0, True)
    strict = run(lexicons, "--out", tmp_path / "sdk", "--strict")
    assert (strict.exit_code, "error" in strict.stderr) == (1, True)


def test_descriptions_can_be_given(folder: Folder, tmp_path: Path) -> None:
    overlay = tmp_path / "words.toml"
    overlay.write_text('"com.example.thing" = "In other words."\n')
    assert run(folder(THING), "--out", tmp_path / "sdk", "--descriptions", overlay).exit_code == 0
    assert "In other words." in (tmp_path / "sdk/com/example/thing.py").read_text()


def test_the_defaults_are_the_folders_of_a_checkout(folder: Folder, tmp_path: Path, monkeypatch) -> None:
    folder(document("com.example.ping", query()))
    monkeypatch.chdir(tmp_path)
    assert run().exit_code == 0
    assert (tmp_path / "generated/atlex_sdk/com/example/ping.py").exists()


def entry(code: str) -> subprocess.CompletedProcess[str]:
    program = f"import sys\n{code}\nfrom atlex_cli._entry import main\nmain()"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_without_the_extra_the_script_names_it(folder: Folder, tmp_path: Path) -> None:
    documents = str(folder(THING))
    build = ["atlex", "build", documents, "--out", str(tmp_path / "sdk")]
    for package, command, who in (
        ("jinja2", build, "Building"),
        ("typer", ["atlex", "check", documents], "atlex check"),
        ("typer", ["atlex", "lexicon", "check", documents], "atlex lexicon"),
        ("rich", ["atlex", "demo"], "atlex demo"),
    ):
        # What isn't installed is found by nobody; None in sys.modules makes Python say so.
        done = entry(f"sys.modules[{package!r}] = None\nsys.argv = {command}")
        assert done.stderr == f"{who} needs an extra: pip install 'atlex[codegen]'\n"
        assert done.returncode == 1


def test_another_missing_module_is_not_mistaken_for_the_extra() -> None:
    done = entry("sys.modules['atlex_cli._app'] = None")
    assert "ModuleNotFoundError" in done.stderr


def test_the_script_runs() -> None:
    done = entry("sys.argv = ['atlex', '--help']")
    assert (done.returncode, "build" in done.stdout) == (0, True)
