"""The tutorial, followed to the letter from an empty folder with the built wheel, against the embedded server."""

from __future__ import annotations

import sys

import pytest
from tests._tutorial import Reader, built_wheel, follow_to_the_end

from atlex.testing import FakePds
from atlex_bsky import Bluesky


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="types at a terminal of Unix")
def test_the_tutorial_can_be_followed_to_the_letter(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    with FakePds() as pds, pds.serve() as url:
        pds.create_account("alice.test", "app-password")
        pds.create_account("bob.test", "password")
        with (
            Bluesky.login(url, identifier="bob.test", password="password") as bob,
            Reader.at_terminal(home, built_wheel(tmp_path / "dist"), url) as reader,
        ):
            first = follow_to_the_end(reader, "alice.test", "app-password", bob)
            assert first in {item.uri for item in bob.author_feed("alice.test")}
