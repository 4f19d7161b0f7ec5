from __future__ import annotations

import pytest

PROFILE = "app.bsky.actor.profile"
NOW = "2024-01-01T00:00:00.000Z"


def error(response):
    """The status and the error code of a refusal."""
    return response.status_code, response.json()["error"]


def profile(user, actor):
    return user.get("app.bsky.actor.getProfile", actor=actor)


def follow(user, subject):
    return user.repo(
        "createRecord", collection="app.bsky.graph.follow", record={"subject": subject, "createdAt": NOW}
    )


def texts(answer):
    return [item["post"]["record"]["text"] for item in answer.json()["feed"]]


def reply(user, to, root, text):
    refs = {name: {"uri": post["uri"], "cid": post["cid"]} for name, post in (("parent", to), ("root", root))}
    return user.write_post(text, reply=refs)


def test_a_profile_is_there_before_its_record(alice, bob):
    body = profile(alice, "bob.test").json()
    assert body["did"] == bob.did
    assert (body["followersCount"], body["followsCount"], body["postsCount"]) == (0, 0, 0)
    assert "displayName" not in body


def test_a_profile_shows_its_record_and_counts(alice, bob):
    avatar = alice.upload(b"abc", "image/png").json()["blob"]
    record = {"displayName": "Alice", "description": "Me", "avatar": avatar, "banner": avatar}
    alice.repo("putRecord", collection=PROFILE, rkey="self", record=record)
    alice.write_post()
    follow(bob, alice.did)
    body = profile(bob, alice.did).json()
    assert (body["displayName"], body["description"]) == ("Alice", "Me")
    assert avatar["ref"]["$link"] in body["avatar"]
    assert body["banner"] == body["avatar"]
    assert (body["followersCount"], body["postsCount"]) == (1, 1)
    assert profile(bob, bob.did).json()["followsCount"] == 1


def test_profiles_leave_out_who_isnt_there(alice, bob):
    answer = alice.get("app.bsky.actor.getProfiles", actors=["alice.test", "nobody.test", bob.did])
    assert [item["handle"] for item in answer.json()["profiles"]] == ["alice.test", "bob.test"]


def test_what_isnt_there_has_the_official_codes(call, alice):
    assert error(profile(alice, "nobody.test")) == (400, "InvalidRequest")
    assert error(call.get("app.bsky.actor.getProfile", actor=alice.did)) == (401, "AuthMissing")
    assert error(call.get("app.bsky.actor.getProfile")) == (400, "InvalidRequest")
    assert error(alice.get("app.bsky.feed.getPostThread", uri="at://nobody.test/app.bsky.feed.post/a")) == (
        400,
        "NotFound",
    )


def test_a_record_that_isnt_what_its_document_says_is_never_shown(alice):
    broken = {"displayName": 5}
    alice.repo("putRecord", collection=PROFILE, rkey="self", record=broken, validate=False)
    alice.repo("createRecord", collection="app.bsky.feed.post", record={"text": 5}, validate=False)
    alice.repo("createRecord", collection="app.bsky.graph.follow", record={"subject": 5}, validate=False)
    body = profile(alice, "alice.test").json()
    assert "displayName" not in body
    assert (body["postsCount"], body["followsCount"]) == (0, 0)


def test_preferences_come_back_as_they_were_stored(alice, bob):
    stored = [
        {"$type": "app.bsky.actor.defs#adultContentPref", "enabled": True},
        {"$type": "a.b.c#d", "e": 1},
    ]
    assert alice.post("app.bsky.actor.putPreferences", preferences=stored).content == b""
    assert alice.get("app.bsky.actor.getPreferences").json() == {"preferences": stored}
    assert bob.get("app.bsky.actor.getPreferences").json() == {"preferences": []}
    answer = alice.post("app.bsky.actor.putPreferences", preferences=[{"enabled": True}])
    assert error(answer) == (400, "InvalidRequest")


