"""Files to and from a live PDS: blobs up and down, and repositories; each test runs with both twins."""

from __future__ import annotations

import asyncio
import base64
import io

import pytest

from atlex import Blob, InputError, XrpcResponseError, now
from atlex_sdk import Client, app, com

pytestmark = pytest.mark.anyio

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4000
TEXT = b"nothing that a program could tell"


@pytest.fixture
def uploading(twin, client):
    async def upload(data, **options):
        blob = (await twin.do(client.com.atproto.repo.upload_blob(data=data, **options))).blob
        assert isinstance(blob, Blob)
        return blob

    return upload


async def posted(twin, client, blob):
    """A post with an image of the blob, without which the PDS doesn't give the blob out."""
    images = app.bsky.embed.images
    embed = images.Images(images=[images.Image(image=blob, alt="noise")])
    post = app.bsky.feed.post.Post(text="see", created_at=now(), embed=embed)
    return await twin.do(client.app.bsky.feed.post.create(post))


def chunks(content, size=50_000):
    for start in range(0, len(content), size):
        yield content[start : start + size]


# Up


@pytest.mark.parametrize(
    ("name", "content", "mime_type"),
    [
        ("image.jpg", TEXT, "image/jpeg"),
        ("image", PNG, "image/png"),
        ("notes.txt", TEXT, "text/plain"),
        ("notes", TEXT, "application/octet-stream"),
    ],
)
async def test_a_file_is_stored_under_the_type_that_its_name_or_its_first_bytes_tell(
    uploading, tmp_path, name, content, mime_type
):
    path = tmp_path / name
    path.write_bytes(content)
    blob = await uploading(path)
    assert (blob.mime_type, blob.size) == (mime_type, len(content))


async def test_every_way_to_hand_over_the_same_bytes_gives_the_same_blob(client, uploading, tmp_path):
    path = tmp_path / "image.png"
    path.write_bytes(PNG)
    ways = [PNG, path, io.BytesIO(PNG), chunks(PNG)]
    with path.open("rb") as file:
        blobs = [await uploading(data, content_type="image/png") for data in [*ways, file]]
    if not isinstance(client, Client):

        async def later():
            for chunk in chunks(PNG):
                await asyncio.sleep(0)
                yield chunk

        blobs.append(await uploading(later(), content_type="image/png"))
    assert {(blob.cid, blob.mime_type, blob.size) for blob in blobs} == {
        (blobs[0].cid, "image/png", len(PNG))
    }


async def test_a_blob_beyond_the_servers_limit_is_refused(uploading, tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(PNG[:8] + bytes(5 * 1024 * 1024))
    with pytest.raises(XrpcResponseError) as caught:
        await uploading(path)
    assert (caught.value.status, caught.value.error) == (413, "PayloadTooLarge")


# Down


async def test_a_blob_goes_into_a_record_and_comes_back_checked(twin, session, client, uploading, tmp_path):
    blob = await uploading(PNG)
    written = await posted(twin, client, blob)
    match (await twin.do(client.app.bsky.feed.post.get(written.rkey))).value.embed:
        case app.bsky.embed.images.Images(images=[image]):
            cid = image.image.ref.cid
        case other:
            pytest.fail(f"not an image: {other!r}")
    assert cid == blob.cid
    assert await twin.do(client.get_blob(session.did, cid)) == PNG

    told = []
    target = tmp_path / "image.png"
    done = await twin.do(
        client.download_blob(session.did, cid, target, progress=lambda *figures: told.append(figures))
    )
    assert (done.size, done.encoding, target.read_bytes() == PNG) == (len(PNG), "image/png", True)
    assert (told[0][0], told[-1][0]) == (0, len(PNG))
    assert [so_far for so_far, _ in told] == sorted(so_far for so_far, _ in told)


async def test_a_blob_is_read_in_chunks(twin, session, client, uploading):
    blob = await uploading(PNG)
    await posted(twin, client, blob)
    parameters = {"did": session.did, "cid": blob.cid}
    stream = client.stream(com.atproto.sync.get_blob.METHOD, params=parameters, cid=blob.cid)
    if isinstance(client, Client):
        with stream as response:
            came = list(response.iter_bytes())
    else:
        async with stream as response:
            came = [chunk async for chunk in response.aiter_bytes()]
    assert b"".join(came) == PNG
    assert len(came) > 1


async def test_a_blob_that_no_record_holds_is_not_given_out_and_leaves_no_file(
    twin, session, client, uploading, tmp_path
):
    blob = await uploading(PNG)
    target = tmp_path / "image.png"
    with pytest.raises(XrpcResponseError, match="Blob not found") as caught:
        await twin.do(client.download_blob(session.did, blob.cid, target))
    assert caught.value.status == 400
    assert list(tmp_path.iterdir()) == []


async def test_a_repository_comes_down_as_a_car_whose_root_is_its_latest_commit(
    twin, session, client, tmp_path
):
    posts = client.app.bsky.feed.post
    for number in range(3):
        await twin.do(posts.create(app.bsky.feed.post.Post(text=f"post {number}", created_at=now())))
    told = []
    target = tmp_path / "repo.car"
    done = await twin.do(
        client.download(
            com.atproto.sync.get_repo.METHOD,
            target,
            params={"did": session.did},
            progress=lambda *figures: told.append(figures),
        )
    )
    content = target.read_bytes()
    assert (done.size, done.encoding) == (len(content), "application/vnd.ipld.car")
    # The PDS makes it as it goes, and can't say how long it will be.
    assert (told[0], told[-1]) == ((0, None), (len(content), None))
    latest = await twin.do(client.com.atproto.sync.get_latest_commit(did=session.did))
    header = content[1 : 1 + content[0]]
    assert binary(latest.cid) in header
    assert all(f"post {number}".encode() in content for number in range(3))


async def test_a_download_that_the_caller_breaks_off_leaves_the_file_as_it_was(
    twin, session, client, tmp_path
):
    target = tmp_path / "repo.car"
    target.write_bytes(b"the last backup")

    def enough(so_far, _total):
        if so_far:
            raise InputError("enough")

    with pytest.raises(InputError, match="enough"):
        await twin.do(
            client.download(
                com.atproto.sync.get_repo.METHOD, target, params={"did": session.did}, progress=enough
            )
        )
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"the last backup"]


def binary(cid):
    """A CID's bytes, from its base32 form (https://github.com/multiformats/cid)."""
    text = cid.removeprefix("b").upper()
    return base64.b32decode(text + "=" * (-len(text) % 8))
