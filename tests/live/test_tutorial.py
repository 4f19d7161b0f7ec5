"""The tutorial, followed to the letter from an empty folder with the built wheel, ends with a post on the network."""

from __future__ import annotations

import secrets

from tests._tutorial import Reader, built_wheel, follow_to_the_end, wait_until

from atlex import PasswordSession
from atlex_bsky import Bluesky
from atlex_sdk import Client

PASSWORD = "correct horse"


def new_account(network, name):
    handle = f"{name}-{secrets.token_hex(5)}.test"
    return PasswordSession.create_account(
        network.pds, handle=handle, email=f"{handle}@example.com", password=PASSWORD
    )


def test_the_tutorial_ends_with_a_post_that_the_app_view_shows(network, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    with new_account(network, "reader") as reader_session, new_account(network, "bob") as bob_session:
        made = Client(reader_session).com.atproto.server.create_app_password(name="first-bot")
        bob = Bluesky(Client(bob_session))
        handle = reader_session.handle
        with Reader.at_terminal(home, built_wheel(tmp_path / "dist"), network.pds) as reader:
            first = follow_to_the_end(reader, handle, made.password, bob)
        wait_until(lambda: first in {item.uri for item in bob.author_feed(reader_session.did)})
        item = next(item for item in bob.author_feed(reader_session.did) if item.uri == first)
        assert item.text == "Hello from Python! #firstbot"
        assert [tag.tag for tag in item.record.facets[0].features] == ["firstbot"]
