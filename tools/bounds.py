"""Review the bounds of the dependencies: `python tools/bounds.py` lists each with its lowest and its newest version."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

__all__ = ["bounds", "main"]

ROOT: Final = Path(__file__).parents[1]
_REQUIREMENT: Final = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*(.*)")
_RESOLVED: Final = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def bounds(pyproject: str) -> dict[str, str]:
    """The version specifiers of every dependency, at run time and in extras, by the package's normalized name."""
    project = tomllib.loads(pyproject)["project"]
    extras = (item for items in project["optional-dependencies"].values() for item in items)
    found: dict[str, str] = {}
    for requirement in (*project["dependencies"], *extras):
        match = _REQUIREMENT.fullmatch(requirement)
        # An extra may be made of others of the project's own.
        if match is not None and match[1] != project["name"]:
            found[re.sub(r"[-_.]+", "-", match[1]).lower()] = match[2]
    return found


def _newest(names: list[str]) -> dict[str, str]:
    command = ["uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "-"]
    done = subprocess.run(  # noqa: S603
        command, input="\n".join(names), stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )
    return dict(_RESOLVED.findall(done.stdout))


def main() -> int:
    """Print the table, and return 1 where a dependency has an upper bound or none at all."""
    found = bounds((ROOT / "pyproject.toml").read_text("utf-8"))
    newest = _newest(sorted(found))
    status = 0
    for name, specifiers in sorted(found.items()):
        remark = ""
        if "<" in specifiers or "==" in specifiers:
            remark, status = "  an upper bound keeps users from fixes", 1
        elif ">=" not in specifiers:
            remark, status = "  no lower bound: which versions work isn't known", 1
        print(f"{name:24} {specifiers:14} newest {newest.get(name, '?')}{remark}")
    return status


if __name__ == "__main__":
    sys.exit(main())
