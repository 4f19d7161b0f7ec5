"""Make a release ready: `python tools/release.py VERSION --repository URL` checks, builds and tags; no upload.

The version, the changelog and the tag have to say the same, and both distributions have to pass twine's strict check.
docs/releasing.md has the whole procedure.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

__all__ = ["KINDS", "changelog_faults", "main", "release_faults"]

ROOT: Final = Path(__file__).parents[1]
KINDS: Final = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
"""The headings of a release's changes, in this order, as Keep a Changelog has them."""

_RELEASE: Final = re.compile(r"\[(\d+\.\d+\.\d+)\] - (Unreleased|\d{4}-\d{2}-\d{2})")


def changelog_faults(text: str) -> list[str]:
    """List what isn't in order in a changelog: headings, their order, dates, versions, and lines."""
    faults: list[str] = []
    releases: list[tuple[tuple[int, ...], str]] = []
    kinds: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            kinds = []
            found = _RELEASE.fullmatch(line[3:])
            if found is None:
                faults.append(f"line {number}: a release is headed [MAJOR.MINOR.PATCH] - DATE or Unreleased")
                continue
            version = tuple(map(int, found[1].split(".")))
            if releases and version >= releases[-1][0]:
                faults.append(f"line {number}: releases go from the latest to the first")
            if found[2] == "Unreleased" and releases:
                faults.append(f"line {number}: only the latest can be unreleased")
            if found[2] != "Unreleased":
                try:
                    dt.date.fromisoformat(found[2])
                except ValueError:
                    faults.append(f"line {number}: {found[2]} is no date")
            releases.append((version, found[2]))
        elif line.startswith("### "):
            kind = line[4:]
            if kind not in KINDS:
                faults.append(f"line {number}: {kind} is none of {', '.join(KINDS)}")
            elif kinds and KINDS.index(kind) <= KINDS.index(kinds[-1]):
                faults.append(f"line {number}: {kind} comes after {kinds[-1]}")
            else:
                kinds.append(kind)
        elif kinds and line and not line.startswith("- "):
            faults.append(f"line {number}: a change is one line that begins with a dash")
        elif kinds and line.startswith("- ") and not line.endswith((".", ":")):
            faults.append(f"line {number}: a change is a sentence, with its full stop")
    if not releases:
        faults.append("there is no release")
    return faults


def release_faults(version: str, pyproject: str, changelog: str) -> list[str]:
    """List what keeps a version from being released."""
    faults = changelog_faults(changelog)
    declared = tomllib.loads(pyproject)["project"]["version"]
    if declared != version:
        faults.append(f"pyproject.toml has version {declared}")
    latest = _RELEASE.search(changelog)
    if latest is None or latest[1] != version:
        faults.append(f"the changelog doesn't begin with {version}")
    elif latest[2] == "Unreleased":
        faults.append(f"the changelog has no date for {version}")
    return faults


def _run(*command: str, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603
        command,
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    return done.stdout.strip()


def main(arguments: list[str]) -> int:
    """Make a release ready, or say what keeps it from being one, and return 1."""
    parser = argparse.ArgumentParser(prog="python tools/release.py", description="Make a release ready.")
    parser.add_argument("version")
    parser.add_argument(
        "--repository", required=True, metavar="URL", help="where the README's links and the project's lead"
    )
    given = parser.parse_args(arguments)
    version: str = given.version
    texts = [(ROOT / name).read_text("utf-8") for name in ("pyproject.toml", "CHANGELOG.md")]
    faults = release_faults(version, *texts)
    if _run("git", "status", "--porcelain"):
        faults.append("there are changes that aren't committed")
    if _run("git", "tag", "--list", f"v{version}"):
        faults.append(f"there is a tag v{version} already")
    if faults:
        print(*faults, sep="\n", file=sys.stderr)
        return 1
    target = ROOT / "dist"
    shutil.rmtree(target, ignore_errors=True)
    _run("uv", "build", "--quiet", "--out-dir", str(target), ATLEX_REPOSITORY=given.repository)
    built = sorted(map(str, target.glob("atlex-*")))
    print(
        _run("uv", "run", "--quiet", "--no-project", "--with", "twine", "twine", "check", "--strict", *built)
    )
    _run("git", "tag", "--annotate", f"v{version}", "--message", f"atlex {version}")
    print(f"Tagged v{version}. docs/releasing.md says what comes next.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
