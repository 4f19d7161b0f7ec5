"""Records of one type: written, read, listed, deleted."""

from __future__ import annotations

import inspect

import pytest
from tests.client._fakes import DID, answer, no_request, query, refusal, sent
from tests.client._package import Anything, Post, Profile, Schema

from atlex import OMIT, issues
from atlex.client import (
    AsyncLiteralRecords,
    AsyncRecords,
    Commit,
    Created,
    Deleted,
    InvalidSwapError,
    Listed,
    LiteralRecords,
    Page,
    RecordNotFoundError,
    Records,
    Stored,
    Updated,
    Written,
)
from atlex.errors import InputError, XrpcInternalError, XrpcResponseError, XrpcResponseValidationError
from atlex.syntax import AtUri, Tid

pytestmark = pytest.mark.anyio

TID = "3jzfcijpj2z2a"
CID = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
OTHER = "did:plc:other234other234other234"
URI = f"at://{DID}/com.example.post/{TID}"
COMMIT = {"cid": CID, "rev": TID}


def written(**more):
    return answer({"uri": URI, "cid": CID, **more})


def stored(value, **more):
    return answer({"uri": URI, "cid": CID, "value": value, **more})


def wire(text="hello", **more):
    return {"$type": "com.example.post", "text": text, **more}


def listed(*values, cursor=None):
    records = [{"uri": URI, "cid": CID, "value": value} for value in values]
    return answer({"records": records} if cursor is None else {"records": records, "cursor": cursor})


class TestCreate:
    async def test_it_sends_the_record_and_gives_what_was_written(self, twin):
        client = twin.client(written(commit=COMMIT, validationStatus="valid"))
        post = Post(text="hello")

        result = await twin.do(client.example.post.create(post))

        assert result == Written(URI, CID, post, Commit(CID, TID), "valid")
        assert result.value is post
        (request,) = client.requests
        assert request.nsid == "com.atproto.repo.createRecord"
        assert sent(request) == {"repo": DID, "collection": "com.example.post", "record": wire()}

    async def test_every_argument_is_sent(self, twin):
        client = twin.client(written())
        result = await twin.do(
            client.example.post.create(
                Post(text="hello"), rkey=TID, repo="alice.example.com", validate=False, swap_commit=CID
            )
        )
        assert sent(client.requests[0]) == {
            "repo": "alice.example.com",
            "collection": "com.example.post",
            "rkey": TID,
            "validate": False,
            "record": wire(),
            "swapCommit": CID,
        }
        assert (result.commit, result.validation_status) == (None, None)

    async def test_a_literal_key_is_implied(self, twin):
        client = twin.client(written())
        await twin.do(client.example.profile.create(Profile(name="Alice")))
        assert sent(client.requests[0]) == {
            "repo": DID,
            "collection": "com.example.profile",
            "rkey": "self",
            "record": {"$type": "com.example.profile", "name": "Alice"},
        }

    async def test_a_record_that_breaks_its_lexicon_is_refused(self, twin):
        client = twin.client()
        post = Post(text="hello")
        post.__dict__["text"] = "much too long"
        with no_request(client), pytest.raises(InputError, match="text: "):
            await twin.do(client.example.post.create(post))

    @pytest.mark.parametrize("record", [Profile(), {"text": "hello"}, None], ids=["other", "dict", "none"])
    async def test_what_isnt_an_instance_of_the_class_is_refused(self, twin, record):
        client = twin.client()
        with no_request(client), pytest.raises(InputError, match="Expected an instance of Post"):
            await twin.do(client.example.post.create(record))

    async def test_undeclared_fields_of_a_record_that_was_read_go_back(self, twin):
        client = twin.client(stored(wire(later=1)), written())
        read = await twin.do(client.example.post.get(TID))
        await twin.do(client.example.post.create(read.value))
        assert sent(client.requests[1])["record"] == wire(later=1)

    async def test_a_record_that_was_read_without_its_type_is_sent_with_it(self, twin):
        client = twin.client(written())
        await twin.do(client.example.post.create(Post.from_wire({"text": "hello"})))
        assert sent(client.requests[0])["record"] == wire()


