"""The asynchronous Bluesky layer as one object."""

from __future__ import annotations

from functools import cached_property

from atlex_bsky._async_chat import AsyncChat
from atlex_bsky._async_graph import AsyncGraph
from atlex_bsky._async_lists import AsyncLists
from atlex_bsky._async_posting import AsyncPosting
from atlex_bsky._async_profile import AsyncProfile
from atlex_bsky._async_reading import AsyncReading

__all__ = ["AsyncBluesky"]


class AsyncBluesky(AsyncPosting, AsyncGraph, AsyncLists, AsyncReading, AsyncProfile):
    """What a bot does at Bluesky, in one line each, asynchronously.

    Everything here goes through calls of the client that one could make by hand; each method names them.

    Args:
        client: The client that makes the calls.
        resolver: Finds the account of a handle. None: the client's own server is asked
            (com.atproto.identity.resolveHandle), and its answer is kept for an hour.
    """

    @cached_property
    def chat(self) -> AsyncChat:
        """The account's conversations."""
        return AsyncChat(self)
