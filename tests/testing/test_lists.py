from __future__ import annotations

import pytest

GONE = "at://did:web:gone.test/app.bsky.graph.list/a"


def new_list(user, name="friends", purpose="curatelist"):
    return user.write("app.bsky.graph.list", name=name, purpose=f"app.bsky.graph.defs#{purpose}")


def put_on(user, members, subject):
    return user.write("app.bsky.graph.listitem", list=members["uri"], subject=subject.did)


def handles(items):
    return [item["subject"]["handle"] for item in items]


def names(answer):
    return [item["name"] for item in answer["lists"]]


def viewer(user, actor):
    return user.see("app.bsky.actor.getProfile", actor=actor)["viewer"]


def test_a_list_has_its_members_the_newest_first_and_in_pages(alice, bob, carol):
    members = new_list(alice)
    item = put_on(alice, members, bob)
    put_on(alice, members, carol)
    first = bob.see("app.bsky.graph.getList", list=members["uri"], limit=1)
    assert (first["list"]["name"], first["list"]["listItemCount"]) == ("friends", 2)
    assert first["list"]["creator"]["did"] == alice.did
    assert handles(first["items"]) == ["carol.test"]
    rest = bob.see("app.bsky.graph.getList", list=members["uri"], limit=1, cursor=first["cursor"])
    assert (handles(rest["items"]), rest["items"][0]["uri"]) == (["bob.test"], item["uri"])
    alice.delete(item)
    assert handles(bob.see("app.bsky.graph.getList", list=members["uri"])["items"]) == ["carol.test"]
    assert bob.get("app.bsky.graph.getList", list=GONE).status_code == 400


def test_nobody_is_put_on_a_list_by_others(alice, bob):
    members = new_list(alice)
    put_on(bob, members, bob)
    assert alice.see("app.bsky.graph.getList", list=members["uri"])["items"] == []


def test_an_account_on_a_list_twice_is_there_once(alice, bob):
    members = new_list(alice)
    for _ in range(2):
        put_on(alice, members, bob)
    answer = alice.see("app.bsky.graph.getList", list=members["uri"])
    assert (handles(answer["items"]), answer["list"]["listItemCount"]) == (["bob.test"], 1)


def test_the_lists_of_an_account_can_be_told_apart_by_purpose(alice, bob):
    for purpose in ("curatelist", "modlist", "referencelist"):
        new_list(alice, purpose, purpose)
    assert names(bob.see("app.bsky.graph.getLists", actor="alice.test")) == ["modlist", "curatelist"]
    assert names(bob.see("app.bsky.graph.getLists", actor="alice.test", purposes=["modlist"])) == ["modlist"]
    assert bob.see("app.bsky.actor.getProfile", actor="alice.test")["associated"]["lists"] == 3


def test_ones_own_lists_say_who_is_on_them(alice, bob):
    first, _ = new_list(alice, "first"), new_list(alice, "second")
    item = put_on(alice, first, bob)
    answer = alice.see("app.bsky.graph.getListsWithMembership", actor="bob.test")["listsWithMembership"]
    shown = [(entry["list"]["name"], entry.get("listItem", {}).get("uri")) for entry in answer]
    assert shown == [("second", None), ("first", item["uri"])]


def test_a_list_mutes_those_on_it(alice, bob):
    members = new_list(bob, purpose="modlist")
    put_on(bob, members, bob)
    alice.do("app.bsky.graph.muteActorList", list=members["uri"])
    state = viewer(alice, "bob.test")
    assert (state["muted"], state["mutedByList"]["uri"]) == (True, members["uri"])
    [muted] = alice.see("app.bsky.graph.getListMutes")["lists"]
    assert (muted["uri"], muted["viewer"]["muted"]) == (members["uri"], True)
    by_handle = members["uri"].replace(bob.did, "bob.test")
    alice.do("app.bsky.graph.unmuteActorList", list=by_handle)
    assert viewer(alice, "bob.test")["muted"] is False


def test_a_list_blocks_those_on_it(alice, bob):
    members = new_list(alice, purpose="modlist")
    put_on(alice, members, bob)
    block = alice.write("app.bsky.graph.listblock", subject=members["uri"])
    assert viewer(alice, "bob.test")["blockingByList"]["viewer"]["blocked"] == block["uri"]
    assert viewer(bob, "alice.test")["blockedBy"] is True
    assert names(alice.see("app.bsky.graph.getListBlocks")) == ["friends"]
    [between] = bob.see("app.bsky.graph.getRelationships", actor=bob.did, others=[alice.did])["relationships"]
    assert between["blockedByList"] == members["uri"]


def test_a_list_has_a_feed(alice, bob, carol):
    members = new_list(alice)
    put_on(alice, members, bob)
    bob.say("on the list")
    carol.say("elsewhere")
    feed = alice.see("app.bsky.feed.getListFeed", list=members["uri"])["feed"]
    assert [item["post"]["record"]["text"] for item in feed] == ["on the list"]
    assert alice.see("app.bsky.feed.getListFeed", list=GONE)["feed"] == []


@pytest.fixture
def pack(alice, bob):
    members = new_list(alice, purpose="referencelist")
    put_on(alice, members, bob)
    feed = alice.write("app.bsky.feed.generator", did="did:web:feed.test", displayName="Cats")
    return alice.write(
        "app.bsky.graph.starterpack", name="Cat people", list=members["uri"], feeds=[{"uri": feed["uri"]}]
    )


