"""What a program that a test starts finds in its environment."""

from __future__ import annotations

import os

__all__ = ["environment"]


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what steers this run of pytest, its coverage included."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
    return {**kept, **more}
