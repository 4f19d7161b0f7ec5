"""The spans that OpenTelemetry gets: one for each call and one for each attempt, whatever becomes of them."""

from __future__ import annotations

import asyncio
import gc
import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from tests.client import _package
from tests.client._fakes import Body, Twin, fetch_error, refusal, things

from atlex import InputError, PasswordSession, Response, XrpcFetchError, XrpcResponseError
from atlex.testing import FakePds
from atlex_sdk import Client

pytestmark = pytest.mark.anyio

NSID = "com.example.getThings"


class Traced:
    """A tracer provider, and the spans that have ended."""

    def __init__(self):
        self.provider = TracerProvider()
        self._exporter = InMemorySpanExporter()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    @property
    def spans(self):
        return self._exporter.get_finished_spans()

    def only(self, kind):
        return [span for span in self.spans if span.kind is kind]


@pytest.fixture
def traced():
    return Traced()


async def test_a_call_is_a_span_above_those_of_its_attempts(twin, traced):
    client = twin.client(refusal("Busy", 503), fetch_error(), things(), tracer_provider=traced.provider)
    await twin.do(client.example.get_things())
    *attempts, call = traced.spans
    assert (call.name, call.kind, call.status.status_code) == (NSID, SpanKind.INTERNAL, StatusCode.UNSET)
    assert [span.name for span in attempts] == [f"GET /xrpc/{NSID}"] * 3
    assert {span.kind for span in attempts} == {SpanKind.CLIENT}
    assert {span.parent.span_id for span in attempts} == {call.context.span_id}
    assert [span.attributes.get("http.request.resend_count") for span in attempts] == [None, 1, 2]
    assert [span.attributes.get("http.response.status_code") for span in attempts] == [503, None, 200]
    assert [span.attributes.get("error.type") for span in attempts] == ["503", "NetworkError", None]
    assert [span.status.status_code for span in attempts] == [
        StatusCode.ERROR,
        StatusCode.ERROR,
        StatusCode.UNSET,
    ]
    assert {span.attributes["atproto.nsid"] for span in traced.spans} == {NSID}


async def test_an_attempt_has_the_attributes_of_the_conventions_for_http_and_no_query_string(twin, traced):
    client = twin.client(things(), tracer_provider=traced.provider)
    client.agent.service = "http://pds.example:2583/base/"
    await twin.do(client.example.get_things(cursor="hunter2"))
    attempt = traced.spans[0]
    assert dict(attempt.attributes) == {
        "atproto.nsid": NSID,
        "http.request.method": "GET",
        "http.response.body.size": len(things().content),
        "http.response.status_code": 200,
        "server.address": "pds.example",
        "server.port": 2583,
        "url.full": f"http://pds.example:2583/base/xrpc/{NSID}",
        "url.template": f"/xrpc/{NSID}",
    }
    assert attempt.instrumentation_scope.name == "atlex"
    assert attempt.instrumentation_scope.schema_url.startswith("https://opentelemetry.io/schemas/")


@pytest.mark.parametrize(
    ("service", "address", "port"),
    [("https://pds.example", "pds.example", 443), ("http://[::1]", "::1", 80)],
)
async def test_the_port_is_the_schemes_own_where_the_url_has_none(twin, traced, service, address, port):
    client = twin.client(things(), tracer_provider=traced.provider)
    client.agent.service = service
    await twin.do(client.example.get_things())
    attributes = traced.spans[0].attributes
    assert (attributes["server.address"], attributes["server.port"]) == (address, port)


@pytest.mark.parametrize(
    "service", ["https://alice:hunter2@pds.example", "https://pds.example:port", "the PDS", "", 7, None]
)
async def test_an_agent_whose_service_is_no_plain_url_has_spans_without_one(twin, traced, service):
    client = twin.client(things(), tracer_provider=traced.provider)
    client.agent.service = service
    await twin.do(client.example.get_things())
    assert not {"url.full", "server.address", "server.port"} & set(traced.spans[0].attributes)


async def test_a_failed_call_is_an_error_with_the_status_or_the_code(twin, traced):
    client = twin.client(refusal("TestError"), fetch_error(), tracer_provider=traced.provider, retries=0)
    with pytest.raises(XrpcResponseError):
        await twin.do(client.example.get_things())
    with pytest.raises(XrpcFetchError):
        await twin.do(client.example.get_things())
    calls = traced.only(SpanKind.INTERNAL)
    assert [span.attributes["error.type"] for span in calls] == ["400", "NetworkError"]
    assert {span.status.status_code for span in calls} == {StatusCode.ERROR}
    assert {span.status.description for span in traced.spans} == {None}
    assert not [event for span in traced.spans for event in span.events]


