"""Post a picture, answer with a link card, and quote the answer.

ATLEX_PASSWORD=… python examples/post_bot.py https://pds.example.com alice.example.com cat.jpg
"""

import os
import sys

from atlex_bsky import Bluesky, Card, Image


def main(service: str, identifier: str, password: str, picture: str) -> None:
    """Write the three posts."""
    with Bluesky.login(service, identifier=identifier, password=password) as bsky:
        text = "Look, @bob.test: https://example.com/cats #cats"
        post = bsky.post(text, images=[Image(picture, alt="A cat")], langs=["en"])
        card = Card("https://example.com/cats", "Cats", "All about cats")
        answer = bsky.post("More of them:", reply_to=post, card=card)
        bsky.post("I said:", quote=answer)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], sys.argv[3])
