"""``atlex resolve``: who a name, a URI or a link leads to."""

from __future__ import annotations

import json
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli._running import atlex
from tests.fetch.conftest import Names, Wires, certificate, names, tls, wires
from tests.identity._world import ALICE, BOB, KEY, World, document

from atlex.identity import IdentityResolver
from atlex.testing import FakePds

__all__ = ["certificate", "names", "tls", "wires"]

# As in tests/identity: the look-up that loses leaves its socket to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

POST = f"at://{ALICE}/app.bsky.feed.post/3k5nobkf2w72g"


@pytest.fixture(autouse=True)
def world(
    names: Names, wires: Wires, tls: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A small network in place of the public one."""
    made = World(names, wires, tls, "sync")
    made.txt("alice.example.com", ALICE)
    monkeypatch.setenv("ATLEX_HOME", str(tmp_path))
    monkeypatch.setattr(
        "atlex_cli._identities.open_resolver", lambda: IdentityResolver(**made.options, allow_private=True)
    )
    yield made
    made.close()


def test_a_handle_leads_to_the_account() -> None:
    done = atlex("resolve", "alice.example.com")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"did          {ALICE}",
        "handle       alice.example.com",
        "pds          https://pds.example.net",
        f"signing key  did:key:{KEY}",
    ]


@pytest.mark.parametrize(
    "name",
    [ALICE, "@alice.example.com", "at://alice.example.com", "https://bsky.app/profile/alice.example.com"],
)
def test_json_has_the_same_whatever_names_the_account(name: str) -> None:
    done = atlex("resolve", name, "--json")
    assert json.loads(done.out) == {
        "did": ALICE,
        "handle": "alice.example.com",
        "pds": "https://pds.example.net",
        "signing_key": f"did:key:{KEY}",
    }


@pytest.mark.parametrize(
    "name",
    [
        POST,
        POST.replace(ALICE, "alice.example.com"),
        "https://bsky.app/profile/alice.example.com/post/3k5nobkf2w72g",
    ],
)
def test_a_record_s_uri_is_shown_with_the_did(name: str) -> None:
    assert json.loads(atlex("resolve", name, "--json").out)["uri"] == POST
    assert f"uri          {POST}\n" in atlex("resolve", name).out


def test_the_document_can_be_had() -> None:
    assert json.loads(atlex("resolve", "alice.example.com", "--document").out) == document(ALICE)


def test_a_handle_that_doesn_t_lead_back_is_none(world: World) -> None:
    world.documents[BOB] = document(BOB, "bob.example.com", service=[])
    assert atlex("resolve", BOB).out.splitlines()[1:3] == ["handle       -", "pds          -"]


@pytest.mark.parametrize(
    "name",
    [
        "nobody.example.com",
        BOB,
        "nothing",
        "at://",
        "",
        "https://example.com/",
        "\x1b[31mred",
        "handle.invalid",
    ],
)
def test_what_leads_nowhere_is_one_line(name: str) -> None:
    done = atlex("resolve", name)
    assert (done.code, done.out) == (1, "")
    assert done.err.removesuffix("\n").isprintable()


def test_without_dnspython_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "dns", None)
    done = atlex("resolve", "alice.example.com")
    assert done.code == 1
    assert "pip install 'atlex[identity]'" in done.err


def test_login_finds_the_server_by_the_handle(world: World) -> None:
    with FakePds() as pds, pds.serve() as url:
        alice = pds.create_account("alice.example.com", "password")
        world.txt("alice.example.com", alice.did)
        world.documents[alice.did] = document(
            alice.did, service=[{"id": "#atproto_pds", "serviceEndpoint": url}]
        )
        done = atlex("login", "alice.example.com", "--password-stdin", stdin="password")
        assert (done.code, done.err) == (0, "")
        assert f" at {url}, " in done.out
        atlex("record", "create", "com.example.thing", "a=b", "--rkey", "mine")
        atlex("logout")
        done = atlex("record", "get", "at://alice.example.com/com.example.thing/mine")
        assert json.loads(done.out)["value"]["a"] == "b"
