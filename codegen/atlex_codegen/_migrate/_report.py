"""What a migration says about a program: what it changed, and what is left to its author."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Leftover", "MigratedFile", "Migration"]


@dataclass(frozen=True, slots=True, order=True)
class Leftover:
    """One place that needs its author.

    Attributes:
        line: The line in the file as it was.
        message: What is there, and what to do.
    """

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class MigratedFile:
    """What became of one file.

    Attributes:
        path: The file.
        before: Its text.
        after: Its new text; that of before where nothing changed.
        leftovers: What is left to do by hand, by line.
        error: Why the file couldn't be migrated, as a sentence; empty for one that could.
    """

    path: Path
    before: str = field(default="", repr=False)
    after: str = field(default="", repr=False)
    leftovers: tuple[Leftover, ...] = ()
    error: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether the file's text is another now."""
        return self.before != self.after

    def diff(self) -> str:
        """The unified diff."""
        name = self.path.as_posix()
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            f"a/{name}",
            f"b/{name}",
        )
        # A last line without a newline would run into the next one.
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
        )


@dataclass(frozen=True, slots=True)
class Migration:
    """What became of a program.

    Attributes:
        files: Every file that was looked at, by path.
    """

    files: tuple[MigratedFile, ...]

    @property
    def changed(self) -> tuple[MigratedFile, ...]:
        """The files whose text is another now."""
        return tuple(file for file in self.files if file.is_changed)

    @property
    def failed(self) -> tuple[MigratedFile, ...]:
        """The files that couldn't be migrated."""
        return tuple(file for file in self.files if file.error)
