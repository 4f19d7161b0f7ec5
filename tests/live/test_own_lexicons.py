"""An application with lexicons of its own, on the official package, at a live PDS."""

from __future__ import annotations

import importlib

import pytest
from tests.generated import _acme

from atlex import now
from atlex_codegen import build
from atlex_sdk import app

pytestmark = pytest.mark.anyio

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture(scope="module")
def acme(tmp_path_factory):
    folder = tmp_path_factory.mktemp("acme")
    build(_acme.write(folder / "lexicons", _acme.ACME), folder / _acme.PACKAGE, bases=["atlex_sdk"])
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        importlib.invalidate_caches()
        yield importlib.import_module(_acme.PACKAGE)


async def test_records_and_blobs_of_its_own_and_of_the_base_go_there_and_back(acme, twin, session):
    client = (acme.AsyncClient if twin.Client.__name__.startswith("Async") else acme.Client)(session)
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
