"""The hooks of a client: what they are told of, when, and what they can't break."""

from __future__ import annotations

import dataclasses
import inspect
import logging
import pickle
import threading
from collections import Counter
from functools import partial

import anyio
import anyio.lowlevel
import pytest
from tests.client import _package
from tests.client._fakes import Body, Twin, answer, fetch_error, refusal, things

from atlex import (
    InputError,
    RateLimitError,
    RequestEvent,
    Response,
    ResponseEvent,
    RetryEvent,
    XrpcFetchError,
    XrpcResponseError,
)

pytestmark = pytest.mark.anyio

NSID = "com.example.getThings"


def collecting(events):
    """Hooks that add each event to a list."""
    return {name: [events.append] for name in ("request", "response", "retry", "refresh", "wait")}


def client_with_events(twin, *answers, **options):
    events = []
    client = twin.client(*answers, event_hooks=collecting(events), **options)
    moments = iter(range(1000))
    client._core = dataclasses.replace(client._core, clock=lambda: float(next(moments)))
    return client, events


async def test_a_call_that_succeeds_is_a_request_and_a_response(twin):
    client, events = client_with_events(twin, things("a"))
    await twin.do(client.example.get_things())
    size = len(things("a").content)
    assert events == [
        RequestEvent(nsid=NSID, attempt=1, method="GET", size=0),
        ResponseEvent(nsid=NSID, attempt=1, status=200, error=None, seconds=1.0, size=size),
    ]


@pytest.mark.parametrize(
    ("failure", "status", "error"),
    [
        (refusal("Busy", 503), 503, "Busy"),
        (refusal("RateLimitExceeded", 429), 429, "RateLimitExceeded"),
        (Response(502, {"content-type": "text/html"}, b"<h1>Bad gateway</h1>"), 502, None),
        (Response(500, {"content-type": "application/json"}, b"{"), 500, None),
        (fetch_error(), None, "NetworkError"),
    ],
    ids=["busy", "limited", "not JSON", "broken JSON", "no response"],
)
async def test_each_attempt_has_its_request_its_response_and_perhaps_a_retry(twin, failure, status, error):
    client, events = client_with_events(twin, failure, things())
    await twin.do(client.example.get_things())
    assert [type(event) for event in events] == [
        RequestEvent,
        ResponseEvent,
        RetryEvent,
        RequestEvent,
        ResponseEvent,
    ]
    assert (events[1].status, events[1].error) == (status, error)
    assert (events[2].status, events[2].error) == (status, error)
    assert events[2].seconds == client.waits[0]
    assert [event.attempt for event in events] == [1, 1, 1, 2, 2]


async def test_the_last_failure_has_its_response_event_before_the_error_is_raised(twin):
    client, events = client_with_events(twin, refusal("RateLimitExceeded", 429), retries=0)
    with pytest.raises(RateLimitError):
        await twin.do(client.example.get_things())
    assert [type(event) for event in events] == [RequestEvent, ResponseEvent]


async def test_the_size_of_a_request_is_that_of_its_body_where_it_is_known(twin):
    client, events = client_with_events(twin, *[answer({"name": "a"})] * 3)
    await twin.do(client.example.make(name="a"))
    await twin.do(client.example.upload(data=b"bytes", content_type="image/png"))
    await twin.do(client.example.upload(data=[b"by", b"tes"], content_type="image/png"))
    requests = [event for event in events if isinstance(event, RequestEvent)]
    assert [event.size for event in requests] == [len(client.requests[0].body), 5, None]
    assert {event.method for event in requests} == {"POST"}


async def test_a_stream_is_told_of_when_its_headers_are_there(twin):
    body = Body(b"a", b"b")
    stream = Response(200, {"content-type": "image/png"}, stream=body)
    client, events = client_with_events(twin, stream)
    async with twin.entered(client.stream(_package.DOWNLOAD)) as response:
        assert [type(event) for event in events] == [RequestEvent, ResponseEvent]
        assert events[1].size is None
        assert await twin.read(response) == [b"a", b"b"]
    assert len(events) == 2


async def test_record_calls_are_told_of_too(twin):
    client, events = client_with_events(twin, refusal("RecordNotFound"))
    with pytest.raises(XrpcResponseError):
        await twin.do(client.example.post.get("3jui7kd54zh2y"))
    assert [event.nsid for event in events] == ["com.atproto.repo.getRecord"] * 2


async def test_a_hook_that_raises_is_logged_and_changes_nothing(twin, caplog):
    later = []

    def broken(_):
        raise RuntimeError("the hook is broken")

    client = twin.client(
        refusal("Busy", 503),
        things("a"),
        event_hooks={name: [broken, later.append] for name in ("request", "response", "retry")},
    )
    page = await twin.do(client.example.get_things())
    assert page.things[0].name == "a"
    assert len(later) == 5
    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.name for record in logged] == ["atlex"] * 5
    assert {record.exc_info[0] for record in logged} == {RuntimeError}


class EndError(BaseException):
    """Ends the program, as KeyboardInterrupt does."""


async def test_what_ends_the_program_goes_through_a_hook(twin):
    def interrupted(_):
        raise EndError

    client = twin.client(things(), event_hooks={"response": [interrupted]})
    with pytest.raises(EndError):
        await twin.do(client.example.get_things())


