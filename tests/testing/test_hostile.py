"""Nothing that a client sends brings the server itself down."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex._agent import Headers
from atlex.testing import FakePds
from atlex.testing._wire import WireRequest, WireResponse


@pytest.fixture(scope="module")
def server(lexicons):
    pds = FakePds(lexicons, clock=lambda: 1_700_000_000.0)
    pds.create_account("alice.test")
    token = pds.create_session("alice.test")["accessJwt"]

    def answer(method, target, body, headers, *, with_token):
        if with_token:
            headers = {"authorization": f"Bearer {token}", **headers}
        request = WireRequest(method=method, target=target, headers=Headers(headers), body=body)
        response = pds._server.answer(request, pds._server.plan(request))
        assert isinstance(response, WireResponse)
        assert pds.faults_found == ()
        return response

    return answer


NSIDS = [
    "com.atproto.repo.createRecord",
    "com.atproto.repo.putRecord",
    "com.atproto.repo.applyWrites",
    "com.atproto.repo.deleteRecord",
    "com.atproto.server.createSession",
    "com.atproto.server.createAccount",
    "com.atproto.identity.updateHandle",
    "app.bsky.actor.putPreferences",
]
_texts = st.text(max_size=20) | st.sampled_from(
    ["alice.test", "app.bsky.feed.post", "com.example.thing", "self", "3jzfcijpj2z2a", "blob", "text/plain"]
)
_names = st.sampled_from(
    [
        "$type",
        "$link",
        "$bytes",
        "ref",
        "mimeType",
        "size",
        "cid",
        "subject",
        "reply",
        "parent",
        "uri",
        "text",
    ]
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names | _texts, inner, max_size=4),
    max_leaves=12,
)
_bodies = st.fixed_dictionaries(
    {},
    optional={
        "repo": st.just("alice.test") | _json,
        "collection": st.sampled_from(
            ["app.bsky.feed.post", "app.bsky.feed.like", "com.example.thing", "app.bsky.actor.profile"]
        )
        | _json,
        "rkey": _json,
        "record": st.dictionaries(_names | _texts, _json, max_size=5) | _json,
        "validate": st.booleans() | _json,
        "swapRecord": _json,
        "writes": st.lists(
            st.fixed_dictionaries(
                {
                    "$type": st.sampled_from(["create", "update", "delete"]).map(
                        "com.atproto.repo.applyWrites#{}".format
                    ),
                    "collection": st.just("com.example.thing"),
                },
                optional={"rkey": st.just("a"), "value": st.dictionaries(_names, _json, max_size=4)},
            ),
            max_size=3,
        ),
        "identifier": _json,
        "password": _json,
        "handle": _json,
        "email": _json,
        "preferences": _json,
    },
)


@given(st.sampled_from(NSIDS), _bodies | _json, st.booleans())
def test_any_json_gets_an_answer(server, nsid, body, with_token):
    data = json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    server("POST", f"/xrpc/{nsid}", data, headers, with_token=with_token)


@given(st.sampled_from(NSIDS), st.binary(), st.text(st.characters(codec="latin-1")), st.booleans())
def test_any_body_of_any_type_gets_an_answer(server, nsid, body, content_type, with_token):
    server("POST", f"/xrpc/{nsid}", body, {"content-type": content_type}, with_token=with_token)


@given(st.sampled_from(["GET", "POST", "PUT"]), st.text(), st.text())
def test_any_target_gets_an_answer(server, method, path, query):
    server(method, f"/xrpc/{path}?{query}", None, {}, with_token=True)
    server(method, path, None, {}, with_token=False)


@given(
    st.sampled_from(
        [
            "com.atproto.repo.listRecords",
            "com.atproto.repo.getRecord",
            "com.atproto.sync.getBlob",
            "app.bsky.feed.getTimeline",
            "app.bsky.feed.getPostThread",
            "app.bsky.feed.getAuthorFeed",
            "app.bsky.actor.getProfile",
        ]
    ),
    st.dictionaries(
        st.sampled_from(["repo", "collection", "rkey", "cid", "did", "uri", "actor", "cursor", "limit"]),
        st.sampled_from(
            ["alice.test", "at://alice.test", "at://alice.test/app.bsky.feed.post/a", "5", "a", "x.y.z"]
        )
        | st.text(),
    ),
)
def test_any_parameters_get_an_answer(server, nsid, params):
    from urllib.parse import urlencode

    server("GET", f"/xrpc/{nsid}?{urlencode(params)}", None, {}, with_token=True)


@given(st.text(st.characters(codec="latin-1")))
def test_any_authorization_gets_an_answer(server, value):
    headers = {"authorization": value}
    response = server("GET", "/xrpc/com.atproto.server.getSession", None, headers, with_token=False)
    assert response.status in {400, 401}
