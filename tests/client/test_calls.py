"""Calls: through stubs as the generator writes them, through `xrpc`, and through `stream`."""

from __future__ import annotations

import io

import pytest
from tests.client import _package
from tests.client._fakes import DID, Body, answer, fetch_error, no_request, query, refusal, sent, things

import atlex_sdk
from atlex import OMIT, Response
from atlex.errors import (
    InputError,
    RateLimitError,
    XrpcAuthenticationError,
    XrpcFetchError,
    XrpcInternalError,
    XrpcInvalidResponseError,
    XrpcResponseError,
    XrpcResponseValidationError,
)

pytestmark = pytest.mark.anyio

IMAGE = {"content-type": "image/png"}


class TestStubs:
    async def test_a_query_sends_its_parameters_and_gives_its_output(self, twin):
        client = twin.client(things("a", "b", cursor="c"))

        output = await twin.do(client.example.get_things(limit=2))

        assert isinstance(output, _package.GetThingsOutput)
        assert [thing.name for thing in output.things] == ["a", "b"]
        (request,) = client.requests
        assert (request.method, request.path) == ("GET", "/xrpc/com.example.getThings?limit=2")
        assert request.headers["accept"] == "application/json"

    async def test_a_procedure_sends_its_input_as_json(self, twin):
        client = twin.client(answer({"name": "a", "size": 1}))

        output = await twin.do(client.example.make(name="a"))

        assert output == _package.Thing(name="a", size=1)
        (request,) = client.requests
        assert (request.method, request.path) == ("POST", "/xrpc/com.example.make")
        assert request.headers["content-type"] == "application/json"
        assert sent(request) == {"name": "a"}

    @pytest.mark.parametrize(
        ("given", "wire"), [({}, {}), ({"gone": OMIT}, {}), ({"gone": None}, {"gone": None})]
    )
    async def test_none_is_sent_as_null_where_the_lexicon_says_nullable_and_omit_leaves_out(
        self, twin, given, wire
    ):
        client = twin.client(answer({"name": "a"}))
        await twin.do(client.example.make(name="a", **given))
        assert sent(client.requests[0]) == {"name": "a", **wire}

    async def test_an_argument_that_breaks_the_lexicon_is_refused_before_anything_is_sent(self, twin):
        client = twin.client()
        with no_request(client), pytest.raises(InputError, match="name: "):
            await twin.do(client.example.make(name="a" * 11))
        with no_request(client), pytest.raises(InputError, match="limit: "):
            await twin.do(client.example.get_things(limit=0))

    async def test_binary_input_goes_as_it_is_with_the_type_that_is_given(self, twin):
        client = twin.client(answer({"name": "a"}), answer({"name": "a"}))

        await twin.do(client.example.upload(data=b"\x89PNG", content_type="image/png"))
        await twin.do(client.example.upload(data=b"\x89PNG"))

        assert [request.body for request in client.requests] == [b"\x89PNG"] * 2
        types = [request.headers["content-type"] for request in client.requests]
        assert types == ["image/png", "application/octet-stream"]

    async def test_an_asynchronous_client_takes_asynchronous_chunks(self, twin):
        async def chunks():
            yield b"a"

        client = twin.client(answer({"name": "a"}))
        body = chunks()
        await twin.do(client.example.upload(data=body))
        assert client.requests[0].body is body

    async def test_binary_output_is_bytes(self, twin):
        client = twin.client(Response(200, IMAGE, b"\x89PNG"))
        assert await twin.do(client.example.download()) == b"\x89PNG"

    async def test_a_method_without_output_gives_none(self, twin):
        client = twin.client(Response(200), answer({"unexpected": True}))
        assert await twin.do(client.example.ping()) is None
        assert await twin.do(client.example.ping()) is None

    async def test_the_same_namespace_is_given_each_time(self, twin):
        client = twin.client()
        assert client.example is client.example


