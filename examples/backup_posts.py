"""Write all posts of an account to standard output, one JSON object a line, each as it stands in the repository.

    python examples/backup_posts.py https://pds.example.com alice.example.com > posts.jsonl

Reading needs no login. A post that can't be read as one is written all the same, and named on standard error.
"""

from __future__ import annotations

import json
import sys

from atlex_sdk import Client


def backup(service: str, repo: str) -> int:
    """Write the posts, and return how many there were."""
    count = 0
    with Client(service) as client:
        for post in client.app.bsky.feed.post.iterate(repo=repo):
            if post.reason is not None:
                print(f"{post.uri}: {post.reason}", file=sys.stderr)
            print(json.dumps({"uri": post.uri, "cid": post.cid, "value": post.raw}, ensure_ascii=False))
            count += 1
    return count


if __name__ == "__main__":
    backup(sys.argv[1], sys.argv[2])
