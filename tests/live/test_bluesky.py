"""What the Bluesky layer writes, read back through the app view; each test runs with both twins."""

from __future__ import annotations

import io

import pytest
from PIL import Image as Pillow

from atlex import InputError
from atlex_bsky import AsyncBluesky, Bluesky, Card, Image, RichText
from atlex_sdk import AsyncClient, app

from ._twins import until, views

pytestmark = pytest.mark.anyio

Post = app.bsky.feed.post.Post
STORY = " ".join(f"This is the sentence number {number} of a long story." for number in range(1, 33))


def layer(client):
    return AsyncBluesky(client) if isinstance(client, AsyncClient) else Bluesky(client)


@pytest.fixture
def bsky(client):
    return layer(client)


@pytest.fixture
async def other_session(twin):
    return await twin.new_account()


@pytest.fixture
def other(twin, other_session):
    return layer(twin.Client(other_session))


@pytest.fixture
def handle(other_session):
    return other_session.handle


async def test_a_post_with_facets_is_seen_as_it_was_written(twin, bsky, other, handle):
    text = f"Look 👀, @{handle}, @nobody-at-all.test: https://example.com/ä #cats"
    post = await twin.do(bsky.post(text, langs=["en"], tags=["hidden"], labels="graphic-media"))
    [view] = await views(twin, bsky, post)
    record = view.record_as(Post)
    assert (view.cid, record) == (post.cid, post.record)
    assert [
        (part.text, part.mention, part.link, part.tag) for part in RichText.of(view) if part.features
    ] == [
        (f"@{handle}", other.did, None, None),
        ("https://example.com/ä", None, "https://example.com/ä", None),
        ("#cats", None, None, "cats"),
    ]
    assert [label.val for label in view.labels] == ["graphic-media"]


async def test_replies_and_quotes_are_seen_in_their_places(twin, bsky, other):
    root = await twin.do(bsky.post("root"))
    [seen] = await views(twin, other, root)
    middle = await twin.do(other.post("middle", reply_to=seen))
    await views(twin, other, middle)
    leaf = await twin.do(bsky.post("leaf", reply_to=middle.uri, quote=root))
    await views(twin, bsky, middle, leaf)
    thread = (await twin.do(bsky.client.app.bsky.feed.get_post_thread(uri=leaf.uri))).thread
    assert [thread.post.uri, thread.parent.post.uri, thread.parent.parent.post.uri] == [
        leaf.uri,
        middle.uri,
        root.uri,
    ]
    assert thread.post.record_as(Post).reply.root == root.ref
    assert thread.post.embed.record.uri == root.uri


async def test_pictures_cards_and_quotes_are_seen_as_they_were_written(twin, bsky, other):
    file = io.BytesIO()
    Pillow.new("RGB", (300, 200), "green").save(file, "PNG")
    picture = Image(file.getvalue(), alt="green")
    quoted = await twin.do(other.post("quote me"))
    pictures = await twin.do(bsky.post("look", images=[picture, picture]))
    gallery = await twin.do(bsky.post("look", images=[picture] * 5))
    card = await twin.do(
        bsky.post("read", card=Card("https://example.com", "Example", "Of a page", thumb=file.getvalue()))
    )
    both = await twin.do(bsky.post(images=[picture], quote=quoted))
    seen = await views(twin, other, pictures, gallery, card, both)
    embed = app.bsky.embed
    assert isinstance(seen[0].embed, embed.images.View)
    assert [(image.alt, image.aspect_ratio.width) for image in seen[0].embed.images] == [("green", 300)] * 2
    assert isinstance(seen[1].embed, embed.gallery.View)
    assert [(item.alt, item.aspect_ratio.height) for item in seen[1].embed.items] == [("green", 200)] * 5
    assert isinstance(seen[2].embed, embed.external.View)
    external = seen[2].embed.external
    assert (external.uri, external.title, external.description) == (
        "https://example.com",
        "Example",
        "Of a page",
    )
    assert external.thumb is not None
    assert isinstance(seen[3].embed, embed.record_with_media.View)
    assert seen[3].embed.record.record.uri == quoted.uri
    assert [image.alt for image in seen[3].embed.media.images] == ["green"]


async def test_a_long_text_is_a_thread_whose_addresses_were_known_before(twin, bsky):
    assert 1500 <= len(STORY) < 1700
    draft = await twin.do(bsky.compose(STORY))
    post = await twin.do(bsky.send(draft))
    assert twin.sent["com.atproto.repo.applyWrites"] == 1
    parts = [post, *post.continued]
    seen = await views(twin, bsky, *parts)
    assert [view.cid for view in seen] == [part.cid for part in parts]
    assert " ".join(view.record_as(Post).text for view in seen) == STORY
    thread = (await twin.do(bsky.client.app.bsky.feed.get_post_thread(uri=post.uri))).thread
    for part in parts[1:]:
        [thread] = thread.replies
        assert thread.post.uri == part.uri