class TestKeys:
    @pytest.mark.parametrize(
        ("collection", "record", "good", "bad"),
        [
            ("post", Post(text="a"), TID, "self"),
            ("schema", Schema(lexicon=1), "com.example.post", "self"),
            ("anything", Anything(value="a"), "any-key:1", "a/b"),
            ("anything", Anything(value="a"), "self", ".."),
        ],
    )
    async def test_a_key_has_to_be_of_the_types_kind(self, twin, collection, record, good, bad):
        client = twin.client(*(written() for _ in range(2)), stored(record.to_wire()), answer({}))
        records = getattr(client.example, collection)
        calls = [
            lambda key: records.create(record, rkey=key),
            lambda key: records.put(key, record),
            records.get,
            records.delete,
        ]
        for call in calls:
            for refused in (bad, 10**5000):
                with no_request(client), pytest.raises(InputError, match="rkey: not a valid"):
                    await twin.do(call(refused))
            await twin.do(call(good))
        keys = [sent(request)["rkey"] for request in client.requests if request.body]
        assert keys == [good] * 3

    async def test_the_server_makes_a_key_where_the_kind_is_tid_or_any(self, twin):
        client = twin.client(written(), written())
        await twin.do(client.example.post.create(Post(text="a")))
        await twin.do(client.example.anything.create(Anything(value="a")))
        assert all("rkey" not in sent(request) for request in client.requests)

    async def test_a_tid_made_here_is_a_key_of_every_call(self, twin):
        client = twin.client(written(), written(), stored(wire()), answer({}), written())
        tid, posts = Tid.now(), client.example.post
        await twin.do(posts.create(Post(text="a"), rkey=tid))
        await twin.do(posts.put(tid, Post(text="a")))
        await twin.do(posts.get(tid))
        await twin.do(posts.delete(tid))
        await twin.do(client.example.anything.create(Anything(value="a"), rkey=tid))
        keys = [sent(request) if request.body else query(request) for request in client.requests]
        assert [key["rkey"] for key in keys] == [str(tid)] * 5

    async def test_a_tid_is_no_nsid(self, twin):
        client = twin.client()
        with no_request(client), pytest.raises(InputError, match="rkey: not a valid nsid"):
            await twin.do(client.example.schema.create(Schema(lexicon=1), rkey=Tid.now()))

    async def test_the_server_cant_make_an_nsid(self, twin):
        client = twin.client()
        with no_request(client), pytest.raises(InputError, match="need a record key"):
            await twin.do(client.example.schema.create(Schema(lexicon=1)))

    @pytest.mark.parametrize("key", [None, 5, "", "a" * 513])
    async def test_what_cant_be_a_key_is_refused(self, twin, key):
        client = twin.client()
        for call in (client.example.anything.get, client.example.anything.delete):
            with no_request(client), pytest.raises(InputError, match="rkey"):
                await twin.do(call(key))


class TestGet:
    async def test_it_gives_the_record_as_its_class(self, twin):
        client = twin.client(stored(wire("hello", note="a")))
        result = await twin.do(client.example.post.get(TID))
        assert result == Stored(URI, CID, Post.from_wire(wire("hello", note="a")))
        assert isinstance(result.value, Post)
        (request,) = client.requests
        assert request.nsid == "com.atproto.repo.getRecord"
        assert query(request) == {"repo": DID, "collection": "com.example.post", "rkey": TID}

    async def test_every_argument_is_sent(self, twin):
        client = twin.client(answer({"uri": URI, "value": wire()}))
        result = await twin.do(client.example.post.get(TID, repo=OTHER, cid=CID))
        assert result.cid is None
        assert query(client.requests[0]) == {
            "repo": OTHER,
            "collection": "com.example.post",
            "rkey": TID,
            "cid": CID,
        }

    async def test_a_literal_key_is_implied(self, twin):
        client = twin.client(stored({"$type": "com.example.profile"}))
        result = await twin.do(client.example.profile.get(repo=OTHER, cid=CID))
        assert isinstance(result.value, Profile)
        assert query(client.requests[0])["rkey"] == "self"

    @pytest.mark.parametrize(
        "value", [{"$type": "com.example.post"}, {"$type": "com.example.profile", "text": "a"}]
    )
    async def test_a_record_that_cant_be_read_raises_with_all_of_the_answer(self, twin, value):
        client = twin.client(stored(value))
        with pytest.raises(XrpcResponseValidationError) as caught:
            await twin.do(client.example.post.get(TID))
        error = caught.value
        assert error.issues
        assert all(issue.path.startswith("value.") for issue in error.issues)
        assert (error.method, error.status) == ("com.atproto.repo.getRecord", 200)
        assert error.headers["content-type"] == "application/json"
        assert b"com.example" in error.body

    async def test_a_record_is_read_at_the_clients_level(self, twin):
        value = wire("much too long")
        client = twin.client(stored(value), stored(value))
        await twin.do(client.example.post.get(TID))
        with pytest.raises(XrpcResponseValidationError, match="text"):
            await twin.do(client.with_options(validation="strict").example.post.get(TID))


