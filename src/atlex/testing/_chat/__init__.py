"""``chat.bsky.*``: the chat service, which calls reach through the account's server."""

from __future__ import annotations

from atlex.testing._chat._methods import ChatMethods

__all__ = ["ChatMethods"]