async def test_a_copy_keeps_the_hooks_until_it_gets_others(twin):
    first, second = [], []
    client = twin.client(*[things()] * 5, event_hooks={"request": [first.append]})
    await twin.do(client.with_options(timeout=3).example.get_things())
    assert len(first) == 1
    await twin.do(client.with_options(event_hooks={"request": [second.append]}).example.get_things())
    assert (len(first), len(second)) == (1, 1)
    await twin.do(client.with_options(event_hooks=None).example.get_things())
    assert (len(first), len(second)) == (1, 1)
    await twin.do(client.example.get_things())
    assert len(first) == 2


async def test_a_list_that_is_changed_later_changes_no_hooks(twin):
    events, hooks = [], []
    client = twin.client(things(), event_hooks={"request": hooks})
    hooks.append(events.append)
    await twin.do(client.example.get_things())
    assert not events


@pytest.mark.parametrize(
    ("hooks", "message"),
    [
        ({"requests": [print]}, "no event 'requests'"),
        ({"request": print}, "request must be a list of functions"),
        ({"response": [None]}, "response must hold functions, not NoneType"),
        ({"retry": "log"}, "retry must be a list of functions"),
        ([print], "event_hooks must be a dictionary"),
        (print, "event_hooks must be a dictionary"),
    ],
)
async def test_hooks_that_cant_be_called_are_refused_at_once(twin, hooks, message):
    with pytest.raises(InputError, match=message):
        twin.client(event_hooks=hooks)
    with pytest.raises(InputError, match=message):
        twin.client().with_options(event_hooks=hooks)


async def hook(event):
    raise AssertionError(event)


class Hook:
    async def __call__(self, event):
        raise AssertionError(event)


@pytest.mark.parametrize("function", [hook, partial(hook), Hook()], ids=["function", "partial", "object"])
def test_a_synchronous_client_refuses_coroutine_functions(function):
    with pytest.raises(InputError, match="plain functions"):
        Twin(is_async=False).client(event_hooks={"request": [function]})


async def test_an_asynchronous_client_awaits_its_hooks():
    events = []

    async def slow(event):
        await anyio.lowlevel.checkpoint()
        events.append(event)

    twin = Twin(is_async=True)
    client = twin.client(things(), event_hooks={"request": [slow], "response": [slow, events.append]})
    await client.example.get_things()
    assert [type(event) for event in events] == [RequestEvent, ResponseEvent, ResponseEvent]


def test_the_calls_of_many_threads_are_told_of_in_their_threads():
    seen = []
    client = Twin(is_async=False).client(
        *[things()] * 8, event_hooks={"request": [lambda _: seen.append(threading.get_ident())]}
    )
    threads = [threading.Thread(target=client.example.get_things) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(seen) == Counter(thread.ident for thread in threads)


async def test_no_event_holds_anything_that_was_sent_or_received(twin):
    secret = "hunter2-hunter2"
    client, events = client_with_events(
        twin,
        refusal("Busy", 503, message=secret, **{"set-cookie": secret, "www-authenticate": secret}),
        things(secret),
        headers={"authorization": f"Bearer {secret}", "x-api-key": secret},
    )
    await twin.do(client.example.get_things(cursor=secret))
    assert events
    assert secret not in repr(events)
    assert secret.encode() not in pickle.dumps(events)


@pytest.mark.parametrize("event", [RequestEvent(nsid=NSID, attempt=1, method="GET", size=0)])
def test_events_are_frozen(event):
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.nsid = "com.example.other"
    assert not hasattr(event, "__dict__")
    assert inspect.signature(type(event)).parameters["nsid"].kind is inspect.Parameter.KEYWORD_ONLY


# The logger


async def test_a_call_is_one_line_at_info_and_its_retries_are_lines_at_debug(twin, caplog):
    caplog.set_level(logging.DEBUG, "atlex")
    client = twin.client(refusal("Busy", 503), fetch_error(), things())
    await twin.do(client.example.get_things())
    assert [record.levelname for record in caplog.records] == ["DEBUG", "DEBUG", "INFO"]
    assert {record.name for record in caplog.records} == {"atlex"}
    first, second, last = (record.getMessage() for record in caplog.records)
    assert first.startswith(f"{NSID}: attempt 1 failed (503 Busy), the next is in ")
    assert second.startswith(f"{NSID}: attempt 2 failed (NetworkError), the next is in ")
    assert last.startswith(f"{NSID}: 200, {len(things().content)} bytes in ")
    assert last.endswith(", 3 attempts")


async def test_a_failed_call_is_one_line_with_its_code(twin, caplog):
    caplog.set_level(logging.INFO, "atlex")
    client = twin.client(refusal("Busy", 503, message="hunter2"), fetch_error(), retries=0)
    with pytest.raises(XrpcResponseError):
        await twin.do(client.example.get_things(cursor="hunter2"))
    with pytest.raises(XrpcFetchError):
        await twin.do(client.example.get_things())
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith(f"{NSID}: 503 Busy in ")
    assert second.startswith(f"{NSID}: NetworkError in ")
    assert "hunter2" not in caplog.text


async def test_nothing_is_logged_of_a_call_above_info(twin, caplog):
    caplog.set_level(logging.WARNING, "atlex")
    client = twin.client(refusal("Busy", 503), things())
    await twin.do(client.example.get_things())
    assert not caplog.records
