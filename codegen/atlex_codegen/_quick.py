"""The end of ``atlex build`` where nothing has changed, found before the command line's own packages load."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from atlex._printable import printable
from atlex.errors import LexiconError
from atlex_codegen._settings import Settings, read_settings
from atlex_codegen._state import State

__all__ = ["ends_quickly"]


def ends_quickly(arguments: Sequence[str]) -> bool:
    """Say that nothing has changed and return True, where that is so; where it isn't plain, do nothing.

    Args:
        arguments: Those after ``atlex build``.
    """
    lines: list[str] = []
    for package in _packages(arguments):
        state = State(package)
        last = state.last_build()
        if last is None or last.inputs != state.inputs or last.diagnostics:
            return False
        lines.append(f"{package.out}: 0 written, 0 removed, {len(last.files)} unchanged.")
    for line in lines:
        print(printable(line, limit=len(line)))  # noqa: T201 - it is what the command prints
    return bool(lines)


def _packages(arguments: Sequence[str]) -> tuple[Settings, ...]:
    """What to build by the plainest arguments; nothing where there are others."""
    settings = Settings()
    rest = list(arguments)
    lexicons = out = None
    while rest:
        match rest:
            case ["--out", value, *rest]:
                out = value
            case [value, *rest] if lexicons is None and not value.startswith("-"):
                lexicons = value
            case _:
                return ()
    if lexicons is None and out is None:
        try:
            return read_settings(Path.cwd())
        except (LexiconError, OSError):
            # The command says what is wrong.
            return ()
    return (Settings(lexicons=Path(lexicons or settings.lexicons), out=Path(out or settings.out)),)
