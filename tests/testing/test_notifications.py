from __future__ import annotations

import datetime as dt

import pytest


def mention(did):
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": did}
    return [{"index": {"byteStart": 0, "byteEnd": 1}, "features": [feature]}]


def reasons(user, **options):
    listed = user.see("app.bsky.notification.listNotifications", **options)["notifications"]
    return [notice["reason"] for notice in listed]


def pds_time(time):
    return (
        dt.datetime.fromtimestamp(time.now, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def unread(user):
    return user.see("app.bsky.notification.getUnreadCount")["count"]


@pytest.fixture
def busy(alice, bob, time):
    """Alice's post, and everything that bob can do with it."""
    post = alice.say("hello")
    time.now += 1
    bob.write("app.bsky.graph.follow", subject=alice.did)
    bob.write("app.bsky.feed.like", subject=post)
    bob.write("app.bsky.feed.repost", subject=post)
    bob.say("reply", reply_to=post)
    bob.say("quote", embed={"$type": "app.bsky.embed.record", "record": post})
    bob.say("mention", facets=mention(alice.did))
    return post


def test_everything_that_happens_to_an_account_is_told_the_newest_first(alice, bob, busy):
    assert reasons(alice) == ["mention", "quote", "reply", "repost", "like", "follow"]
    assert reasons(alice, reasons=["like", "reply"]) == ["reply", "like"]
    listed = alice.see("app.bsky.notification.listNotifications", reasons=["like"])["notifications"]
    assert (listed[0]["author"]["did"], listed[0]["reasonSubject"]) == (bob.did, busy["uri"])
    assert reasons(bob) == []


@pytest.mark.usefixtures("busy")
def test_notifications_come_in_pages(alice):
    seen, cursor = [], {}
    while True:
        answer = alice.see("app.bsky.notification.listNotifications", limit=4, **cursor)
        seen += [notice["uri"] for notice in answer["notifications"]]
        if "cursor" not in answer:
            break
        cursor = {"cursor": answer["cursor"]}
    assert len(seen) == len(set(seen)) == 6


def test_what_was_seen_is_read(alice, bob, busy, time):
    assert unread(alice) == 6
    time.now += 1
    seen_at = pds_time(time)
    alice.do("app.bsky.notification.updateSeen", seenAt=seen_at)
    answer = alice.see("app.bsky.notification.listNotifications")
    assert (answer["seenAt"], unread(alice)) == (seen_at, 0)
    assert all(notice["isRead"] for notice in answer["notifications"])
    time.now += 1
    bob.say("again", reply_to=busy)
    assert unread(alice) == 1
    newest, *others = alice.see("app.bsky.notification.listNotifications")["notifications"]
    assert not newest["isRead"]
    assert all(notice["isRead"] for notice in others)


@pytest.mark.usefixtures("busy")
def test_who_never_said_what_was_seen_has_read_all_but_the_newest(alice, bob, time):
    time.now += 1
    bob.say("mention", facets=mention(alice.did))
    listed = alice.see("app.bsky.notification.listNotifications")["notifications"]
    assert [notice["isRead"] for notice in listed] == [False, *[True] * 6]
    assert unread(alice) == 7


def test_what_happened_to_a_post_that_is_gone_is_told_no_more(alice, busy):
    alice.delete(busy)
    assert reasons(alice) == ["mention", "follow"]


@pytest.mark.parametrize("name", ["listNotifications", "getUnreadCount"])
def test_another_time_than_the_stored_one_cant_be_given(alice, name):
    answer = alice.get(f"app.bsky.notification.{name}", seenAt="2024-01-01T00:00:00Z")
    assert answer.status_code == 400


def test_only_those_of_accounts_that_one_follows_can_be_asked_for(alice, bob, carol):
    for user in (bob, carol):
        user.write("app.bsky.graph.follow", subject=alice.did)
    alice.write("app.bsky.graph.follow", subject=carol.did)
    answer = alice.see("app.bsky.notification.listNotifications", priority="true")
    assert [notice["author"]["handle"] for notice in answer["notifications"]] == ["carol.test"]


def test_a_post_notifies_an_account_once_and_never_its_author(alice, bob, busy):
    before = len(reasons(alice))
    bob.say("all at once", reply_to=busy, facets=mention(alice.did))
    assert reasons(alice)[0] == "mention"
    assert len(reasons(alice)) == before + 1
    alice.say("own reply", reply_to=busy)
    assert len(reasons(alice)) == before + 1


def test_what_is_undone_is_told_no_more(alice, bob):
    follow = bob.write("app.bsky.graph.follow", subject=alice.did)
    assert unread(alice) == 1
    bob.delete(follow)
    assert unread(alice) == 0


@pytest.mark.parametrize("way", ["actor", "thread", "block", "take down"])
def test_muted_and_blocked_is_not_told(alice, bob, busy, pds, way):
    match way:
        case "actor":
            alice.do("app.bsky.graph.muteActor", actor="bob.test")
        case "thread":
            alice.do("app.bsky.graph.muteThread", root=busy["uri"])
        case "block":
            bob.write("app.bsky.graph.block", subject=alice.did)
        case _:
            pds.take_down("bob.test")
    left = {"mention", "quote", "follow"} if way == "thread" else set()
    assert set(reasons(alice)) == left
    if way == "thread":
        alice.do("app.bsky.graph.unmuteThread", root=busy["uri"])
        assert len(reasons(alice)) == 6


def test_who_reposted_hears_of_likes_through_the_repost(alice, bob, carol):
    post = alice.say("hello")
    repost = bob.write("app.bsky.feed.repost", subject=post)
    carol.write("app.bsky.feed.like", subject=post, via=repost)
    assert reasons(bob) == ["like-via-repost"]
    assert reasons(alice) == ["like", "repost"]


def test_a_reply_is_told_to_those_above_it(alice, bob, carol):
    root = alice.say("root")
    middle = bob.say("middle", reply_to=root)
    carol.say("leaf", reply_to=middle, root=root)
    assert reasons(alice) == ["reply", "reply"]
    assert reasons(bob) == ["reply"]


def test_preferences_change_in_part(alice):
    before = alice.see("app.bsky.notification.getPreferences")["preferences"]
    like = {"include": "follows", "list": False, "push": False}
    changed = alice.do("app.bsky.notification.putPreferencesV2", like=like)["preferences"]
    assert changed == {**before, "like": like}
    assert alice.see("app.bsky.notification.getPreferences")["preferences"] == changed