class TestPut:
    async def test_it_sends_the_record_and_gives_what_was_written(self, twin):
        client = twin.client(written(commit=COMMIT))
        post = Post(text="hello")
        result = await twin.do(client.example.post.put(TID, post))
        assert result == Written(URI, CID, post, Commit(CID, TID))
        (request,) = client.requests
        assert request.nsid == "com.atproto.repo.putRecord"
        assert sent(request) == {
            "repo": DID,
            "collection": "com.example.post",
            "rkey": TID,
            "record": wire(),
        }

    @pytest.mark.parametrize(
        ("given", "found"),
        [
            ({}, {}),
            ({"swap_record": OMIT}, {}),
            ({"swap_record": None}, {"swapRecord": None}),
            ({"swap_record": CID}, {"swapRecord": CID}),
        ],
    )
    async def test_swap_record_none_is_null_and_left_out_is_absent(self, twin, given, found):
        client = twin.client(written(), written())
        await twin.do(client.example.post.put(TID, Post(text="a"), **given))
        await twin.do(client.example.profile.put(Profile(), **given))
        for request in client.requests:
            body = sent(request)
            assert {name: body[name] for name in body if name == "swapRecord"} == found

    async def test_every_argument_is_sent(self, twin):
        client = twin.client(written(), written())
        options = {"repo": OTHER, "validate": True, "swap_commit": CID, "swap_record": CID}
        await twin.do(client.example.post.put(TID, Post(text="hello"), **options))
        await twin.do(client.example.profile.put(Profile(), **options))
        shared = {"repo": OTHER, "validate": True, "swapCommit": CID, "swapRecord": CID}
        post, profile = (sent(request) for request in client.requests)
        assert post == {**shared, "collection": "com.example.post", "rkey": TID, "record": wire()}
        assert profile == {
            **shared,
            "collection": "com.example.profile",
            "rkey": "self",
            "record": {"$type": "com.example.profile"},
        }

    async def test_a_cid_that_isnt_one_is_refused(self, twin):
        client = twin.client()
        with no_request(client), pytest.raises(InputError, match="swap_record: not a valid cid"):
            await twin.do(client.example.post.put(TID, Post(text="a"), swap_record="x"))


class TestDelete:
    async def test_it_names_the_record(self, twin):
        client = twin.client(answer({"commit": COMMIT}), answer({}))
        assert await twin.do(client.example.post.delete(TID)) == Deleted(Commit(CID, TID))
        assert await twin.do(client.example.profile.delete()) == Deleted(None)
        first, second = client.requests
        assert first.nsid == second.nsid == "com.atproto.repo.deleteRecord"
        assert sent(first) == {"repo": DID, "collection": "com.example.post", "rkey": TID}
        assert sent(second) == {"repo": DID, "collection": "com.example.profile", "rkey": "self"}

    async def test_every_argument_is_sent_and_none_is_absent(self, twin):
        client = twin.client(answer({}), answer({}), answer({}))
        options = {"repo": OTHER, "swap_commit": CID, "swap_record": CID}
        await twin.do(client.example.post.delete(TID, **options))
        await twin.do(client.example.profile.delete(**options))
        await twin.do(client.example.post.delete(TID, swap_commit=None, swap_record=None))
        shared = {"repo": OTHER, "swapCommit": CID, "swapRecord": CID}
        bodies = [sent(request) for request in client.requests]
        assert bodies[0] == {**shared, "collection": "com.example.post", "rkey": TID}
        assert bodies[1] == {**shared, "collection": "com.example.profile", "rkey": "self"}
        assert bodies[2] == {"repo": DID, "collection": "com.example.post", "rkey": TID}


