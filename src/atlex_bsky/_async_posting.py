"""The asynchronous Bluesky layer's part for posts."""

from __future__ import annotations

from atlex_bsky._async_core import AsyncCore

__all__ = ["AsyncPosting"]


class AsyncPosting(AsyncCore):
    """What `AsyncBluesky` does with posts."""
