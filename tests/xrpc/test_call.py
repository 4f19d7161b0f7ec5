"""A call from its arguments to its meaning, through both transports."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import httpx
import pytest

from atlex import AsyncServiceAgent, ServiceAgent
from atlex.errors import XrpcError, XrpcFetchError, XrpcInvalidResponseError, XrpcResponseError
from atlex.model import Int, Integer, Object, Params, Text
from atlex.xrpc import Procedure, Query, XrpcResponse, build_request, read_response


class ListParams(Params):
    limit: Annotated[int, Int(minimum=1)] | None = None


class Value(Object):
    value: Text
    count: Integer | None = None


class TestError(XrpcResponseError):
    __test__ = False


JSON = "application/json"
QUERY: Query[ListParams, Value] = Query(
    "com.example.get",
    params=lambda: ListParams,
    output=lambda: Value,
    output_encoding=JSON,
    errors={"TestError": TestError},
)
PROCEDURE: Procedure[None, Value, Value] = Procedure(
    "com.example.put", input=lambda: Value, input_encoding=JSON, output=lambda: Value, output_encoding=JSON
)
IMAGE: Procedure[None, bytes, bytes] = Procedure(
    "com.example.image",
    input=lambda: bytes,
    input_encoding="image/*",
    output=lambda: bytes,
    output_encoding="image/*",
)
SILENT: Query[None, None] = Query("com.example.silent")
EVERY = [
    (QUERY, {}),
    (PROCEDURE, {"input": {"value": "x"}}),
    (IMAGE, {"data": b"x", "content_type": "image/png"}),
    (SILENT, {}),
]


@pytest.fixture(params=["sync", "async"])
def call(request):
    """Call a method on a server that is a function, and read the answer."""

    def through_sync(server, method, **arguments: Any) -> XrpcResponse[Any]:
        with httpx.Client(transport=httpx.MockTransport(server)) as http_client:
            agent = ServiceAgent("https://pds.example", http_client=http_client)
            return read_response(method, agent.send(build_request(method, **arguments)))

    def through_async(server, method, **arguments: Any) -> XrpcResponse[Any]:
        async def main() -> XrpcResponse[Any]:
            async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as http_client:
                agent = AsyncServiceAgent("https://pds.example", http_client=http_client)
                return read_response(method, await agent.send(build_request(method, **arguments)))

        return asyncio.run(main())

    return through_sync if request.param == "sync" else through_async


def echo(request: httpx.Request) -> httpx.Response:
    kind = request.headers.get("content-type", JSON)
    return httpx.Response(200, headers={"content-type": kind}, content=request.content or b'{"value": "x"}')


def test_a_query_is_answered_with_its_output(call) -> None:
    seen = []

    def server(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return echo(request)

    assert call(server, QUERY, params={"limit": 25}).body == Value(value="x")
    assert (seen[0].method, seen[0].url.raw_path) == ("GET", b"/xrpc/com.example.get?limit=25")
    assert seen[0].headers["accept"] == JSON
    assert "content-type" not in seen[0].headers


def test_a_procedure_is_answered_with_its_output(call) -> None:
    assert call(echo, PROCEDURE, input={"value": "y", "count": 1}).body == Value(value="y", count=1)


def test_binary_input_and_output_stay_as_they_are(call) -> None:
    response = call(echo, IMAGE, data=b"\x89PNG\0", content_type="image/png")
    assert (response.body, response.encoding) == (b"\x89PNG\0", "image/png")


def test_a_method_without_output_is_answered_with_none(call) -> None:
    assert call(echo, SILENT).body is None


def test_own_headers_arrive(call) -> None:
    def server(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"value": request.headers["x-own"]})

    assert call(server, QUERY, headers={"X-Own": "yes"}).body.value == "yes"


def test_a_declared_error_is_raised_as_its_class(call) -> None:
    with pytest.raises(TestError) as caught:
        call(lambda _: httpx.Response(400, json={"error": "TestError", "message": "no"}), QUERY)
    assert (caught.value.status, caught.value.message, caught.value.expected) == (400, "no", True)


def test_a_failing_network_is_a_fetch_error(call) -> None:
    def server(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    with pytest.raises(XrpcFetchError, match=r"com\.example\.get") as caught:
        call(server, QUERY)
    assert isinstance(caught.value.__cause__, httpx.ReadTimeout)


ANSWERS = [
    (status, headers, content)
    for status in (199, 200, 204, 299, 300, 302, 304, 400, 401, 403, 404, 413, 429, 500, 502, 503, 504, 599)
    for headers in (
        {},
        {"content-type": JSON},
        {"content-type": "text/html; charset=utf-8"},
        {"content-type": "image/png"},
        {"content-type": "strange", "www-authenticate": '"', "retry-after": "?", "location": "//["},
        {"content-type": JSON, "content-encoding": "gzip"},
    )
    for content in (
        b"",
        b"{",
        b'{"value": 1}',
        b'{"error": 1}',
        b'{"error": "TestError"}',
        b"<html>",
        b"\xff\0",
    )
]


@pytest.mark.parametrize(("method", "arguments"), EVERY, ids=lambda each: getattr(each, "nsid", ""))
def test_whatever_a_server_answers_nothing_foreign_is_raised(method, arguments) -> None:
    failures: list[XrpcError] = []
    for status, headers, content in ANSWERS:

        def server(
            _: httpx.Request, status: int = status, headers=headers, content: bytes = content
        ) -> httpx.Response:
            return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))

        with httpx.Client(transport=httpx.MockTransport(server)) as http_client:
            agent = ServiceAgent("https://pds.example", http_client=http_client)
            try:
                response = read_response(method, agent.send(build_request(method, **arguments)))
            except XrpcError as error:
                failures.append(error)
            else:
                assert 200 <= response.status < 300
    assert all(error.method == method.nsid and str(error) for error in failures)
    own = TestError if method is QUERY else XrpcResponseError
    assert {own, XrpcInvalidResponseError} <= {type(error) for error in failures}


def test_no_secret_is_shown_by_a_failing_call(call) -> None:
    def server(request: httpx.Request) -> httpx.Response:
        raise httpx.LocalProtocolError(f"Illegal header value {request.headers['authorization']!r}")

    with pytest.raises(XrpcFetchError) as caught:
        call(server, PROCEDURE, input={"value": "hush"}, headers={"authorization": "Bearer hush"})
    assert "hush" not in str(caught.value) + repr(caught.value) + json.dumps(caught.value.args)