class TestList:
    async def test_it_gives_one_page(self, twin):
        client = twin.client(listed(wire("a"), wire("b"), cursor="1"))
        page = await twin.do(client.example.post.list())
        assert isinstance(page, Page)
        assert [record.value.text for record in page.records] == ["a", "b"]
        first = page.records[0]
        assert first == Listed(URI, CID, Post.from_wire(wire("a")), wire("a"))
        assert page.cursor == "1"
        (request,) = client.requests
        assert request.nsid == "com.atproto.repo.listRecords"
        assert query(request) == {"repo": DID, "collection": "com.example.post"}

    async def test_every_argument_is_sent(self, twin):
        client = twin.client(listed(), listed())
        options = {"repo": OTHER, "limit": 2, "cursor": "1", "reverse": True}
        assert (await twin.do(client.example.post.list(**options))).cursor is None
        await twin.do(client.example.profile.list(**options))
        for request, nsid in zip(client.requests, ("post", "profile"), strict=True):
            assert query(request) == {
                "repo": OTHER,
                "collection": f"com.example.{nsid}",
                "limit": "2",
                "cursor": "1",
                "reverse": "true",
            }

    @pytest.mark.parametrize("limit", [0, 101])
    async def test_a_limit_that_the_lexicon_forbids_is_refused(self, twin, limit):
        client = twin.client()
        with no_request(client), pytest.raises(InputError, match="limit"):
            await twin.do(client.example.post.list(limit=limit))

    @pytest.mark.parametrize("validation", ["lenient", "strict"])
    async def test_a_record_that_cant_be_read_doesnt_cost_the_page(self, twin, validation):
        broken = {"$type": "com.example.post", "text": 5}
        client = twin.client(listed(wire("a"), broken, {"$type": "x.y.z"}, wire("b")), validation=validation)
        page = await twin.do(client.example.post.list())
        first, second, third, fourth = page.records
        assert (first.value.text, fourth.value.text) == ("a", "b")
        assert (first.reason, fourth.reason) == (None, None)
        assert (second.value, second.raw) == (None, broken)
        assert "text" in second.reason
        assert third.value is None
        assert "$type" in third.reason

    async def test_a_record_that_was_read_leniently_says_what_gave_way_and_goes_back_whole(self, twin):
        value = wire("a", note=5, later={"b": None})
        client = twin.client(listed(value), written())
        (record,) = (await twin.do(client.example.post.list())).records
        assert (record.value.note, record.reason) == (None, None)
        assert [issue.path for issue in issues(record.value)] == ["note"]
        record.value.text = "b"
        await twin.do(client.example.post.put(record.rkey, record.value, swap_record=record.cid))
        assert sent(client.requests[1])["record"] == {**value, "text": "b"}

    async def test_iterate_goes_through_all_pages(self, twin):
        client = twin.client(listed(wire("a"), wire("b"), cursor="1"), listed(wire("c")))
        records = await twin.all(client.example.post.iterate(repo=OTHER, reverse=True))
        assert [record.value.text for record in records] == ["a", "b", "c"]
        shared = {"repo": OTHER, "collection": "com.example.post", "limit": "100", "reverse": "true"}
        assert [query(request) for request in client.requests] == [shared, {**shared, "cursor": "1"}]

    async def test_iterate_fetches_as_it_is_asked(self, twin):
        client = twin.client(listed(wire("a"), cursor="1"))
        found = await twin.first(client.example.profile.iterate(), 1)
        assert len(found) == len(client.requests) == 1

    @pytest.mark.parametrize("cursor", ["1", ""])
    async def test_iterate_ends_where_a_cursor_comes_again_or_is_empty(self, twin, cursor):
        client = twin.client(listed(wire("a"), cursor="1"), listed(wire("b"), cursor=cursor))
        assert len(await twin.all(client.example.post.iterate())) == 2


def every_call(client):
    """Every kind of call, with what the server answers."""
    post, profile = client.example.post, client.example.profile
    return {
        "create": (lambda: post.create(Post(text="a")), written),
        "get": (lambda: post.get(TID), lambda: stored(wire())),
        "put": (lambda: post.put(TID, Post(text="a")), written),
        "delete": (lambda: post.delete(TID), lambda: answer({})),
        "list": (post.list, listed),
        "create the one": (lambda: profile.create(Profile()), written),
        "get the one": (profile.get, lambda: stored({})),
        "put the one": (lambda: profile.put(Profile()), written),
        "delete the one": (profile.delete, lambda: answer({})),
        "list the one": (profile.list, listed),
    }


