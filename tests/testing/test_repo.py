from __future__ import annotations

import pytest

from atlex.data import cid_for
from atlex.syntax import is_valid_tid

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
THING = "com.example.thing"
NOW = "2024-01-01T00:00:00.000Z"
GOOD = {"text": "hi", "createdAt": NOW}
TID = "3jzfcijpj2z2a"
OLD_CID = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"
OTHER_CID = cid_for({"some": "thing"})


def error(response):
    """The status and the error code of a refusal."""
    return response.status_code, response.json()["error"]


def create(user, record=GOOD, collection=POST, **more):
    return user.repo("createRecord", collection=collection, record=record, **more)


def put(user, record=GOOD, collection=POST, rkey=TID, **more):
    return user.repo("putRecord", collection=collection, rkey=rkey, record=record, **more)


def delete(user, collection=POST, rkey=TID, **more):
    return user.repo("deleteRecord", collection=collection, rkey=rkey, **more)


def get(user, collection=POST, rkey=TID, **more):
    return user.get("com.atproto.repo.getRecord", repo=user.did, collection=collection, rkey=rkey, **more)


def keys(call, repo, collection=POST, **more):
    answer = call.get("com.atproto.repo.listRecords", repo=repo, collection=collection, **more).json()
    return [record["uri"].rpartition("/")[2] for record in answer["records"]], answer.get("cursor")


def test_a_record_is_written_under_a_new_tid_and_read_back(alice):
    written = create(alice).json()
    assert written["validationStatus"] == "valid"
    did, collection, rkey = written["uri"].removeprefix("at://").split("/")
    assert (did, collection) == (alice.did, POST)
    assert is_valid_tid(rkey)
    assert is_valid_tid(written["commit"]["rev"])
    read = get(alice, rkey=rkey).json()
    assert read["value"] == {"$type": POST, **GOOD}
    assert read["cid"] == written["cid"] == cid_for(read["value"])


def test_tids_rise_even_when_time_stands_still(alice):
    rkeys = [create(alice).json()["uri"] for _ in range(5)]
    assert rkeys == sorted(set(rkeys))


@pytest.mark.parametrize(
    ("arguments", "status", "code", "words"),
    [
        ({"record": {"createdAt": NOW}}, 400, "InvalidRequest", "Invalid app.bsky.feed.post record: text"),
        ({"record": {"createdAt": NOW}, "validate": True}, 400, "InvalidRequest", "text"),
        ({"record": {**GOOD, "text": "x" * 3001}}, 400, "InvalidRequest", "3001 bytes"),
        ({"record": {**GOOD, "createdAt": "now"}}, 400, "InvalidRequest", "createdAt"),
        ({"record": {**GOOD, "$type": LIKE}}, 400, "InvalidRequest", "expected app.bsky.feed.post"),
        ({"record": {**GOOD, "x": 1.5}}, 400, "InvalidRequest", "record.x"),
        ({"record": {**GOOD, "x": {"$link": OLD_CID}}}, 400, "InvalidRequest", "not a valid cid"),
        ({"record": {**GOOD, "x": {"$link": "nope"}}}, 400, "InvalidRequest", "cid"),
        ({"record": [1]}, 400, "InvalidRequest", "record"),
        ({"rkey": "self"}, 400, "InvalidRequest", "record key"),
        ({"rkey": "a/b"}, 400, "InvalidRequest", "rkey"),
        ({"rkey": ""}, 400, "InvalidRequest", "rkey"),
        ({"collection": "nope"}, 400, "InvalidRequest", "collection"),
        ({"collection": "app.bsky.actor.profile", "record": {}}, 400, "InvalidRequest", "record key"),
        ({"collection": THING, "validate": True}, 400, "InvalidRequest", "Unknown lexicon type"),
        ({"swapCommit": OTHER_CID}, 400, "InvalidSwap", "Commit was at"),
        ({"swapCommit": "junk"}, 400, "InvalidRequest", "swapCommit"),
    ],
)
def test_bad_records_are_refused_with_the_official_codes(alice, arguments, status, code, words):
    answer = create(alice, **arguments)
    assert error(answer) == (status, code)
    assert words in answer.json()["message"]


