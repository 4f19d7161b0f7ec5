"""What only a generated package shows: its own errors from record calls, and all of its methods as twins."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys

import pytest
from tests.client._fakes import DID, AsyncFakeAgent, FakeAgent, answer, query, refusal, sent

import atlex_sdk
from atlex import client as runtime
from atlex import issues, read_as
from atlex.errors import LexAuthFactorError, XrpcResponseError
from atlex_sdk import app, com, errors

pytestmark = pytest.mark.anyio

TID = "3jzfcijpj2z2a"
CID = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
NOW = "2026-01-02T03:04:05.678Z"


def client_of(twin, *answers):
    agent = (AsyncFakeAgent if twin.is_async else FakeAgent)(*answers)
    return (atlex_sdk.AsyncClient if twin.is_async else atlex_sdk.Client)(agent), agent.requests


def post():
    return app.bsky.feed.post.Post(text="hello", created_at=NOW)


def feed_item(text):
    author = {"did": DID, "handle": "alice.example.com"}
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": NOW}
    uri = f"at://{DID}/app.bsky.feed.post/{TID}"
    return {"post": {"uri": uri, "cid": CID, "author": author, "record": record, "indexedAt": NOW}}


async def test_a_record_is_written_through_its_collection(twin):
    client, requests = client_of(
        twin, answer({"uri": f"at://{DID}/app.bsky.feed.post/{TID}", "cid": CID}), answer({})
    )
    written = await twin.do(client.app.bsky.feed.post.create(post()))
    assert written.cid == CID
    await twin.do(client.apply_writes([runtime.Delete(app.bsky.feed.post.RECORD, TID)]))
    assert sent(requests[0])["record"]["$type"] == "app.bsky.feed.post"


async def test_a_result_refers_to_its_record_wherever_a_strong_reference_is_wanted(twin):
    uri = f"at://{DID}/app.bsky.feed.post/{TID}"
    client, requests = client_of(twin, *[answer({"uri": uri, "cid": CID})] * 3, answer({}), answer({}))
    ref = (await twin.do(client.app.bsky.feed.post.create(post()))).ref
    expected = {"uri": uri, "cid": CID}

    like = app.bsky.feed.like.Like(subject=ref, created_at=NOW)
    assert like.subject == com.atproto.repo.strong_ref.StrongRef(uri=uri, cid=CID)
    await twin.do(client.app.bsky.feed.like.create(like))
    assert sent(requests[1])["record"]["subject"] == expected

    reply = app.bsky.feed.post.ReplyRef(root=ref, parent=ref)
    quote = app.bsky.embed.record.Record(record=ref)
    await twin.do(
        client.app.bsky.feed.post.create(
            app.bsky.feed.post.Post(text="hello", created_at=NOW, reply=reply, embed=quote)
        )
    )
    assert sent(requests[2])["record"]["reply"] == {"root": expected, "parent": expected}
    assert sent(requests[2])["record"]["embed"]["record"] == expected

    # In a union the type has to be named.
    spam = "com.atproto.moderation.defs#reasonSpam"
    created = answer({"id": 1, "reasonType": spam, "subject": {}, "reportedBy": DID, "createdAt": NOW})
    client, requests = client_of(twin, created)
    await twin.do(client.com.atproto.moderation.create_report(reason_type=spam, subject=ref))
    assert sent(requests[0])["subject"] == {"$type": "com.atproto.repo.strongRef", **expected}


async def test_a_paginator_takes_its_items_from_the_generated_output(twin):
    client, requests = client_of(
        twin, answer({"feed": [feed_item("a")], "cursor": "1"}), answer({"feed": [feed_item("b")]})
    )
    posts = await twin.all(client.paginate(client.app.bsky.feed.get_timeline, limit=1))
    assert [item.post.record["text"] for item in posts] == ["a", "b"]
    assert isinstance(posts[0], app.bsky.feed.defs.FeedViewPost)
    assert read_as(posts[0].post.record, app.bsky.feed.post.Post).text == "a"
    assert issues(posts) == []
    assert [query(request) for request in requests] == [{"limit": "1"}, {"limit": "1", "cursor": "1"}]


class TestErrorsOfRecordCalls:
    """The documents declare them, so the generated classes are raised, and the runtime's bases catch them too."""

    @staticmethod
    def call(client, name):
        posts = client.app.bsky.feed.post
        return {
            "create_record": lambda: posts.create(post()),
            "put_record": lambda: posts.put(TID, post()),
            "delete_record": lambda: posts.delete(TID),
            "apply_writes": lambda: client.apply_writes([runtime.Create(post())]),
        }[name]()

    @pytest.mark.parametrize("name", ["create_record", "put_record", "delete_record", "apply_writes"])
    async def test_invalid_swap_is_the_methods_own_and_the_names_and_the_runtimes(self, twin, name):
        client, _ = client_of(twin, refusal("InvalidSwap", message="Record was at another CID"))

        with pytest.raises(errors.InvalidSwapError) as caught:
            await twin.do(self.call(client, name))

        assert type(caught.value) is getattr(com.atproto.repo, name).InvalidSwapError
        assert isinstance(caught.value, runtime.InvalidSwapError)
        assert caught.value.expected
        assert caught.value.message == "Record was at another CID"
        assert caught.value.method == getattr(com.atproto.repo, name).METHOD.nsid

    async def test_record_not_found_is_too(self, twin):
        client, _ = client_of(twin, refusal("RecordNotFound"))
        with pytest.raises(com.atproto.repo.get_record.RecordNotFoundError) as caught:
            await twin.do(client.app.bsky.feed.post.get(TID))
        assert isinstance(caught.value, errors.RecordNotFoundError)
        assert isinstance(caught.value, runtime.RecordNotFoundError)

    async def test_the_copies_of_a_client_know_them(self, twin):
        client, _ = client_of(twin, refusal("InvalidSwap"))
        with pytest.raises(com.atproto.repo.put_record.InvalidSwapError):
            await twin.do(self.call(client.with_options(timeout=1), "put_record"))

    async def test_an_undeclared_error_stays_one(self, twin):
        client, _ = client_of(twin, refusal("Surprise"))
        with pytest.raises(XrpcResponseError) as caught:
            await twin.do(self.call(client, "put_record"))
        assert type(caught.value) is XrpcResponseError

    def test_a_call_that_succeeds_loads_none_of_them(self):
        code = f"""
import json, sys
from atlex import Response
import atlex_sdk
from atlex_sdk import app
class Agent:
    did = {DID!r}
    def send(self, request):
        status = 400 if len(sys.argv) > 1 else 200
        body = {{"error": "InvalidSwap", "uri": "at://{DID}/app.bsky.feed.post/{TID}", "cid": {CID!r}}}
        return Response(status, {{"content-type": "application/json"}}, json.dumps(body).encode())
post = app.bsky.feed.post.Post(text="a", created_at={NOW!r})
try:
    atlex_sdk.Client(Agent()).app.bsky.feed.post.put({TID!r}, post)
except Exception as error:
    assert type(error).__name__ == "InvalidSwapError", error
found = [name for name in sys.modules if name.startswith("atlex_sdk.com.atproto.repo.")]
print(json.dumps(sorted(name.rpartition(".")[2] for name in found)))
"""

        def loaded(*arguments):
            done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, check=True)
            return json.loads(done.stdout)

        # The post refers to the first; the second is loaded for its error.
        assert loaded() == ["strong_ref"]
        assert loaded("fail") == ["put_record", "strong_ref"]


