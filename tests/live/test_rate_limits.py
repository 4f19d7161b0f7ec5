"""Rate limits as a PDS tells of them, for both twins; each test counts against limits of its own."""

from __future__ import annotations

import secrets
import time

import pytest

from atlex import RateLimitError, XrpcResponseError
from atlex.xrpc import RateLimit
from atlex_sdk import com

from ._twins import opened_twin

pytestmark = pytest.mark.anyio

WINDOW = 300


@pytest.fixture(params=["sync", "async"])
async def limited(request, network):
    async with opened_twin(request.param, network.other_pds) as twin:
        yield twin


async def test_every_answer_has_the_figures_of_the_limit_for_all_calls(limited):
    client = limited.Client(limited.service, http_client=limited.http_client)
    before = time.time()
    first, second = [
        (await limited.do(client.xrpc(com.atproto.server.describe_server.METHOD))).rate_limit
        for _ in range(2)
    ]
    assert (first.limit, first.policy) == (3000, f"3000;w={WINDOW}")
    assert second.remaining == first.remaining - 1
    assert 0 < first.remaining < 3000
    # To the second, and the servers' clock is ours.
    assert before - 1 <= first.reset <= time.time() + WINDOW


async def test_a_method_with_a_limit_of_its_own_tells_of_the_tightest(limited):
    client = limited.Client(await limited.new_account())
    uploaded = await limited.do(
        client.xrpc(com.atproto.repo.upload_blob.METHOD, data=b"text", content_type="text/plain")
    )
    assert (uploaded.rate_limit.limit, uploaded.rate_limit.policy) == (1000, "1000;w=86400")


async def test_a_login_too_many_is_a_rate_limit_error_with_all_figures(limited):
    name = f"nobody-{secrets.token_hex(5)}.test"
    before = time.time()
    refused = []
    # Of 31 logins, 30 are judged by their password and the last isn't.
    for _ in range(31):
        with pytest.raises(XrpcResponseError) as caught:
            await limited.login(name, "wrong")
        refused.append(caught.value)
    *judged, last = refused
    assert [(error.status, error.error) for error in judged] == [(401, "AuthenticationRequired")] * 30
    assert isinstance(last, RateLimitError)
    assert (last.status, last.error, last.limit, last.remaining) == (429, "RateLimitExceeded", 30, 0)
    assert last.policy == f"30;w={WINDOW}"
    assert before - 1 <= last.reset <= time.time() + WINDOW
    assert 0 < int(last.headers["Retry-After"]) <= WINDOW
    # Minutes are longer than a retry waits: the caller learns it at once.
    patient = limited.Client(limited.service, http_client=limited.http_client, retries=2)
    with pytest.raises(RateLimitError):
        await limited.do(patient.com.atproto.server.create_session(identifier=name, password="wrong"))
    assert limited.sent["com.atproto.server.createSession"] == 32


async def test_a_server_without_limits_gives_no_figures(twin):
    client = twin.Client(twin.service, http_client=twin.http_client)
    answer = await twin.do(client.xrpc(com.atproto.server.describe_server.METHOD))
    assert answer.rate_limit == RateLimit()