def test_a_starter_pack_shows_its_list_and_feeds(alice, bob, pack):
    view = bob.see("app.bsky.graph.getStarterPack", starterPack=pack["uri"])["starterPack"]
    assert handles(view["listItemsSample"]) == ["bob.test"]
    assert (view["list"]["listItemCount"], view["feeds"][0]["displayName"]) == (1, "Cats")
    missing = pack["uri"] + "x"
    assert bob.get("app.bsky.graph.getStarterPack", starterPack=missing).status_code == 400
    several = bob.see("app.bsky.graph.getStarterPacks", uris=[missing, pack["uri"]])["starterPacks"]
    assert [item["uri"] for item in several] == [pack["uri"]]
    [own] = alice.see("app.bsky.graph.getStarterPacksWithMembership", actor="bob.test")[
        "starterPacksWithMembership"
    ]
    assert own["listItem"]["subject"]["did"] == bob.did


@pytest.mark.usefixtures("pack")
def test_starter_packs_are_found_by_account_and_by_word(bob):
    found = bob.see("app.bsky.graph.getActorStarterPacks", actor="alice.test")["starterPacks"]
    assert [item["record"]["name"] for item in found] == ["Cat people"]
    assert bob.see("app.bsky.graph.searchStarterPacks", q="cat")["starterPacks"] == found
    assert bob.see("app.bsky.graph.searchStarterPacks", q="dog")["starterPacks"] == []


def test_custom_feeds_and_labelers_show_what_their_records_say(alice, bob):
    feed = alice.write("app.bsky.feed.generator", did="did:web:feed.test", displayName="Cats")
    like = bob.write("app.bsky.feed.like", subject=feed)
    view = bob.see("app.bsky.feed.getFeedGenerator", feed=feed["uri"])["view"]
    assert (view["displayName"], view["likeCount"], view["viewer"]) == ("Cats", 1, {"like": like["uri"]})
    assert bob.see("app.bsky.feed.getFeedGenerators", feeds=[GONE, feed["uri"]])["feeds"] == [view]
    assert bob.see("app.bsky.feed.getActorFeeds", actor="alice.test")["feeds"] == [view]
    assert bob.get("app.bsky.feed.getFeedGenerator", feed=GONE).status_code == 400
    record = {"policies": {"labelValues": ["spam"]}, "createdAt": "2024-01-01T00:00:00Z"}
    alice.repo("putRecord", collection="app.bsky.labeler.service", rkey="self", record=record)
    for detailed, kind in (("true", "labelerViewDetailed"), ("false", "labelerView")):
        answer = bob.see("app.bsky.labeler.getServices", dids=[alice.did, bob.did], detailed=detailed)
        [labeler] = answer["views"]
        assert labeler["$type"].endswith(f"#{kind}")


@pytest.mark.parametrize("kind", ["list", "starterpack", "generator", "service", "follow"])
def test_posts_can_embed_more_than_posts(alice, bob, kind):
    members = new_list(alice)
    match kind:
        case "list":
            record = members
        case "starterpack":
            record = alice.write("app.bsky.graph.starterpack", name="pack", list=members["uri"])
        case "generator":
            record = alice.write("app.bsky.feed.generator", did="did:web:feed.test", displayName="Cats")
        case "service":
            value = {"policies": {"labelValues": []}, "createdAt": "2024-01-01T00:00:00Z"}
            answer = alice.repo("putRecord", collection="app.bsky.labeler.service", rkey="self", record=value)
            record = {name: answer.json()[name] for name in ("uri", "cid")}
        case _:
            record = alice.write("app.bsky.graph.follow", subject=bob.did)
    post = bob.say("look", embed={"$type": "app.bsky.embed.record", "record": record})
    [view] = bob.see("app.bsky.feed.getPosts", uris=[post["uri"]])["posts"]
    embedded = view["embed"]["record"]
    assert embedded["uri"] == record["uri"]
    assert embedded.get("notFound", False) is (kind == "follow")


def test_bookmarks_are_private_and_survive_their_post(alice, bob):
    post = bob.say("hello")
    for _ in range(2):
        alice.do("app.bsky.bookmark.createBookmark", **post)
    [kept] = alice.see("app.bsky.bookmark.getBookmarks")["bookmarks"]
    assert (kept["subject"], kept["item"]["viewer"]["bookmarked"]) == (post, True)
    assert bob.see("app.bsky.bookmark.getBookmarks")["bookmarks"] == []
    assert bob.see("app.bsky.feed.getPosts", uris=[post["uri"]])["posts"][0]["bookmarkCount"] == 1
    bob.delete(post)
    assert alice.see("app.bsky.bookmark.getBookmarks")["bookmarks"][0]["item"]["notFound"] is True
    alice.do("app.bsky.bookmark.deleteBookmark", uri=post["uri"])
    assert alice.see("app.bsky.bookmark.getBookmarks")["bookmarks"] == []
    wrong = alice.post("app.bsky.bookmark.createBookmark", uri=GONE, cid=post["cid"])
    assert (wrong.status_code, wrong.json()["error"]) == (400, "UnsupportedCollection")
