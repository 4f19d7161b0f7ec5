"""The generators on the same documents: ``generation WHO LEXICONS``. Each run writes into a folder of its own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.subjects._tools import finish

_CHANGED = Path("app", "bsky", "actor", "getProfile.json")
_MEMORY = Path("/dev/shm")
"""Where files lie in memory, on Linux. On a disk the time for a new file differs by what was removed there before: ext4
without a journal took twenty times as long where a round had just been cleaned up.
"""


def _timed(*command: str, **variables: str) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | variables)
    taken = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{command[-1]} failed: {done.stdout[-1500:]}{done.stderr[-1500:]}")
    return taken * 1000


def _atlex(lexicons: Path, scratch: Path) -> dict[str, float]:
    atlex = (sys.executable, "-c", "from atlex_cli._entry import main; main()")
    documents, out = scratch / "lexicons", scratch / "made_sdk"
    shutil.copytree(lexicons, documents)
    build = (*atlex, "build", str(documents), "--out", str(out))
    figures = {"full.ms": _timed(*build), "no_change.ms": _timed(*build)}
    changed = documents / _CHANGED
    changed.write_text(changed.read_text().replace('"actor"', '"who"'))
    figures["one_changed.ms"] = _timed(*build)
    target = scratch / "installed"
    figures["install.ms"] = _timed(
        *atlex, "install", "app.bsky", "com.atproto", "--from", str(lexicons), "--lexicons", str(target)
    )
    return figures


def _peer(lexicons: Path, scratch: Path) -> dict[str, float]:
    # Its generator writes into its own package, so it gets a copy of that.
    for name in (
        "atproto",
        "atproto_client",
        "atproto_codegen",
        "atproto_cli",
        "atproto_core",
        "atproto_lexicon",
    ):
        found = importlib.util.find_spec(name)
        if found is not None and found.submodule_search_locations:
            shutil.copytree(next(iter(found.submodule_search_locations)), scratch / name)
    documents = scratch / "lexicons"
    shutil.copytree(lexicons, documents, ignore=shutil.ignore_patterns("lexicons.json", "*.toml"))
    run = "from atproto_cli import atproto_cli; atproto_cli()"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = (sys.executable, "-c", run, "gen", "--lexicon-dir", str(documents), "all")
    return {"full.ms": _timed(*command, PYTHONPATH=str(scratch), PATH=path)}


def main(who: str, lexicons: str) -> None:
    """Measure one generator."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as scratch:
        # What the generator remembers of its builds.
        os.environ["XDG_CACHE_HOME"] = scratch
        finish((_peer if who == "peer" else _atlex)(Path(lexicons).resolve(), Path(scratch)))


if __name__ == "__main__":
    main(*sys.argv[1:])
