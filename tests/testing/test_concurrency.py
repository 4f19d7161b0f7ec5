from __future__ import annotations

import asyncio
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

REFRESH = "/xrpc/com.atproto.server.refreshSession"
CREATE = "/xrpc/com.atproto.repo.createRecord"
NOW = "2024-01-01T00:00:00.000Z"


def refresh_by_all(pds, url, workers=20):
    """Statuses and refresh tokens of refreshes that all use one token at once."""
    token = pds.create_session("alice.test")["refreshJwt"]
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=url, transport=None if url.startswith("http:") else pds.transport) as client:

        def refresh(_):
            return client.post(REFRESH, headers=headers)

        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(refresh, range(workers)))


@pytest.mark.parametrize("loopback", [False, True])
@pytest.mark.parametrize("strict", [False, True])
def test_one_token_refreshed_by_many_threads(make_pds, strict, loopback):
    pds = make_pds(strict_refresh=strict)
    pds.create_account("alice.test")
    for _ in range(3):
        if loopback:
            with pds.serve() as url:
                answers = refresh_by_all(pds, url)
        else:
            answers = refresh_by_all(pds, pds.url)
        good = [answer.json()["refreshJwt"] for answer in answers if answer.status_code == 200]
        refused = Counter(answer.json()["error"] for answer in answers if answer.status_code != 200)
        if strict:
            assert len(good) == 1
            assert refused == {"ExpiredToken": 19}
        else:
            assert len(good) == 20
            assert len(set(good)) == 1


def test_threads_and_tasks_write_without_losing_anything(pds, alice):
    headers = {"authorization": f"Bearer {alice.access}"}
    body = {
        "repo": alice.did,
        "collection": "app.bsky.feed.post",
        "record": {"text": "hi", "createdAt": NOW},
    }

    async def write_by_tasks():
        async with pds.async_client() as client:
            calls = [client.post(CREATE, json=body, headers=headers) for _ in range(50)]
            return await asyncio.gather(*calls)

    with pds.client() as client, ThreadPoolExecutor(10) as pool:
        by_threads = list(pool.map(lambda _: client.post(CREATE, json=body, headers=headers), range(50)))
    answers = [answer.json() for answer in (*by_threads, *asyncio.run(write_by_tasks()))]
    assert len({answer["uri"] for answer in answers}) == 100
    assert len({answer["commit"]["cid"] for answer in answers}) == 100
    assert pds.count("com.atproto.repo.createRecord", status=200) == 100


def test_a_handler_may_wait_for_another_request(pds):
    both = threading.Barrier(2, timeout=10)

    @pds.method("com.atproto.server.describeServer")
    def describe(_):
        both.wait()
        return {"did": "did:web:pds.test", "availableUserDomains": []}

    with pds.client() as client, ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(client.get, "/xrpc/com.atproto.server.describeServer") for _ in range(2)]
        assert {call.result().status_code for call in calls} == {200}
