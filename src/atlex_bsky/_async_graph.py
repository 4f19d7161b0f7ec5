"""The asynchronous Bluesky layer's part for likes, follows, mutes, blocks and lists."""

from __future__ import annotations

from atlex_bsky._async_core import AsyncCore

__all__ = ["AsyncGraph"]


class AsyncGraph(AsyncCore):
    """What `AsyncBluesky` does with likes, follows, mutes, blocks and lists."""