class TestXrpc:
    async def test_it_gives_status_headers_body_and_bytes(self, twin):
        client = twin.client(things("a"))

        response = await twin.do(client.xrpc(_package.GET_THINGS, params={"limit": 1}))

        assert response.status == 200
        assert response.headers["Content-Type"] == "application/json"
        assert response.body.things == [_package.Thing(name="a")]
        assert response.content == b'{"things": [{"name": "a"}]}'
        assert response.encoding == "application/json"

    async def test_it_takes_instances_and_data(self, twin):
        client = twin.client(things(), answer({"name": "a"}), answer({"name": "a"}))
        await twin.do(client.xrpc(_package.GET_THINGS, params=_package.GetThingsParams(kind="x")))
        await twin.do(client.xrpc(_package.MAKE, input=_package.MakeInput(name="a")))
        await twin.do(client.xrpc(_package.UPLOAD, data=b"a", content_type="text/plain"))
        first, second, third = client.requests
        assert query(first) == {"kind": "x"}
        assert sent(second) == {"name": "a"}
        assert (third.body, third.headers["content-type"]) == (b"a", "text/plain")

    async def test_a_subscription_cant_be_called(self, twin):
        client = twin.client()
        with no_request(client), pytest.raises(InputError, match="subscription"):
            await twin.do(client.xrpc(_package.EVENTS))


