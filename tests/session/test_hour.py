"""An hour of calls on a simulated clock, with tokens that live 30 s, while one request in twenty meets a fault."""

from __future__ import annotations

import random

import httpx
import pytest

from atlex._agent import Request
from atlex.errors import RefreshError, XrpcError, XrpcFetchError, XrpcInvalidResponseError, XrpcResponseError
from atlex.session import AsyncPasswordSession, FileSessionStore, PasswordSession
from atlex.testing import FakePds

pytestmark = pytest.mark.anyio

HOUR = 3600
LIFE = 30
CALL = Request(method="GET", nsid="com.atproto.server.getSession")
FAULTS = {
    "dropped before": lambda pds: pds.drop_next(when="before"),
    "dropped after": lambda pds: pds.drop_next(when="after"),
    "429": lambda pds: pds.fail_next(status=429, error="RateLimitExceeded", headers={"retry-after": "3"}),
    "500": lambda pds: pds.fail_next(status=500),
    "502 after": lambda pds: pds.fail_next(status=502, when="after"),
    "503": lambda pds: pds.fail_next(status=503),
    "garbage": lambda pds: pds.answer_next(body=b"<html>", content_type="text/html", when="after"),
    "truncated": lambda pds: pds.answer_next(body=b'{"accessJwt": "', when="after"),
}


class Unlucky(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Lets one request in twenty meet a fault, by a seeded chance."""

    def __init__(self, pds, seed):
        self._pds = pds
        self._random = random.Random(seed)
        self.met = []

    def handle_request(self, request):
        self._tempt()
        return self._pds.transport.handle_request(request)

    async def handle_async_request(self, request):
        self._tempt()
        return await self._pds.transport.handle_async_request(request)

    def _tempt(self):
        if self._random.random() < 0.05:
            self.met.append(self._random.choice(list(FAULTS)))
            FAULTS[self.met[-1]](self._pds)


def explains(error):
    """Whether an error says what happened: what the faults are, or a refresh that met one."""
    if isinstance(error, RefreshError):
        return explains(error.__cause__)
    if isinstance(error, XrpcResponseError):
        return error.status in {429, 500, 502, 503}
    return isinstance(error, XrpcFetchError | XrpcInvalidResponseError)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["login", "open"])
async def test_an_hour_of_faults_loses_no_session_and_explains_every_error(api, kind, world, tmp_path):
    # A server that forgives a refresh whose answer was lost; and one that doesn't, where the password helps.
    clock = world.clock
    pds = FakePds(strict_refresh=kind == "open", clock=clock, access_token_life=LIFE)
    pds.create_account("alice.test", "password")
    given = {"identifier": "alice.test", "password": "password"}
    net = Unlucky(pds, 1)
    class_ = AsyncPasswordSession if api.is_async else PasswordSession
    ended = []
    options = {"clock": clock, "on_deleted": lambda *told: ended.append(told)}
    plain = await api.do(class_.login(pds.url, **given, http_client=api.client(pds.transport), **options))
    store = FileSessionStore(tmp_path / "session.json")
    if kind == "login":
        session = class_(plain.data, http_client=api.client(net), **options)
    else:
        store.save(plain.data)
        session = await api.do(
            class_.open(store, service=pds.url, **given, http_client=api.client(net), **options)
        )
    pds.forget()

    end = clock() + HOUR
    calls, errors, refused = 0, [], []
    while clock() < end:
        clock.advance(2)
        calls += 1
        before = len(net.met)
        try:
            response = await api.do(session.send(CALL))
        except XrpcError as error:
            errors.append(error)
            continue
        if response.status != 200 and len(net.met) == before:
            refused.append(response)

    assert [error for error in errors if not explains(error)] == []
    # An answer that isn't the server's own comes with a fault.
    assert refused == []
    assert ended == []
    assert not session.destroyed
    assert len(net.met) > 0.02 * calls
    assert set(net.met) == set(FAULTS)
    assert pds.count("com.atproto.server.refreshSession") < 1.5 * HOUR / (0.9 * LIFE)
    clock.advance(600)
    # The last word is one that works.
    net._random = random.Random()
    net._tempt = lambda: None  # type: ignore[method-assign]
    assert (await api.do(session.send(CALL))).status == 200
    if kind == "open":
        assert store.load() == session.data
