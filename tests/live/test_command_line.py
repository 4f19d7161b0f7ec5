"""The command line at the protocol's own server."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest
from tests.cli._running import atlex

from atlex import PasswordSession
from atlex_sdk import Client

from ._network import Network

POST = "app.bsky.feed.post"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLEX_HOME", str(tmp_path))
    for name in ("ATLEX_ACCOUNT", "ATLEX_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str, stdin: str | None = None) -> str:
    done = atlex(*arguments, stdin=stdin)
    assert (done.code, done.err) == (0, ""), done
    return done.out


def test_an_account_is_used_with_both_kinds_of_password(network: Network) -> None:
    handle, password = f"shell-{secrets.token_hex(5)}.test", "the account's own"
    with PasswordSession.create_account(
        network.pds, handle=handle, email=f"{handle}@example.com", password=password
    ) as session:
        made = Client(session).com.atproto.server.create_app_password(name="shell")
    login = ("login", handle, "--service", network.pds, "--password-stdin")
    assert run(*login, stdin=password).endswith(", with the account's own password\n")
    assert run(*login, stdin=made.password).endswith(", with an app password\n")
    assert json.loads(run("whoami", "--json"))["scope"] == "com.atproto.appPass"

    uri = json.loads(run("record", "create", POST, "text=from a shell"))["uri"]
    got = json.loads(run("record", "get", uri))
    assert got["value"]["text"] == "from a shell"
    changed = json.dumps({**got["value"], "text": "changed"})
    run("record", "put", uri, "-", "--swap", got["cid"], stdin=changed)
    stale = atlex("record", "put", uri, "text=lost", "--swap", got["cid"])
    assert "InvalidSwap" in stale.err
    listed = json.loads(run("record", "list", POST, "--repo", handle))
    assert [item["value"]["text"] for item in listed] == ["changed"]
    run("record", "delete", uri)
    run("logout")
    assert json.loads(run("record", "list", POST, "--repo", handle, "--service", network.pds)) == []
