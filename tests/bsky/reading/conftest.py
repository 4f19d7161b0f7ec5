"""Three accounts at a server without a network, and the layer for each, which knows no retries of its own."""

from __future__ import annotations

import contextlib

import pytest

from atlex import PasswordSession
from atlex.testing import FakePds
from atlex_bsky import Bluesky
from atlex_sdk import Client


@pytest.fixture
def pds():
    with FakePds() as pds:
        for name in ("alice", "bob", "carol"):
            pds.create_account(f"{name}.test", "password")
        yield pds


@pytest.fixture
def login(pds):
    """Gives the layer for one of the accounts."""
    with contextlib.ExitStack() as stack:
        http = stack.enter_context(pds.client())

        def logged_in(name, **options):
            session = stack.enter_context(
                PasswordSession.login(
                    pds.url, identifier=f"{name}.test", password="password", http_client=http
                )
            )
            return Bluesky(Client(session, retries=0, **options))

        yield logged_in


@pytest.fixture
def alice(login):
    return login("alice")


@pytest.fixture
def bob(login):
    return login("bob")


@pytest.fixture
def carol(login):
    return login("carol")
