"""The small network that accounts are looked up in."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest
from tests.fetch.conftest import Names, Wires, certificate, names, tls, wires
from tests.identity._world import World

__all__ = ["certificate", "names", "tls", "wires", "world"]


@pytest.fixture(params=["sync", "asyncio", "trio"])
def world(request: pytest.FixtureRequest, names: Names, wires: Wires, tls: ssl.SSLContext) -> Iterator[World]:
    made = World(names, wires, tls, request.param)
    yield made
    made.close()
