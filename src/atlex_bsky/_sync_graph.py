# Made from _async_graph.py by tools/unasync.py: change that file, and run the tool.
"""The synchronous Bluesky layer's part for likes, follows, mutes, blocks and lists."""

from __future__ import annotations

from atlex_bsky._sync_core import Core

__all__ = ["Graph"]


class Graph(Core):
    """What `Bluesky` does with likes, follows, mutes, blocks and lists."""
