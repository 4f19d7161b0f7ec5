"""A deadline is for the whole call, with its retries and the waits between them. The clock is the test's."""

from __future__ import annotations

import pytest
from tests.client import _package
from tests.client._fakes import answer, fetch_error, refusal, things

from atlex import Response
from atlex.errors import InputError, XrpcFetchError, XrpcResponseError

pytestmark = pytest.mark.anyio


@pytest.fixture
def timed(twin):
    """A client of which each attempt takes the seconds that it is given, and its clock."""

    def make(*attempts, **options):
        now = [1000.0]

        class Timed(twin.Client):  # type: ignore[name-defined]
            def _clock(self):
                return now[0]

        client = twin.client(*(outcome for _, outcome in attempts), cls=Timed, **options)
        durations = iter([seconds for seconds, _ in attempts])
        send = client.agent.send

        def slow(request):
            now[0] += next(durations)
            return send(request)

        client.agent.send = slow
        client.now = now
        return client

    return make


async def test_without_one_a_request_has_none(twin):
    client = twin.client(things())
    await twin.do(client.example.get_things())
    assert client.requests[0].deadline is None


async def test_each_attempt_gets_what_is_left(twin, timed):
    client = timed(
        (4, refusal("Down", 503)), (3, refusal("Down", 503)), (1, things()), deadline=10, timeout=8
    )
    await twin.do(client.example.get_things())
    assert [request.timeout for request in client.requests] == [8, 6, 3]
    assert {request.deadline for request in client.requests} == {1010}


async def test_without_a_timeout_what_is_left_is_the_timeout(twin, timed):
    client = timed((4, things()), deadline=10, timeout=None)
    await twin.do(client.example.get_things())
    assert client.requests[0].timeout == 10


async def test_a_retry_that_couldnt_finish_isnt_begun(twin, timed):
    client = timed((4, refusal("Slow", 429, **{"retry-after": "6"})), deadline=10)
    with pytest.raises(XrpcResponseError) as caught:
        await twin.do(client.example.get_things())
    assert caught.value.status == 429
    assert client.waits == []


async def test_one_that_can_is(twin, timed):
    client = timed((4, refusal("Slow", 429, **{"retry-after": "5"})), (0, things()), deadline=10)
    await twin.do(client.example.get_things())
    assert client.waits == [5]


async def test_the_failure_that_took_the_time_is_the_callers(twin, timed):
    client = timed((11, fetch_error()), deadline=10)
    with pytest.raises(XrpcFetchError, match="No connection"):
        await twin.do(client.example.get_things())
    assert len(client.requests) == 1


async def test_a_wait_that_took_longer_ends_the_call(twin, timed):
    client = timed((1, refusal("Down", 503)), deadline=10)

    def sleep(_):
        client.now[0] += 60

    async def sleep_async(_):
        client.now[0] += 60

    client._sleep = sleep_async if twin.is_async else sleep
    with pytest.raises(XrpcFetchError, match="deadline") as caught:
        await twin.do(client.example.get_things())
    assert (caught.value.method, caught.value.sent) == ("com.example.getThings", False)
    assert len(client.requests) == 1


async def test_each_call_has_its_own(twin, timed):
    client = timed((9, things()), (9, things()), deadline=10)
    for _ in range(2):
        await twin.do(client.example.get_things())
    assert [request.deadline for request in client.requests] == [1010, 1019]


async def test_a_copy_may_have_another_or_none(twin, timed):
    client = timed((0, things()), (0, things()), (0, things()), deadline=10)
    for options in ({}, {"deadline": 5}, {"deadline": None}):
        await twin.do(client.with_options(**options).example.get_things())
    assert [request.deadline for request in client.requests] == [1010, 1005, None]


async def test_a_record_call_and_a_stream_have_it_too(twin, timed):
    created = answer({"uri": "at://did:plc:a/com.example.post/a", "cid": "b"})
    client = timed((0, created), (0, Response(200, {"content-type": "image/png"}, b"x")), deadline=10)
    await twin.do(client.example.post.create(_package.Post(text="a")))
    async with twin.entered(client.stream(_package.DOWNLOAD)):
        pass
    assert [request.deadline for request in client.requests] == [1010, 1010]


@pytest.mark.parametrize("deadline", [0, -1, float("nan")])
async def test_one_that_has_passed_already_is_refused(twin, deadline):
    with pytest.raises(InputError, match="deadline"):
        twin.client(deadline=deadline)
    with pytest.raises(InputError, match="deadline"):
        twin.client().with_options(deadline=deadline)
