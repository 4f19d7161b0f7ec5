"""The small network that accounts are looked up in."""

from __future__ import annotations

import gc
import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fetch.conftest import Names, Wires, certificate, names, tls, wires
from tests.identity._world import World

__all__ = ["certificate", "names", "tls", "wires", "world"]


# The look-up that loses is cancelled. Where that meets a connection that has just been made, httpcore leaves the socket
# to the garbage collector.
_LEFT = "ignore:unclosed:ResourceWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take no offence at sockets that are left to the garbage collector."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.filterwarnings(_LEFT))


@pytest.fixture(params=["sync", "asyncio", "trio"])
def world(request: pytest.FixtureRequest, names: Names, wires: Wires, tls: ssl.SSLContext) -> Iterator[World]:
    made = World(names, wires, tls, request.param)
    yield made
    made.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect(1)
