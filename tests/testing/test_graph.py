from __future__ import annotations

import pytest

FOLLOW = "app.bsky.graph.follow"
BLOCK = "app.bsky.graph.block"


def handles(profiles):
    return [profile["handle"] for profile in profiles]


def viewer(user, actor):
    return user.see("app.bsky.actor.getProfile", actor=actor)["viewer"]


def test_followers_and_follows_come_the_newest_first_and_in_pages(alice, bob, carol):
    for user in (bob, carol):
        user.write(FOLLOW, subject=alice.did)
    first = alice.see("app.bsky.graph.getFollowers", actor="alice.test", limit=1)
    assert (first["subject"]["did"], handles(first["followers"])) == (alice.did, ["carol.test"])
    rest = alice.see("app.bsky.graph.getFollowers", actor="alice.test", limit=1, cursor=first["cursor"])
    assert (handles(rest["followers"]), "cursor" in rest) == (["bob.test"], False)
    assert handles(alice.see("app.bsky.graph.getFollows", actor=bob.did)["follows"]) == ["alice.test"]


def test_a_follow_shows_on_both_sides_until_it_is_deleted(alice, bob):
    follow = alice.write(FOLLOW, subject=bob.did)
    assert viewer(alice, "bob.test")["following"] == follow["uri"]
    assert viewer(bob, "alice.test")["followedBy"] == follow["uri"]
    [relationship] = alice.see("app.bsky.graph.getRelationships", actor=alice.did, others=[bob.did])[
        "relationships"
    ]
    assert relationship["following"] == follow["uri"]
    alice.delete(follow)
    assert "following" not in viewer(alice, "bob.test")
    assert alice.see("app.bsky.graph.getFollowers", actor="bob.test")["followers"] == []


def test_known_followers_are_those_whom_the_caller_follows(alice, bob, carol):
    for user, subject in ((alice, bob), (bob, carol), (alice, carol)):
        user.write(FOLLOW, subject=subject.did)
    known = viewer(alice, "carol.test")["knownFollowers"]
    assert (known["count"], handles(known["followers"])) == (1, ["bob.test"])
    listed = alice.see("app.bsky.graph.getKnownFollowers", actor="carol.test")
    assert handles(listed["followers"]) == ["bob.test"]


def test_two_follows_of_one_account_count_once_and_the_second_survives_the_first(alice, bob):
    writes = [
        {
            "$type": "com.atproto.repo.applyWrites#create",
            "collection": FOLLOW,
            "value": {"$type": FOLLOW, "subject": bob.did, "createdAt": "2024-01-01T00:00:00Z"},
        }
    ] * 2
    first, second = (result["uri"] for result in alice.repo("applyWrites", writes=writes).json()["results"])
    assert viewer(alice, "bob.test")["following"] == first
    assert alice.see("app.bsky.actor.getProfile", actor="bob.test")["followersCount"] == 1
    alice.delete({"uri": first})
    assert viewer(alice, "bob.test")["following"] == second


def test_mutes_are_private(alice, bob):
    alice.do("app.bsky.graph.muteActor", actor="bob.test")
    assert viewer(alice, "bob.test")["muted"] is True
    assert viewer(bob, "alice.test")["muted"] is False
    assert handles(alice.see("app.bsky.graph.getMutes")["mutes"]) == ["bob.test"]
    assert bob.see("app.bsky.graph.getMutes")["mutes"] == []
    alice.do("app.bsky.graph.unmuteActor", actor=bob.did)
    assert viewer(alice, "bob.test")["muted"] is False


def test_only_reposts_can_be_muted(alice, bob, carol):
    for user in (bob, carol):
        alice.write(FOLLOW, subject=user.did)
    post = carol.say("hello")
    bob.write("app.bsky.feed.repost", subject=post)
    assert len(alice.see("app.bsky.feed.getTimeline")["feed"]) == 2
    alice.do("app.bsky.graph.muteActor", actor="bob.test", onlyReposts=True)
    assert len(alice.see("app.bsky.feed.getTimeline")["feed"]) == 1
    assert (viewer(alice, "bob.test")["muted"], viewer(alice, "bob.test")["mutedOnlyReposts"]) == (
        False,
        True,
    )


@pytest.mark.parametrize("actor", ["alice.test", "nobody.test"])
def test_nobody_mutes_themselves_or_nobody(alice, actor):
    assert alice.post("app.bsky.graph.muteActor", actor=actor).status_code == 400


def test_a_block_keeps_two_accounts_apart(alice, bob):
    post = bob.say("hello")
    block = alice.write(BLOCK, subject=bob.did)
    assert viewer(alice, "bob.test")["blocking"] == block["uri"]
    assert viewer(bob, "alice.test")["blockedBy"] is True
    assert handles(alice.see("app.bsky.graph.getBlocks")["blocks"]) == ["bob.test"]
    assert alice.see("app.bsky.feed.getPosts", uris=[post["uri"]])["posts"] == []
    for user, other, error in ((alice, "bob.test", "BlockedActor"), (bob, "alice.test", "BlockedByActor")):
        answer = user.get("app.bsky.feed.getAuthorFeed", actor=other)
        assert (answer.status_code, answer.json()["error"]) == (400, error)
    thread = alice.see("app.bsky.feed.getPostThread", uri=post["uri"])["thread"]
    assert (thread["blocked"], thread["author"]["did"]) == (True, bob.did)


def test_relationships_name_who_isnt_there(alice):
    answer = alice.see("app.bsky.graph.getRelationships", actor="alice.test", others=["nobody.test"])
    assert answer["relationships"][0]["notFound"] is True
    answer = alice.see("app.bsky.graph.getRelationships", actor="nobody.test", others=["alice.test"])
    assert (answer["relationships"][0]["notFound"], "actor" in answer) == (True, False)
