"""Pictures and link cards, seen through the app view; each test runs with both twins."""

from __future__ import annotations

import http.server
import io
import threading

import pytest
from PIL import Image as Pillow
from tests.bsky.media._photos import exif, file_of, noise

from atlex import now
from atlex.fetch import AsyncPublicFetcher, PublicFetcher
from atlex_bsky import AsyncBluesky, Bluesky, Card, Image
from atlex_bsky.media import _async_upload, _sync_upload
from atlex_sdk import AsyncClient, app

from ._twins import until

pytestmark = pytest.mark.anyio

images, external = app.bsky.embed.images, app.bsky.embed.external
PAGE = b"<title>Plain</title><meta property=og:title content=Cats><meta property=og:image content=/cat.jpg>"


@pytest.fixture(scope="module")
def photo():
    """A photo of 12 megabytes, taken upright with a camera on its side, at a place."""
    data = file_of(noise(4608, 2592), "JPEG", quality=94, exif=exif(6))
    assert len(data) > 12_000_000
    return data


@pytest.fixture
def bsky(client):
    return AsyncBluesky(client) if isinstance(client, AsyncClient) else Bluesky(client)


@pytest.fixture
def website(photo):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            kind, body = ("image/jpeg", photo) if self.path == "/cat.jpg" else ("text/html", PAGE)
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


async def embed_of(twin, bsky, post):
    """What the app view shows of a post's embed."""
    seen = []

    async def shown():
        found = await twin.do(bsky.client.app.bsky.feed.get_posts(uris=[post.uri]))
        seen.extend(found.posts)
        return bool(seen)

    await until(shown)
    return seen[0].embed


async def blob_of(twin, bsky, blob):
    return await twin.do(bsky.client.get_blob(did=bsky.did, cid=blob.cid))


async def test_a_photo_is_seen_upright_below_the_limit_and_without_its_place(twin, bsky, photo):
    post = await twin.do(bsky.post("Look", images=[Image(photo, alt="Noise")]))
    view = await embed_of(twin, bsky, post)
    assert isinstance(view, images.View)
    [shown] = view.images
    assert shown.alt == "Noise"
    assert shown.aspect_ratio.height / shown.aspect_ratio.width == pytest.approx(4608 / 2592, rel=0.01)
    data = await blob_of(twin, bsky, post.record.embed.images[0].image)
    assert 1_500_000 < len(data) <= 2_000_000
    with Pillow.open(io.BytesIO(data)) as picture:
        assert picture.size == (shown.aspect_ratio.width, shown.aspect_ratio.height)
        assert not dict(picture.getexif())
    assert b"Secret" not in data


async def test_a_card_is_seen_with_what_its_page_says(twin, bsky, website):
    module, kind = (
        (_async_upload, AsyncPublicFetcher)
        if isinstance(bsky, AsyncBluesky)
        else (_sync_upload, PublicFetcher)
    )
    fetcher = kind(allow_private=True)
    embed = await twin.do(module.card_for(bsky.client, website, fetcher=fetcher))
    await twin.do(fetcher.aclose() if kind is AsyncPublicFetcher else fetcher.close())
    assert embed.external.thumb.size <= 1_000_000
    record = app.bsky.feed.post.Post(text="Read", created_at=now(), embed=embed)
    view = await embed_of(twin, bsky, await twin.do(bsky.client.app.bsky.feed.post.create(record)))
    assert isinstance(view, external.View)
    assert (view.external.uri, view.external.title) == (website, "Cats")
    assert view.external.thumb


async def test_a_card_by_hand_is_seen_as_it_was_given(twin, bsky):
    card = Card("https://example.com/", title="Cats", description="All", thumb=Pillow.new("L", (30, 20)))
    view = await embed_of(twin, bsky, await twin.do(bsky.post("Read", card=card)))
    assert (view.external.title, view.external.description) == ("Cats", "All")
    assert view.external.thumb