async def test_record_calls_go_to_the_accounts_own_server_whatever_the_options(twin):
    client = twin.client(
        headers={"x": "a", "atproto-proxy": "did:web:a.example#b", "atproto-accept-labelers": OTHER},
        proxy="did:web:api.example.com#example_view",
        labelers=[OTHER],
        timeout=3,
    )
    for call, answered in every_call(client).values():
        client.agent.answers.append(answered())
        await twin.do(call())
    assert len(client.requests) == 10
    for request in client.requests:
        assert "atproto-proxy" not in request.headers
        assert "atproto-accept-labelers" not in request.headers
        assert (request.headers["x"], request.timeout) == ("a", 3)


async def test_without_an_account_a_repository_has_to_be_named(twin):
    client = twin.client(stored(wire()), did=None)
    for call, _ in every_call(client).values():
        with no_request(client), pytest.raises(XrpcInternalError, match="isn't authenticated"):
            await twin.do(call())
    await twin.do(client.example.post.get(TID, repo=OTHER))


async def test_a_repository_that_isnt_one_is_refused(twin):
    client = twin.client()
    with no_request(client), pytest.raises(InputError, match="repo: not a valid at-identifier"):
        await twin.do(client.example.post.get(TID, repo="nobody"))


async def test_the_collection_is_known(twin):
    client = twin.client()
    assert client.example.post.nsid == "com.example.post"
    assert client.example.profile.nsid == "com.example.profile"


class TestErrors:
    async def test_without_a_generated_package_of_these_calls_the_runtimes_classes_are_raised(self, twin):
        client = twin.client()
        for name, (call, _) in every_call(client).items():
            if name.startswith(("get", "list")):
                continue
            client.agent.answers.append(refusal("InvalidSwap"))
            with pytest.raises(InvalidSwapError) as caught:
                await twin.do(call())
            assert caught.value.expected
            assert caught.value.method == client.requests[-1].nsid

    async def test_a_record_that_isnt_there(self, twin):
        client = twin.client(refusal("RecordNotFound"))
        with pytest.raises(RecordNotFoundError) as caught:
            await twin.do(client.example.post.get(TID))
        assert caught.value.method == "com.atproto.repo.getRecord"

    async def test_any_other_error_is_of_the_common_class(self, twin):
        client = twin.client(refusal("Surprise"))
        with pytest.raises(XrpcResponseError) as caught:
            await twin.do(client.example.post.delete(TID))
        assert type(caught.value) is XrpcResponseError
        assert not caught.value.expected

    async def test_reading_is_tried_again_and_writing_isnt(self, twin):
        client = twin.client(refusal("Down", 503), stored(wire()), refusal("Down", 503))
        await twin.do(client.example.post.get(TID))
        with pytest.raises(XrpcResponseError):
            await twin.do(client.example.post.delete(TID))
        assert len(client.requests) == 3


@pytest.mark.parametrize(
    ("blocking", "asynchronous"), [(Records, AsyncRecords), (LiteralRecords, AsyncLiteralRecords)]
)
@pytest.mark.parametrize("name", ["create", "get", "put", "delete", "list", "iterate"])
def test_both_twins_have_the_same_signatures(blocking, asynchronous, name):
    first, second = (inspect.signature(getattr(class_, name)) for class_ in (blocking, asynchronous))
    assert first.parameters == second.parameters
    if name != "iterate":
        assert first.return_annotation == second.return_annotation


def test_written_stored_and_listed_records_know_their_key() -> None:
    uri = "at://did:plc:abc/app.test.post/3l6oveex3ii2l"

    assert Written(uri, "cid", None).rkey == "3l6oveex3ii2l"
    assert Stored(uri, None, None).rkey == "3l6oveex3ii2l"
    assert Listed(uri, "cid", None, {}).rkey == "3l6oveex3ii2l"


