"""Print the latest posts of the timeline, each with the replies below it.

ATLEX_PASSWORD=… python examples/read_timeline.py https://pds.example.com alice.example.com
"""

import os
import sys

from atlex_bsky import Bluesky, ThreadNode


def main(service: str, identifier: str, password: str) -> None:
    """Print twenty posts and their threads."""
    with Bluesky.login(service, identifier=identifier, password=password) as bsky:
        for item in bsky.timeline().take(items=20):
            for depth, place in bsky.thread(item).walk():
                if isinstance(place, ThreadNode):
                    print("    " * depth + f"{place.post.author.handle}: {place.post.text}")
                else:
                    print("    " * depth + "(not shown)")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"])
