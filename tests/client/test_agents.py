"""What a client sends through: a URL, or any object that has ``did`` and ``send``. Who closes what."""

from __future__ import annotations

import contextlib
import copy
import json
import pickle

import httpx
import pytest
from tests.client import _package
from tests.client._fakes import answer

from atlex import (
    AsyncPasswordSession,
    AsyncServiceAgent,
    PasswordSession,
    Request,
    Response,
    ServiceAgent,
    SessionData,
)
from atlex.errors import InputError, XrpcInternalError

pytestmark = pytest.mark.anyio

URL = "https://pds.example.com/prefix"


class Transport(httpx.MockTransport):
    def __init__(self):
        super().__init__(self.answer)
        self.requests = []
        self.closed = 0

    def answer(self, request):
        self.requests.append(request)
        return httpx.Response(200, json={"things": [{"name": "a"}]})

    def close(self):
        self.closed += 1

    async def aclose(self):
        self.closed += 1


def http_client(twin, transport):
    return (httpx.AsyncClient if twin.is_async else httpx.Client)(transport=transport)


async def close_http(twin, client):
    await twin.do(client.aclose() if twin.is_async else client.close())


async def test_a_url_makes_a_client_without_authentication(twin):
    http = http_client(twin, transport := Transport())
    client = twin.Client(URL, http_client=http)

    output = await twin.do(client.example.get_things(limit=1))

    assert [thing.name for thing in output.things] == ["a"]
    (request,) = transport.requests
    assert str(request.url) == f"{URL}/xrpc/com.example.getThings?limit=1"
    assert "authorization" not in request.headers
    assert client.did is None
    await close_http(twin, http)


async def test_closing_leaves_the_users_http_client_open(twin):
    http = http_client(twin, transport := Transport())
    async with twin.entered(twin.Client(URL, http_client=http)) as client:
        await twin.do(client.example.get_things())
    assert not http.is_closed
    assert not transport.closed
    await close_http(twin, http)


async def test_after_closing_a_url_client_answers_no_more_and_neither_do_its_copies(twin):
    http = http_client(twin, Transport())
    client = twin.Client(URL, http_client=http)
    copy = client.with_options(timeout=1)
    await twin.do(client.close())
    await twin.do(client.close())
    for each in (client, copy):
        with pytest.raises(XrpcInternalError, match="closed"):
            await twin.do(each.example.get_things())
    await close_http(twin, http)


async def test_closing_a_copy_closes_nothing(twin):
    http = http_client(twin, Transport())
    client = twin.Client(URL, http_client=http)
    async with twin.entered(client.with_options(timeout=1)) as copy:
        await twin.do(copy.example.get_things())
    await twin.do(client.example.get_things())
    await close_http(twin, http)


async def test_closing_leaves_an_agent_open(twin):
    http = http_client(twin, Transport())
    agent = (AsyncServiceAgent if twin.is_async else ServiceAgent)(URL, http_client=http)
    async with twin.entered(twin.Client(agent)) as client:
        await twin.do(client.example.get_things())
    await twin.do(twin.Client(agent).example.get_things())
    await close_http(twin, http)


async def test_an_exception_leaves_the_with_block_as_it_is(twin):
    with pytest.raises(KeyError):
        async with twin.entered(twin.Client(URL)):
            raise KeyError


async def test_a_with_block_gives_the_client_itself(twin):
    client = twin.Client(URL)
    async with twin.entered(client) as entered:
        assert entered is client


async def test_an_http_client_goes_with_a_url_only(twin):
    http = http_client(twin, Transport())
    with pytest.raises(InputError, match="http_client goes with a URL"):
        twin.Client(twin.Agent(), http_client=http)
    await close_http(twin, http)


@pytest.mark.parametrize(
    "url", ["", "pds.example.com", "ftp://pds.example.com", "https://a:b@pds.example.com"]
)
async def test_a_url_that_isnt_a_servers_is_refused(twin, url):
    with pytest.raises(InputError):
        twin.Client(url)


class Own:
    """All that a user has to write."""

    did = "did:web:me.example.com"

    def send(self, request: Request) -> Response:
        body = {"name": f"{request.method} {request.nsid[-4:]}"}
        return Response(200, {"content-type": "application/json"}, json.dumps(body).encode())


class AsyncOwn:
    did = "did:web:me.example.com"

    async def send(self, request: Request) -> Response:
        return Own().send(request)


async def test_users_can_write_their_own_agents(twin):
    client = twin.Client(AsyncOwn() if twin.is_async else Own())
    assert client.assert_did() == "did:web:me.example.com"
    output = await twin.do(client.example.make(name="a"))
    assert output.name == "POST make"


async def test_an_agent_that_stops_with_an_iterators_end_isnt_taken_for_an_answer(twin):
    client = twin.client(answer({"name": "a"}))
    client.agent.answers.clear()
    client.agent.answers = iter_with_popleft()
    with pytest.raises((StopIteration, RuntimeError)):
        await twin.do(client.example.make(name="a"))


def iter_with_popleft():
    class Answers:
        def popleft(self):
            return next(iter(()))

    return Answers()


@pytest.mark.parametrize("agent", [None, 5, object()])
async def test_what_is_no_agent_is_refused_at_once(twin, agent):
    with pytest.raises(InputError, match="a session, another agent, or a server's URL"):
        twin.Client(agent)


@pytest.mark.parametrize(
    "http_client", [5, "httpx", object(), httpx, httpx.Client], ids=lambda value: type(value).__name__
)
def test_an_http_client_that_is_none_is_refused(twin, http_client):
    with pytest.raises(InputError, match="http_client must be an httpx"):
        twin.Client("https://pds.example", http_client=http_client)


async def test_asynchronous_clients_and_agents_close_as_the_ecosystem_has_it():
    async with contextlib.aclosing(AsyncServiceAgent("https://pds.example")) as agent:
        pass
    assert agent._connection._is_closed
    async with contextlib.aclosing(_package.AsyncClient("https://pds.example")) as client:
        pass
    assert client._owned._connection._is_closed
    for opened in (AsyncServiceAgent("https://pds.example"), _package.AsyncClient("https://pds.example")):
        await opened.close()
        connection = getattr(opened, "_connection", None) or opened._owned._connection
        assert connection._is_closed


@pytest.mark.parametrize("kind", [ServiceAgent, AsyncServiceAgent])
def test_an_agent_whose_constructor_failed_has_a_repr(kind):
    assert repr(object.__new__(kind)) == f"{kind.__name__}(…)"


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
async def test_nothing_that_holds_connections_is_copied(twin, duplicate):
    tokens = SessionData(
        did="did:example:alice", handle="alice.test", service=URL, access_jwt="a.b.c", refresh_jwt="d.e.f"
    )
    session = (AsyncPasswordSession if twin.is_async else PasswordSession)(tokens)
    agent = (AsyncServiceAgent if twin.is_async else ServiceAgent)(URL)
    for held in (session, agent, twin.Client(session), twin.Client(URL)):
        with pytest.raises(TypeError, match=f"^{type(held).__name__} can't be copied or pickled"):
            duplicate(held)
