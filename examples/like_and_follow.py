"""Follow an account, like and repost its latest post; or take back what of that there is.

ATLEX_PASSWORD=… python examples/like_and_follow.py https://pds.example.com alice.example.com bob.example.com
ATLEX_PASSWORD=… python examples/like_and_follow.py … --undo
"""

import os
import sys

from atlex_bsky import Bluesky


def main(service: str, identifier: str, password: str, handle: str, *, undo: bool) -> None:
    """Do it, or undo it."""
    with Bluesky.login(service, identifier=identifier, password=password) as bsky:
        [post] = bsky.author_feed(handle).take(items=1)
        if undo:
            bsky.unfollow(handle, missing_ok=True)
            bsky.unlike(post, missing_ok=True)
            bsky.unrepost(post, missing_ok=True)
        else:
            bsky.follow(handle)
            bsky.like(post)
            bsky.repost(post)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], sys.argv[3], undo="--undo" in sys.argv)
