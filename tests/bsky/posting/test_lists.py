"""Lists and starter packs are made, filled, emptied and deleted, each account on a list once."""

from __future__ import annotations

import pytest

from atlex.errors import InputError, InvalidSwapError, XrpcError
from atlex_sdk import app

WRITES = "com.atproto.repo.applyWrites"
STRANGERS = [f"did:web:{number}.example.com" for number in range(450)]


def members(bsky):
    return [listed.value.subject for listed in bsky.client.app.bsky.graph.listitem.iterate(reverse=True)]


def test_a_list_is_made_with_its_members_at_once(pds, bsky, bob):
    made = bsky.create_list("Friends", ["bob.test", bob, "did:web:a.example.com"], description="of @bob.test")
    assert pds.count(WRITES) == 1
    found = bsky.client.app.bsky.graph.list.get(made.uri)
    assert (found.cid, found.value.name, found.value.purpose) == (
        made.cid,
        "Friends",
        app.bsky.graph.defs.CURATELIST,
    )
    assert found.value.description == "of @bob.test"
    assert found.value.description_facets[0].features == [app.bsky.richtext.facet.Mention(did=bob.did)]
    assert members(bsky) == [bob.did, "did:web:a.example.com"]
    assert {listed.value.list for listed in bsky.client.app.bsky.graph.listitem.iterate()} == {made.uri}


@pytest.mark.parametrize("purpose", ["modlist", "referencelist"])
def test_a_list_can_have_another_purpose(bsky, purpose):
    made = bsky.create_list("Others", purpose=purpose)
    assert bsky.client.app.bsky.graph.list.get(made.uri).value.purpose == f"app.bsky.graph.defs#{purpose}"


@pytest.mark.parametrize("name", ["", "x" * 65])
def test_a_name_that_breaks_the_lexicon_is_refused(pds, bsky, name):
    with pytest.raises(InputError, match="name"):
        bsky.create_list(name)
    with pytest.raises(InputError, match="name"):
        bsky.create_starter_pack(name, [])
    assert pds.count(WRITES) == 0


def test_many_members_are_written_in_batches_and_those_that_are_there_stay_once(pds, bsky):
    made = bsky.create_list("Many", STRANGERS[:10])
    assert bsky.add_to_list(made, STRANGERS) == STRANGERS[10:]
    assert pds.count(WRITES) == 1 + 3
    assert members(bsky) == STRANGERS
    assert bsky.add_to_list(made.uri, STRANGERS[:5]) == []
    assert pds.count(WRITES) == 1 + 3


def test_a_batch_that_failed_in_the_middle_is_completed_by_calling_again(pds, bsky):
    made = bsky.create_list("Many")
    pds.fail_next(WRITES, status=400)
    with pytest.raises(XrpcError):
        bsky.add_to_list(made, STRANGERS)
    bsky.add_to_list(made, STRANGERS[:250])
    assert bsky.add_to_list(made, STRANGERS) == STRANGERS[250:]
    assert members(bsky) == STRANGERS


def test_members_are_taken_off_one_list_alone(bsky, bob):
    first, second = bsky.create_list("One", [bob, *STRANGERS[:3]]), bsky.create_list("Two", [bob])
    link = f"https://bsky.app/profile/alice.test/lists/{first.rkey}"
    assert bsky.remove_from_list(link, ["bob.test", STRANGERS[1]]) == [bob.did, STRANGERS[1]]
    assert sorted(members(bsky)) == sorted([STRANGERS[0], STRANGERS[2], bob.did])
    with pytest.raises(InputError, match="1 of 2 accounts aren't on the list"):
        bsky.remove_from_list(first, ["bob.test", STRANGERS[0]])
    assert bsky.remove_from_list(first, ["bob.test", STRANGERS[0]], missing_ok=True) == [STRANGERS[0]]
    assert bsky.remove_from_list(second, [bob]) == [bob.did]


