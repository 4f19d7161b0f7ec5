"""Files of the repository that a tool makes: written, or compared with what they should be."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_or_check"]


def write_or_check(made: Mapping[Path, str], arguments: list[str], tool: str) -> int:
    """Write the files that aren't as they should be, or with ``--check`` name them on standard error.

    Args:
        made: The text of each file.
        arguments: Those of the command line.
        tool: The module that makes them.

    Returns:
        The exit code: 1 where a check found such a file.
    """
    old = [path for path, text in made.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        for path in old:
            print(f"{path} is out of date: run python -m {tool}", file=sys.stderr)
        return int(bool(old))
    for path in old:
        path.parent.mkdir(exist_ok=True)
        path.write_text(made[path], "utf-8")
        print(f"{path} written")
    return 0