def test_the_mapping_names_the_calls_of_records_and_blobs_and_nothing_else():
    for class_ in (atlex_sdk.Client, atlex_sdk.AsyncClient):
        assert sorted(class_.lex_methods) == [
            "com.atproto.repo.applyWrites",
            "com.atproto.repo.createRecord",
            "com.atproto.repo.deleteRecord",
            "com.atproto.repo.getRecord",
            "com.atproto.repo.listRecords",
            "com.atproto.repo.putRecord",
            "com.atproto.sync.getBlob",
        ]
        for nsid, load in class_.lex_methods.items():
            assert load().nsid == nsid


def test_a_record_class_knows_the_kind_of_its_keys():
    assert app.bsky.feed.post.Post.lex_key == app.bsky.feed.post.RECORD.key == "tid"
    assert app.bsky.actor.profile.Profile.lex_key == app.bsky.actor.profile.RECORD.key == "literal:self"


@pytest.mark.parametrize(
    "name",
    [
        "__init__",
        "apply_writes",
        "assert_did",
        "close",
        "download",
        "download_blob",
        "get_blob",
        "paginate",
        "stream",
        "with_options",
        "xrpc",
    ],
)
def test_both_twins_of_the_base_have_the_same_arguments(name):
    first = inspect.signature(getattr(runtime.BaseClient, name)).parameters.values()
    second = inspect.signature(getattr(runtime.BaseAsyncClient, name)).parameters.values()
    assert [(each.name, each.kind, each.default) for each in first] == [
        (each.name, each.kind, each.default) for each in second
    ]


