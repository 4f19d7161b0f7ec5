"""An application with lexicons of its own, on the official package, at a live PDS."""

from __future__ import annotations

import importlib

import pytest
from tests.generated import _acme

from atlex import now
from atlex_codegen import build
from atlex_sdk import app

from ._twins import until

pytestmark = pytest.mark.anyio

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """An application's package and one that knows nothing of it, both on the official one."""
    folder = tmp_path_factory.mktemp("packages")
    for name, documents in ((_acme.PACKAGE, _acme.ACME), (_acme.OTHER, _acme.OTHERS)):
        build(_acme.write(folder / f"{name}_lexicons", documents), folder / name, bases=["atlex_sdk"])
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        importlib.invalidate_caches()
        yield importlib.import_module(_acme.PACKAGE), importlib.import_module(_acme.OTHER)


@pytest.fixture
def acme(packages):
    return packages[0]


def clients_of(package, twin):
    return package.AsyncClient if twin.Client.__name__.startswith("Async") else package.Client


async def test_records_and_blobs_of_its_own_and_of_the_base_go_there_and_back(acme, twin, session):
    client = clients_of(acme, twin)(session)
    blob = (await twin.do(client.com.atproto.repo.upload_blob(data=PNG, content_type="image/png"))).blob
    post = await twin.do(
        client.app.bsky.feed.post.create(app.bsky.feed.post.Post(text="Soup!", created_at=now()))
    )
    images = app.bsky.embed.images
    recipe = acme.com.acme.kitchen.recipe.Recipe(
        title="Soup",
        created_at=now(),
        photos=[blob],
        source=post.ref,
        embed=images.Images(images=[images.Image(image=blob, alt="a bowl")]),
    )
    recipes = client.com.acme.kitchen.recipe
    written = await twin.do(recipes.create(recipe))
    stored = (await twin.do(recipes.get(written.rkey))).value
    assert type(stored) is type(recipe)
    assert stored.source.uri == post.uri
    assert type(stored.embed) is images.Images
    assert await twin.do(client.get_blob(client.did, stored.photos[0].cid)) == PNG
    assert [each.value.title for each in await twin.items(recipes.iterate())] == ["Soup"]
    await twin.do(recipes.delete(written.rkey))
    assert not (await twin.do(recipes.list())).records


async def test_two_packages_write_and_read_by_one_client(packages, twin, session):
    acme, other = packages
    client = clients_of(acme, twin).combine(clients_of(other, twin))(session)
    recipe = acme.com.acme.kitchen.recipe.Recipe(title="Soup", created_at=now())
    written = await twin.do(client.com.acme.kitchen.recipe.create(recipe))
    thing = other.com.other.thing.Thing(ref=written.ref)
    things = client.com.other.thing
    kept = await twin.do(things.create(thing))
    plant = other.com.acme.garden.plant.Plant(name="Leek")
    grown = await twin.do(client.com.acme.garden.plant.create(plant))
    stored = (await twin.do(things.get(kept.rkey))).value
    assert type(stored) is type(thing)
    assert stored.ref.cid == written.cid
    assert [each.value.name for each in await twin.items(client.com.acme.garden.plant.iterate())] == ["Leek"]

    async def known():
        return (await twin.do(client.app.bsky.actor.get_profile(actor=client.did))).did == client.did

    await until(known)
    for records, rkey in (
        (things, kept.rkey),
        (client.com.acme.garden.plant, grown.rkey),
        (client.com.acme.kitchen.recipe, written.rkey),
    ):
        await twin.do(records.delete(rkey))
        assert not (await twin.do(records.list())).records
