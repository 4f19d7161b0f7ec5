"""The pages of the site that are written by hand, and the fenced blocks on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["BLOCKS", "PAGES", "ROOT", "Block", "blocks"]

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK: Final = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE: Final = re.compile(r"`(\w+\.toml)`")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        page: The path of its page below the root.
        line: The line of the page on which its text begins.
        language: What its fence says.
        text: What is between the fences.
        file: The file that the text above it names last, where it names one of settings.
    """

    page: str
    line: int
    language: str
    text: str
    file: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, from the top."""
    text = page.read_text(encoding="utf-8")
    name = page.relative_to(ROOT).as_posix()
    return [
        Block(
            name,
            text.count("\n", 0, found.start()) + 2,
            found[1],
            found[2],
            next(reversed(_FILE.findall(text[: found.start()])), ""),
        )
        for found in _BLOCK.finditer(text)
    ]


BLOCKS: Final = [block for page in PAGES for block in blocks(page)]
