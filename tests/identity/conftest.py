"""The small network that accounts are looked up in."""

from __future__ import annotations

import gc
import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path

import dns.resolver
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
def world(
    request: pytest.FixtureRequest,
    names: Names,
    wires: Wires,
    tls: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    # dnspython would ask again after two seconds, which a busy machine may take to answer.
    monkeypatch.setattr(
        dns.resolver.BaseResolver, "timeout", property(lambda _: 60.0, lambda *_: None), raising=False
    )
    made = World(names, wires, tls, request.param)
    yield made
    made.close()


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Collect those sockets before the tests of other folders, which do take offence."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
