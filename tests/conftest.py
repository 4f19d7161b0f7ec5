"""Which tests run by default, in how many processes, and how many examples property tests try (ATLEX_HYPOTHESIS)."""

from __future__ import annotations

import gc
import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says more about the machine's load than about the code.
_UNTIMED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

# A test that runs once for each of the thousand definitions takes a twentieth: see tests/generated/_examples.py.
settings.register_profile("default", max_examples=100, **_UNTIMED)
# Nothing is remembered between runs, so that one can be compared with another.
settings.register_profile("slow", max_examples=4000, database=None, **_UNTIMED)
settings.load_profile(os.environ.get("ATLEX_HYPOTHESIS", "default"))

_LIVE = Path(__file__).parent / "live"


def pytest_configure(config):
    """Leave out the slow tests, unless files, folders or marks were asked for."""
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.markexpr:
        config.option.markexpr = "not slow"
    # A shell has what it starts in the background ignore interrupts, and so would the programs that tests interrupt.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers(config):
    """Use every processor for folders of tests, and one process for single files and for the live servers."""
    named = [config.invocation_params.dir / argument.partition("::")[0] for argument in config.args]
    if os.environ.get("ATLEX_LIVE") or any(path.is_file() or path.is_relative_to(_LIVE) for path in named):
        return 0
    return None


def pytest_collection_modifyitems(items):
    # The long ones begin early, so that no process is left with one at the end.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Collect no garbage meanwhile: modules and tests are many, and last to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def caches(tmp_path_factory):
    """What builds remember of packages stays out of the user's own folder, and of the next run."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("caches")
        for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def plain_terminal():
    """The colours and the width of somebody's terminal are nothing to the programs of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NO_COLOR", "FORCE_COLOR"):
            patch.delenv(name, raising=False)
        patch.setenv("COLUMNS", "80")
        yield
