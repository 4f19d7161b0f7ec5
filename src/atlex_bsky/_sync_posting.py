# Made from _async_posting.py by tools/unasync.py: change that file, and run the tool.
"""The synchronous Bluesky layer's part for posts."""

from __future__ import annotations

from atlex_bsky._sync_core import Core

__all__ = ["Posting"]


class Posting(Core):
    """What `Bluesky` does with posts."""
