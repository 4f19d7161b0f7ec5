"""Back up what an account has uploaded, and upload one thing more."""

import asyncio
import os
from pathlib import Path
from typing import Optional

from atproto import AsyncClient, models


async def back_up(client: AsyncClient, did: str, folder: Path) -> int:
    cursor: Optional[str] = None
    count = 0
    while True:
        page = await client.com.atproto.sync.list_blobs({"did": did, "limit": 100, "cursor": cursor})
        for cid in page.cids:
            data = await client.com.atproto.sync.get_blob(
                models.ComAtprotoSyncGetBlob.Params(did=did, cid=cid)
            )
            (folder / cid).write_bytes(data)
            count += 1
        cursor = page.cursor
        if not cursor:
            return count


async def main() -> None:
    client = AsyncClient(os.environ["BLUESKY_URL"])
    profile = await client.login(os.environ["BLUESKY_HANDLE"], os.environ["BLUESKY_PASSWORD"])

    upload = await client.com.atproto.repo.upload_blob(b"GIF89a and a little more")
    embed = models.AppBskyEmbedImages.Main(
        images=[models.AppBskyEmbedImages.Image(alt="nothing to see", image=upload.blob)]
    )
    await client.app.bsky.feed.post.create(
        client.me.did,
        models.AppBskyFeedPost.Record(text="kept", created_at=client.get_current_time_iso(), embed=embed),
    )

    folder = Path("blobs")
    folder.mkdir(exist_ok=True)
    print(await back_up(client, profile.did, folder), "blobs of", profile.handle)


if __name__ == "__main__":
    asyncio.run(main())
