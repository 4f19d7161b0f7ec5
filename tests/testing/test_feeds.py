from __future__ import annotations

import pytest

LIKE = "app.bsky.feed.like"
REPOST = "app.bsky.feed.repost"
RATIO = {"width": 3, "height": 2}


def texts(answer):
    return [item["post"]["record"]["text"] for item in answer["feed"]]


def post_of(user, ref):
    [post] = user.see("app.bsky.feed.getPosts", uris=[ref["uri"]])["posts"]
    return post


def images(user, mime_type="image/png", data=b"\x89PNG\r\n\x1a\n"):
    blob = user.upload(data, mime_type).json()["blob"]
    return {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": "a", "aspectRatio": RATIO}]}


def quote(ref):
    return {"$type": "app.bsky.embed.record", "record": ref}


def test_likes_reposts_quotes_and_replies_are_counted_and_shown_to_who_did_them(alice, bob):
    post = alice.say("hello")
    like, repost = bob.write(LIKE, subject=post), bob.write(REPOST, subject=post)
    bob.say("quote", embed=quote(post))
    bob.say("reply", reply_to=post)
    seen = post_of(bob, post)
    counts = [seen[f"{name}Count"] for name in ("like", "repost", "quote", "reply")]
    assert counts == [1, 1, 1, 1]
    assert (seen["viewer"]["like"], seen["viewer"]["repost"]) == (like["uri"], repost["uri"])
    assert "like" not in post_of(alice, post)["viewer"]
    bob.delete(like)
    assert post_of(bob, post)["likeCount"] == 0


def test_who_liked_reposted_and_quoted_comes_the_last_first(alice, bob, carol):
    post = alice.say("hello")
    for user in (bob, carol):
        user.write(LIKE, subject=post)
        user.write(REPOST, subject=post)
    bob.say("quote", embed=quote(post))
    likes = alice.see("app.bsky.feed.getLikes", uri=post["uri"], limit=1)
    assert [like["actor"]["handle"] for like in likes["likes"]] == ["carol.test"]
    likes = alice.see("app.bsky.feed.getLikes", uri=post["uri"], limit=1, cursor=likes["cursor"])
    assert [like["actor"]["handle"] for like in likes["likes"]] == ["bob.test"]
    by_handle = post["uri"].replace(alice.did, "alice.test")
    reposts = alice.see("app.bsky.feed.getRepostedBy", uri=by_handle)
    assert [profile["did"] for profile in reposts["repostedBy"]] == [carol.did, bob.did]
    quotes = alice.see("app.bsky.feed.getQuotes", uri=post["uri"])
    assert [found["record"]["text"] for found in quotes["posts"]] == ["quote"]


def test_reposts_stand_in_feeds_with_who_reposted(alice, bob, carol):
    post = carol.say("hello")
    alice.write("app.bsky.graph.follow", subject=bob.did)
    repost = bob.write(REPOST, subject=post)
    [item] = alice.see("app.bsky.feed.getTimeline")["feed"]
    assert item["post"]["author"]["did"] == carol.did
    assert (item["reason"]["by"]["did"], item["reason"]["uri"]) == (bob.did, repost["uri"])


def test_a_reply_in_a_feed_comes_with_what_it_replies_to(alice, bob):
    root = alice.say("root")
    middle = bob.say("middle", reply_to=root)
    alice.say("leaf", reply_to=middle, root=root)
    item = alice.see("app.bsky.feed.getAuthorFeed", actor="alice.test")["feed"][0]
    assert item["reply"]["root"]["uri"] == root["uri"]
    assert item["reply"]["parent"]["author"]["did"] == bob.did
    assert item["reply"]["grandparentAuthor"]["did"] == alice.did
    bob.delete(middle)
    item = alice.see("app.bsky.feed.getAuthorFeed", actor="alice.test")["feed"][0]
    assert item["reply"]["parent"] == {
        "$type": "app.bsky.feed.defs#notFoundPost",
        "uri": middle["uri"],
        "notFound": True,
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("posts_with_replies", {"root", "own reply", "reply", "picture", "other"}),
        ("posts_no_replies", {"root", "picture", "other"}),
        ("posts_and_author_threads", {"root", "own reply", "picture", "other"}),
        ("posts_with_media", {"picture"}),
        ("posts_with_video", set()),
    ],
)
def test_an_author_feed_can_be_filtered(alice, bob, name, expected):
    other, root = bob.say("other"), alice.say("root")
    alice.say("own reply", reply_to=root)
    alice.say("reply", reply_to=other)
    alice.say("picture", embed=images(alice))
    alice.write(REPOST, subject=other)
    answer = alice.see("app.bsky.feed.getAuthorFeed", actor="alice.test", filter=name)
    assert set(texts(answer)) == expected


