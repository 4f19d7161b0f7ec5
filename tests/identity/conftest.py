"""The small network that accounts are looked up in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import trustme
from tests.fetch.conftest import Names, Wires, authority, names, wires
from tests.identity._world import World

__all__ = ["authority", "names", "wires", "world"]


@pytest.fixture(params=["sync", "asyncio", "trio"])
def world(
    request: pytest.FixtureRequest, names: Names, wires: Wires, authority: trustme.CA
) -> Iterator[World]:
    made = World(names, wires, authority, request.param)
    yield made
    made.close()
