"""Another try after a failure: for queries twice, for procedures never unless they are asked for."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from tests.client._fakes import answer, fetch_error, refusal, things

from atlex import Response
from atlex.errors import InputError, XrpcError, XrpcFetchError, XrpcResponseError

pytestmark = pytest.mark.anyio


def no_connection():
    return XrpcFetchError("No connection", sent=False)


FAILURES = {
    "500": lambda: refusal("Down", 500),
    "503": lambda: refusal("Down", 503),
    "not-json": lambda: Response(502, {"content-type": "text/html"}, b"<p>"),
    "429": lambda: refusal("Slow", 429),
    "network": fetch_error,
}
each_failure = pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)


@each_failure
async def test_a_query_is_sent_three_times(twin, failure):
    client = twin.client(failure(), failure(), things("a"))
    output = await twin.do(client.example.get_things())
    assert output.things[0].name == "a"
    first, second, third = client.requests
    assert first == second == third
    assert len(client.waits) == 2
    assert 0.25 <= client.waits[0] <= 0.5 <= client.waits[1] <= 1


@each_failure
async def test_and_then_no_more(twin, failure):
    client = twin.client(failure(), failure(), failure())
    with pytest.raises(XrpcError):
        await twin.do(client.example.get_things())
    assert len(client.requests) == 3
    assert len(client.waits) == 2


@each_failure
async def test_a_procedure_is_sent_once(twin, failure):
    client = twin.client(failure())
    with pytest.raises(XrpcError):
        await twin.do(client.example.make(name="a"))
    assert len(client.requests) == 1
    assert client.waits == []


async def test_a_procedure_is_sent_again_when_that_is_asked_for(twin):
    client = twin.client(refusal("Down", 503), answer({"name": "a"}), retries=1)
    await twin.do(client.example.make(name="a"))
    assert len(client.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 501])
async def test_what_wont_pass_isnt_tried_again(twin, status):
    client = twin.client(refusal("No", status))
    with pytest.raises(XrpcResponseError):
        await twin.do(client.example.get_things())
    assert client.waits == []


async def test_an_answer_that_is_broken_isnt_asked_for_again(twin):
    client = twin.client(answer({"things": 5}))
    with pytest.raises(XrpcError):
        await twin.do(client.example.get_things())
    assert len(client.requests) == 1


async def test_the_server_says_how_long_to_wait(twin):
    client = twin.client(refusal("Slow", 429, **{"retry-after": "7"}), things())
    await twin.do(client.example.get_things())
    assert client.waits == [7]


async def test_a_server_that_wants_longer_than_a_call_should_take_isnt_waited_for(twin):
    client = twin.client(refusal("Slow", 429, **{"retry-after": "3600"}))
    with pytest.raises(XrpcResponseError):
        await twin.do(client.example.get_things())


async def test_a_body_that_can_be_sent_once_is_sent_once(twin, tmp_path):
    client = twin.client(no_connection(), no_connection(), no_connection(), answer({"name": "a"}), retries=1)
    with pytest.raises(XrpcFetchError):
        await twin.do(client.example.upload(data=io.BytesIO(b"a")))
    assert len(client.requests) == 1
    with pytest.raises(XrpcFetchError):
        await twin.do(client.example.upload(data=b"a"))
    assert len(client.requests) == 3
    await twin.do(client.example.upload(data=Path(tmp_path / "a")))


async def test_a_refused_input_isnt_tried_again(twin):
    client = twin.client(InputError("The file can't be read"))
    with pytest.raises(InputError):
        await twin.do(client.example.get_things())
    assert len(client.requests) == 1


async def test_it_waits_as_long_as_it_says(twin, monkeypatch):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    monkeypatch.setattr("anyio.sleep", sleep)
    monkeypatch.setattr("time.sleep", slept.append)
    agent = twin.Agent(refusal("Slow", 429, **{"retry-after": "7"}), things())
    await twin.do(twin.Client(agent).example.get_things())
    assert slept == [7]