class TestAtUris:
    """Where a key is wanted, the at-uri of a record of that collection will do."""

    def calls(self, records, **more):
        return [
            lambda key: records.get(key, **more),
            lambda key: records.put(key, Post(text="a"), **more),
            lambda key: records.delete(key, **more),
        ]

    @pytest.mark.parametrize("authority", [DID, OTHER, "alice.example.com"])
    @pytest.mark.parametrize("kind", [str, AtUri.parse])
    async def test_it_names_the_key_and_the_repository(self, twin, kind, authority):
        client = twin.client(stored(wire()), written(), answer({}))
        for call in self.calls(client.example.post):
            await twin.do(call(kind(f"at://{authority}/com.example.post/{TID}")))
        got, put, deleted = client.requests
        for found in (query(got), sent(put), sent(deleted)):
            assert (found["repo"], found["collection"], found["rkey"]) == (authority, "com.example.post", TID)

    async def test_a_repository_that_is_named_beside_it_has_to_be_the_same(self, twin):
        client = twin.client(stored(wire()), written(), answer({}))
        for call in self.calls(client.example.post, repo=DID):
            await twin.do(call(URI))
        for repo in (OTHER, "alice.example.com", ""):
            for call in self.calls(client.example.post, repo=repo):
                with no_request(client), pytest.raises(InputError, match="isn't in the repository"):
                    await twin.do(call(URI))

    @pytest.mark.parametrize(
        ("uri", "message"),
        [
            (f"at://{DID}/com.example.profile/self", "isn't the at-uri of a record of com.example.post"),
            (f"at://{DID}/com.example.post", "isn't the at-uri of a record of com.example.post"),
            (f"at://{DID}", "isn't the at-uri of a record of com.example.post"),
            (AtUri.parse(f"at://{DID}/com.example.post/{TID}#/text"), "isn't the at-uri of a record"),
            (f"at://{DID}/com.example.post/self", "rkey: not a valid tid"),
            ("at://", "at-uri"),
            (f"at://{DID}/com.example.post/{TID}/more", "at-uri"),
            (f"https://{DID}/com.example.post/{TID}", "rkey: not a valid tid"),
        ],
    )
    async def test_any_other_is_refused(self, twin, uri, message):
        client = twin.client()
        for call in self.calls(client.example.post):
            with no_request(client), pytest.raises(InputError, match=message):
                await twin.do(call(uri))

    async def test_a_client_without_a_session_needs_no_more_than_it(self, twin):
        client = twin.client(stored(wire()), did=None)
        assert (await twin.do(client.example.post.get(URI))).value == Post(text="hello")


class TestReferences:
    @pytest.mark.parametrize(
        "result",
        [
            Written(URI, CID, Post(text="a")),
            Stored(URI, CID, Post(text="a")),
            Listed(URI, CID, None, {}),
            Created(URI, CID),
            Updated(URI, CID),
        ],
        ids=lambda result: type(result).__name__,
    )
    def test_a_result_gives_the_strong_reference_and_the_key(self, result):
        assert result.ref == {"$type": "com.atproto.repo.strongRef", "uri": URI, "cid": CID}
        assert result.rkey == TID

    @pytest.mark.parametrize("result", [Stored(URI, None, Post(text="a")), Listed(URI, "", None, {})])
    def test_without_a_version_there_is_none(self, result):
        with pytest.raises(InputError, match=URI):
            _ = result.ref


class TestIterate:
    async def test_the_size_of_a_page_and_a_bound_can_be_named(self, twin):
        client = twin.client(listed(wire(), wire(), cursor="1"), listed(wire(), wire()))
        records = client.example.post.iterate(limit=2, repo=OTHER)
        assert len(await twin.do(records.take(items=3))) == 3
        assert [query(request)["limit"] for request in client.requests] == ["2", "2"]
        assert query(client.requests[1]) == {
            "repo": OTHER,
            "collection": "com.example.post",
            "limit": "2",
            "cursor": "1",
        }
        assert len(await twin.all(records)) == 1

    async def test_its_pages_can_be_had_whole(self, twin):
        client = twin.client(listed(wire(), cursor="1"), listed())
        pages = await twin.all(client.example.post.iterate().pages())
        assert [type(page) for page in pages] == [Page, Page]

    @pytest.mark.parametrize("length", [1, 2, 5])
    async def test_a_server_that_comes_back_to_a_cursor_is_at_the_end(self, twin, length):
        client = twin.client(*[listed(wire(), cursor=str(number % length)) for number in range(20)])
        assert len(await twin.all(client.example.post.iterate())) == length + 1
