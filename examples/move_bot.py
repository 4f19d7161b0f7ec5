"""Take over the session string of a bot that ran with the package ``atproto``, and keep the session in a file.

python examples/move_bot.py old-session.txt session.json

The string is read once; later runs go on with the file.
"""

import sys
from pathlib import Path

from atlex import FileSessionStore, PasswordSession, SessionData
from atlex_bsky import Bluesky
from atlex_sdk import Client


def main(old: str, path: str) -> None:
    """Post as the bot, and print who has read of it."""
    store = FileSessionStore(path)
    if store.load() is None:
        handle, did, access, refresh, service = Path(old).read_text("utf-8").split(":::")
        store.save(
            SessionData(handle=handle, did=did, access_jwt=access, refresh_jwt=refresh, service=service)
        )
    with PasswordSession.open(store) as session:
        bsky = Bluesky(Client(session))
        post = bsky.post("I have moved: https://example.com/moved #python")
        bsky.post("And it was easy.", reply_to=post)
        for follower in bsky.followers().take(items=100):
            print(follower.handle)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