def test_many_faults_are_listed_and_the_rest_counted(alice):
    record = {"$type": POST, "text": "", "createdAt": NOW, "langs": ["?"] * 9}
    assert "and 5 more" in create(alice, record).json()["message"]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({}, "valid"),
        ({"validate": True}, "valid"),
        ({"validate": False}, None),
        ({"validate": False, "record": {}}, None),
        ({"validate": False, "rkey": "self"}, None),
        ({"collection": THING}, "unknown"),
        ({"collection": THING, "validate": False}, None),
    ],
)
def test_the_answer_says_whether_the_record_was_compared_with_its_document(alice, arguments, status):
    assert create(alice, **arguments).json().get("validationStatus") == status


def test_only_the_owner_writes(call, alice, bob):
    body = {"collection": POST, "record": GOOD}
    assert error(alice.post("com.atproto.repo.createRecord", repo=bob.did, **body)) == (
        401,
        "AuthenticationRequired",
    )
    assert error(alice.post("com.atproto.repo.createRecord", repo="nobody.test", **body)) == (
        403,
        "AccountNotFound",
    )
    assert error(call.post("com.atproto.repo.createRecord", repo=alice.did, **body)) == (401, "AuthMissing")
    assert alice.post("com.atproto.repo.createRecord", repo="alice.test", **body).status_code == 200


def test_a_taken_key_is_a_failure_as_on_the_real_server(alice):
    assert create(alice, rkey=TID).status_code == 200
    assert error(create(alice, rkey=TID)) == (500, "InternalServerError")


def test_a_commit_can_be_tied_to_the_one_before(alice):
    first = create(alice).json()["commit"]
    second = create(alice, swapCommit=first["cid"]).json()["commit"]
    assert second["cid"] != first["cid"]
    assert second["rev"] > first["rev"]
    assert error(create(alice, swapCommit=first["cid"])) == (400, "InvalidSwap")


def test_a_second_like_takes_the_place_of_the_first(alice, call):
    post = create(alice).json()
    like = {"subject": {"uri": post["uri"], "cid": post["cid"]}, "createdAt": NOW}
    uris = [create(alice, like, LIKE).json()["uri"] for _ in range(2)]
    assert keys(call, alice.did, LIKE)[0] == [uris[1].rpartition("/")[2]]
    create(alice, like, LIKE, validate=False)
    assert len(keys(call, alice.did, LIKE)[0]) == 2
    follow = {"subject": alice.did, "createdAt": NOW}
    for _ in range(2):
        create(alice, follow, "app.bsky.graph.follow")
    assert len(keys(call, alice.did, "app.bsky.graph.follow")[0]) == 1


def test_put_makes_changes_and_leaves_what_is_there_already(alice):
    made = put(alice).json()
    assert "commit" in made
    assert "commit" not in put(alice).json()
    changed = put(alice, {**GOOD, "text": "b"}).json()
    assert changed["cid"] != made["cid"]
    assert get(alice).json()["value"]["text"] == "b"


def test_put_compares_the_record_that_is_there(alice):
    assert error(put(alice, swapRecord=OTHER_CID)) == (400, "InvalidSwap")
    made = put(alice, swapRecord=None).json()
    assert error(put(alice, {**GOOD, "text": "b"}, swapRecord=None)) == (400, "InvalidSwap")
    assert error(put(alice, {**GOOD, "text": "b"}, swapRecord=OTHER_CID)) == (400, "InvalidSwap")
    assert put(alice, {**GOOD, "text": "b"}, swapRecord=made["cid"]).status_code == 200
    assert error(put(alice, {**GOOD, "text": "c"}, swapCommit=OTHER_CID)) == (400, "InvalidSwap")


