import asyncio
import csv
import os
import sys

from atproto import AsyncClient


async def main(service, identifier, password):
    rows = csv.writer(sys.stdout)
    client = AsyncClient(service)
    await client.login(identifier, password)
    cursor = None
    while True:
        page = await client.get_followers(client.me.did, limit=100, cursor=cursor)
        for follower in page.followers:
            rows.writerow([follower.did, follower.handle, follower.display_name or ""])
        cursor = page.cursor
        if not cursor:
            break


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"]))
