"""The pytest plugin, in runs of its own as a user's project has them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests._children import environment

from atlex.testing import FakePds

# They take longer to load than the tests to run.
_WITHOUT = ("anyio", "cacheprovider", "hypothesispytest", "pytest_cov", "xdist")


def run(folder, *options, **files):
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    without = [f"-pno:{plugin}" for plugin in _WITHOUT]
    command = [sys.executable, "-m", "pytest", "-q", *without, "-W", "error", *options]
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)


_USES = """
import asyncio
from atlex import now
from atlex.testing import fake
from atlex_sdk import AsyncClient, Client, app

def test_client(client: Client, fake_pds):
    client.app.bsky.feed.post.create(app.bsky.feed.post.Post(text="hi", created_at=now()))
    assert client.app.bsky.actor.get_profile(actor="alice.test").posts_count == 1
    assert fake_pds.count("com.atproto.server.createSession") == 1

def test_async(async_client: AsyncClient):
    profile = asyncio.run(async_client.app.bsky.actor.get_profile(actor="alice.test"))
    assert profile.did == async_client.did

def test_builder():
    assert fake(app.bsky.feed.defs.PostView, like_count=3).like_count == 3
"""


def test_the_fixtures_give_clients_that_are_logged_in(tmp_path):
    done = run(tmp_path, test_uses=_USES)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_a_mistake_of_a_handler_fails_the_test_though_the_program_handles_it(tmp_path):
    program = """
import contextlib
import atlex

def test_broken(client, fake_pds):
    fake_pds.add("app.bsky.actor.getProfile", lambda call: {"did": 5})
    with contextlib.suppress(atlex.XrpcError):
        client.app.bsky.actor.get_profile(actor="alice.test")
"""
    done = run(tmp_path, test_broken=program)
    assert done.returncode == 1
    assert "PdsFault" in done.stdout


def test_a_run_without_the_fixtures_imports_nothing_of_weight(tmp_path):
    program = """
import sys

def test_nothing():
    heavy = {"httpx", "pydantic", "atlex.testing", "atlex_sdk", "atlex.session", "anyio"}
    assert not heavy & set(sys.modules)
"""
    done = run(tmp_path, test_it=program)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("framework", ["django", "flask"])
def test_the_name_client_is_left_to_a_web_framework(tmp_path, framework):
    package = tmp_path / f"pytest_{framework}"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "plugin.py").write_text(
        "import pytest\n\n@pytest.fixture\ndef client():\n    return 'theirs'\n"
    )
    program = (
        "def test_it(client, atlex_client):\n    assert client == 'theirs'\n    assert atlex_client.did\n"
    )
    done = run(tmp_path, "-p", f"pytest_{framework}.plugin", test_it=program)
    assert done.returncode == 0, done.stdout + done.stderr


_RECORDS = """
from atlex import PasswordSession
from atlex_sdk import Client

def test_profile(record_answers):
    agent = record_answers(lambda: PasswordSession.login({url!r}, identifier="alice.test", password="password"))
    client = Client(agent)
    assert client.app.bsky.actor.get_profile(actor=client.assert_did()).handle == "alice.test"
    assert client.com.atproto.server.get_service_auth(aud="did:web:example.com").token
"""


def test_what_was_recorded_is_given_again_without_a_server(tmp_path):
    with FakePds() as pds:
        pds.create_account("alice.test", "password", email="alice@example.com")
        with pds.serve() as url:
            recorded = run(tmp_path, "--record-answers", test_it=_RECORDS.format(url=url))
        assert recorded.returncode == 0, recorded.stdout + recorded.stderr
        asked = len(pds.requests)
        again = run(tmp_path)
        assert again.returncode == 0, again.stdout + again.stderr
        assert len(pds.requests) == asked
    text = (tmp_path / "answers" / "test_it" / "test_profile.json").read_text()
    kept = json.loads(text)
    assert [exchange["request"]["nsid"] for exchange in kept["exchanges"]] == [
        "app.bsky.actor.getProfile",
        "com.atproto.server.getServiceAuth",
    ]
    assert kept["exchanges"][1]["response"]["json"] == {"token": "(removed)"}
    assert "authorization" not in text.lower()


def test_what_was_not_recorded_is_an_error_that_says_how_to_record(tmp_path):
    done = run(tmp_path, test_it=_RECORDS.format(url="https://pds.example.com"))
    assert done.returncode == 1
    assert "run pytest with --record-answers" in done.stdout
