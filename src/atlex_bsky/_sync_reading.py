# Made from _async_reading.py by tools/unasync.py: change that file, and run the tool.
"""The synchronous Bluesky layer's part for feeds, threads, searches and notifications."""

from __future__ import annotations

from atlex_bsky._sync_core import Core

__all__ = ["Reading"]


class Reading(Core):
    """What `Bluesky` does with feeds, threads, searches and notifications."""
