"""The interpreters that are measured: with what users of atlex install, and with what the peer's users do."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks._runner import ROOT

__all__ = ["Environment", "peer_python", "prepare"]

_SHOWN: Final = ("atlex", "pydantic", "pydantic-core", "httpx", "httpx2", "aiohttp", "atproto")
_VERSIONS: Final = f"""
import json
from importlib import metadata
found = {{d.name.lower(): d.version for d in metadata.distributions()}}
print(json.dumps({{name: found[name] for name in {_SHOWN!r} if name in found}}))
"""


@dataclass(frozen=True, slots=True)
class Environment:
    """The interpreters to measure with.

    Attributes:
        atlex: The one that has atlex, with the HTTP libraries of its extras.
        plain: The one that has atlex alone. Type checkers read whatever library they find.
        peer: The one that has the peer; None to measure without it.
    """

    atlex: Path
    plain: Path
    peer: Path | None

    def setting(self) -> dict[str, str]:
        """What they consist of.

        Raises:
            RuntimeError: They have a library in common, but not its version: nothing could be compared.
        """
        ours = _versions(self.atlex)
        theirs = {} if self.peer is None else _versions(self.peer)
        differing = sorted(name for name in ours.keys() & theirs.keys() if ours[name] != theirs[name])
        if differing:
            raise RuntimeError(f"The environments differ in {', '.join(differing)}: delete .cache/benchmarks")
        machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
        found = {"date": datetime.now(UTC).date().isoformat(), "machine": machine}
        if hasattr(os, "getloadavg"):
            found["load"] = f"{os.getloadavg()[0]:.1f}"
        return found | {"python": platform.python_version()} | theirs | ours


def prepare(*, short: bool) -> Environment:
    """Environments under the cache folder, so that nothing is loaded or checked that its users don't install.

    httpx, for one, imports what its command line needs where it finds it, which development tools bring along.

    The short form takes the interpreter that runs it, without the peer.

    Raises:
        RuntimeError: An environment can't be made.
    """
    if short:
        return Environment(Path(sys.executable), Path(sys.executable), None)
    # Not editable, since that isn't what users have; built anew, since its version stays the same.
    atlex, plain = (
        _environment(name, "--reinstall-package", "atlex", f"{wanted} @ {ROOT.as_uri()}")
        for name, wanted in (("atlex", "atlex[aiohttp,httpx2]"), ("plain", "atlex"))
    )
    peer = peer_python()
    _show_types(peer)
    return Environment(atlex, plain, peer)


def peer_python() -> Path:
    """The interpreter of an environment with the peer, under the cache folder.

    Raises:
        RuntimeError: It can't be made.
    """
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    return _environment("peer", *groups["bench-peer"])


def _environment(name: str, *wanted: str) -> Path:
    folder = ROOT / ".cache" / "benchmarks" / f"python-{platform.python_version()}" / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    print(f"The environment {folder.relative_to(ROOT)} …", file=sys.stderr)
    if not python.exists():
        _uv("venv", "--quiet", "--python", sys.executable, str(folder))
    _uv("pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), *wanted)
    return python


def _uv(*arguments: str) -> None:
    done = subprocess.run(["uv", *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"uv {arguments[0]} failed: {done.stderr[-2000:]}")


def _versions(python: Path) -> dict[str, str]:
    done = subprocess.run([str(python), "-c", _VERSIONS], check=True, capture_output=True, text=True)
    versions: dict[str, str] = json.loads(done.stdout)
    return versions


def _show_types(python: Path) -> None:
    """Switch the peer's types on: it ships without the marker that makes type checkers look."""
    find = "import atproto, pathlib; print(pathlib.Path(atproto.__file__).parent.parent)"
    done = subprocess.run([str(python), "-c", find], check=True, capture_output=True, text=True)
    for package in Path(done.stdout.strip()).glob("atproto*"):
        if package.is_dir() and not package.name.endswith(".dist-info"):
            (package / "py.typed").touch()
