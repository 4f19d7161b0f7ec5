"""``atlex build`` without what reads its options: it builds, and says what was done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from atlex.errors import LexiconError
from atlex_codegen._say import failing_with_a_sentence, say
from atlex_codegen._settings import Settings, read_settings
from atlex_codegen._state import State

__all__ = ["build_package", "builds_plainly"]


def builds_plainly(arguments: Sequence[str]) -> bool:
    """Build, where the arguments are of the plainest; where there are others, do nothing and return False.

    Args:
        arguments: Those after ``atlex build``.
    """
    packages = _packages(arguments)
    for package in packages:
        build_package(package)
    return bool(packages)


def build_package(package: Settings, *, check: bool = False) -> bool:
    """Build one package and say what was done; False where a check found a difference.

    Raises:
        SystemExit: It failed; what went wrong was said.
    """
    state = None if check else State(package)
    last = None if state is None else state.last_build()
    if last is not None and last.is_current:
        say(last.diagnostics, err=True)
        say([f"{package.out}: 0 written, 0 removed, {len(last.files)} unchanged."])
        return True
    # The generator loads when there is something to do.
    from atlex_codegen._build import check_package, make_package

    with failing_with_a_sentence():
        report = check_package(package) if state is None else make_package(package, state, last)
    say(report.diagnostics, err=True)
    if not check:
        say(f"removed {name}" for name in report.removed)
        done = (
            f"{len(report.written)} written, {len(report.removed)} removed, {len(report.unchanged)} unchanged"
        )
        say([f"{package.out}: {done}."])
        return True
    say(f"missing {name}" for name in report.missing)
    say(f"extra {name}" for name in report.extra)
    say(f"different {name}" for name in report.different)
    if report.is_clean:
        say([f"{package.out}: {len(report.unchanged)} files, all as they should be."])
    else:
        say([f"{package.out} is not what the documents make: run `atlex build`."], err=True)
    return report.is_clean


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
