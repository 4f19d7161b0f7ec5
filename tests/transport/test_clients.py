"""The clients that connections open themselves: which transport, how many connections, and what is left behind."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import threading
from functools import partial

import httpx
import pytest
import trio

import atlex
from atlex import AsyncPasswordSession, PasswordSession, SessionData
from atlex._agent import Request
from atlex._http import _choice
from atlex.errors import InputError
from atlex.testing import FakePds
from atlex_sdk import AsyncClient, Client

URL = "https://pds.example"
DATA = SessionData.model_validate(
    {"service": URL, "did": "did:plc:a", "handle": "a.test", "accessJwt": "a", "refreshJwt": "r"}
)


def request() -> Request:
    return Request(method="GET", nsid="com.atproto.server.describeServer")


@pytest.fixture
def without_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_choice, "_has", lambda library: library == "httpx")


@pytest.fixture
def server():
    with FakePds() as pds, pds.serve() as url:
        yield url


async def opened(url: str, **options) -> str:
    """The transport under the client that was opened for a call."""
    async with atlex.AsyncServiceAgent(url, **options) as agent:
        await agent.send(request())
        (carrier,) = agent._connection._carriers.values()
        assert (type(carrier).__name__ == "AiohttpCarrier") == (agent._connection.transport == "aiohttp")
        return agent._connection.transport


class TestChoice:
    def test_it_is_aiohttp_where_that_is_installed(self, server: str) -> None:
        assert asyncio.run(opened(server)) == "aiohttp"

    @pytest.mark.parametrize("transport", ["httpx", "httpx2", "aiohttp"])
    def test_it_is_what_is_asked_for(self, server: str, transport: str) -> None:
        assert asyncio.run(opened(server, transport=transport)) == transport

    @pytest.mark.usefixtures("without_extras")
    def test_it_is_httpx_without_extras(self, server: str) -> None:
        assert asyncio.run(opened(server)) == "httpx"

    def test_aiohttp_is_refused_under_trio(self, server: str) -> None:
        with pytest.raises(InputError, match="runs under asyncio, and this is trio"):
            trio.run(partial(opened, server, transport="aiohttp"))

    def test_it_is_httpx2_under_trio(self, server: str) -> None:
        assert trio.run(opened, server) == "httpx2"

    @pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"])
    def test_it_isnt_aiohttp_with_a_proxy_in_the_environment(self, name: str, monkeypatch) -> None:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert _choice.own_transport(asynchronous=True) == "httpx2"
        assert "transport='aiohttp'" in repr(AsyncClient(URL, transport="aiohttp"))

    def test_calls_go_through_a_proxy_in_the_environment(self, server: str, monkeypatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", server)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)

        async def main() -> int:
            async with atlex.AsyncServiceAgent("http://pds.invalid") as agent:
                return (await agent.send(request())).status

        # Only the proxy can be reached: it is asked for the whole URL, which this server knows nothing of.
        assert asyncio.run(main()) == 404
        with atlex.ServiceAgent("http://pds.invalid") as agent:
            assert agent.send(request()).status == 404

    @pytest.mark.parametrize("kind", [atlex.ServiceAgent, atlex.AsyncServiceAgent])
    def test_another_name_is_refused(self, kind) -> None:
        with pytest.raises(InputError, match="'httpx', 'httpx2', 'aiohttp' or None"):
            kind(URL, transport="requests")

    def test_a_synchronous_client_cant_use_aiohttp(self) -> None:
        for make in (
            lambda: Client(URL, transport="aiohttp"),
            lambda: PasswordSession(DATA, transport="aiohttp"),
        ):
            with pytest.raises(InputError, match="asynchronous"):
                make()
        Client(URL, transport="httpx").close()

    @pytest.mark.usefixtures("without_extras")
    @pytest.mark.parametrize("extra", ["httpx2", "aiohttp"])
    def test_asking_for_one_without_its_extra_names_the_extra(self, extra) -> None:
        with pytest.raises(InputError, match=rf"atlex\[{extra}\]"):
            AsyncClient(URL, transport=extra)

    def test_an_http_client_has_its_own(self) -> None:
        with httpx.Client() as http_client, pytest.raises(InputError, match="has its own"):
            Client(URL, transport="httpx", http_client=http_client)

    def test_a_session_has_its_own(self) -> None:
        with PasswordSession(DATA) as session, pytest.raises(InputError, match="transport goes with a URL"):
            Client(session, transport="httpx")


class TestRepr:
    def test_it_names_the_transport(self) -> None:
        assert "transport='httpx2'" in repr(Client(URL))
        assert "transport='httpx'" in repr(Client(URL, transport="httpx"))
        assert "transport='aiohttp'" in repr(AsyncClient(URL))
        assert "transport='httpx'" in repr(AsyncClient(URL, transport="httpx"))
        assert "transport: httpx2" in repr(Client(PasswordSession(DATA)))
        assert "transport: aiohttp" in repr(AsyncClient(AsyncPasswordSession(DATA)))
        assert "transport: httpx" in repr(AsyncClient(AsyncPasswordSession(DATA, transport="httpx")))

    def test_it_says_so_where_it_is_the_users(self) -> None:
        with httpx.Client() as http_client:
            assert "transport='http_client'" in repr(Client(URL, http_client=http_client))

    @pytest.mark.usefixtures("without_extras")
    def test_it_is_httpx_without_the_extra(self) -> None:
        assert "transport='httpx'" in repr(AsyncClient(URL))

    def test_it_knows_where_it_is(self) -> None:
        async def main() -> str:
            return repr(AsyncClient(URL))

        assert "transport='httpx2'" in trio.run(main)
        assert "transport='aiohttp'" in asyncio.run(main())

    def test_it_opens_nothing(self) -> None:
        client = AsyncClient(URL)
        repr(client)
        assert client._owned._connection._carriers == {}


@pytest.mark.parametrize("transport", ["httpx", "httpx2", "aiohttp"])
def test_fifty_tasks_at_once_dont_wait_for_each_other(transport: str) -> None:
    """The server answers nobody before all fifty are there."""
    together = threading.Barrier(50)
    with FakePds() as pds:

        @pds.method("com.atproto.server.describeServer")
        def describe(_):
            together.wait(30)
            return {"did": "did:web:a", "availableUserDomains": []}

        with pds.serve() as url:

            async def main() -> list[int]:
                async with atlex.AsyncServiceAgent(url, transport=transport) as agent:
                    for _ in range(2):
                        answers = await asyncio.gather(*(agent.send(request()) for _ in range(50)))
                    return [answer.status for answer in answers]

            assert asyncio.run(main()) == [200] * 50


@pytest.mark.parametrize("transport", ["httpx", "httpx2", "aiohttp"])
class TestClosing:
    def test_closing_leaves_nothing(self, server: str, transport: str) -> None:
        async def main() -> None:
            async with AsyncClient(server, transport=transport) as client:
                await client.com.atproto.server.describe_server()

        asyncio.run(main())
        gc.collect()

    @pytest.mark.parametrize("after", ["gc.collect()", ""], ids=["while the loop runs", "after it"])
    def test_one_that_was_forgotten_is_quiet(self, server: str, transport: str, after: str) -> None:
        code = f"""
import asyncio, gc
from atlex_sdk import AsyncClient

clients = []

async def main():
    clients.append(AsyncClient({server!r}, transport={transport!r}))
    await clients[0].com.atproto.server.describe_server()
    {after and "clients.clear()"}
    {after}

asyncio.run(main())
clients.clear()
gc.collect()
"""
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert (run.stdout, run.stderr) == ("", "")


def test_the_users_client_is_used_and_stays_open(server: str) -> None:
    async def main() -> None:
        async with httpx.AsyncClient() as http_client:
            async with AsyncClient(server, http_client=http_client) as client:
                await client.com.atproto.server.describe_server()
            assert not http_client.is_closed
            assert (
                await http_client.get(f"{server}/xrpc/com.atproto.server.describeServer")
            ).status_code == 200

    asyncio.run(main())


def test_no_library_is_loaded_before_it_is_used() -> None:
    code = """
import json, sys
from atlex_sdk import AsyncClient, Client
repr(AsyncClient("https://a")), repr(Client("https://a"))
print(json.dumps(sorted({"aiohttp", "httpcore", "httpx", "httpx2", "trio"} & sys.modules.keys())))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []
