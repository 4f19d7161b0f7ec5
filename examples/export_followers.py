"""Write the followers of an account to standard output as CSV. Asynchronous.

ATLEX_PASSWORD=… python examples/export_followers.py https://pds.example.com alice.example.com > followers.csv
"""

import asyncio
import csv
import os
import sys

from atlex_bsky import AsyncBluesky


async def main(service: str, identifier: str, password: str) -> None:
    """Write a line for each follower."""
    rows = csv.writer(sys.stdout)
    async with AsyncBluesky.login(service, identifier=identifier, password=password) as bsky:
        async for follower in bsky.followers(limit=100):
            rows.writerow([follower.did, follower.handle, follower.display_name or ""])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"]))