async def test_gates_are_obeyed(twin, bsky, other):
    post = await twin.do(bsky.post("mine alone", reply_gate="nobody", quotable=False))
    view = None

    async def gated():
        nonlocal view
        [view] = await views(twin, other, post)
        return view.threadgate is not None and view.viewer.embedding_disabled is True

    await until(gated)
    assert view.viewer.reply_disabled is True
    await twin.do(bsky.delete(post))
    for kind in (app.bsky.feed.post, app.bsky.feed.threadgate, app.bsky.feed.postgate):
        found = await twin.do(
            bsky.client.com.atproto.repo.list_records(repo=bsky.did, collection=kind.RECORD.nsid)
        )
        assert found.records == []


async def test_likes_and_reposts_are_seen_and_taken_back(twin, bsky, other):
    post = await twin.do(other.post("like me"))
    await views(twin, bsky, post)
    like = await twin.do(bsky.like(post.uri))
    repost = await twin.do(bsky.repost(f"https://bsky.app/profile/{other.did}/post/{post.rkey}"))
    view = None

    async def marked():
        nonlocal view
        [view] = await views(twin, bsky, post)
        return (view.viewer.like, view.viewer.repost, view.like_count) == (like.uri, repost.uri, 1)

    await until(marked)
    assert await twin.do(bsky.unlike(view)) is True
    assert await twin.do(bsky.unrepost(post)) is True

    async def unmarked():
        nonlocal view
        [view] = await views(twin, bsky, post)
        return (view.viewer.like, view.viewer.repost, view.like_count) == (None, None, 0)

    await until(unmarked)
    assert await twin.do(bsky.unlike(post, missing_ok=True)) is False
    with pytest.raises(InputError, match="to take back"):
        await twin.do(bsky.unrepost(view))


async def test_an_account_is_followed_blocked_and_muted_by_its_handle(twin, bsky, other, handle):
    graph = bsky.client.app.bsky.graph

    async def profile():
        return (await twin.do(bsky.client.app.bsky.actor.get_profile(actor=other.did))).viewer

    follow = await twin.do(bsky.follow(f"@{handle}"))
    again = await twin.do(bsky.follow(handle))
    assert [follow.uri == again.uri, len(await twin.items(graph.follow.iterate()))] == [False, 1]

    async def followed():
        return (await profile()).following == again.uri

    await until(followed)
    assert await twin.do(bsky.unfollow(handle)) is True
    assert await twin.do(bsky.unfollow(handle, missing_ok=True)) is False
    block = await twin.do(bsky.block(other))

    async def blocked():
        return (await profile()).blocking == block.uri

    await until(blocked)
    assert await twin.do(bsky.unblock(f"https://bsky.app/profile/{handle}")) is True
    await twin.do(bsky.mute(handle))

    async def muted():
        return (await profile()).muted is True

    await until(muted)
    await twin.do(bsky.unmute(handle))


async def test_a_list_is_filled_and_emptied(twin, bsky, other):
    made = await twin.do(
        bsky.create_list("Friends", [other, bsky], description="#friends", purpose="modlist")
    )

    async def has(*dids):
        found = await twin.do(bsky.client.app.bsky.graph.get_list(list=made.uri))
        return sorted(item.subject.did for item in found.items) == sorted(dids)

    async def both():
        return await has(bsky.did, other.did)

    async def one():
        return await has(other.did)

    await until(both)
    assert await twin.do(bsky.remove_from_list(made, [bsky])) == [bsky.did]
    await until(one)
    await twin.do(bsky.mute_list(made))
    block = await twin.do(bsky.block_list(made))
    seen = None

    async def marked():
        nonlocal seen
        seen = (await twin.do(bsky.client.app.bsky.graph.get_list(list=made.uri))).list
        return (seen.viewer.muted, seen.viewer.blocked) == (True, block.uri)

    await until(marked)
    await twin.do(bsky.unmute_list(seen))
    assert await twin.do(bsky.unblock_list(seen)) is True
    await twin.do(bsky.delete_list(made))


async def test_a_starter_pack_is_seen_with_its_list(twin, bsky, other):
    pack = await twin.do(bsky.create_starter_pack("Start", [other], description="for a start"))
    seen = None

    async def there():
        nonlocal seen
        seen = (
            await twin.do(bsky.client.app.bsky.graph.get_starter_pack(starter_pack=pack.uri))
        ).starter_pack
        return seen.list is not None and seen.list.list_item_count == 1

    await until(there)
    assert (seen.cid, seen.list.name) == (pack.cid, "Start")
    await twin.do(bsky.delete_list(pack))


async def test_a_thread_is_muted_and_a_post_kept(twin, bsky, other):
    post = await twin.do(other.post("hello"))
    await views(twin, bsky, post)
    await twin.do(bsky.mute_thread(post.uri))
    await twin.do(bsky.bookmark(post))

    async def marked():
        [view] = await views(twin, bsky, post)
        return (view.viewer.thread_muted, view.viewer.bookmarked) == (True, True)

    await until(marked)
    await twin.do(bsky.unmute_thread(post))
    await twin.do(bsky.unbookmark(post.uri))

    async def unmarked():
        [view] = await views(twin, bsky, post)
        return (view.viewer.thread_muted, view.viewer.bookmarked) == (False, False)

    await until(unmarked)
