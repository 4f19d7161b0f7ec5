"""Thank whoever has newly followed the account, with a post that mentions them. Asynchronous.

ATLEX_PASSWORD=… python examples/thank_followers.py https://pds.example.com alice.example.com
"""

from __future__ import annotations

import asyncio
import os
import sys

from atlex import now
from atlex_bsky import AsyncBluesky, RichText


async def main(service: str, identifier: str, password: str) -> None:
    """Post thanks for the unread follows, then mark them as read."""
    async with AsyncBluesky.login(service, identifier=identifier, password=password) as bsky:
        seen_at = now()
        for item in await bsky.notifications(reasons=["follow"]).take(pages=1):
            if not item.is_read:
                mention = RichText().mention(f"@{item.author.handle}", item.author.did)
                await bsky.post(mention + " thank you for following!")
        await bsky.client.app.bsky.notification.update_seen(seen_at=seen_at)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"]))
