"""Batches of writes."""

from __future__ import annotations

import pytest
from tests.client._fakes import DID, answer, no_request, refusal, sent
from tests.client._package import POST, PROFILE, Post, Profile, Schema

from atlex.client import Applied, Commit, Create, Created, Delete, Deleted, InvalidSwapError, Update, Updated
from atlex.errors import InputError, XrpcInternalError, XrpcResponseError
from atlex.syntax import AtUri, Tid

pytestmark = pytest.mark.anyio

TID = "3jzfcijpj2z2a"
CID = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
OTHER_CID = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq"
URI = f"at://{DID}/com.example.post/{TID}"
RESULTS = {
    "create": {
        "$type": "com.atproto.repo.applyWrites#createResult",
        "uri": URI,
        "cid": CID,
        "validationStatus": "valid",
    },
    "update": {"$type": "com.atproto.repo.applyWrites#updateResult", "uri": URI, "cid": CID},
    "delete": {"$type": "com.atproto.repo.applyWrites#deleteResult"},
}


def applied(*kinds, cid=CID):
    return answer({"commit": {"cid": cid, "rev": TID}, "results": [RESULTS[kind] for kind in kinds]})


def posts(count):
    return [Create(Post(text=str(number))) for number in range(count)]


async def test_writes_of_all_kinds_go_in_one_request(twin):
    client = twin.client(applied("create", "update", "delete", "delete"))

    result = await twin.do(
        client.apply_writes(
            [
                Create(Post(text="a")),
                Update(Post(text="b"), TID),
                Delete(POST, TID),
                Delete("com.example.other", "key"),
            ]
        )
    )

    assert result == Applied(
        (Created(URI, CID, "valid"), Updated(URI, CID, None), Deleted(), Deleted()), (Commit(CID, TID),)
    )
    (request,) = client.requests
    assert request.nsid == "com.atproto.repo.applyWrites"
    kind = "com.atproto.repo.applyWrites#"
    assert sent(request) == {
        "repo": DID,
        "writes": [
            {
                "$type": f"{kind}create",
                "collection": "com.example.post",
                "value": {"$type": "com.example.post", "text": "a"},
            },
            {
                "$type": f"{kind}update",
                "collection": "com.example.post",
                "rkey": TID,
                "value": {"$type": "com.example.post", "text": "b"},
            },
            {"$type": f"{kind}delete", "collection": "com.example.post", "rkey": TID},
            {"$type": f"{kind}delete", "collection": "com.example.other", "rkey": "key"},
        ],
    }


async def test_every_argument_is_sent(twin):
    client = twin.client(applied("create"))
    await twin.do(
        client.apply_writes(
            iter([Create(Post(text="a"), TID)]), repo="alice.example.com", validate=False, swap_commit=CID
        )
    )
    body = sent(client.requests[0])
    assert body.pop("writes")[0]["rkey"] == TID
    assert body == {"repo": "alice.example.com", "validate": False, "swapCommit": CID}


