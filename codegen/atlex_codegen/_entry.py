"""Where the script of an environment that was made before leads."""

from __future__ import annotations

from atlex_cli._entry import main

__all__ = ["main"]
