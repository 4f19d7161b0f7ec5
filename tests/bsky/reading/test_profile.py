"""A profile is changed in place of the version that was read."""

from __future__ import annotations

import io

import pytest
from PIL import Image as PillowImage

from atlex import InvalidSwapError, XrpcResponseValidationError
from atlex.errors import AtlexError, InputError
from atlex.testing import PdsError
from atlex_bsky import Image
from atlex_sdk import app

_GET = "com.atproto.repo.getRecord"
_PUT = "com.atproto.repo.putRecord"
_CID = "bafkreidlp6sdj6jkroakvmbntpy2clsj77foijheae5byt3iwz7d2k542a"


def _store(bsky, **fields):
    """Store a profile as other programs have."""
    return bsky.client.com.atproto.repo.put_record(
        repo=bsky.did,
        collection="app.bsky.actor.profile",
        rkey="self",
        record={"$type": "app.bsky.actor.profile", **fields},
        validate_=False,
    )


def _stored(bsky):
    found = bsky.client.com.atproto.repo.get_record(
        repo=bsky.did, collection="app.bsky.actor.profile", rkey="self"
    )
    return dict(found.value)


def _named(name):
    def change(profile):
        profile.display_name = name

    return change


def test_a_profile_is_made_where_there_is_none(alice):
    made = alice.upsert_profile(_named("Alice"))
    assert made.display_name == "Alice"
    assert _stored(alice)["displayName"] == "Alice"
    assert "createdAt" in _stored(alice)


def test_what_is_not_known_is_kept(alice):
    stored = {
        "displayName": "old",
        "pinnedPost": {"uri": f"at://{alice.did}/app.bsky.feed.post/3k5nobkf2w72g", "cid": _CID, "more": 1},
        "com.example.more": {"deep": [1, None]},
    }
    _store(alice, **stored)
    alice.upsert_profile(_named("new"))
    assert _stored(alice) == {"$type": "app.bsky.actor.profile", **stored, "displayName": "new"}


def test_the_change_may_return_another_profile(alice):
    _store(alice, displayName="old", description="kept")
    alice.upsert_profile(lambda profile: profile.model_copy(update={"display_name": "new"}))
    assert _stored(alice)["displayName"] == "new"
    assert _stored(alice)["description"] == "kept"


def test_nothing_is_written_where_nothing_changes(alice, pds):
    _store(alice, displayName="same")
    assert alice.upsert_profile(_named("same")).display_name == "same"
    assert pds.count(_PUT) == 1


def test_what_another_program_wrote_in_between_is_kept(alice):
    _store(alice, displayName="old", description="old")
    tried = []

    def change(profile):
        if not tried:
            _store(alice, displayName="old", description="of the other program")
        tried.append(profile.description)
        profile.display_name = "new"

    alice.upsert_profile(change)
    assert tried == ["old", "of the other program"]
    assert _stored(alice)["displayName"] == "new"
    assert _stored(alice)["description"] == "of the other program"


def test_a_profile_that_another_program_made_in_between_is_kept(alice):
    tried = []

    def change(profile):
        if not tried:
            _store(alice, description="of the other program")
        tried.append(profile.description)
        profile.display_name = "new"

    alice.upsert_profile(change)
    assert tried == [None, "of the other program"]
    assert _stored(alice)["description"] == "of the other program"


def test_after_five_tries_it_gives_up(alice):
    _store(alice, displayName="old")
    numbers = iter(range(100))

    def change(profile):
        _store(alice, description=str(next(numbers)))
        profile.display_name = "new"

    with pytest.raises(InvalidSwapError):
        alice.upsert_profile(change)
    assert next(numbers) == 5
    assert "displayName" not in _stored(alice)


def test_a_profile_that_cannot_be_read_is_not_replaced(alice, pds):
    pds.add(
        _GET,
        lambda _: {
            "uri": f"at://{alice.did}/app.bsky.actor.profile/self",
            "cid": _CID,
            "value": {"$type": "a.b.c"},
        },
    )
    with pytest.raises(XrpcResponseValidationError):
        alice.upsert_profile(_named("new"))
    assert pds.count(_PUT) == 0


def test_a_failure_to_read_is_no_missing_profile(alice, pds):
    def fail(_):
        raise PdsError(400, "InvalidRequest", "Could not find repo")

    pds.add(_GET, fail)
    with pytest.raises(AtlexError, match="Could not find repo"):
        alice.upsert_profile(_named("new"))
    assert pds.count(_PUT) == 0


def test_a_change_that_fails_writes_nothing(alice, pds):
    with pytest.raises(ZeroDivisionError):
        alice.upsert_profile(lambda _: 1 // 0)
    assert pds.count(_PUT) == 0
    too_long = app.bsky.actor.profile.Profile.model_construct(display_name="x" * 1000)
    with pytest.raises(AtlexError):
        alice.upsert_profile(lambda _: too_long)
    assert pds.count(_PUT) == 0


def test_pictures_are_sent_and_all_else_is_kept(alice, pds):
    _store(alice, displayName="Alice")
    image = PillowImage.new("RGB", (400, 300), "green")
    alice.upsert_profile(avatar=Image(image, alt="Alice"))
    assert _stored(alice)["displayName"] == "Alice"
    avatar = _stored(alice)["avatar"]
    made = alice.upsert_profile(_named("new"), banner=Image(image, alt=""))
    assert made.display_name == "new"
    assert _stored(alice)["avatar"] == avatar
    assert made.banner.mime_type in {"image/jpeg", "image/png"}
    assert PillowImage.open(io.BytesIO(alice.client.get_blob(alice.did, made.avatar.cid))).size == (400, 300)
    assert pds.count("com.atproto.repo.uploadBlob") == 2


def test_a_picture_that_profiles_may_not_have_is_refused(alice, pds):
    file = io.BytesIO()
    PillowImage.new("RGB", (40, 30), "green").save(file, "WEBP")
    with pytest.raises(InputError, match="avatar is image/webp"):
        alice.upsert_profile(_named("new"), avatar=Image(file.getvalue(), alt=""))
    with pytest.raises(InputError, match="picture"):
        alice.upsert_profile(banner=Image(b"no picture", alt=""))
    assert pds.count("com.atproto.repo.uploadBlob") == pds.count(_PUT) == 0