async def test_a_literal_key_is_implied(twin):
    client = twin.client(applied("create", "update", "delete"))
    await twin.do(client.apply_writes([Create(Profile()), Update(Profile()), Delete(PROFILE)]))
    assert [write["rkey"] for write in sent(client.requests[0])["writes"]] == ["self"] * 3


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (Create(Post(text="a"), "self"), r"writes\[1\]\.rkey: not a valid tid"),
        (Create(Schema(lexicon=1)), r"writes\[1\]\.rkey: is required"),
        (Update(Post(text="a")), r"writes\[1\]\.rkey: is required"),
        (Update(Profile(), "other"), r"writes\[1\]\.rkey: another key"),
        (Delete(POST), r"writes\[1\]\.rkey: is required"),
        (Delete(POST, "self"), r"writes\[1\]\.rkey: not a valid tid"),
        (Delete("no nsid", "self"), r"writes\[1\]\.collection: not a valid nsid"),
        (Delete(5, "self"), r"writes\[1\]\.collection: "),
        (Create({"text": "a"}), r"writes\[1\]: Expected a record, got dict"),
        (Update(None, TID), r"writes\[1\]: Expected a record, got NoneType"),
        ("post", r"writes\[1\]: Expected Create, Update or Delete, got str"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
async def test_a_write_that_doesnt_fit_is_refused_before_anything_is_sent(twin, write, message):
    client = twin.client()
    with no_request(client), pytest.raises(InputError, match=message):
        await twin.do(client.apply_writes([*posts(1), write], chunk_size=1))


async def test_a_record_that_was_broken_later_is_refused(twin):
    post = Post(text="a")
    post.__dict__["text"] = "much too long"
    client = twin.client()
    with no_request(client), pytest.raises(InputError, match=r"writes\[0\]\.text: "):
        await twin.do(client.apply_writes([Create(post)]))


async def test_without_an_account_a_repository_has_to_be_named(twin):
    client = twin.client(did=None)
    with no_request(client), pytest.raises(XrpcInternalError, match="isn't authenticated"):
        await twin.do(client.apply_writes(posts(1)))


async def test_no_writes_are_no_request(twin):
    client = twin.client()
    assert await twin.do(client.apply_writes([])) == Applied((), ())


async def test_a_server_that_says_nothing_of_what_it_did(twin):
    client = twin.client(answer({}))
    assert await twin.do(client.apply_writes(posts(1))) == Applied((), ())


async def test_neither_proxy_nor_labelers_apply(twin):
    client = twin.client(applied("create"), proxy="did:web:a.example.com#b", labelers=[DID])
    await twin.do(client.apply_writes(posts(1)))
    assert not {name for name in client.requests[0].headers if name.startswith("atproto-")}


class TestChunks:
    async def test_without_being_asked_for_there_are_none(self, twin):
        client = twin.client(applied(*["create"] * 300))
        result = await twin.do(client.apply_writes(posts(300)))
        assert len(client.requests) == 1
        assert len(result.results) == 300

    async def test_writes_are_cut_in_order(self, twin):
        client = twin.client(
            applied("create", "create"), applied("create", "create", cid=OTHER_CID), applied("create")
        )
        result = await twin.do(client.apply_writes(posts(5), chunk_size=2))
        texts = [[write["value"]["text"] for write in sent(request)["writes"]] for request in client.requests]
        assert texts == [["0", "1"], ["2", "3"], ["4"]]
        assert len(result.results) == 5
        assert [commit.cid for commit in result.commits] == [CID, OTHER_CID, CID]
        assert all("swapCommit" not in sent(request) for request in client.requests)

    async def test_a_swap_holds_for_each_chunk_by_the_commit_of_the_one_before(self, twin):
        client = twin.client(applied("create", cid=OTHER_CID), answer({}), applied("create"))
        await twin.do(client.apply_writes(posts(3), chunk_size=1, swap_commit=CID))
        swaps = [sent(request).get("swapCommit") for request in client.requests]
        assert swaps == [CID, OTHER_CID, None]

    async def test_an_error_says_what_had_been_written(self, twin):
        client = twin.client(applied("create", "create"), refusal("InvalidSwap"))
        with pytest.raises(InvalidSwapError) as caught:
            await twin.do(client.apply_writes(posts(5), chunk_size=2))
        assert caught.value.__notes__ == ["The first 2 of 5 writes had been made before."]

    async def test_an_error_of_the_first_chunk_says_nothing_of_it(self, twin):
        client = twin.client(refusal("Surprise"))
        with pytest.raises(XrpcResponseError) as caught:
            await twin.do(client.apply_writes(posts(5), chunk_size=2))
        assert not hasattr(caught.value, "__notes__")
        assert caught.value.method == "com.atproto.repo.applyWrites"

    @pytest.mark.parametrize("size", [0, -1])
    async def test_a_chunk_has_at_least_one_write(self, twin, size):
        client = twin.client()
        with no_request(client), pytest.raises(InputError, match="chunk_size"):
            await twin.do(client.apply_writes(posts(1), chunk_size=size))


async def test_writes_of_a_batch_can_name_one_anothers_records(twin):
    client = twin.client(applied("create", "create"))
    key = Tid.now()
    uri = str(AtUri(DID, "com.example.post", str(key)))
    await twin.do(client.apply_writes([Create(Post(text="a"), key), Create(Post(text="b", note=uri))]))
    first, second = sent(client.requests[0])["writes"]
    assert second["value"]["note"] == f"at://{DID}/{first['collection']}/{first['rkey']}"


async def test_an_at_uri_of_the_repository_will_do_for_a_key(twin):
    client = twin.client(applied("update", "delete", "delete"))
    uri = AtUri.parse(URI)
    writes = [Update(Post(text="b"), URI), Delete(POST, uri), Delete("com.example.post", URI)]
    await twin.do(client.apply_writes(writes))
    assert [write["rkey"] for write in sent(client.requests[0])["writes"]] == [TID] * 3
    for write in (Delete(PROFILE, URI), Update(Profile(), URI), Delete("com.example.other", URI)):
        with no_request(client), pytest.raises(InputError, match=r"writes\[0\]: .* isn't the at-uri"):
            await twin.do(client.apply_writes([write]))
    elsewhere = "did:plc:other234other234other234"
    with no_request(client), pytest.raises(InputError, match=r"writes\[0\]: .* isn't in the repository"):
        await twin.do(client.apply_writes([Delete(POST, URI)], repo=elsewhere))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"writes": None}, "writes must be a list"),
        ({"writes": 5}, "writes must be a list"),
        ({"chunk_size": 0}, "chunk_size must be at least 1"),
        ({"chunk_size": "5"}, "chunk_size must be at least 1"),
        ({"chunk_size": 1.5}, "chunk_size must be at least 1"),
        ({"chunk_size": True}, "chunk_size must be at least 1"),
    ],
)
async def test_an_argument_of_the_wrong_type_is_refused_by_its_name(twin, arguments, message):
    client = twin.client()
    with no_request(client), pytest.raises(InputError, match=message):
        await twin.do(client.apply_writes(**{"writes": posts(2), **arguments}))