def test_delete_removes_and_is_content_with_nothing_to_remove(alice):
    assert delete(alice).json() == {}
    made = put(alice).json()
    assert error(delete(alice, swapRecord=OTHER_CID)) == (400, "InvalidSwap")
    assert "commit" in delete(alice, swapRecord=made["cid"]).json()
    assert error(get(alice)) == (400, "RecordNotFound")
    assert error(delete(alice, swapRecord=None)) == (400, "InvalidRequest")


def test_reading_needs_the_right_names(call, alice):
    made = put(alice).json()
    assert get(alice, cid=made["cid"]).status_code == 200
    assert error(get(alice, cid=OTHER_CID)) == (400, "RecordNotFound")
    assert error(get(alice, rkey="nope")) == (400, "RecordNotFound")
    params = {"repo": "nobody.test", "collection": POST}
    assert error(call.get("com.atproto.repo.getRecord", rkey="a", **params)) == (400, "InvalidRequest")
    assert error(call.get("com.atproto.repo.listRecords", **params)) == (400, "InvalidRequest")
    assert error(call.get("com.atproto.repo.describeRepo", repo="nobody.test")) == (400, "RepoNotFound")


def test_lists_come_in_pages_from_either_end(call, alice):
    for number in range(5):
        put(alice, rkey=f"3jzfcijpj2z2{'abcde'[number]}")
    first, cursor = keys(call, "alice.test", limit=2)
    second, cursor = keys(call, "alice.test", limit=2, cursor=cursor)
    third, cursor = keys(call, "alice.test", limit=2, cursor=cursor)
    # The real server gives a cursor with every page that has records.
    assert (first + second + third)[::-1] == [f"3jzfcijpj2z2{last}" for last in "abcde"]
    assert keys(call, "alice.test", limit=2, cursor=cursor) == ([], None)
    forward, cursor = keys(call, "alice.test", limit=3, reverse="true")
    assert forward == ["3jzfcijpj2z2a", "3jzfcijpj2z2b", "3jzfcijpj2z2c"]
    rest, _ = keys(call, "alice.test", limit=3, reverse="true", cursor=cursor)
    assert rest == ["3jzfcijpj2z2d", "3jzfcijpj2z2e"]


@pytest.mark.parametrize("limit", ["0", "101", "x", "1.5"])
def test_limits_are_held(call, alice, limit):
    answer = call.get("com.atproto.repo.listRecords", repo=alice.did, collection=POST, limit=limit)
    assert error(answer) == (400, "InvalidRequest")
    assert "limit" in answer.json()["message"]


def test_a_repository_describes_itself(call, pds, alice):
    put(alice)
    delete(alice)
    create(alice, {"a": 1}, THING)
    body = call.get("com.atproto.repo.describeRepo", repo="alice.test").json()
    assert body["collections"] == [THING]
    assert body["handle"] == "alice.test"
    pds.take_down("alice.test")
    assert error(call.get("com.atproto.repo.describeRepo", repo="alice.test")) == (400, "RepoTakendown")
    pds.create_account("off.test", deactivated=True)
    assert error(call.get("com.atproto.repo.describeRepo", repo="off.test")) == (400, "RepoDeactivated")


class TestApplyWrites:
    def write(self, user, *writes, **more):
        typed = [
            {"$type": f"com.atproto.repo.applyWrites#{action}", "collection": POST, **rest}
            for action, rest in writes
        ]
        return user.repo("applyWrites", writes=typed, **more)

    def test_several_writes_are_one_commit(self, alice, call):
        answer = self.write(
            alice,
            ("create", {"value": GOOD}),
            ("create", {"value": GOOD, "rkey": TID}),
            ("update", {"value": {**GOOD, "text": "b"}, "rkey": TID}),
        ).json()
        assert [result["$type"].partition("#")[2] for result in answer["results"]] == [
            "createResult",
            "createResult",
            "updateResult",
        ]
        assert get(alice).json()["value"]["text"] == "b"
        answer = self.write(alice, ("delete", {"rkey": TID})).json()
        assert answer["results"] == [{"$type": "com.atproto.repo.applyWrites#deleteResult"}]
        assert len(keys(call, alice.did)[0]) == 1

    def test_one_bad_write_stops_all(self, alice, call):
        for bad in (("delete", {"rkey": "nope"}), ("update", {"rkey": TID, "value": GOOD})):
            answer = self.write(alice, ("create", {"value": GOOD}), bad)
            assert error(answer) == (500, "InternalServerError")
        assert error(self.write(alice, ("create", {"value": {}}))) == (400, "InvalidRequest")
        assert keys(call, alice.did) == ([], None)

    def test_there_are_limits(self, alice):
        assert error(self.write(alice, *[("create", {"value": GOOD})] * 201)) == (400, "InvalidRequest")
        assert error(self.write(alice, ("nope", {}))) == (400, "InvalidRequest")
        assert error(self.write(alice, swapCommit=OTHER_CID)) == (400, "InvalidSwap")
        assert self.write(alice).json()["results"] == []


