"""Accounts found by their handle, in the reference network's directory and at its servers.

Its handles end in ``.test``, which no DNS has; a server on loopback stands in for that.
"""

from __future__ import annotations

import secrets

import anyio
import pytest
from tests.identity._world import Zone

from atlex import FileSessionStore
from atlex.errors import IdentityMismatchError, IdentityNotFoundError
from atlex.identity import AsyncIdentityResolver, IdentityResolver

from ._twins import PASSWORD

pytestmark = pytest.mark.anyio


@pytest.fixture
def zone():
    served = Zone()
    yield served
    served.close()


@pytest.fixture
async def resolver(twin, network, zone):
    options = {
        "plc_url": network.plc,
        "nameservers": ["127.0.0.1"],
        "dns_port": zone.port,
        "allow_private": True,
    }
    if twin.Client.__name__ == "Client":
        with IdentityResolver(**options) as opened:
            yield opened
    else:
        async with AsyncIdentityResolver(**options) as opened:
            yield opened


@pytest.fixture
def alice(session, zone):
    zone.texts[f"_atproto.{session.handle}"] = [[f"did={session.did}"]]
    return session


async def test_an_account_is_what_its_server_says_it_is(twin, network, resolver, alice):
    found = await twin.do(resolver.resolve(alice.handle))
    assert (found.did, found.handle, found.pds) == (alice.did, alice.handle, network.pds)
    description = await twin.do(twin.Client(alice).com.atproto.repo.describe_repo(repo=alice.did))
    assert found.document == description.did_doc
    credentials = await twin.do(twin.Client(alice).com.atproto.identity.get_recommended_did_credentials())
    assert found.signing_key == credentials.verification_methods["atproto"]
    assert (await twin.do(resolver.resolve(alice.did))) == found


async def test_a_handle_and_a_password_are_enough_to_log_in(twin, network, resolver, alice, tmp_path):
    options = {"identifier": alice.handle, "password": PASSWORD, "resolver": resolver}
    session = await twin.do(twin.Session.login(**options))
    assert (session.did, session.data.service) == (alice.did, network.pds)
    assert (await twin.do(twin.Client(session).com.atproto.server.get_session())).did == alice.did
    await twin.do(session.logout())
    stored = await twin.do(twin.Session.open(FileSessionStore(tmp_path / "session.json"), **options))
    assert stored.did == alice.did
    by_url = await twin.do(
        twin.Session.login_from_url(
            f"https://{alice.handle}:{PASSWORD.replace(' ', '%20')}@", resolver=resolver
        )
    )
    assert by_url.did == alice.did
    for each in (session, stored, by_url):
        await twin.do(each.aclose() if hasattr(each, "aclose") else each.close())


async def test_a_client_for_an_account_reads_from_its_server(twin, resolver, alice):
    client = await twin.do(twin.Client.for_account(alice.handle, resolver=resolver))
    assert (await twin.do(client.com.atproto.repo.describe_repo(repo=alice.did))).handle == alice.handle
    await twin.do(client.aclose() if hasattr(client, "aclose") else client.close())


async def test_a_handle_that_changes_is_found_again_when_it_is_purged(twin, resolver, alice, zone):
    old, new = alice.handle, f"user-{secrets.token_hex(5)}.test"
    await twin.do(resolver.resolve(old))
    await twin.do(twin.Client(alice).com.atproto.identity.update_handle(handle=new))
    zone.texts[f"_atproto.{new}"] = [[f"did={alice.did}"]]
    await twin.do(resolver.purge(alice.did))
    assert (await twin.do(resolver.resolve(alice.did))).handle == new
    with pytest.raises(IdentityMismatchError, match=new):
        await twin.do(resolver.resolve(old))
    with pytest.raises(IdentityNotFoundError):
        await twin.do(resolver.resolve(f"{secrets.token_hex(5)}.test"))


async def test_a_did_of_nobody_is_not_found(twin, resolver):
    with pytest.raises(IdentityNotFoundError, match="no such account"):
        await twin.do(resolver.resolve("did:plc:234567abcdefghijklmnopqr"))


async def test_a_thousand_tasks_ask_once(twin, resolver, alice, zone):
    if twin.Client.__name__ == "Client":
        pytest.skip("threads are tested offline")
    found = []

    async def look():
        found.append((await resolver.resolve(alice.handle)).did)

    async with anyio.create_task_group() as group:
        for _ in range(1000):
            group.start_soon(look)
    assert found == [alice.did] * 1000
    assert zone.queries[f"_atproto.{alice.handle}"] == 1
