"""Thank each account that mentions this one, once, however often the program is restarted.

ATLEX_PASSWORD=… python examples/reply_bot.py https://pds.example.com alice.example.com position.json
"""

import os
import sys

from atlex_bsky import Bluesky, FileCursorStore


def main(service: str, identifier: str, password: str, position: str, poll: float = 5.0) -> None:
    """Reply to mentions until the program is ended."""
    with Bluesky.login(service, identifier=identifier, password=password) as bsky:
        store = FileCursorStore(position)
        for mention in bsky.notifications(poll=poll, store=store, reasons=["mention"]):
            bsky.post(f"@{mention.author.handle} thank you!", reply_to=mention)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], sys.argv[3])
