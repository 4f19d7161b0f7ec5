"""Post several pictures at the same time, each by itself. Asynchronous.

ATLEX_PASSWORD=… python examples/post_pictures.py https://pds.example.com alice.example.com *.jpg
"""

import asyncio
import os
import sys
from pathlib import Path

from atlex_bsky import AsyncBluesky, Image


async def main(service: str, identifier: str, password: str, pictures: list[str]) -> None:
    """Write a post for each picture, named after its file."""
    async with (
        AsyncBluesky.login(service, identifier=identifier, password=password) as bsky,
        asyncio.TaskGroup() as tasks,
    ):
        for picture in pictures:
            name = Path(picture).stem
            tasks.create_task(bsky.post(f"#{name}", images=[Image(picture, alt=name)]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], sys.argv[3:]))
