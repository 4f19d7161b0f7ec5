"""What stands in blocks of another kind: layers, log lines, a transport for browsers, the examples of docstrings."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
import shutil
import sys
import textwrap
import tomllib
from importlib import import_module
from types import ModuleType, SimpleNamespace

import httpx
import pytest
from tests._loopback import directory
from tests._pages import BLOCKS, ROOT
from tests.fetch.conftest import Names, Server, Wires, certificate, names, page, site, tls, wires
from tools.docsite._docstrings import restructured
from tools.docsite._public import public_modules, public_names

from atlex import PasswordSession
from atlex.identity._flows import Options
from atlex.testing import FakePds
from atlex_sdk import Client, app

__all__ = ["certificate", "names", "site", "tls", "wires"]

LAYERS = [block for block in BLOCKS if block.page == "docs/architecture.md"][:1]
LOG_LINES = [block for block in BLOCKS if block.page == "docs/observability.md" and block.language == "text"]
PYODIDE = [block for block in BLOCKS if "pyodide" in block.text]


@pytest.mark.parametrize("block", LAYERS, ids=str)
def test_the_layers_are_those_that_are_checked(block):
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    assert [set(line.split()) for line in block.text.splitlines()] == [
        set(layer.split(" | ")) for layer in layers
    ]


@pytest.mark.parametrize("block", LOG_LINES, ids=str)
def test_the_log_has_lines_like_these(block, caplog):
    caplog.set_level(logging.DEBUG, "atlex")
    with FakePds() as pds, pds.serve() as url:
        pds.create_account("alice.test", "password")
        with PasswordSession.login(url, identifier="alice.test", password="password") as session:
            get_timeline = Client(session).app.bsky.feed.get_timeline
            get_timeline()
            pds.fail_next("app.bsky.feed.getTimeline", status=503, error="NotEnoughResources")
            get_timeline()
            pds.expire_access_tokens()
            get_timeline()
    logged = [
        _form(f"{record.levelname}:{record.name}:{record.getMessage()}")
        for record in caplog.records
        if record.name == "atlex"
    ]
    for line in block.text.splitlines():
        assert _form(line) in logged


def _form(line: str) -> str:
    """A line without what differs from run to run: its size, its times and its DID."""
    return re.sub(r"\d+(?= bytes)|\d+\.\d{3}(?= s)|(?<=did:plc:)(?:\w{24}|…)", "", line)


@pytest.mark.parametrize("block", PYODIDE, ids=str)
def test_the_transport_works_on_a_fetch_as_browsers_have_it(block, monkeypatch):
    """Of JavaScript there is only what the program uses of it."""

    async def fetch(url, options):
        assert not {"host", "connection"} & {name for name, _ in options["headers"]}
        async with httpx.AsyncClient() as browser:
            answer = await browser.request(
                options["method"], url, headers=options["headers"], content=options.get("body")
            )

        async def array_buffer():
            return SimpleNamespace(to_bytes=lambda: answer.content)

        return SimpleNamespace(
            status=answer.status_code,
            headers=SimpleNamespace(entries=answer.headers.items),
            arrayBuffer=array_buffer,
        )

    modules = {name: ModuleType(name) for name in ("js", "pyodide", "pyodide.ffi")}
    vars(modules["js"]).update(fetch=fetch, Object=SimpleNamespace(fromEntries=dict))
    vars(modules["pyodide.ffi"]).update(to_js=lambda value, *, dict_converter: dict_converter(value.items()))
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    with FakePds() as pds, pds.serve() as url:
        made = {}
        exec(block.text.replace("https://public.api.bsky.app", url), made)

        async def use():
            async with made["client"] as client:
                return (await client.com.atproto.server.describe_server()).did

        assert asyncio.run(use()) == pds.did


def _examples():
    """The examples that the reference has besides those of the lexicons, by what they are about."""
    documented = {name.path: (name.module, name.value) for name in public_names()}
    documented |= {name: (name, module) for name, module in public_modules().items()}
    for path, (module, value) in documented.items():
        text = "\n".join(restructured((inspect.getdoc(value) or "").splitlines()))
        for example in re.findall(r"^::\n\n((?: {4}.*\n|\n)+)", f"{text}\n", re.MULTILINE):
            yield path, module, textwrap.dedent(example)


def test_the_examples_of_docstrings_run(names: Names, wires: Wires, site: Server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "examples" / "shelf" / "lexicons", tmp_path / "lexicons")
    shutil.copytree(ROOT / "lexicons" / "com" / "atproto" / "repo", tmp_path / "lexicons" / "repo")
    names.addresses["example.com"] = ["93.184.215.14"]
    wires.ports |= {"93.184.215.14": site.port, "127.0.0.1": None}
    site.answer = lambda _: page(b"hello")
    run = set()
    with FakePds() as pds, pds.serve() as url:
        alice = pds.create_account("alice.example.com", "app-password")
        pds.create_account("alice.bsky.social", "app-password")
        with (
            directory(url, alice) as places,
            PasswordSession.login(url, identifier=alice.did, password="app-password") as session,
        ):
            given = Options.of
            monkeypatch.setattr(Options, "of", lambda **options: given(**{**options, **places}))
            for path, module, source in _examples():
                if path == "atlex.errors":  # a drawing of the tree
                    continue
                around = {**vars(import_module(module)), "PasswordSession": PasswordSession, "app": app}
                code = compile(source.replace("https://bsky.social", url), path, "exec")
                exec(code, {**around, "client": Client(session)})
                run.add(path)
    assert {"atlex", "atlex.fetch", "atlex.identity", "atlex.testing.FakePds", "atlex_codegen"} <= run
