# Made from _async_bluesky.py by tools/unasync.py: change that file, and run the tool.
"""The synchronous Bluesky layer as one object."""

from __future__ import annotations

from functools import cached_property

from atlex_bsky._sync_chat import Chat
from atlex_bsky._sync_graph import Graph
from atlex_bsky._sync_lists import Lists
from atlex_bsky._sync_posting import Posting
from atlex_bsky._sync_profile import Profile
from atlex_bsky._sync_reading import Reading

__all__ = ["Bluesky"]


class Bluesky(Posting, Graph, Lists, Reading, Profile):
    """What a bot does at Bluesky, in one line each, synchronously.

    Everything here goes through calls of the client that one could make by hand; each method names them.

    Args:
        client: The client that makes the calls.
        resolver: Finds the account of a handle. None: the client's own server is asked
            (com.atproto.identity.resolveHandle), and its answer is kept for an hour.
    """

    @cached_property
    def chat(self) -> Chat:
        """The account's conversations."""
        return Chat(self)
