"""Runs the type checkers, all under their strictest settings, and reads what they report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.generated._documents import ROOT
from tests.generated._fresh import environment

_SCRIPTS = Path(sys.executable).parent
SOURCES = (ROOT / "src", ROOT / "generated")


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


def _run(command: Sequence[str | Path], **variables: str) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment(**variables),
        timeout=300,
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done.stdout


def mypy(
    files: Iterable[Path], *, cache: Path, path: Iterable[Path] = (), plugins: Iterable[str] = ()
) -> list[Finding]:
    """What ``mypy --strict`` reports.

    Args:
        files: The files to check.
        cache: Where mypy keeps what it learnt of other files.
        path: Folders to look for packages in, before the project's own.
        plugins: The plugins that the checked project uses.
    """
    settings = cache / "mypy.ini"
    settings.write_text(
        f"[mypy]\nplugins = {', '.join(plugins)}\nmypy_path = {os.pathsep.join(map(str, SOURCES))}\n"
        "enable_error_code = ignore-without-code, redundant-expr, truthy-bool, unused-awaitable\n"
    )
    said = _run(
        [
            sys.executable,
            *("-m", "mypy", "--strict", "--output", "json", "--no-error-summary", "--follow-imports=silent"),
            *("--config-file", str(settings), "--cache-dir", str(cache)),
            *map(str, files),
        ],
        MYPYPATH=os.pathsep.join(map(str, path)),
    )
    found = map(json.loads, said.splitlines())
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
    said = _run(
        [
            script("basedpyright"),
            *("--outputjson", "--project", str(pyright_settings(folder, path=path))),
            *("--pythonpath", sys.executable),
            *map(str, files),
        ]
    )
    return sorted(
        Finding(
            Path(entry["file"]).name,
            entry["range"]["start"]["line"] + 1,
            entry.get("rule", "syntax"),
            entry["message"],
        )
        for entry in json.loads(said)["generalDiagnostics"]
        if entry["severity"] == "error"
    )


def pyright_settings(folder: Path, *, path: Iterable[Path] = ()) -> Path:
    """Writes pyright's settings file for a folder, as strict as the project's own."""
    file = folder / "pyrightconfig.json"
    settings = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "extraPaths": [*map(str, path), *map(str, SOURCES)],
    }
    file.write_text(json.dumps(settings))
    return file


def ty(files: Iterable[Path]) -> list[Finding]:
    """What ty reports as an error."""
    said = _run(
        [
            script("ty"),
            *("check", "--output-format", "gitlab", "--python", sys.executable, "--python-version", "3.11"),
            *("--error", "unused-awaitable"),
            *(part for place in SOURCES for part in ("--extra-search-path", str(place))),
            *map(str, files),
        ]
    )
    return sorted(
        Finding(
            Path(entry["location"]["path"]).name,
            entry["location"]["positions"]["begin"]["line"],
            entry["check_name"],
            entry["description"],
        )
        for entry in json.loads(said)
        if entry["severity"] == "major"
    )


def pyrefly(files: Iterable[Path], *, folder: Path) -> list[Finding]:
    """What pyrefly reports as an error.

    Args:
        files: The files to check.
        folder: A folder for the settings.
    """
    settings = pyrefly_settings(folder, files)
    said = _run([script("pyrefly"), "check", "--config", str(settings), "--output-format", "json"])
    return sorted(
        Finding(Path(entry["path"]).name, entry["line"], entry["name"], entry["description"])
        for entry in json.loads(said)["errors"]
        if entry["severity"] == "error"
    )


def pyrefly_settings(folder: Path, files: Iterable[Path] = ()) -> Path:
    """Writes pyrefly's settings file for a folder."""
    file = folder / "pyrefly.toml"
    values = {
        "project-includes": [*map(str, files)],
        "search-path": [*map(str, SOURCES)],
        "python-interpreter-path": sys.executable,
        "python-version": "3.11",
    }
    # JSON's strings and arrays are TOML's as well.
    file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items() if value))
    return file
