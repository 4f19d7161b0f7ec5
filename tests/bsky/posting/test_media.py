"""Posts carry pictures, a video or a card, alone or with a quote; what can't be is refused before it is sent."""

from __future__ import annotations

import io

import pytest
from PIL import Image as Pillow

from atlex.errors import InputError
from atlex_bsky import Card, Image, Video, VideoError
from atlex_sdk import app

embed = app.bsky.embed
UPLOAD, WRITES = "com.atproto.repo.uploadBlob", "com.atproto.repo.applyWrites"


def picture(width=20, height=10):
    file = io.BytesIO()
    Pillow.new("RGB", (width, height), "green").save(file, "JPEG")
    return Image(file.getvalue(), alt=f"{width} by {height}")


def seen(bsky, post):
    return bsky.client.app.bsky.feed.post.get(post.uri).value.embed


def test_pictures_have_their_text_and_their_ratio(bsky):
    found = seen(bsky, bsky.post("look", images=[picture(), picture(5, 50)]))
    assert isinstance(found, embed.images.Images)
    assert [(one.alt, one.aspect_ratio.width, one.aspect_ratio.height) for one in found.images] == [
        ("20 by 10", 20, 10),
        ("5 by 50", 5, 50),
    ]


def test_pictures_need_no_text_beside_them(bsky):
    post = bsky.post(images=[picture()])
    assert post.record.text == ""
    assert isinstance(seen(bsky, post), embed.images.Images)


def test_more_than_four_pictures_are_a_gallery(bsky):
    found = seen(bsky, bsky.post("look", images=[picture()] * 5))
    assert isinstance(found, embed.gallery.Gallery)
    assert [one.alt for one in found.items] == ["20 by 10"] * 5


@pytest.mark.parametrize("images", ["cat.png", ["cat.png"], [b"GIF89a"], Image("cat.png", alt="A cat")])
def test_what_isnt_a_list_of_pictures_is_refused(pds, bsky, images):
    with pytest.raises(InputError, match="images must be a list of pictures, such as"):
        bsky.post("hello", images=images)
    assert pds.count("com.atproto.repo.uploadBlob") == 0


@pytest.mark.parametrize("text", [5, None, b"hello"])
def test_a_text_that_is_none_is_refused(bsky, text):
    with pytest.raises(InputError, match=f"A text must be a str, not {type(text).__name__}"):
        bsky.post(text)


@pytest.mark.parametrize(("place", "broken"), [(0, b""), (1, b"hello"), (3, b"\xff\xd8\xff")])
def test_a_broken_picture_is_named_by_its_place(pds, bsky, place, broken):
    images = [picture() for _ in range(4)]
    images[place] = Image(broken, alt="")
    with pytest.raises(InputError, match=rf"^images\[{place}\]: The picture"):
        bsky.post("look", images=images)
    assert pds.count(WRITES) == 0


def test_too_many_pictures_are_refused_before_one_is_sent(pds, bsky):
    with pytest.raises(InputError, match="at most 10 pictures, not 11"):
        bsky.post("look", images=[picture()] * 11)
    assert pds.count(UPLOAD) == 0


def test_a_card_by_hand_is_the_post_s(pds, bsky):
    found = seen(bsky, bsky.post("read", card=Card("https://example.com", "Example", "An example")))
    assert found == embed.external.External(
        external=embed.external.ExternalExternal(
            uri="https://example.com", title="Example", description="An example"
        )
    )
    assert pds.count(UPLOAD) == 0


@pytest.mark.parametrize("media", [{"images": [picture()]}, {"card": Card("https://example.com", "Example")}])
def test_media_stand_beside_a_quote(bsky, bob, media):
    quoted = bob.post("quote me")
    found = seen(bsky, bsky.post("look", quote=quoted, **media))
    assert isinstance(found, embed.record_with_media.RecordWithMedia)
    assert found.record.record == quoted.ref
    assert isinstance(found.media, embed.images.Images | embed.external.External)


@pytest.mark.parametrize(
    ("media", "said"),
    [
        ({"images": [picture()], "card": "https://example.com"}, "images and card exclude"),
        ({"images": [picture()], "video": Video(b"", alt="")}, "images and video exclude"),
        ({"video": Video(b""), "card": Card("https://example.com", "Example")}, "video and card exclude"),
    ],
)
def test_two_kinds_of_media_are_refused(pds, bsky, media, said):
    with pytest.raises(InputError, match=said):
        bsky.post("look", **media)
    assert pds.count(UPLOAD) == pds.count(WRITES) == 0


def video(pds):
    file = io.BytesIO()
    frames = [Pillow.new("RGB", (30, 20), colour) for colour in ("green", "red")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return Video(file.getvalue(), alt="blinks", service=pds.url)


def test_a_video_goes_by_way_of_its_service(pds, bsky):
    found = seen(bsky, bsky.post("look", video=video(pds)))
    assert isinstance(found, embed.video.Video)
    assert (found.alt, found.aspect_ratio.width) == ("blinks", 30)


def test_a_video_that_fails_says_why_and_nothing_is_written(pds, bsky):
    pds.fail_next_video("too loud")
    with pytest.raises(VideoError, match="too loud"):
        bsky.post("look", video=video(pds), reply_gate="nobody")
    assert pds.count(WRITES) == 0


def test_a_thread_has_its_pictures_in_the_first_post(bsky):
    post = bsky.post("word " * 100, images=[picture()])
    assert [part.record.embed is None for part in (post, *post.continued)] == [False, True]


def test_a_draft_sends_pictures_and_writes_nothing(pds, bsky):
    draft = bsky.compose("look", images=[picture()])
    assert (pds.count(UPLOAD), pds.count(WRITES)) == (1, 0)
    assert bsky.client.app.bsky.feed.post.get(bsky.send(draft).uri).cid == draft.post.cid
