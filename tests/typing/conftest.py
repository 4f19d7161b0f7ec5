"""What jedi remembers of the modules that it has read."""

from __future__ import annotations

import jedi
import pytest


@pytest.fixture(scope="session", autouse=True)
def jedi_cache(tmp_path_factory):
    """A folder of its own for each process: jedi fails at a file that another one is still writing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jedi.settings, "cache_directory", str(tmp_path_factory.mktemp("jedi")))
        yield
