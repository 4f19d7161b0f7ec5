"""The asynchronous Bluesky layer's part for the profile and preferences."""

from __future__ import annotations

from atlex_bsky._async_core import AsyncCore

__all__ = ["AsyncProfile"]


class AsyncProfile(AsyncCore):
    """What `AsyncBluesky` does with the profile and preferences."""