class TestBlobs:
    def image_post(self, blob):
        return {
            **GOOD,
            "embed": {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": blob}]},
        }

    def fetch(self, call, user, cid, **more):
        return call.get("com.atproto.sync.getBlob", did=user.did, cid=cid, **more)

    def test_a_blob_can_be_seen_while_a_record_refers_to_it(self, call, alice):
        blob = alice.upload(b"\x89PNG\r\n\x1a\n...", "image/png").json()["blob"]
        cid = blob["ref"]["$link"]
        assert error(self.fetch(call, alice, cid)) == (400, "InvalidRequest")
        uris = [create(alice, self.image_post(blob)).json()["uri"] for _ in range(2)]
        answer = self.fetch(call, alice, cid)
        assert answer.content == b"\x89PNG\r\n\x1a\n..."
        assert answer.headers["content-type"] == "image/png"
        for uri in uris:
            assert self.fetch(call, alice, cid).status_code == 200
            delete(alice, rkey=uri.rpartition("/")[2])
        assert error(self.fetch(call, alice, cid)) == (400, "InvalidRequest")
        assert error(create(alice, self.image_post(blob))) == (400, "BlobNotFound")

    def test_what_a_record_says_of_its_blob_must_be_right(self, alice):
        blob = alice.upload(b"abc", "image/png").json()["blob"]
        assert error(create(alice, self.image_post({**blob, "size": 4}))) == (400, "InvalidSize")
        jpeg = {**blob, "mimeType": "image/jpeg"}
        assert error(create(alice, self.image_post(jpeg))) == (400, "InvalidMimeType")
        legacy = {"cid": blob["ref"]["$link"], "mimeType": "image/png"}
        assert error(create(alice, {"list": [legacy]}, THING)) == (400, "InvalidRequest")

    def test_the_content_decides_over_the_declared_type(self, alice):
        assert alice.upload(b"GIF89a", "text/plain").json()["blob"]["mimeType"] == "image/gif"
        assert alice.upload(b"x", "Text/Plain; charset=utf-8").json()["blob"]["mimeType"] == "text/plain"

    def test_uploads_have_rules(self, call, alice):
        assert error(call.send("com.atproto.repo.uploadBlob", b"a", "text/plain")) == (401, "AuthMissing")
        assert error(alice.upload(b"a", None)) == (400, "InvalidRequest")
        assert error(alice.upload(b"x" * (5 * 1024 * 1024 + 1))) == (413, "PayloadTooLarge")
        assert alice.upload(b"").json()["blob"]["size"] == 0
        assert alice.upload(b'{"a":', "application/json").status_code == 200

    def test_getting_blobs_needs_no_token_but_no_bad_one_either(self, call, alice):
        cid = alice.upload().json()["blob"]["ref"]["$link"]
        params = {"did": alice.did, "cid": cid}
        nsid = "com.atproto.sync.getBlob"
        assert error(call.get(nsid, "junk", **params)) == (400, "InvalidToken")
        basic = {"authorization": "Basic YTpi"}
        assert error(call.get(nsid, headers=basic, **params)) == (401, "AuthenticationRequired")
        assert error(call.get(nsid, did="did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", cid=cid)) == (400, "RepoNotFound")
