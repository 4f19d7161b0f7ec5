"""The same records at the protocol's own servers and at ``FakePds``: the app views show the same."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import httpx
import pytest

from atlex.testing import FakePds

from ._story import QUERIES, Story


@pytest.fixture(scope="module")
def real(network) -> Iterator[Story]:
    with httpx.Client(base_url=network.pds, timeout=30) as client:
        story = Story(client, secrets.token_hex(3))
        story.tell()
        yield story


@pytest.fixture(scope="module")
def fake() -> Iterator[Story]:
    with FakePds() as pds, pds.client() as client:
        story = Story(client, secrets.token_hex(3))
        story.tell()
        yield story


@pytest.mark.parametrize("name", QUERIES)
def test_both_app_views_show_the_same(name, real, fake, figures):
    who, nsid, params = QUERIES[name]
    shown, expected = fake.see(who, nsid, params), real.see(who, nsid, params)
    counts = figures.setdefault("views", {"queries": 0, "answered alike": 0})
    counts["queries"] += 1
    counts["answered alike"] += shown == expected
    assert shown == expected
