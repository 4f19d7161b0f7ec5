"""Export the followers of an account to a CSV file. Asynchronous."""

import asyncio
import csv
import os
from typing import AsyncIterator

from atproto import AsyncClient
from atproto.exceptions import BadRequestError, NetworkError


async def followers(client: AsyncClient, actor: str) -> AsyncIterator[tuple[str, str]]:
    cursor = None
    while True:
        response = await client.get_followers(actor, cursor=cursor, limit=100)
        for follower in response.followers:
            yield follower.handle, follower.did
        cursor = response.cursor
        if cursor is None:
            break


async def main() -> None:
    client = AsyncClient(base_url=os.environ["BLUESKY_URL"])
    await client.login(os.environ["BLUESKY_HANDLE"], os.environ["BLUESKY_PASSWORD"])
    me = client.me.did
    try:
        with open("followers.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["handle", "did"])
            async for row in followers(client, me):
                writer.writerow(row)
    except NetworkError:
        print("no network")
    except BadRequestError as e:
        print("refused:", e.response.status_code, e.response.content.message)
    await client.follow((await client.resolve_handle("bob.test")).did)


asyncio.run(main())
