from __future__ import annotations

import pytest

NOW = "2024-01-01T00:00:00.000Z"


def gate(user, post, **rules):
    record = {"post": post["uri"], "createdAt": NOW, **rules}
    rkey = post["uri"].rpartition("/")[2]
    answer = user.repo("putRecord", collection="app.bsky.feed.threadgate", rkey=rkey, record=record)
    assert answer.is_success, answer.text


def flat(user, post, **options):
    answer = user.see("app.bsky.unspecced.getPostThreadV2", anchor=post["uri"], **options)
    items = [(item["depth"], item["value"]["post"]["record"]["text"]) for item in answer["thread"]]
    return items, answer


@pytest.fixture
def thread(alice, bob):
    """Alice's root, two replies of bob's, and a reply to each."""
    root = alice.say("root")
    first, second = bob.say("a", reply_to=root), bob.say("b", reply_to=root)
    leaf = alice.say("aa", reply_to=first, root=root)
    bob.say("bb", reply_to=second, root=root)
    bob.write("app.bsky.feed.like", subject=second)
    return {"root": root, "a": first, "b": second, "aa": leaf}


def test_a_thread_as_a_list_has_each_reply_below_what_it_replies_to(alice, thread):
    items, answer = flat(alice, thread["root"])
    assert items == [(0, "root"), (1, "a"), (2, "aa"), (1, "b"), (2, "bb")]
    assert answer["hasOtherReplies"] is False
    items, _ = flat(alice, thread["aa"])
    assert items == [(-2, "root"), (-1, "a"), (0, "aa")]
    assert flat(alice, thread["aa"], above=False)[0] == [(0, "aa")]


def test_a_thread_as_a_list_can_be_sorted_and_cut(alice, thread):
    assert flat(alice, thread["root"], sort="newest", below=1)[0] == [(0, "root"), (1, "b"), (1, "a")]
    items, answer = flat(alice, thread["root"], sort="top", branchingFactor=1, below=1)
    assert items == [(0, "root"), (1, "b"), (1, "a")]
    assert [item["value"]["moreReplies"] for item in answer["thread"]] == [0, 1, 1]


def test_only_direct_replies_are_shown_whatever_the_number_of_branches(alice, bob, thread):
    for text in ("ba", "bc"):
        bob.say(text, reply_to=thread["b"], root=thread["root"])
    items, answer = flat(alice, thread["b"], branchingFactor=1)
    assert [text for depth, text in items if depth == 1] == ["bb", "ba", "bc"]
    items, answer = flat(alice, thread["root"], branchingFactor=1)
    assert items == [(0, "root"), (1, "a"), (2, "aa"), (1, "b"), (2, "bb")]
    assert [item["value"]["moreReplies"] for item in answer["thread"]] == [0, 0, 0, 2, 0]


def test_the_author_of_a_thread_the_caller_and_followed_accounts_come_first(alice, bob, carol, pds, call):
    root = alice.say("root")
    dave = type(alice)(pds, call, "dave.test")
    for user in (dave, carol, bob, alice):
        user.say(user.account.handle, reply_to=root)
    bob.write("app.bsky.graph.follow", subject=carol.did)
    order = [text for _, text in flat(bob, root)[0]]
    assert order == ["root", "alice.test", "bob.test", "carol.test", "dave.test"]


def test_a_thread_says_what_is_missing(alice, bob, thread):
    bob.delete(thread["a"])
    answer = alice.see("app.bsky.unspecced.getPostThreadV2", anchor=thread["aa"]["uri"])
    assert answer["thread"][0]["value"] == {"$type": "app.bsky.unspecced.defs#threadItemNotFound"}
    answer = alice.see("app.bsky.unspecced.getPostThreadV2", anchor=thread["a"]["uri"])
    assert [item["value"]["$type"] for item in answer["thread"]] == [
        "app.bsky.unspecced.defs#threadItemNotFound"
    ]
    alice.write("app.bsky.graph.block", subject=bob.did)
    assert flat(alice, thread["root"])[0] == [(0, "root")]
    blocked = alice.see("app.bsky.unspecced.getPostThreadV2", anchor=thread["b"]["uri"])["thread"]
    assert blocked[0]["value"]["author"]["did"] == bob.did


@pytest.mark.parametrize("rule", ["mentionRule", "followerRule", "followingRule", "listRule"])
def test_a_thread_gate_shows_only_replies_of_those_it_lets_in(alice, bob, carol, rule):
    facet = {
        "index": {"byteStart": 0, "byteEnd": 1},
        "features": [{"$type": "app.bsky.richtext.facet#mention", "did": bob.did}],
    }
    root = alice.say("root", facets=[facet])
    members = alice.write("app.bsky.graph.list", name="friends", purpose="app.bsky.graph.defs#curatelist")
    alice.write("app.bsky.graph.listitem", list=members["uri"], subject=bob.did)
    alice.write("app.bsky.graph.follow", subject=bob.did)
    bob.write("app.bsky.graph.follow", subject=alice.did)
    named = {"list": members["uri"]} if rule == "listRule" else {}
    gate(alice, root, allow=[{"$type": f"app.bsky.feed.threadgate#{rule}", **named}])
    for user in (alice, bob, carol):
        user.say(user.account.handle, reply_to=root)
    assert [text for _, text in flat(alice, root)[0]] == ["root", "alice.test", "bob.test"]
    tree = carol.see("app.bsky.feed.getPostThread", uri=root["uri"])
    assert tree["thread"]["post"]["replyCount"] == 2
    assert tree["thread"]["post"]["viewer"]["replyDisabled"] is True
    assert tree["threadgate"]["record"]["post"] == root["uri"]
    assert len(tree["threadgate"]["lists"]) == (rule == "listRule")


def test_a_thread_gate_without_rules_lets_nobody_in_and_one_without_a_list_of_them_everybody(alice, bob):
    root = alice.say("root")
    bob.say("reply", reply_to=root)
    gate(alice, root, allow=[])
    assert flat(bob, root)[0] == [(0, "root")]
    gate(alice, root)
    assert flat(bob, root)[0] == [(0, "root"), (1, "reply")]


def test_replies_that_the_author_hid_are_among_the_others(alice, bob, thread):
    gate(alice, thread["root"], hiddenReplies=[thread["a"]["uri"]])
    items, answer = flat(bob, thread["root"])
    assert (items, answer["hasOtherReplies"]) == ([(0, "root"), (1, "b"), (2, "bb")], True)
    others = bob.see("app.bsky.unspecced.getPostThreadOtherV2", anchor=thread["root"]["uri"])["thread"]
    assert [(item["uri"], item["value"]["hiddenByThreadgate"]) for item in others] == [
        (thread["a"]["uri"], True)
    ]
