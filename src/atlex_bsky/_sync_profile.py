# Made from _async_profile.py by tools/unasync.py: change that file, and run the tool.
"""The synchronous Bluesky layer's part for the profile and preferences."""

from __future__ import annotations

from atlex_bsky._sync_core import Core

__all__ = ["Profile"]


class Profile(Core):
    """What `Bluesky` does with the profile and preferences."""
