from __future__ import annotations

from base64 import b32encode

import pytest

from atlex.data import cid_for

POST = "app.bsky.feed.post"


def cbor(data, at=0):
    """A value and where it ends: as much of CBOR as the protocol has."""
    major, number, at = data[at] >> 5, data[at] & 31, at + 1
    if number > 23:
        size = 1 << number - 24
        number, at = int.from_bytes(data[at : at + size]), at + size
    match major:
        case 0 | 1:
            return (number if major == 0 else -1 - number), at
        case 2 | 3:
            part = data[at : at + number]
            return (part if major == 2 else part.decode()), at + number
        case 4:
            items = []
            for _ in range(number):
                item, at = cbor(data, at)
                items.append(item)
            return items, at
        case 5:
            fields = {}
            for _ in range(number):
                key, at = cbor(data, at)
                fields[key], at = cbor(data, at)
            return fields, at
        case 6:
            link, at = cbor(data, at)
            return text_of(link[1:]), at
        case _:
            return {20: False, 21: True, 22: None}[number], at


def text_of(binary):
    return "b" + b32encode(binary).decode().rstrip("=").lower()


def varint(data, at):
    number = shift = 0
    while True:
        number |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return number, at


def read_car(data):
    size, at = varint(data, 0)
    header, _ = cbor(data, at)
    at += size
    blocks = {}
    while at < len(data):
        size, at = varint(data, at)
        blocks[text_of(data[at : at + 36])], _ = cbor(data, at + 36)
        at += size
    return header["roots"], blocks


def records(blocks, cid, found):
    """Walk through the tree below a node."""
    node, key = blocks[cid], b""
    if node["l"] is not None:
        records(blocks, node["l"], found)
    for entry in node["e"]:
        key = key[: entry["p"]] + entry["k"]
        found[key.decode()] = entry["v"]
        if entry["t"] is not None:
            records(blocks, entry["t"], found)
    return found


def test_a_repository_can_be_read_from_its_car(alice, call):
    written = [alice.say(str(number)) for number in range(50)]
    alice.delete(written.pop())
    answer = call.get("com.atproto.sync.getRepo", did=alice.did)
    assert answer.headers["content-type"] == "application/vnd.ipld.car"
    [root], blocks = read_car(answer.content)
    commit = blocks[root]
    latest = call.get("com.atproto.sync.getLatestCommit", did=alice.did).json()
    assert (root, commit["rev"]) == (latest["cid"], latest["rev"])
    assert (commit["did"], len(commit["sig"])) == (alice.did, 64)
    found = records(blocks, commit["data"], {})
    assert found == {post["uri"].partition(alice.did + "/")[2]: post["cid"] for post in written}
    assert {blocks[cid]["text"] for cid in found.values()} == {str(number) for number in range(49)}
    assert all(cid_for(blocks[cid]) == cid for cid in found.values())


def test_since_a_revision_only_newer_records_come(alice, call):
    alice.say("old")
    since = call.get("com.atproto.sync.getLatestCommit", did=alice.did).json()["rev"]
    alice.say("new")
    _, blocks = read_car(call.get("com.atproto.sync.getRepo", did=alice.did, since=since).content)
    assert [block["text"] for block in blocks.values() if "text" in block] == ["new"]


@pytest.mark.parametrize("there", [True, False])
def test_a_record_comes_with_its_proof(alice, call, there):
    posts = [alice.say(str(number)) for number in range(50)]
    rkey = posts[20]["uri"].rpartition("/")[2]
    if not there:
        alice.delete(posts[20])
    answer = call.get("com.atproto.sync.getRecord", did=alice.did, collection=POST, rkey=rkey)
    [root], blocks = read_car(answer.content)
    cid = blocks[root]["data"]
    path, key, found = f"{POST}/{rkey}", b"", None
    while cid is not None:
        node = blocks[cid]
        cid, key = node["l"], b""
        for entry in node["e"]:
            key = key[: entry["p"]] + entry["k"]
            if key.decode() > path:
                break
            cid = entry["t"]
            if key.decode() == path:
                found, cid = entry["v"], None
                break
    assert (found is not None) is there
    assert not there or blocks[found]["text"] == "20"
    assert len(blocks) < 50


def test_commits_name_the_cid_of_what_is_handed_out(alice, call):
    answer = alice.write_post()
    [root], _ = read_car(call.get("com.atproto.sync.getRepo", did=alice.did).content)
    assert answer["commit"]["cid"] == root


def test_repositories_are_listed_with_their_state(alice, bob, call, pds):
    pds.take_down("bob.test")
    first = call.get("com.atproto.sync.listRepos", limit=1).json()
    rest = call.get("com.atproto.sync.listRepos", limit=1, cursor=first["cursor"]).json()
    assert [repo["did"] for repo in first["repos"] + rest["repos"]] == [alice.did, bob.did]
    assert (rest["repos"][0]["status"], "cursor" in rest) == ("takendown", False)
    assert call.get("com.atproto.sync.getRepoStatus", did=bob.did).json()["active"] is False
    for name in ("getRepo", "getLatestCommit", "listBlobs"):
        answer = call.get(f"com.atproto.sync.{name}", did=bob.did)
        assert (answer.status_code, answer.json()["error"]) == (400, "RepoTakendown")
    for name in ("getRepo", "getRepoStatus"):
        answer = call.get(f"com.atproto.sync.{name}", did="did:web:nobody.test")
        assert (answer.status_code, answer.json()["error"]) == (400, "RepoNotFound")


def test_blobs_are_listed_page_by_page_once_records_refer_to_them(alice, call):
    blobs = [alice.upload(data, "image/png").json()["blob"] for data in (b"1", b"2", b"unused")]
    for blob in blobs[:2]:
        image = {"image": blob, "alt": ""}
        alice.say("picture", embed={"$type": "app.bsky.embed.images", "images": [image]})
    first = call.get("com.atproto.sync.listBlobs", did=alice.did, limit=1).json()
    rest = call.get("com.atproto.sync.listBlobs", did=alice.did, limit=1, cursor=first["cursor"]).json()
    assert first["cids"] + rest["cids"] == sorted(blob["ref"]["$link"] for blob in blobs[:2])
    assert "cursor" not in rest


# Identities


@pytest.mark.parametrize("identifier", ["alice.test", "did"])
def test_accounts_are_found_by_handle_and_did(alice, call, identifier):
    identifier = alice.did if identifier == "did" else identifier
    answer = call.get("com.atproto.identity.resolveIdentity", identifier=identifier).json()
    assert (answer["did"], answer["handle"]) == (alice.did, "alice.test")
    document = call.get("com.atproto.identity.resolveDid", did=alice.did).json()["didDoc"]
    assert document == answer["didDoc"]
    assert call.post("com.atproto.identity.refreshIdentity", identifier=identifier).json() == answer


@pytest.mark.parametrize(
    ("identifier", "error"),
    [("nobody.test", "HandleNotFound"), ("did:web:a.test", "DidNotFound"), ("bob.test", "DidDeactivated")],
)
def test_who_isnt_found_has_the_documented_codes(call, pds, identifier, error):
    pds.create_account("bob.test", deactivated=True)
    answer = call.get("com.atproto.identity.resolveIdentity", identifier=identifier)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_handles_own_host_says_whose_it_is(alice, call):
    answer = call.http.get("https://alice.test/.well-known/atproto-did")
    assert (answer.text, answer.headers["content-type"]) == (alice.did, "text/plain; charset=utf-8")
    assert call.http.get("https://nobody.test/.well-known/atproto-did").status_code == 404
