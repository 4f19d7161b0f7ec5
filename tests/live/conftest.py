"""The ``network`` fixture: the AT Protocol's own servers, once per run.

Without the tools that they need, the tests skip with the reason. ``ATLEX_LIVE=1`` makes that a failure, and
lets the fixture download the servers' npm packages.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest

from ._chat import serving_chat
from ._network import Network, Tools, Unavailable, find_tools, running_network
from ._twins import Twin, opened_twin

_LIVE = os.environ.get("ATLEX_LIVE") == "1"
_FIGURES = pytest.StashKey[dict[str, dict[str, int]]]()
_TABLES = pytest.StashKey[dict[str, list[str]]]()


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.live)


@pytest.fixture(scope="session")
def live_tools() -> Tools:
    try:
        if "PYTEST_XDIST_WORKER" in os.environ:
            raise Unavailable(
                "the live tests share one network: run them by themselves, as `pytest tests/live`"
            )
        return find_tools(install=_LIVE)
    except Unavailable as reason:
        if _LIVE:
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def network(live_tools: Tools) -> Iterator[Network]:
    with running_network(live_tools) as running, serving_chat(running):
        yield running


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> dict[str, dict[str, int]]:
    """What tests count, by topic and name; printed at the end of the run."""
    return pytestconfig.stash.setdefault(_FIGURES, {})


@pytest.fixture(scope="session")
def tables(pytestconfig: pytest.Config) -> dict[str, list[str]]:
    """Lines under a heading each; printed at the end of the run."""
    return pytestconfig.stash.setdefault(_TABLES, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for topic, counts in config.stash.get(_FIGURES, {}).items():
        line = ", ".join(f"{count} {name}" for name, count in counts.items())
        terminalreporter.write_line(f"live {topic}: {line}")
    for heading, lines in config.stash.get(_TABLES, {}).items():
        terminalreporter.section(heading)
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["sync", "async"])
async def twin(request: pytest.FixtureRequest, network: Network) -> AsyncIterator[Twin]:
    async with opened_twin(request.param, network.pds) as twin:
        yield twin


@pytest.fixture
async def session(twin):
    return await twin.new_account()


@pytest.fixture
def client(twin, session):
    return twin.Client(session)
