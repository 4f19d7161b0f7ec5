"""The built documentation, served on this machine and shown by a browser.

`python -m tools.docsite` builds it, `tests/site/install` brings the browser, and the dependency group `site` what drives
it. ATLEX_SITE=1 asks for these tests; without it they are skipped.
"""

from __future__ import annotations

import os
import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

_ROOT = Path(__file__).parents[2]
_OPTIONS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # Chromium refuses to run as root otherwise, and CI is root.
    "--no-sandbox",
]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def pytest_itemcollected(item):
    if os.environ.get("ATLEX_SITE") != "1":
        item.add_marker(pytest.mark.skip(reason="ATLEX_SITE=1 shows the built documentation in Chromium"))


@pytest.fixture(scope="session")
def site():
    """The address of the built site."""
    folder = _ROOT / "build" / "site"
    assert (folder / "index.html").is_file(), "python -m tools.docsite builds it"
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    assert chromium, "tests/site/install brings it"
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=_OPTIONS) as browser,
    ):
        yield browser
