"""The asynchronous Bluesky layer's part for feeds, threads, searches and notifications."""

from __future__ import annotations

from atlex_bsky._async_core import AsyncCore

__all__ = ["AsyncReading"]


class AsyncReading(AsyncCore):
    """What `AsyncBluesky` does with feeds, threads, searches and notifications."""
