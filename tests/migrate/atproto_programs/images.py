"""Post pictures: one by itself, two together, and one with a quoted post."""

import os
from pathlib import Path

from atproto import Client, models


def read(*names: str) -> list[bytes]:
    return [Path(name).read_bytes() for name in names]


def main() -> None:
    client = Client(os.environ["BLUESKY_URL"])
    client.login(os.environ["BLUESKY_HANDLE"], os.environ["BLUESKY_PASSWORD"])

    first = client.send_image(
        text="A cat",
        image=read("cat.png")[0],
        image_alt="A grey cat",
        image_aspect_ratio=models.AppBskyEmbedDefs.AspectRatio(height=1, width=2),
    )

    paths = ["cat.png", "dog.png"]
    client.send_images(text="Both", images=read(*paths), image_alts=["A cat", "A dog"])

    # A picture and a quotation in one post.
    upload = client.upload_blob(read("dog.png")[0])
    client.send_post(
        "Look at this",
        embed=models.AppBskyEmbedRecordWithMedia.Main(
            record=models.AppBskyEmbedRecord.Main(record=models.create_strong_ref(first)),
            media=models.AppBskyEmbedImages.Main(
                images=[models.AppBskyEmbedImages.Image(alt="A dog", image=upload.blob)],
            ),
        ),
    )
    print("posted three")


main()
