import os
import sys
from pathlib import Path

from atproto import Client, models
from PIL import Image


def main(service, identifier, password, picture):
    client = Client(service)
    client.login(identifier, password)
    text = "Look, @bob.test: https://example.com/cats #cats"
    width, height = Image.open(picture).size
    post = client.send_image(
        text,
        Path(picture).read_bytes(),
        "A cat",
        langs=["en"],
        facets=client.detect_facets(text),
        image_aspect_ratio=models.AppBskyEmbedDefs.AspectRatio(width=width, height=height),
    )
    card = models.AppBskyEmbedExternal.Main(
        external=models.AppBskyEmbedExternal.External(
            uri="https://example.com/cats", title="Cats", description="All about cats"
        )
    )
    ref = models.create_strong_ref(post)
    reply = models.AppBskyFeedPost.ReplyRef(root=ref, parent=ref)
    answer = client.send_post("More of them:", reply_to=reply, embed=card)
    quote = models.AppBskyEmbedRecord.Main(record=models.create_strong_ref(answer))
    client.send_post("I said:", embed=quote)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], sys.argv[3])
