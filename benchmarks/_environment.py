"""The interpreter that is measured: what users install, and the peer beside it."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from benchmarks._runner import ROOT

__all__ = ["Environment", "prepare"]

_SHOWN = ("atlex", "pydantic", "pydantic-core", "httpx", "httpx-aiohttp", "aiohttp", "atproto")
_VERSIONS = f"""
import json
from importlib import metadata
found = {{d.name.lower(): d.version for d in metadata.distributions()}}
print(json.dumps({{name: found[name] for name in {_SHOWN!r} if name in found}}))
"""


@dataclass(frozen=True, slots=True)
class Environment:
    """An interpreter to measure with.

    Attributes:
        python: The interpreter.
        has_peer: Whether the peer is installed there, with the aiohttp transport.
    """

    python: Path
    has_peer: bool

    def setting(self) -> dict[str, str]:
        """What it consists of."""
        done = subprocess.run([str(self.python), "-c", _VERSIONS], check=True, capture_output=True, text=True)
        machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
        return {"python": platform.python_version(), "machine": machine, **json.loads(done.stdout)}


def prepare(*, short: bool) -> Environment:
    """An environment of its own under the cache folder, so that no development tool is among what httpx loads.

    The short form takes the interpreter that runs it.

    Raises:
        RuntimeError: The environment can't be made.
    """
    if short:
        wanted = ("atproto", "httpx_aiohttp")
        return Environment(Path(sys.executable), all(importlib.util.find_spec(name) for name in wanted))
    folder = ROOT / ".cache" / "benchmarks" / f"python-{platform.python_version()}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    print(f"The environment to measure in: {folder.relative_to(ROOT)}", file=sys.stderr)
    if not python.exists():
        _uv("venv", "--quiet", "--python", sys.executable, str(folder))
    group = pyproject["dependency-groups"]["bench"]
    _uv("pip", "install", "--quiet", "--python", str(python), "--editable", str(ROOT), *group)
    _show_types(python)
    return Environment(python, has_peer=True)


def _uv(*arguments: str) -> None:
    done = subprocess.run(["uv", *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"uv {arguments[0]} failed: {done.stderr[-2000:]}")


def _show_types(python: Path) -> None:
    """Switch the peer's types on: it ships without the marker that makes type checkers look."""
    find = "import atproto, pathlib; print(pathlib.Path(atproto.__file__).parent.parent)"
    done = subprocess.run([str(python), "-c", find], check=True, capture_output=True, text=True)
    for package in Path(done.stdout.strip()).glob("atproto*"):
        if package.is_dir() and not package.name.endswith(".dist-info"):
            (package / "py.typed").touch()