def test_a_pinned_post_comes_first_where_asked_for(alice):
    pinned = alice.say("pinned")
    alice.say("later")
    alice.repo("putRecord", collection="app.bsky.actor.profile", rkey="self", record={"pinnedPost": pinned})
    answer = alice.see("app.bsky.feed.getAuthorFeed", actor="alice.test", includePins=True)
    assert texts(answer) == ["pinned", "later"]
    assert answer["feed"][0]["reason"] == {"$type": "app.bsky.feed.defs#reasonPin"}
    assert post_of(alice, pinned)["viewer"]["pinned"] is True


def test_the_posts_that_one_liked(alice, bob):
    first, second = bob.say("first"), bob.say("second")
    for post in (second, first):
        alice.write(LIKE, subject=post)
    assert texts(alice.see("app.bsky.feed.getActorLikes", actor="alice.test")) == ["first", "second"]
    assert bob.get("app.bsky.feed.getActorLikes", actor="alice.test").status_code == 400


# Embeds


def test_pictures_can_be_fetched_from_their_view(alice, call):
    seen = post_of(alice, alice.say("picture", embed=images(alice)))["embed"]
    [image] = seen["images"]
    assert (seen["$type"], image["alt"], image["aspectRatio"]) == ("app.bsky.embed.images#view", "a", RATIO)
    for url in (image["thumb"], image["fullsize"]):
        assert call.http.get(url).headers["content-type"] == "image/png"


def test_a_gallery_shows_its_pictures(alice):
    item = {**images(alice)["images"][0], "$type": "app.bsky.embed.gallery#image"}
    embed = {"$type": "app.bsky.embed.gallery", "items": [item, {"$type": "a.b.c#unknown"}]}
    [shown] = post_of(alice, alice.say("gallery", embed=embed))["embed"]["items"]
    assert (shown["alt"], shown["thumbnail"]) == ("a", shown["fullsize"])


@pytest.mark.parametrize("thumb", [True, False])
def test_a_card_shows_what_it_says(alice, thumb):
    external = {"uri": "https://example.com", "title": "t", "description": "d"}
    blob = {"thumb": alice.upload(b"\xff\xd8\xff", "image/jpeg").json()["blob"]} if thumb else {}
    embed = {"$type": "app.bsky.embed.external", "external": external | blob}
    view = post_of(alice, alice.say("card", embed=embed))["embed"]["external"]
    assert ("thumb" in view) is thumb
    assert {name: view[name] for name in external} == external


def test_a_video_has_a_playlist(alice):
    blob = alice.upload(b"video", "video/mp4").json()["blob"]
    embed = {"$type": "app.bsky.embed.video", "video": blob, "alt": "a", "aspectRatio": RATIO}
    view = post_of(alice, alice.say("video", embed=embed))["embed"]
    assert (view["cid"], view["alt"], view["aspectRatio"]) == (blob["ref"]["$link"], "a", RATIO)
    assert view["playlist"].endswith(f"/{alice.did}/{view['cid']}/playlist.m3u8")
    answer = alice.see("app.bsky.feed.getAuthorFeed", actor="alice.test", filter="posts_with_video")
    assert texts(answer) == ["video"]


