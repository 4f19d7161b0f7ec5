"""Thank whoever has newly followed the account, with a post that mentions them. Asynchronous.

    ATLEX_PASSWORD=… python examples/thank_followers.py https://pds.example.com alice.example.com

The mention is a facet: a stretch of the text, in UTF-8 bytes, that a client shows as a link to the account.
"""

from __future__ import annotations

import asyncio
import os
import sys

from atlex import AsyncPasswordSession, now
from atlex_sdk import AsyncClient, app

Facet = app.bsky.richtext.facet
Post = app.bsky.feed.post.Post


def thanks(handle: str, did: str) -> Post:
    """The post for one follower."""
    mention = f"@{handle}"
    return Post(
        text=f"{mention} thank you for following!",
        created_at=now(),
        facets=[
            Facet.Facet(
                index=Facet.ByteSlice(byte_start=0, byte_end=len(mention.encode())),
                features=[Facet.Mention(did=did)],
            )
        ],
    )


async def main(service: str, identifier: str, password: str) -> None:
    """Post thanks for the unread follows, then mark them as read."""
    async with AsyncPasswordSession.login(service, identifier=identifier, password=password) as session:
        client = AsyncClient(session)
        seen_at = now()
        notifications = client.app.bsky.notification
        for item in await client.paginate(notifications.list_notifications, reasons=["follow"]).take(pages=1):
            if not item.is_read:
                await client.app.bsky.feed.post.create(thanks(item.author.handle, item.author.did))
        await notifications.update_seen(seen_at=seen_at)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"]))
