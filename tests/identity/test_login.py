"""Logging in, and calling, where the account's server is found by its handle."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import trio
from tests.fetch.conftest import ABANDONED
from tests.identity._world import World, document

import atlex_sdk
from atlex import AsyncPasswordSession, FileSessionStore, PasswordSession
from atlex.errors import (
    IdentityFailedError,
    IdentityMismatchError,
    IdentityNotFoundError,
    InputError,
    XrpcInvalidResponseError,
)
from atlex.identity import AsyncIdentityResolver, IdentityResolver
from atlex.testing import FakePds

HANDLE = "alice.example.com"
pytestmark = ABANDONED
PASSWORD = "SECRET-password"


class Home(NamedTuple):
    """A server at which alice is, and her DID."""

    url: str
    did: str


@pytest.fixture
def home(world: World) -> Iterator[Home]:
    with FakePds() as server, server.serve() as url:
        alice = server.create_account(HANDLE, PASSWORD)
        world.txt(HANDLE, alice.did)
        world.documents[alice.did] = document(
            alice.did, service=[{"id": "#atproto_pds", "serviceEndpoint": url}]
        )
        yield Home(url, alice.did)


class Kind:
    """The three ways to log in, written once."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def is_async(self) -> bool:
        return self.world.kind != "sync"

    def resolver(self) -> Any:
        kind = AsyncIdentityResolver if self.is_async else IdentityResolver
        return kind(**self.world.options, allow_private=True)

    def begin(self, name: str, *arguments: Any, resolver: Any = None, **options: Any) -> Home:
        """Begin a session, and give the service and the DID that it has."""
        given = {"resolver": resolver or self.resolver(), **options}
        if not self.is_async:
            with getattr(PasswordSession, name)(*arguments, **given) as session:
                return Home(session.data.service, session.did)

        async def main() -> Home:
            async with getattr(AsyncPasswordSession, name)(*arguments, **given) as session:
                return Home(session.data.service, session.did)

        return self._run(main)

    def describe(self, account: str, **options: Any) -> str:
        """Ask the server of an account who it is."""
        given = {"resolver": self.resolver(), **options}
        if not self.is_async:
            with atlex_sdk.Client.for_account(account, **given) as client:
                return client.com.atproto.repo.describe_repo(repo=account).did

        async def main() -> str:
            async with await atlex_sdk.AsyncClient.for_account(account, **given) as client:
                return (await client.com.atproto.repo.describe_repo(repo=account)).did

        return self._run(main)

    def _run(self, main: Any) -> Any:
        return trio.run(main) if self.world.kind == "trio" else asyncio.run(main())


@pytest.fixture
def kind(world: World) -> Kind:
    return Kind(world)


@pytest.mark.parametrize("identifier", [HANDLE, HANDLE.upper(), "the DID"])
def test_a_login_without_a_service_goes_to_the_accounts_own_server(kind: Kind, home: Home, identifier):
    name = home.did if identifier == "the DID" else identifier
    assert kind.begin("login", identifier=name, password=PASSWORD) == home


def test_a_server_that_logs_in_another_account_than_the_one_found_is_refused(kind: Kind, home: Home):
    found = "did:plc:z72i7hdynmk6r22z27h6tvur"
    kind.world.txt(HANDLE, found)
    kind.world.documents[found] = document(
        found, service=[{"id": "#atproto_pds", "serviceEndpoint": home.url}]
    )
    with pytest.raises(XrpcInvalidResponseError, match=f"another account than {found}"):
        kind.begin("login", identifier=HANDLE, password=PASSWORD)


def test_a_login_url_without_a_host_does_so_too(kind: Kind, home: Home):
    for url in (f"https://{HANDLE}:{PASSWORD}@", f"https://{HANDLE}:{PASSWORD}@/ "):
        assert kind.begin("login_from_url", url) == home


def test_a_session_in_a_store_does_so_once(kind: Kind, home: Home, tmp_path):
    store = FileSessionStore(tmp_path / "session.json")
    for _ in range(2):
        assert kind.begin("open", store, identifier=HANDLE, password=PASSWORD) == home
    assert kind.world.dns.queries.total() == 1


def test_a_resolver_that_is_given_stays_open_and_remembers(kind: Kind, home: Home):
    if kind.is_async:
        pytest.skip("one event loop each")
    with kind.resolver() as resolver:
        for _ in range(2):
            assert kind.begin("login", identifier=HANDLE, password=PASSWORD, resolver=resolver)[0] == home.url
        assert resolver.resolve(HANDLE).did == home.did
    assert kind.world.dns.queries.total() == 1