def test_a_timeline_has_the_posts_of_those_followed_the_newest_first(alice, bob):
    alice.write_post("1")
    bob.write_post("2")
    alice.write_post("3")
    assert texts(alice.get("app.bsky.feed.getTimeline")) == ["3", "1"]
    follow(alice, bob.did)
    assert texts(alice.get("app.bsky.feed.getTimeline")) == ["3", "2", "1"]


def test_feeds_come_in_pages_and_only_the_last_has_no_cursor(alice):
    for number in range(5):
        alice.write_post(str(number))
    seen, cursors = [], []
    cursor = {}
    while True:
        answer = alice.get("app.bsky.feed.getAuthorFeed", actor="alice.test", limit=2, **cursor)
        seen += texts(answer)
        cursors.append(answer.json().get("cursor"))
        if cursors[-1] is None:
            break
        cursor = {"cursor": cursors[-1]}
    assert seen == ["4", "3", "2", "1", "0"]
    assert len(cursors) == 3


@pytest.mark.parametrize("cursor", ["junk", "9" * 30, "²", "-1"])
def test_a_strange_cursor_leads_to_the_end(alice, cursor):
    alice.write_post()
    assert texts(alice.get("app.bsky.feed.getTimeline", cursor=cursor)) == []


def test_a_thread_goes_up_and_down(alice, bob):
    root = alice.write_post("root")
    middle = reply(bob, root, root, "middle")
    leaf = reply(alice, middle, root, "leaf")
    reply(bob, {"uri": "at://did:web:gone.test/app.bsky.feed.post/a", "cid": root["cid"]}, root, "orphan")
    below = alice.get("app.bsky.feed.getPostThread", uri=root["uri"]).json()["thread"]
    assert below["post"]["replyCount"] == 1
    assert below["replies"][0]["replies"][0]["post"]["uri"] == leaf["uri"]
    flat = alice.get("app.bsky.feed.getPostThread", uri=root["uri"], depth=0).json()["thread"]
    assert "replies" not in flat
    above = alice.get("app.bsky.feed.getPostThread", uri=leaf["uri"]).json()["thread"]
    assert above["parent"]["parent"]["post"]["uri"] == root["uri"]
    near = alice.get("app.bsky.feed.getPostThread", uri=leaf["uri"], parentHeight=1).json()["thread"]
    assert "parent" not in near["parent"]
    assert texts(alice.get("app.bsky.feed.getAuthorFeed", actor="bob.test")) == ["orphan", "middle"]
    without = alice.get("app.bsky.feed.getAuthorFeed", actor="bob.test", filter="posts_no_replies")
    assert texts(without) == []


def test_a_post_can_be_asked_for_by_handle_and_one_whose_parent_is_gone_says_so(alice):
    root = alice.write_post("root")
    gone = {"uri": "at://did:web:gone.test/app.bsky.feed.post/a", "cid": root["cid"]}
    orphan = reply(alice, gone, root, "orphan")
    uris = [
        orphan["uri"].replace(alice.did, "alice.test"),
        gone["uri"],
        "at://alice.test/a.b.c/d",
        root["uri"],
    ]
    posts = alice.get("app.bsky.feed.getPosts", uris=uris).json()["posts"]
    assert [post["record"]["text"] for post in posts] == ["orphan", "root"]
    thread = alice.get("app.bsky.feed.getPostThread", uri=orphan["uri"]).json()["thread"]
    assert thread["parent"] == {
        "$type": "app.bsky.feed.defs#notFoundPost",
        "uri": gone["uri"],
        "notFound": True,
    }


def test_posts_of_accounts_that_were_taken_down_are_gone(alice, bob, pds):
    root = alice.write_post("root")
    reply(bob, root, root, "reply")
    follow(alice, bob.did)
    pds.take_down("bob.test")
    assert texts(alice.get("app.bsky.feed.getTimeline")) == ["root"]
    thread = alice.get("app.bsky.feed.getPostThread", uri=root["uri"]).json()["thread"]
    assert thread["replies"] == []
