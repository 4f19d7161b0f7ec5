"""Where PyInstaller finds what the packages need beside their imports; it asks by the entry point ``pyinstaller40``."""

from __future__ import annotations

from pathlib import Path

__all__ = ["hook_folders"]


def hook_folders() -> list[str]:
    """The folders of the hooks."""
    return [str(Path(__file__).parent)]