async def test_spans_are_below_the_current_one_and_leave_it_current(twin, traced):
    client = twin.client(things(), refusal("Busy", 503), tracer_provider=traced.provider, retries=0)
    tracer = traced.provider.get_tracer("test")
    with tracer.start_as_current_span("outer") as outer:
        await twin.do(client.example.get_things())
        with pytest.raises(XrpcResponseError):
            await twin.do(client.example.get_things())
        assert trace.get_current_span() is outer
    assert {span.parent.span_id for span in traced.only(SpanKind.INTERNAL)[:2]} == {
        outer.get_span_context().span_id
    }


async def test_the_span_of_a_stream_ends_when_its_headers_are_there(twin, traced):
    stream = Response(200, {"content-type": "image/png"}, stream=Body(b"a", b"b"))
    client = twin.client(stream, tracer_provider=traced.provider)
    async with twin.entered(client.stream(_package.DOWNLOAD)):
        # Nothing depends on how far the body is read.
        assert len(traced.spans) == 2


async def test_a_copy_keeps_the_tracer_until_it_gets_another(twin, traced):
    client = twin.client(*[things()] * 3, tracer_provider=traced.provider)
    await twin.do(client.with_options(event_hooks={"request": [id]}).example.get_things())
    assert len(traced.spans) == 2
    await twin.do(client.with_options(tracer_provider=None).example.get_things())
    assert len(traced.spans) == 2


async def test_what_isnt_a_provider_is_refused(twin):
    with pytest.raises(InputError, match="tracer_provider must be a TracerProvider"):
        twin.client(tracer_provider=True)


async def test_a_cancelled_call_ends_its_spans(traced, caplog):
    class Slow:
        did = None

        async def send(self, _):
            await anyio.sleep(60)

    client = _package.AsyncClient(Slow(), tracer_provider=traced.provider)
    task = asyncio.create_task(client.example.get_things())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [span.attributes["error.type"] for span in traced.spans] == ["CancelledError"] * 2
    assert not caplog.records


async def test_a_call_that_is_thrown_away_in_another_context_ends_its_spans_in_silence(traced, caplog):
    class Never:
        did = None

        async def send(self, _):
            await asyncio.get_running_loop().create_future()

    client = _package.AsyncClient(Never(), tracer_provider=traced.provider)
    call = client.example.get_things()

    async def begin():
        call.send(None)

    await asyncio.create_task(begin())
    await asyncio.to_thread(call.close)
    gc.collect()
    assert len(traced.spans) == 2
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_calls_in_many_threads_each_have_their_own_parent(traced):
    client = Twin(is_async=False).client(*[things()] * 20, tracer_provider=traced.provider)
    tracer = traced.provider.get_tracer("test")

    def call(number):
        with tracer.start_as_current_span(f"outer {number}"):
            client.example.get_things()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(20)))
    by_id = {span.context.span_id: span for span in traced.spans}
    for attempt in traced.only(SpanKind.CLIENT):
        outer = by_id[by_id[attempt.parent.span_id].parent.span_id]
        assert outer.name.startswith("outer ")
    assert len({span.context.trace_id for span in traced.spans}) == 20


async def test_tasks_each_have_their_own_parent(traced):
    client = Twin(is_async=True).client(*[things()] * 20, tracer_provider=traced.provider)
    tracer = traced.provider.get_tracer("test")

    async def call(number):
        with tracer.start_as_current_span(f"outer {number}"):
            await client.example.get_things()

    await asyncio.gather(*map(call, range(20)))
    assert len({span.context.trace_id for span in traced.spans}) == 20


def test_a_refresh_in_the_middle_of_a_call_is_below_its_attempt(traced):
    with FakePds() as pds, pds.client() as http:
        pds.create_account("alice.test")
        with PasswordSession.login(
            pds.url,
            identifier="alice.test",
            password="password",
            http_client=http,
            tracer_provider=traced.provider,
        ) as session:
            pds.expire_access_tokens()
            Client(session, tracer_provider=traced.provider).com.atproto.server.get_session()
    names = {span.context.span_id: span.name for span in traced.spans}
    refresh = next(span for span in traced.spans if span.name == "com.atproto.server.refreshSession")
    assert names[refresh.parent.span_id] == "GET /xrpc/com.atproto.server.getSession"
    server = {span.attributes["server.address"] for span in traced.only(SpanKind.CLIENT)}
    assert server == {"pds.test"}


def test_opentelemetry_is_loaded_with_the_first_provider_and_not_before():
    code = (
        "import sys, atlex\n"
        "from atlex_sdk import Client\n"
        "Client('https://pds.example', event_hooks={'request': [id]})\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
