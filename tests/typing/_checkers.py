"""Runs the two type checkers and reads what they report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.generated._documents import ROOT
from tests.generated._fresh import environment

_SCRIPTS = Path(sys.executable).parent


@dataclass(frozen=True, order=True)
class Finding:
    """An error of a type checker: where it is, and the code of its kind."""

    file: str
    line: int
    code: str
    message: str


def script(name: str) -> str:
    """A command that is installed beside the Python that runs the tests."""
    return str(_SCRIPTS / name)


def mypy(files: Iterable[Path], *, cache: Path, path: Iterable[Path] = ()) -> list[Finding]:
    """What ``mypy --strict`` reports, under the project's own settings.

    Args:
        files: The files to check.
        cache: Where mypy keeps what it learnt of other files.
        path: Folders to look for packages in, before the project's own.
    """
    done = subprocess.run(
        [
            sys.executable,
            *("-m", "mypy", "--strict", "--output", "json", "--no-error-summary"),
            *("--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(cache)),
            *map(str, files),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment(MYPYPATH=os.pathsep.join(map(str, path))),
        timeout=300,
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found = map(json.loads, done.stdout.splitlines())
    return sorted(
        Finding(Path(entry["file"]).name, entry["line"], entry["code"], entry["message"])
        for entry in found
        if entry["severity"] == "error"
    )


def pyright(files: Iterable[Path], *, folder: Path, path: Iterable[Path] = ()) -> list[Finding]:
    """What basedpyright reports in its strict mode.

    Args:
        files: The files to check.
        folder: A folder for the settings.
        path: Folders to look for packages in, before the project's own.
    """
    done = subprocess.run(
        [
            script("basedpyright"),
            *("--outputjson", "--project", str(pyright_settings(folder, path=path))),
            *("--pythonpath", sys.executable),
            *map(str, files),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return sorted(
        Finding(
            Path(entry["file"]).name,
            entry["range"]["start"]["line"] + 1,
            entry.get("rule", "syntax"),
            entry["message"],
        )
        for entry in json.loads(done.stdout)["generalDiagnostics"]
        if entry["severity"] == "error"
    )


def pyright_settings(folder: Path, *, path: Iterable[Path] = ()) -> Path:
    """Writes pyright's settings file for a folder, as strict as the project's own."""
    file = folder / "pyrightconfig.json"
    settings = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "extraPaths": [*map(str, path), str(ROOT / "src"), str(ROOT / "generated")],
    }
    file.write_text(json.dumps(settings))
    return file