def test_a_list_is_deleted_with_its_members(bsky):
    kept = bsky.create_list("Kept", STRANGERS[:2])
    bsky.delete_list(bsky.create_list("Gone", STRANGERS[:210]))
    assert members(bsky) == STRANGERS[:2]
    assert [listed.uri for listed in bsky.client.app.bsky.graph.list.iterate()] == [kept.uri]


def test_what_is_no_list_of_this_account_is_refused(pds, bsky, bob):
    theirs, post = bob.create_list("Theirs"), bsky.post("hello")
    writes = pds.count(WRITES)
    for wrong, said in (
        (theirs, "isn't a record of this account"),
        (post, "neither a list nor a starter pack"),
    ):
        for method in (bsky.add_to_list, bsky.remove_from_list):
            with pytest.raises(InputError, match=said):
                method(wrong, ["bob.test"])
        with pytest.raises(InputError, match=said):
            bsky.delete_list(wrong)
    assert pds.count(WRITES) == writes


class TestStarterPacks:
    FEED = "at://did:web:feeds.example.com/app.bsky.feed.generator/cats"

    def test_a_starter_pack_is_made_with_its_list_at_once(self, pds, bsky, bob):
        pack = bsky.create_starter_pack("Start", ["bob.test"], description="#cats", feeds=[self.FEED])
        assert pds.count(WRITES) == 1
        found = bsky.client.app.bsky.graph.starterpack.get(pack.uri)
        assert (found.cid, found.value.name, found.value.description) == (pack.cid, "Start", "#cats")
        assert [feed.uri for feed in found.value.feeds] == [self.FEED]
        list_ = bsky.client.app.bsky.graph.list.get(found.value.list).value
        assert (list_.name, list_.purpose) == ("Start", app.bsky.graph.defs.REFERENCELIST)
        assert members(bsky) == [bob.did]

    def test_its_members_are_those_of_its_list(self, bsky, bob):
        pack = bsky.create_starter_pack("Start", STRANGERS[:2])
        link = f"https://bsky.app/starter-pack/alice.test/{pack.rkey}"
        assert bsky.add_to_list(link, [bob, STRANGERS[0]]) == [bob.did]
        assert bsky.remove_from_list(pack, [STRANGERS[0]]) == [STRANGERS[0]]
        assert members(bsky) == [STRANGERS[1], bob.did]
        bsky.delete_list(pack)
        graph = bsky.client.app.bsky.graph
        assert [list(kind.iterate()) for kind in (graph.starterpack, graph.list, graph.listitem)] == [
            [],
            [],
            [],
        ]

    def test_its_feeds_are_changed_and_nothing_else(self, bsky):
        pack = bsky.create_starter_pack("Start", [], description="about")
        bsky.set_starter_pack_feeds(pack, [self.FEED, "https://bsky.app/profile/alice.test/feed/dogs"])
        found = bsky.client.app.bsky.graph.starterpack.get(pack.rkey).value
        assert [feed.uri for feed in found.feeds] == [
            self.FEED,
            f"at://{bsky.did}/app.bsky.feed.generator/dogs",
        ]
        assert found.description == "about"
        bsky.set_starter_pack_feeds(pack.uri, [])
        assert bsky.client.app.bsky.graph.starterpack.get(pack.rkey).value.feeds is None

    def test_a_change_that_came_in_between_is_not_lost(self, pds, bsky):
        pack = bsky.create_starter_pack("Start", [])
        pds.fail_next("com.atproto.repo.putRecord", status=400, error="InvalidSwap")
        with pytest.raises(InvalidSwapError):
            bsky.set_starter_pack_feeds(pack, [self.FEED])

    def test_too_many_feeds_are_refused(self, pds, bsky):
        with pytest.raises(InputError, match="three feeds, not 4"):
            bsky.create_starter_pack("Start", [], feeds=[self.FEED] * 4)
        assert pds.count(WRITES) == 0
