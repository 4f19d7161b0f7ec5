import asyncio
import os
import sys
from pathlib import Path

from atproto import AsyncClient, models
from PIL import Image


async def post(client, picture):
    name = Path(picture).stem
    text = f"#{name}"
    width, height = Image.open(picture).size
    await client.send_image(
        text,
        Path(picture).read_bytes(),
        name,
        facets=await client.detect_facets(text),
        image_aspect_ratio=models.AppBskyEmbedDefs.AspectRatio(width=width, height=height),
    )


async def main(service, identifier, password, pictures):
    client = AsyncClient(service)
    await client.login(identifier, password)
    async with asyncio.TaskGroup() as tasks:
        for picture in pictures:
            tasks.create_task(post(client, picture))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], sys.argv[3:]))