def test_a_quote_shows_the_post_and_what_that_embeds_but_no_deeper(alice, bob):
    first = alice.say("first", embed=images(alice))
    second = bob.say("second", embed=quote(first))
    third = alice.say("third", embed=quote(second))
    record = post_of(bob, third)["embed"]["record"]
    assert (record["value"]["text"], record["author"]["did"]) == ("second", bob.did)
    inner = record["embeds"][0]["record"]
    assert (inner["value"]["text"], "embeds" in inner) == ("first", False)
    media = {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": first}, "media": images(bob)}
    both = post_of(alice, bob.say("both", embed=media))["embed"]
    assert both["record"]["record"]["value"]["text"] == "first"
    assert both["media"]["$type"] == "app.bsky.embed.images#view"


def test_a_quote_of_what_isnt_there_or_is_blocked_says_so(alice, bob):
    post = bob.say("hello")
    quoting = alice.say("quote", embed=quote(post))
    alice.write("app.bsky.graph.block", subject=bob.did)
    assert post_of(alice, quoting)["embed"]["record"]["blocked"] is True
    bob.delete(post)
    assert post_of(alice, quoting)["embed"]["record"]["notFound"] is True


@pytest.mark.parametrize("rule", ["all", "one"])
def test_a_post_gate_detaches_quotes(alice, bob, rule):
    post = alice.say("hello")
    quoting = bob.say("quote", embed=quote(post))
    extra = (
        {"embeddingRules": [{"$type": "app.bsky.feed.postgate#disableRule"}]}
        if rule == "all"
        else {"detachedEmbeddingUris": [quoting["uri"]]}
    )
    rkey = post["uri"].rpartition("/")[2]
    record = {"post": post["uri"], "createdAt": "2024-01-01T00:00:00Z", **extra}
    alice.repo("putRecord", collection="app.bsky.feed.postgate", rkey=rkey, record=record)
    assert post_of(bob, quoting)["embed"]["record"]["detached"] is True
    assert post_of(bob, post)["viewer"]["embeddingDisabled"] is (rule == "all")
    assert post_of(alice, post)["viewer"]["embeddingDisabled"] is False


def test_labels_of_ones_own_are_shown(alice):
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "nudity"}]}
    post = alice.say("hello", labels=labels)
    [label] = post_of(alice, post)["labels"]
    assert (label["src"], label["uri"], label["val"]) == (alice.did, post["uri"], "nudity")
    alice.repo("putRecord", collection="app.bsky.actor.profile", rkey="self", record={"labels": labels})
    [label] = alice.see("app.bsky.actor.getProfile", actor="alice.test")["labels"]
    assert label["uri"].endswith("app.bsky.actor.profile/self")


def test_a_thousand_posts_are_read_without_looking_at_each_for_each(alice, bob):
    post = alice.say("root")
    for number in range(5):
        writes = [
            {
                "$type": "com.atproto.repo.applyWrites#create",
                "collection": "app.bsky.feed.post",
                "value": {
                    "$type": "app.bsky.feed.post",
                    "text": f"{number} {place}",
                    "createdAt": "2024-01-01T00:00:00Z",
                    "reply": {"parent": post, "root": post},
                },
            }
            for place in range(200)
        ]
        assert bob.repo("applyWrites", writes=writes).is_success
    assert post_of(alice, post)["replyCount"] == 1000
    feed = alice.see("app.bsky.feed.getAuthorFeed", actor="bob.test", limit=100)["feed"]
    assert feed[0]["post"]["record"]["text"] == "4 199"
    assert len(alice.see("app.bsky.feed.getPostThread", uri=post["uri"])["thread"]["replies"]) == 1000


def test_an_edited_post_keeps_its_place(alice):
    first = alice.say("first")
    alice.say("second")
    record = {"text": "edited", "createdAt": "2024-01-01T00:00:00Z"}
    rkey = first["uri"].rpartition("/")[2]
    alice.repo("putRecord", collection="app.bsky.feed.post", rkey=rkey, record=record)
    assert texts(alice.see("app.bsky.feed.getAuthorFeed", actor="alice.test")) == ["second", "edited"]
