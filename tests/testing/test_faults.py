from __future__ import annotations

import asyncio
import inspect

import httpx
import pytest

SESSION = "com.atproto.server.getSession"
DESCRIBE = "com.atproto.server.describeServer"
RENAME = "com.atproto.identity.updateHandle"


def error(response):
    """The status and the error code of a refusal."""
    return response.status_code, response.json()["error"]


class Sync:
    def __init__(self, client):
        self._client = client

    def request(self, method, path, **more):
        return self._client.request(method, path, **more)


class Async:
    """Runs each call in a loop of its own."""

    def __init__(self, make):
        self._make = make

    def request(self, method, path, **more):
        async def run():
            async with self._make() as client:
                return await client.request(method, path, **more)

        return asyncio.run(run())


@pytest.fixture(params=["transport", "async transport", "loopback"])
def face(request, pds):
    """The same calls through each face."""
    if request.param == "transport":
        with pds.client() as client:
            yield Sync(client)
    elif request.param == "async transport":
        yield Async(pds.async_client)
    else:
        with pds.serve() as url, httpx.Client(base_url=url) as client:
            yield Sync(client)


def get(face, nsid=DESCRIBE, **more):
    return face.request("GET", f"/xrpc/{nsid}", **more)


def rename(face, alice, handle="alicia.test"):
    headers = {"authorization": f"Bearer {alice.access}"}
    return face.request("POST", f"/xrpc/{RENAME}", json={"handle": handle}, headers=headers)


def test_the_next_requests_can_fail(pds, face):
    pds.fail_next(status=503, headers={"retry-after": "1"}, times=2)
    answer = get(face)
    assert error(answer) == (503, "NotEnoughResources")
    assert answer.headers["retry-after"] == "1"
    assert pds.planned == 1
    assert get(face).status_code == 503
    assert get(face).status_code == 200


def test_a_fault_can_be_meant_for_one_method(pds, face):
    pds.fail_next(SESSION, status=400, error="ExpiredToken", message="Token has expired")
    assert get(face).status_code == 200
    assert error(get(face, SESSION)) == (400, "ExpiredToken")
    pds.fail_next("com.example.other")
    pds.clear_plans()
    assert pds.planned == 0


@pytest.mark.parametrize(("when", "handle"), [("before", "alice.test"), ("after", "alicia.test")])
def test_an_error_comes_before_or_after_the_effect(pds, face, alice, when, handle):
    pds.fail_next(RENAME, when=when)
    assert rename(face, alice).status_code == 500
    assert alice.account.handle == handle


@pytest.mark.parametrize(("when", "handle"), [("before", "alice.test"), ("after", "alicia.test")])
def test_a_connection_breaks_before_or_after_the_effect(pds, face, alice, when, handle):
    pds.drop_next(RENAME, when=when)
    with pytest.raises(httpx.TransportError):
        rename(face, alice)
    assert alice.account.handle == handle
    assert pds.requests[-1].status is None
    assert pds.count(RENAME) == 1
    assert pds.count(RENAME, status=200) == 0
    assert get(face).status_code == 200


def test_the_transport_tells_the_two_breaks_apart(pds):
    with pds.client() as client:
        pds.drop_next()
        with pytest.raises(httpx.ConnectError):
            client.get("/xrpc/_health")
        pds.drop_next(when="after")
        with pytest.raises(httpx.ReadError):
            client.get("/xrpc/_health")


def test_an_answer_can_be_anything(pds, face):
    pds.answer_next(DESCRIBE, body=b"<html>", content_type="text/html", status=502, headers={"X-Test": "1"})
    answer = get(face)
    assert (answer.status_code, answer.content) == (502, b"<html>")
    assert (answer.headers["content-type"], answer.headers["x-test"]) == ("text/html", "1")
    assert pds.requests[-1].error is None
    pds.answer_next(body=b"\xff", content_type=None)
    assert "content-type" not in get(face).headers
    pds.answer_next(body=b"[]", status=400)
    get(face)
    assert pds.requests[-1].error is None


def test_an_answer_can_be_lost_after_the_effect(pds, face, alice):
    pds.answer_next(RENAME, body=b"", when="after")
    rename(face, alice)
    assert alice.account.handle == "alicia.test"


def test_a_body_can_be_cut_short(pds, face):
    pds.answer_next(body=b'{"did": "di', headers={"Content-Length": "100"})
    with pytest.raises(httpx.TransportError):
        get(face)
    assert get(face).status_code == 200


def test_a_request_can_be_delayed_without_anybody_waiting(pds, face, time):
    start = time.now
    pds.delay_next(DESCRIBE, 3)
    pds.delay_next(DESCRIBE, 4, when="after")
    assert get(face).status_code == 200
    assert time.now == start + 3
    assert get(face).status_code == 200
    assert time.now == start + 7


def test_a_delay_and_a_fault_can_meet_in_one_request(pds, face, time):
    start = time.now
    pds.fail_next()
    pds.delay_next(None, 3)
    assert get(face).status_code == 500
    assert time.now == start + 3


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_client_without_patience_times_out_and_the_request_has_its_effect(pds, alice, time, kind, when):
    face = Sync(pds.client()) if kind == "sync" else Async(pds.async_client)
    start = time.now
    pds.delay_next(RENAME, 60, when=when)
    with pytest.raises(httpx.ReadTimeout):
        face.request(
            "POST",
            f"/xrpc/{RENAME}",
            json={"handle": "alicia.test"},
            headers={"authorization": f"Bearer {alice.access}"},
            timeout=2,
        )
    assert time.now == start + 2
    assert alice.account.handle == "alicia.test"


def test_a_client_with_endless_patience_waits(pds, time):
    start = time.now
    pds.delay_next(None, 10_000)
    with pds.client() as client:
        assert client.get("/xrpc/_health", timeout=None).status_code == 200
    assert time.now == start + 10_000


def test_real_delays_are_the_default(make_pds):
    pds = make_pds(async_sleep=None)
    pds.delay_next(None, 0.001)
    assert Async(pds.async_client).request("GET", "/xrpc/_health").status_code == 200


def test_the_log_knows_who_asked_what_but_no_secrets(pds, face, alice):
    get(face, SESSION, headers={"authorization": f"Bearer {alice.access}", "x-test": "1"}, params={"a": "b"})
    entry = pds.requests[-1]
    assert (entry.nsid, entry.method, entry.query, entry.did) == (SESSION, "GET", "a=b", alice.did)
    assert (entry.status, entry.error) == (200, None)
    assert entry.headers["authorization"] == "Bearer …"
    assert entry.headers["x-test"] == "1"
    assert entry.host == pds.url.partition("//")[2]
    assert alice.access not in repr(pds.requests)
    get(face, SESSION, headers={"authorization": alice.access})
    assert pds.requests[-1].error == "InvalidToken"
    assert alice.access not in repr(pds.requests)
    assert pds.count() == 2
    pds.forget()
    assert pds.requests == ()


def test_every_method_of_the_server_is_documented(pds):
    for name, member in inspect.getmembers(type(pds)):
        assert name.startswith("_") or member.__doc__, name