class TestErrors:
    async def test_a_declared_error_is_of_its_class_and_expected(self, twin):
        client = twin.client(refusal("TestError", message="So it is"), retries=0)

        with pytest.raises(_package.TestErrorError) as caught:
            await twin.do(client.example.get_things())

        error = caught.value
        assert (error.error, error.message, error.status) == ("TestError", "So it is", 400)
        assert error.method == "com.example.getThings"
        assert error.expected
        assert error.headers["content-type"] == "application/json"
        assert b"So it is" in error.body

    @pytest.mark.parametrize(("status", "class_"), [(401, XrpcAuthenticationError), (429, RateLimitError)])
    async def test_one_that_comes_with_401_or_429_is_of_the_class_of_the_status_as_well(
        self, twin, status, class_
    ):
        client = twin.client(refusal("TestError", status), retries=0)
        with pytest.raises(_package.TestErrorError) as caught:
            await twin.do(client.example.get_things())
        assert isinstance(caught.value, class_)

    async def test_an_undeclared_error_is_not_expected(self, twin):
        client = twin.client(refusal("Surprise"))
        with pytest.raises(XrpcResponseError) as caught:
            await twin.do(client.example.ping())
        assert (caught.value.error, caught.value.expected) == ("Surprise", False)

    async def test_an_answer_that_isnt_the_lexicons_raises_with_its_issues(self, twin):
        client = twin.client(answer({"name": 5}))
        with pytest.raises(XrpcResponseValidationError) as caught:
            await twin.do(client.example.make(name="a"))
        assert [issue.path for issue in caught.value.issues] == ["name"]
        assert caught.value.method == "com.example.make"

    async def test_an_answer_of_another_type_raises(self, twin):
        client = twin.client(Response(200, {"content-type": "text/html"}, b"<p>"))
        with pytest.raises(XrpcInvalidResponseError, match="text/html"):
            await twin.do(client.example.make(name="a"))

    async def test_a_failure_to_get_an_answer_says_the_method_where_the_agent_doesnt(self, twin):
        client = twin.client(fetch_error(), XrpcFetchError("No", method="com.atproto.server.refreshSession"))
        with pytest.raises(XrpcFetchError) as caught:
            await twin.do(client.example.ping())
        assert caught.value.method == "com.example.ping"
        with pytest.raises(XrpcFetchError) as caught:
            await twin.do(client.example.ping())
        assert caught.value.method == "com.atproto.server.refreshSession"

    async def test_what_isnt_atlexs_passes_through_an_agent_untouched(self, twin):
        client = twin.client(KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            await twin.do(client.example.get_things())
        assert len(client.requests) == 1


class TestStream:
    async def test_it_gives_a_binary_answer_in_chunks_and_closes_it(self, twin):
        body = Body(b"\x89P", b"NG")
        client = twin.client(Response(200, IMAGE, stream=body))

        async with twin.entered(client.stream(_package.DOWNLOAD)) as response:
            assert (response.status, response.headers["content-type"]) == (200, "image/png")
            assert not body.closed
            assert await twin.read(response) == [b"\x89P", b"NG"]

        assert client.requests[0].stream
        assert body.closed

    async def test_an_answer_that_isnt_read_is_closed(self, twin):
        body = Body(b"\x89P", b"NG")
        client = twin.client(Response(200, IMAGE, stream=body))
        with pytest.raises(KeyError):
            async with twin.entered(client.stream(_package.DOWNLOAD)):
                raise KeyError
        assert body.closed

    async def test_an_answer_that_is_read_in_part_is_closed(self, twin):
        body = Body(b"\x89P", b"NG")
        client = twin.client(Response(200, IMAGE, stream=body))
        async with twin.entered(client.stream(_package.DOWNLOAD)) as response:
            chunks = response.aiter_bytes() if twin.is_async else response.iter_bytes()
            assert await twin.first(chunks, 1) == [b"\x89P"]
            assert not body.closed
        assert body.closed

    async def test_an_error_is_read_and_raised_as_it_is_elsewhere(self, twin):
        body = Body(b'{"error": "Test', b'Error", "message": "No"}')
        client = twin.client(Response(400, {"content-type": "application/json"}, stream=body))
        with pytest.raises(_package.TestErrorError, match="No"):
            async with twin.entered(client.stream(_package.GET_THINGS)):
                pytest.fail("There is nothing to read")
        assert body.closed

    async def test_an_error_whose_body_breaks_off_is_closed_and_tried_again(self, twin):
        body = Body(b"{", fetch_error())
        other = Body(b"\x89PNG")
        client = twin.client(Response(500, stream=body), Response(200, IMAGE, stream=other))
        async with twin.entered(client.stream(_package.DOWNLOAD)) as response:
            assert body.closed
            assert await twin.read(response) == [b"\x89PNG"]
        assert len(client.waits) == 1

    async def test_an_answer_of_another_type_is_closed_unread(self, twin):
        body = Body(RuntimeError("It was read"))
        client = twin.client(Response(200, {"content-type": "text/html"}, stream=body))
        with pytest.raises(XrpcInvalidResponseError, match="text/html"):
            async with twin.entered(client.stream(_package.DOWNLOAD)):
                pytest.fail("There is nothing to read")
        assert body.closed

    async def test_an_agent_may_answer_whole(self, twin):
        client = twin.client(Response(200, IMAGE, b"\x89PNG"))
        async with twin.entered(client.stream(_package.DOWNLOAD)) as response:
            assert await twin.read(response) == [b"\x89PNG"]

    async def test_it_takes_what_a_call_takes(self, twin):
        client = twin.client(answer({"name": "a"}))
        async with twin.entered(client.stream(_package.MAKE, input={"name": "a"})) as response:
            assert await twin.read(response) == [b'{"name": "a"}']
        assert sent(client.requests[0]) == {"name": "a"}


class TestIdentity:
    async def test_did_is_the_agents(self, twin):
        client = twin.client()
        assert client.did == client.assert_did() == DID
        client.agent.did = "did:plc:other"
        assert client.did == "did:plc:other"

    async def test_without_one_did_is_none_and_assert_did_raises(self, twin):
        client = twin.client(did=None)
        assert client.did is None
        with pytest.raises(XrpcInternalError, match="isn't authenticated"):
            client.assert_did()


@pytest.mark.parametrize(
    "method", ["app.bsky.feed.getTimeline", None, _package, _package.POST, _package.Thing]
)
async def test_what_is_no_method_is_refused_in_a_sentence(twin, method):
    client = twin.client()
    with no_request(client), pytest.raises(InputError, match=f"needs the METHOD.* {type(method).__name__}"):
        await twin.do(client.xrpc(method))
    with no_request(client), pytest.raises(InputError, match="needs the METHOD"):
        async with twin.entered(client.stream(method)):
            pass
    with no_request(client), pytest.raises(InputError, match="needs the METHOD"):
        await twin.do(client.download(method, io.BytesIO()))


def test_namespaces_and_record_calls_say_what_they_are(twin):
    client = twin.client()
    assert repr(client.example) == f"<namespace {type(client.example).__name__} of {client!r}>"
    kind = "AsyncRecords" if twin.is_async else "Records"
    assert repr(client.example.post) == f"<{kind} com.example.post of {client!r}>"
    official = (atlex_sdk.AsyncClient if twin.is_async else atlex_sdk.Client)("https://pds.example")
    assert repr(official.app.bsky.actor) == f"<namespace app.bsky.actor of {official!r}>"
    assert repr(official.app) == f"<namespace app of {official!r}>"
    assert "app.bsky.feed.post" in repr(official.app.bsky.feed.post)
    for made in (client.example, client.example.post, client.example.profile):
        assert "…" in repr(object.__new__(type(made)))


@pytest.mark.parametrize(
    "value", [5, b"image/png", ["image/png"], object()], ids=lambda value: type(value).__name__
)
async def test_an_argument_of_the_wrong_type_is_refused_by_its_name(twin, value):
    client = twin.client()
    with no_request(client), pytest.raises(InputError, match="content_type must be a str"):
        await twin.do(client.example.upload(data=b"x", content_type=value))
    with no_request(client), pytest.raises(InputError, match="progress must be a function"):
        await twin.do(client.download(_package.DOWNLOAD, io.BytesIO(), progress=value))