def test_an_email_address_says_what_is_missing(kind: Kind, tmp_path):
    store = FileSessionStore(tmp_path / "session.json")
    for name, arguments in (("login", ()), ("open", (store,))):
        with pytest.raises(InputError, match="an e-mail address doesn't tell which server"):
            kind.begin(name, *arguments, identifier="alice@example.com", password=PASSWORD)
    with pytest.raises(InputError, match="an e-mail address"):
        kind.begin("login_from_url", "https://alice%40example.com:pw@")


@pytest.mark.parametrize("identifier", ["alice", "@alice.example.com", "", "did:plc", "alice.example.com/"])
def test_what_is_no_handle_is_refused_before_anybody_is_asked(kind: Kind, identifier):
    with pytest.raises(InputError) as caught:
        kind.begin("login", identifier=identifier, password=PASSWORD)
    assert PASSWORD not in str(caught.value)
    assert not kind.world.dns.queries


def test_no_password_goes_to_a_server_that_the_handle_does_not_lead_to(kind: Kind, home: Home):
    kind.world.documents[home.did] = document(
        home.did, "bob.example.com", service=[{"id": "#atproto_pds", "serviceEndpoint": home.url}]
    )
    with pytest.raises(IdentityMismatchError):
        kind.begin("login", identifier=HANDLE, password=PASSWORD)
    with pytest.raises(IdentityNotFoundError):
        kind.begin("login", identifier="nobody.invalid", password=PASSWORD)
    kind.world.documents[home.did] = document(home.did, service=[])
    with pytest.raises(IdentityFailedError, match="names no server that can be used"):
        kind.begin("login", identifier=home.did, password=PASSWORD)


def test_no_password_goes_out_without_tls(world: World, kind: Kind, home: Home):
    resolver = (AsyncIdentityResolver if kind.is_async else IdentityResolver)(**world.options)
    with pytest.raises(IdentityFailedError, match="names no server that can be used"):
        kind.begin("login", identifier=HANDLE, password=PASSWORD, resolver=resolver)
    assert home.url


def test_a_resolver_of_the_other_kind_is_refused(kind: Kind):
    other = (IdentityResolver if kind.is_async else AsyncIdentityResolver)(**kind.world.options)
    with pytest.raises(InputError, match=r"resolver must be an (Async)?IdentityResolver here"):
        kind.begin("login", identifier=HANDLE, password=PASSWORD, resolver=other)
    with pytest.raises(InputError, match="resolver must be"):
        kind.begin("login", identifier=HANDLE, password=PASSWORD, resolver="https://plc.directory")


def test_a_new_account_needs_a_service(kind: Kind):
    with pytest.raises(InputError, match="service"):
        kind.begin("create_account", None, handle=HANDLE, password=PASSWORD)


@pytest.mark.parametrize("account", [HANDLE, "the DID"])
def test_a_client_for_an_account_calls_its_server(kind: Kind, home: Home, account):
    account = home.did if account == "the DID" else account
    assert kind.describe(account, retries=1) == home.did
    with pytest.raises(IdentityNotFoundError):
        kind.describe("nobody.invalid")
    with pytest.raises(TypeError, match="retry"):
        kind.describe(account, retry=1)


def test_an_import_and_a_login_with_a_service_load_no_dnspython():
    program = """
import sys
import atlex, atlex_sdk, atlex.identity
from atlex.testing import FakePds
with FakePds() as pds, pds.serve() as url:
    pds.create_account("alice.test", "password")
    with atlex.PasswordSession.login(url, identifier="alice.test", password="password") as session:
        atlex_sdk.Client(session).app.bsky.actor.get_profile(actor=session.did)
    loaded = [name for name in sys.modules if name == "dns" or name.startswith(("dns.", "atlex.identity."))]
    assert not loaded, loaded
    atlex.IdentityResolver()
    assert "dns" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_dnspython_that_is_missing_is_named_with_its_extra():
    program = """
import sys, importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "dns" else found(name, *rest)
import atlex
try:
    atlex.PasswordSession.login(identifier="alice.example.com", password="x")
except atlex.InputError as error:
    assert "pip install 'atlex[identity]'" in str(error), error
else:
    raise SystemExit("nothing was raised")
"""
    subprocess.run([sys.executable, "-c", program], check=True)