def test_a_second_factor_asked_for_by_a_generated_call_is_the_sessions_error() -> None:
    assert issubclass(com.atproto.server.create_session.AuthFactorTokenRequiredError, LexAuthFactorError)


async def test_preferences_are_read_changed_and_sent_back_with_all_that_nobody_knows_or_is_broken(twin):
    stranger = {"$type": "com.example.pref#shiny", "level": 1.5, "deep": [{"a": None}]}
    broken = {"$type": "app.bsky.actor.defs#adultContentPref", "enabled": "perhaps", "more": 1}
    feed = {"id": "1", "type": "feed", "value": "at://x", "pinned": True}
    saved = {"$type": "app.bsky.actor.defs#savedFeedsPrefV2", "items": [feed, {"id": 2}, None], "new": {}}
    thread = {"$type": "app.bsky.actor.defs#threadViewPref", "sort": 7}
    known = {"$type": "app.bsky.actor.defs#labelersPref", "labelers": [{"did": DID, "note": "x"}]}
    preferences = [stranger, broken, saved, {"untyped": True}, 5, None, thread, known]
    client, requests = client_of(twin, answer({"preferences": preferences}), answer({}))

    found = await twin.do(client.app.bsky.actor.get_preferences())
    assert [issue.path for issue in issues(found)] == [
        "preferences[1]",
        "preferences[2].items[1]",
        "preferences[2].items[2]",
        "preferences[3]",
        "preferences[4]",
        "preferences[5]",
        "preferences[6].sort",
    ]
    found.preferences.append(app.bsky.actor.defs.AdultContentPref(enabled=False))
    await twin.do(client.app.bsky.actor.put_preferences(preferences=found.preferences))
    assert sent(requests[1])["preferences"] == [
        *preferences,
        {"$type": "app.bsky.actor.defs#adultContentPref", "enabled": False},
    ]


async def test_a_misspelt_argument_is_named(twin):
    client, _ = client_of(twin)
    with pytest.raises(TypeError, match="unexpected keyword argument 'actr'"):
        await twin.do(client.app.bsky.actor.get_profile(actr="alice.example.com"))


async def test_a_type_error_of_another_kind_is_left_as_it_is(twin):
    client, _ = client_of(twin)
    with pytest.raises(TypeError, match=r"missing 1 required keyword-only argument: 'actor'$"):
        await twin.do(client.app.bsky.actor.get_profile())
    assert inspect.iscoroutinefunction(client.app.bsky.actor.get_profile) is twin.is_async
