"""The shell commands, settings and outputs on the pages, in their order, by somebody with an empty home."""

from __future__ import annotations

import shlex
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest
from benchmarks.__main__ import _options
from tests._loopback import directory
from tests._pages import BLOCKS, ROOT
from tests._shell import Shell

from atlex.testing import FakePds

_HERE = {"sh", "py", "text", "toml", "yaml"}
_ELSEWHERE = {
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/mistakes.md",
    "docs/observability.md",
    "docs/performance.md",
    "docs/tutorial.md",
}
AT_A_SHELL = [
    block
    for block in BLOCKS
    if block.language in _HERE
    and block.page not in _ELSEWHERE
    and not any(word in block.text for word in ("uv run", "pyodide"))
]
OF_CONTRIBUTORS = [
    block for block in BLOCKS if block.page == "CONTRIBUTING.md" or "uv run atlex" in block.text
]
MEASURING = [block for block in BLOCKS if block.page == "docs/performance.md"]
TYPESCRIPT = [block for block in BLOCKS if block.language == "ts"]
_DIDS = {
    "alice.example.com": "did:plc:234567abcdefghijklmnopqr",  # as a page has it
    "bob.example.com": None,
    "alice.bsky.social": None,
}
# A handful of commands is quick, and so are those that take no package or account.
_QUICK = {"README.md", "docs/examples.md", "docs/how-to-workers.md", "docs/index.md", "docs/migrating.md"}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the pages' commands are those of Unix")


@pytest.fixture(scope="module")
def pds():
    server = FakePds()
    with server.serve():
        for handle, did in _DIDS.items():
            server.create_account(handle, "app-password", did=did)
        yield server


@pytest.fixture
def shell(request, pds, tmp_path):
    accounts = [pds.account(handle) for handle in _DIDS]
    places = {
        r"https://(?:bsky\.social|pds\.example\.com)": pds.url,
        r"(?<=--service )bsky\.social": pds.url,
        "…": "app-password",
    }
    with directory(pds.url, *accounts) as found:
        yield Shell(request.param, tmp_path, places, found)


def _pages():
    for page, blocks in groupby(AT_A_SHELL, lambda block: block.page):
        marks = [] if page in _QUICK else [pytest.mark.slow]
        stem = page.rpartition("/")[2].removesuffix(".md")
        yield pytest.param(stem, list(blocks), marks=marks, id=page)


@pytest.mark.parametrize(("shell", "blocks"), list(_pages()), indirect=["shell"])
def test_a_reader_can_do_what_the_page_says(shell, blocks):
    for block in blocks:
        match block.language:
            case "sh":
                shell.run(block.text)
            case "py":
                shell.program(block.text)
            case "text":
                shell.has_shown(block.text)
            case "toml":
                shell.build_with(block.file, block.text)
            case "yaml":  # the steps of a workflow
                for step in block.text.splitlines():
                    shell.run(step.removeprefix("- run: "))


@pytest.mark.parametrize("block", OF_CONTRIBUTORS, ids=str)
def test_what_contributors_run_is_what_ci_runs(block):
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command in block.text.splitlines():
        tool, _, place = command.partition(" tests/")
        assert tool in ci or tool == ".ci/run", command
        assert (ROOT / "tests" / place).exists(), command


@pytest.mark.parametrize("block", MEASURING, ids=str)
def test_the_options_of_the_benchmarks_are_understood(block, monkeypatch):
    for command in block.text.splitlines():
        monkeypatch.setattr(sys, "argv", shlex.split(command.removeprefix("uv run python -m ")))
        _options()


@pytest.mark.parametrize("block", TYPESCRIPT, ids=str)
def test_typescript_is_typescript(block):
    program = 'require("node:module").stripTypeScriptTypes(require("fs").readFileSync(0, "utf8"))'
    subprocess.run(
        [Path(sys.executable).parent / "node", "-e", program], input=block.text, text=True, check=True
    )
