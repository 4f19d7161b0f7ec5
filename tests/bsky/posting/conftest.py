"""A server with two accounts, and the layer on a client of the first."""

from __future__ import annotations

import pytest

from atlex import PasswordSession
from atlex.testing import FakePds
from atlex_bsky import Bluesky
from atlex_sdk import Client


@pytest.fixture
def pds():
    with FakePds() as pds, pds.serve():
        pds.create_account("alice.test", "password", email="alice@example.com")
        pds.create_account("bob.test", "password")
        yield pds


@pytest.fixture
def bsky(pds):
    with PasswordSession.login(pds.url, identifier="alice.test", password="password") as session:
        yield Bluesky(Client(session))


@pytest.fixture
def bob(pds):
    with PasswordSession.login(pds.url, identifier="bob.test", password="password") as session:
        yield Bluesky(Client(session))
