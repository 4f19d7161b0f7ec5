"""``atlex build --watch``: builds again whenever the documents change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from atlex_codegen._say import say

if TYPE_CHECKING:
    from atlex_codegen._settings import Settings

__all__ = ["watch_packages"]

_SECONDS: Final = 0.5

_State: TypeAlias = dict[str, tuple[int, int]]


def watch_packages(packages: Iterable[Settings], build: Callable[[Settings], object]) -> None:
    """Build packages, and each again when its documents or the files beside them change, until Ctrl-C.

    Args:
        packages: What to build.
        build: Builds one, and says how that went; it raises `SystemExit` where it failed.
    """
    states: dict[Path, _State | None] = {package.out: None for package in packages}
    try:
        while True:
            for package in packages:
                state = _state(package)
                if state != states[package.out]:
                    states[package.out] = state
                    _try(package, build)
            time.sleep(_SECONDS)
    except KeyboardInterrupt:
        say(["No longer watching."])


def _try(package: Settings, build: Callable[[Settings], object]) -> None:
    try:
        build(package)
    except SystemExit:
        say([f"Watching {package.lexicons} for a change that mends it."])


def _state(package: Settings) -> _State:
    """When each file that a package is made from was changed last, and its size."""
    from atlex._files import files_below

    state: _State = {}
    try:
        names = [name for name in files_below(package.lexicons) if name.endswith((".json", ".toml"))]
        files = [package.lexicons / name for name in names]
        for file in [*files, *([package.descriptions] if package.descriptions else [])]:
            found = file.lstat()
            state[str(file)] = found.st_mtime_ns, found.st_size
    except OSError as error:
        # The build says what is wrong; it is tried again once that has changed.
        state[str(error)] = 0, 0
    return state
