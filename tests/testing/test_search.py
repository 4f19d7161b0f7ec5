from __future__ import annotations

import pytest

from .test_notifications import mention


def tag(name):
    feature = {"$type": "app.bsky.richtext.facet#tag", "tag": name}
    return [{"index": {"byteStart": 0, "byteEnd": 1}, "features": [feature]}]


def link(uri):
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": uri}
    return [{"index": {"byteStart": 0, "byteEnd": 1}, "features": [feature]}]


@pytest.fixture
def posts(alice, bob):
    first = alice.say("The black cat sleeps", langs=["en"], facets=tag("Cats"))
    alice.say("A cat, black as coal", createdAt="2025-01-01T00:00:00Z", tags=["cats"])
    bob.say("Die Katze", langs=["de"], facets=link("https://www.example.com/a"))
    bob.say("You", reply_to=first, facets=mention(alice.did))
    bob.write("app.bsky.feed.like", subject=first)
    return first


def found(user, method, **params):
    answer = user.see(f"app.bsky.feed.{method}", **params)
    assert answer["hitsTotal"] >= len(answer["posts"])
    return [post["record"]["text"] for post in answer["posts"]]


@pytest.mark.usefixtures("posts")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("CAT", ["A cat, black as coal", "The black cat sleeps"]),
        ("cat black", ["A cat, black as coal", "The black cat sleeps"]),
        ('"black cat"', ["The black cat sleeps"]),
        ("ca", []),
        ("#cats", ["A cat, black as coal", "The black cat sleeps"]),
        ("from:bob.test katze", ["Die Katze"]),
        ("from:me", ["A cat, black as coal", "The black cat sleeps"]),
        ("mentions:@alice.test", ["You"]),
        ("domain:www.example.com", ["Die Katze"]),
        ("lang:de", ["Die Katze"]),
        ("cat since:2024-06-01", ["A cat, black as coal"]),
        ("cat until:2024-06-01", ["The black cat sleeps"]),
    ],
)
def test_a_query_finds_posts(alice, query, expected):
    assert found(alice, "searchPosts", q=query) == expected
    assert found(alice, "searchPostsV2", query=query) == expected


@pytest.mark.usefixtures("posts")
@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"author": "bob.test"}, 2),
        ({"mentions": "alice.test"}, 1),
        ({"lang": "en"}, 1),
        ({"domain": "www.example.com"}, 1),
        ({"url": "https://www.example.com/a"}, 1),
        ({"tag": ["CATS"]}, 2),
        ({"tag": ["cats", "dogs"]}, 0),
        ({"since": "2024-06-01T00:00:00Z"}, 1),
        ({"until": "2024-06-01T00:00:00Z"}, 3),
    ],
)
def test_posts_can_be_narrowed_down(alice, params, count):
    assert len(found(alice, "searchPosts", q='""', **params)) == count


@pytest.mark.usefixtures("posts")
@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"authors": ["bob.test", "alice.test"]}, 4),
        ({"excludeAuthors": ["bob.test"]}, 2),
        ({"excludeHashtags": ["cats"]}, 2),
        ({"excludeLanguages": ["de", "en"]}, 2),
        ({"repliesOnly": "true"}, 1),
        ({"excludeReplies": "true"}, 3),
        ({"hasMedia": "true"}, 0),
        ({"hasVideo": "true"}, 0),
        ({"following": "true"}, 0),
        ({"query": "katze cat"}, 0),
        ({"urls": ["https://example.org"]}, 0),
        ({"embeddedAtUris": ["at://alice.test/app.bsky.feed.post/a"]}, 0),
    ],
)
def test_the_second_search_can_also_leave_out(alice, params, count):
    assert len(found(alice, "searchPostsV2", **params)) == count


def test_replies_are_found_by_what_they_reply_to(alice, posts):
    for name in ("replyParentUri", "threadRootUri"):
        assert "You" in found(alice, "searchPostsV2", **{name: posts["uri"]})


@pytest.mark.usefixtures("posts")
@pytest.mark.parametrize("sort", ["top", "latest"])
def test_results_come_in_pages_in_either_order(alice, sort):
    first = alice.see("app.bsky.feed.searchPosts", q="cat", sort=sort, limit=1)
    rest = alice.see("app.bsky.feed.searchPosts", q="cat", sort=sort, limit=1, cursor=first["cursor"])
    texts = [answer["posts"][0]["record"]["text"][:5] for answer in (first, rest)]
    assert texts == (["The b", "A cat"] if sort == "top" else ["A cat", "The b"])
    assert "cursor" not in rest


@pytest.mark.usefixtures("carol")
def test_accounts_are_found_by_handle_name_and_description(alice, bob):
    record = {"displayName": "Bob the Builder", "description": "Houses"}
    bob.repo("putRecord", collection="app.bsky.actor.profile", rkey="self", record=record)

    def accounts(method="searchActors", **params):
        return [actor["handle"] for actor in alice.see(f"app.bsky.actor.{method}", **params)["actors"]]

    assert accounts(q="car") == ["carol.test"]
    assert accounts(q="@bob.test") == accounts(q="builder") == accounts(term="houses") == ["bob.test"]
    assert accounts(q="") == accounts(q="nobody") == []
    assert accounts("searchActorsTypeahead", q="bui") == ["bob.test"]
    assert accounts("searchActorsTypeahead", q="houses") == []


def test_accounts_that_one_follows_come_first(alice, bob, carol):
    for user in (bob, carol):
        user.repo(
            "putRecord", collection="app.bsky.actor.profile", rkey="self", record={"displayName": "Same"}
        )
    alice.write("app.bsky.graph.follow", subject=carol.did)
    first = alice.see("app.bsky.actor.searchActors", q="same", limit=1)
    assert first["actors"][0]["handle"] == "carol.test"
    rest = alice.see("app.bsky.actor.searchActors", q="same", limit=1, cursor=first["cursor"])
    assert rest["actors"][0]["handle"] == "bob.test"
