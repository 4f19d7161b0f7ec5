"""Make the list of top-level domains: `python -m tools.tlds FILE [--check]`.

FILE is `index.json` of the npm package `tlds`, by which the official apps know a domain, or IANA's own
`tlds-alpha-by-domain.txt`, of which that is made. Names outside ASCII, and their ASCII forms, are left out:
the apps' patterns never reach them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from tools._made import write_or_check

__all__ = ["TARGET", "main", "top_level_domains"]

TARGET: Final = Path(__file__).parents[1] / "src" / "atlex_bsky" / "richtext" / "tlds.txt"


def top_level_domains(source: str) -> list[str]:
    """The names in a source, in order.

    Args:
        source: A JSON array of names, or a name a line with comments behind ``#``.
    """
    lines = (line for line in source.splitlines() if not line.startswith("#"))
    names: list[str] = json.loads(source) if source.startswith("[") else [line.lower() for line in lines]
    return sorted(name for name in names if name.isascii() and name.isalpha())


def main(arguments: list[str]) -> int:
    """Write the list, or with ``--check`` say whether it is as it should be."""
    (source,) = (argument for argument in arguments if not argument.startswith("-"))
    text = "".join(f"{name}\n" for name in top_level_domains(Path(source).read_text("utf-8")))
    return write_or_check({TARGET: text}, arguments, f"tools.tlds {source}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
