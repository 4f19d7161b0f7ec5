"""Post a line of text, and say where it is."""

import os
import sys

from atproto import Client

HANDLE = os.environ["BLUESKY_HANDLE"]


def main() -> None:
    # The service can be another one, for people with a server of their own.
    client = Client(base_url=os.environ.get("BLUESKY_URL"))
    profile = client.login(HANDLE, os.environ["BLUESKY_PASSWORD"])
    print("Welcome,", profile.handle)

    text = " ".join(sys.argv[1:]) or "Hello from Python!"
    post = client.send_post(text)
    print(post.uri)  # shown, so that it can be opened
    client.like(post.uri, post.cid)


if __name__ == "__main__":
    main()
