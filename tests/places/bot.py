"""A bot as a user might write it, with a server inside: ``bot.py FOLDER``, where the folder is for its session.

It uses what is easily lost on the way to other places: the documents, the list of top-level domains, the lock of a
file, the version.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atlex
from atlex import FileSessionStore, PasswordSession
from atlex.testing import FakePds
from atlex_bsky import Bluesky
from atlex_sdk import Client


def main(folder: Path) -> None:
    """Post twice, in two sessions that share one login."""
    store = FileSessionStore(folder / "session.json")
    with FakePds() as pds, pds.serve() as url:
        pds.create_account("alice.test", "password")
        for _ in range(2):
            with PasswordSession.open(
                store, service=url, identifier="alice.test", password="password"
            ) as session:
                client = Client(session)
                Bluesky(client).post("Look at example.com!")
                profile = client.app.bsky.actor.get_profile(actor=session.did)
                print(profile.handle, profile.posts_count)
        print(pds.count("com.atproto.server.createSession"), "login")
    print(len(atlex.__version__.split(".")), "parts of a version")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
