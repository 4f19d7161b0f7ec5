from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import subprocess
import sys
from functools import partial
from importlib import metadata

import httpx
import pytest

import atlex
from atlex._agent import Agent, AsyncAgent, Request, Response
from atlex._http import default_headers
from atlex.errors import InputError, XrpcFetchError, XrpcInternalError, XrpcInvalidResponseError

OK = httpx.Response(200, json={})
SECRETS = {"authorization": "Bearer secret", "dpop": "secret", "cookie": "a=secret", "x-admin-key": "secret"}


class Server:
    """Keeps what it was sent, and answers as it was told."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers) or [OK]
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def redirect(to: str, status: int = 302) -> httpx.Response:
    return httpx.Response(status, headers={"location": to})


def test_a_request_reaches_the_origin_with_query_headers_and_body(driver) -> None:
    server = Server(httpx.Response(200, headers={"X-A": "b"}, content=b"answer"))
    request = driver.request(method="POST", query="a=1&b=x+y", headers={"x-custom": "v"}, body=b"body")
    response = driver.send(server, request)
    (sent,) = server.seen
    assert (sent.method, str(sent.url)) == ("POST", "https://pds.example/xrpc/com.example.test?a=1&b=x+y")
    assert (sent.headers["x-custom"], sent.content) == ("v", b"body")
    assert (response.status, response.headers["x-a"], response.content) == (200, "b", b"answer")


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        ("https://host", "https://host/xrpc/com.example.test"),
        ("https://host/", "https://host/xrpc/com.example.test"),
        ("https://host/prefix", "https://host/prefix/xrpc/com.example.test"),
        ("https://host:8443/a/b/", "https://host:8443/a/b/xrpc/com.example.test"),
    ],
)
def test_a_path_of_the_service_is_kept(driver, origin: str, url: str) -> None:
    server = Server()
    driver.send(server, driver.request(), origin)
    assert str(server.seen[0].url) == url


def test_an_origin_that_is_no_service_is_refused(driver) -> None:
    with pytest.raises(InputError):
        driver.send(Server(), driver.request(), "https://me:secret@host")


def test_the_answers_repeated_headers_are_joined(driver) -> None:
    server = Server(httpx.Response(401, headers=[("www-authenticate", "A"), ("www-authenticate", "B")]))
    assert driver.send(server, driver.request()).headers["www-authenticate"] == "A, B"


@pytest.mark.parametrize("status", [200, 204, 304, 400, 404, 500, 599])
def test_every_status_is_an_answer(driver, status: int) -> None:
    assert driver.send(Server(httpx.Response(status)), driver.request()).status == status


def test_a_compressed_body_is_unpacked(driver) -> None:
    packed = httpx.Response(
        200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(gzip.compress(b"x"))
    )
    assert driver.send(lambda _: packed, driver.request()).content == b"x"


class TestUserAgent:
    def test_it_names_atlex_and_its_version(self, driver) -> None:
        server = Server()
        driver.send(server, driver.request())
        assert server.seen[0].headers["user-agent"] == f"atlex/{metadata.version('atlex')}"

    def test_a_requests_own_wins(self, driver) -> None:
        server = Server()
        driver.send(server, driver.request(headers={"user-agent": "mine"}))
        assert server.seen[0].headers["user-agent"] == "mine"

    def test_the_users_clients_own_wins(self, driver) -> None:
        server = Server()
        driver.send(server, driver.request(), headers={"user-agent": "mine"})
        assert server.seen[0].headers["user-agent"] == "mine"

    def test_it_has_no_version_where_the_metadata_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(_: str) -> str:
            raise metadata.PackageNotFoundError

        monkeypatch.setattr(metadata, "version", missing)
        assert default_headers.__wrapped__()["user-agent"] == "atlex"


class TestTimeouts:
    @pytest.mark.parametrize(
        ("timeout", "connect", "rest"),
        [(30.0, 10.0, 30.0), (5.0, 5.0, 5.0), (None, None, None), (120.0, 10.0, 120.0)],
    )
    def test_each_phase_has_its_seconds(self, driver, timeout, connect, rest) -> None:
        server = Server()
        driver.send(server, driver.request(timeout=timeout))
        assert server.seen[0].extensions["timeout"] == {
            "connect": connect,
            "read": rest,
            "write": rest,
            "pool": rest,
        }

    def test_the_default_is_thirty_seconds_and_ten_to_connect(self, driver) -> None:
        server = Server()
        driver.send(server, driver.request(), timeout=1)
        assert server.seen[0].extensions["timeout"] == {
            "connect": 10.0,
            "read": 30.0,
            "write": 30.0,
            "pool": 30.0,
        }


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_query_keeps_its_credentials_within_the_origin(self, driver, status: int) -> None:
        server = Server(redirect("/elsewhere", status), OK)
        assert driver.send(server, driver.request(headers=SECRETS)).status == 200
        assert str(server.seen[1].url) == "https://pds.example/elsewhere"
        assert SECRETS.items() <= dict(server.seen[1].headers).items()

    @pytest.mark.parametrize(
        "elsewhere",
        ["https://other.example/x", "https://pds.example:8443/x", "https://pds.example.evil.example/x"],
    )
    def test_a_query_goes_to_another_origin_without_credentials(self, driver, elsewhere: str) -> None:
        server = Server(redirect(elsewhere), OK)
        headers = {**SECRETS, "accept": "image/png"}
        assert (
            driver.send(server, driver.request(headers=headers), headers={"x-client": "secret"}).status == 200
        )
        there = server.seen[1]
        assert str(there.url) == elsewhere
        assert there.headers["host"] == there.url.netloc.decode()
        assert there.headers["accept"] == "image/png"
        assert not SECRETS.keys() & there.headers.keys()

    def test_credentials_of_the_users_client_stay_at_the_origin(self, driver) -> None:
        server = Server(redirect("https://other.example/x"), OK)
        driver.send(server, driver.request(), auth=("me", "secret"))
        assert "authorization" in server.seen[0].headers
        assert "authorization" not in server.seen[1].headers

    def test_headers_and_cookies_of_the_users_client_stay_at_the_origin(self, driver) -> None:
        cookies = httpx.Cookies({"anywhere": "secret"})
        for domain in ("pds.example", "other.example", ".third.example"):
            cookies.set(f"at-{domain.strip('.')}", "known", domain=domain)
        given = {**SECRETS, "X-Api-Key": "secret", "proxy-authorization": "secret", "Accept-Language": "pt"}
        del given["cookie"]
        places = ["https://other.example/x", "https://a.third.example/y", "https://pds.example/z"]
        server = Server(*map(redirect, places), OK)
        driver.send(server, driver.request(), headers=given, cookies=cookies)

        first, *others = (seen.headers for seen in server.seen)
        assert first["x-api-key"] == "secret"
        assert first["cookie"] == "anywhere=secret; at-pds.example=known"
        for headers in others:
            assert not {*SECRETS, "x-api-key", "proxy-authorization"} & headers.keys() - {"cookie"}
            assert headers["accept-language"] == "pt"
            assert "user-agent" in headers
            assert "secret" not in str(headers.raw)
        assert [headers.get("cookie") for headers in others] == [
            "at-other.example=known",
            "at-third.example=known",
            "at-pds.example=known",
        ]

    def test_credentials_dont_come_back_with_a_second_redirect(self, driver) -> None:
        server = Server(redirect("https://other.example/x"), redirect("https://pds.example/y"), OK)
        driver.send(server, driver.request(headers=SECRETS), auth=("me", "secret"))
        assert not SECRETS.keys() & server.seen[2].headers.keys()

    def test_credentials_are_dropped_from_http_to_https(self, driver) -> None:
        server = Server(redirect("https://pds.example/x"), OK)
        driver.send(server, driver.request(headers=SECRETS), "http://pds.example")
        assert not SECRETS.keys() & server.seen[1].headers.keys()

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "http://pds.example/x",
            "http://other.example/x",
            "ftp://pds.example/x",
            "https://me:secret@pds.example/x",
            "https://pds.example:99999/x",
            "https://other.example:65536/x",
            "https://other.example:0/x",
        ],
    )
    def test_a_worse_connection_or_a_url_with_credentials_is_not_followed(
        self, driver, elsewhere: str
    ) -> None:
        server = Server(redirect(elsewhere), OK)
        assert driver.send(server, driver.request()).status == 302
        assert len(server.seen) == 1

    @pytest.mark.parametrize("status", [307, 308])
    def test_a_procedure_is_sent_again_within_the_origin(self, driver, status: int) -> None:
        server = Server(redirect("/elsewhere", status), OK)
        request = driver.request(method="POST", body=b"body", headers=SECRETS)
        assert driver.send(server, request).status == 200
        assert [(sent.method, sent.content) for sent in server.seen] == [("POST", b"body")] * 2
        assert "authorization" in server.seen[1].headers

    def test_a_file_is_sent_again_within_the_origin(self, driver, tmp_path) -> None:
        (tmp_path / "blob").write_bytes(b"body")
        server = Server(redirect("/elsewhere", 307), OK)
        driver.send(server, driver.request(method="POST", body=tmp_path / "blob"))
        assert [sent.content for sent in server.seen] == [b"body"] * 2

    def test_chunks_are_not_sent_again(self, driver) -> None:
        server = Server(redirect("/elsewhere", 307), OK)
        assert driver.send(server, driver.request(method="POST", body=iter([b"body"]))).status == 307

    def test_a_body_never_goes_to_another_origin(self, driver) -> None:
        server = Server(redirect("https://other.example/x", 307), OK)
        request = driver.request(method="POST", body=b'{"password": "secret"}')
        assert driver.send(server, request).status == 307
        assert len(server.seen) == 1

    @pytest.mark.parametrize("status", [301, 302, 303])
    def test_a_procedure_never_turns_into_a_query(self, driver, status: int) -> None:
        server = Server(redirect("/elsewhere", status), OK)
        assert driver.send(server, driver.request(method="POST", body=b"body")).status == status
        assert len(server.seen) == 1

    def test_twenty_are_followed(self, driver) -> None:
        server = Server(*[redirect("/again")] * 20, OK)
        assert driver.send(server, driver.request()).status == 200

    def test_more_are_an_error(self, driver) -> None:
        server = Server(redirect("/again"))
        with pytest.raises(XrpcFetchError, match="more than 20 times"):
            driver.send(server, driver.request())
        assert len(server.seen) == 21

    def test_a_broken_location_is_not_followed(self, driver) -> None:
        assert driver.send(Server(redirect("https://[x")), driver.request()).status == 302

    def test_a_redirect_without_location_is_an_answer(self, driver) -> None:
        assert driver.send(Server(httpx.Response(302)), driver.request()).status == 302


class TestFailures:
    EVERY = (
        httpx.CloseError("x"),
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("x"),
        httpx.CookieConflict("x"),
        httpx.DecodingError("x"),
        httpx.HTTPError("x"),
        httpx.HTTPStatusError("x", request=httpx.Request("GET", "https://a"), response=OK),
        httpx.InvalidURL("x"),
        httpx.LocalProtocolError("x"),
        httpx.NetworkError("x"),
        httpx.PoolTimeout("x"),
        httpx.ProtocolError("x"),
        httpx.ProxyError("x"),
        httpx.ReadError("x"),
        httpx.ReadTimeout("x"),
        httpx.RemoteProtocolError("x"),
        httpx.RequestError("x"),
        httpx.RequestNotRead(),
        httpx.ResponseNotRead(),
        httpx.StreamClosed(),
        httpx.StreamConsumed(),
        httpx.StreamError("x"),
        httpx.TimeoutException("x"),
        httpx.TooManyRedirects("x"),
        httpx.TransportError("x"),
        httpx.UnsupportedProtocol("x"),
        httpx.WriteError("x"),
        httpx.WriteTimeout("x"),
        ConnectionResetError("x"),
        ExceptionGroup("x", [OverflowError("x")]),
        ssl.SSLError("x"),
        TimeoutError("x"),
        RuntimeError("x"),
        UnicodeEncodeError("idna", "x", 0, 1, "label too long"),
    )

    def test_the_list_above_holds_all_that_httpx_raises(self) -> None:
        exported = {getattr(httpx, name) for name in httpx.__all__}
        errors = {each for each in exported if isinstance(each, type) and issubclass(each, Exception)}
        assert errors <= {type(error) for error in self.EVERY}

    @pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
    def test_each_is_a_fetch_error_with_its_cause(self, driver, error: Exception) -> None:
        with pytest.raises(XrpcFetchError) as caught:
            driver.send(Server(error), driver.request())
        assert caught.value.__cause__ is error
        assert caught.value.method == "com.example.test"
        is_late = isinstance(error, httpx.TimeoutException | TimeoutError)
        assert caught.value.error == ("Timeout" if is_late else "NetworkError")

    @pytest.mark.parametrize("error", [KeyError(25), AttributeError("x"), AssertionError(), IndexError()])
    @pytest.mark.parametrize("module", ["httpcore._sync.http2", "h2.stream", "aiohttp.client"])
    def test_a_fault_of_a_library_is_one_too(self, driver, error: Exception, module: str) -> None:
        inside: dict[str, object] = {"__name__": module, "error": error}
        exec("def fail(request): raise error", inside)  # as if the library had it
        with pytest.raises(XrpcFetchError, match=type(error).__name__) as caught:
            driver.send(inside["fail"], driver.request())
        assert caught.value.sent

    def test_a_fault_of_the_users_own_code_stays_what_it_is(self, driver) -> None:
        def fail(_: httpx.Request) -> httpx.Response:
            raise KeyError(25)

        with pytest.raises(KeyError):
            driver.send(fail, driver.request())

    @pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
    def test_each_while_the_body_comes_is_an_error_of_the_tree(self, driver, error: Exception) -> None:
        class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
            def __iter__(self):
                yield b"x"
                raise error

            async def __aiter__(self):
                yield b"x"
                raise error

        with pytest.raises(XrpcFetchError) as caught:
            driver.send(lambda _: httpx.Response(200, stream=Broken()), driver.request())
        assert caught.value.__cause__ is error

    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (
                httpx.ConnectError("Name or service not known"),
                "No connection to pds.example: Name or service",
            ),
            (httpx.ConnectTimeout(""), "No connection to pds.example within 10 s"),
            (httpx.ReadTimeout(""), "pds.example didn't respond within 30 s"),
            (httpx.PoolTimeout(""), "No connection became free within 30 s"),
            (httpx.ReadError(""), "The connection to pds.example broke"),
            (httpx.LocalProtocolError("secret"), "The request to pds.example failed (LocalProtocolError)"),
        ],
    )
    def test_the_message_says_what_happened_and_where(self, driver, error: Exception, words: str) -> None:
        with pytest.raises(XrpcFetchError) as caught:
            driver.send(Server(error), driver.request())
        assert caught.value.message.startswith(words)
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize(
        ("timeout", "connecting", "reading"),
        [
            (0.25, "within 0.25 s", "within 0.25 s"),
            (120, "within 10 s", "within 120 s"),
            (None, "in time", "in time"),
        ],
    )
    def test_a_timeout_names_the_limit_that_passed(self, driver, timeout, connecting, reading) -> None:
        for error, limit in ((httpx.ConnectTimeout(""), connecting), (httpx.WriteTimeout(""), reading)):
            with pytest.raises(XrpcFetchError) as caught:
                driver.send(Server(error), driver.request(timeout=timeout))
            assert caught.value.message.endswith(limit)

    @pytest.mark.parametrize("credentials", ["", "user:secret@"])
    @pytest.mark.parametrize("way", ["proxy", "mounts", "HTTP_PROXY", "ALL_PROXY", "all_proxy"])
    def test_a_dead_proxy_is_named(self, driver, monkeypatch, way: str, credentials: str) -> None:
        # Bound, so that nobody else gets the port, and not listening.
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            place = f"127.0.0.1:{bound.getsockname()[1]}"
            proxy, origin = f"http://{credentials}{place}", "http://pds.example"
            kind = httpx.AsyncHTTPTransport if driver.is_async else httpx.HTTPTransport
            send = partial(driver.send_to, origin)
            if way == "proxy":
                send = partial(driver.send, Server(), origin=origin, proxy=proxy)
            elif way == "mounts":
                send = partial(driver.send, Server(), origin=origin, mounts={"all://": kind(proxy=proxy)})
            else:
                monkeypatch.setenv(way, proxy)
            with pytest.raises(XrpcFetchError) as caught:
                send(request=driver.request())
        assert caught.value.message.startswith(f"No connection to pds.example through the proxy {place}: ")
        assert "secret" not in str(caught.value)
        assert not caught.value.sent

    def test_a_body_that_cant_be_unpacked_is_an_invalid_answer(self, driver) -> None:
        packed = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"plain"))
        with pytest.raises(XrpcInvalidResponseError, match="content encoding") as caught:
            driver.send(lambda _: packed, driver.request())
        assert (caught.value.status, caught.value.headers["content-encoding"]) == (200, "gzip")
        assert caught.value.method == "com.example.test"


class TestLifetime:
    def test_the_users_client_stays_open(self) -> None:
        with httpx.Client(transport=httpx.MockTransport(Server())) as http_client:
            with atlex.ServiceAgent("https://a", http_client=http_client):
                pass
            assert not http_client.is_closed

    @pytest.mark.anyio
    async def test_the_users_asynchronous_client_stays_open(self) -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(Server())) as http_client:
            async with atlex.AsyncServiceAgent("https://a", http_client=http_client):
                pass
            assert not http_client.is_closed

    def test_a_closed_connection_sends_nothing(self) -> None:
        with httpx.Client(transport=httpx.MockTransport(Server())) as http_client:
            agent = atlex.ServiceAgent("https://a", http_client=http_client)
            agent.close()
            agent.close()
            with pytest.raises(XrpcInternalError, match="closed"):
                agent.send(Request(method="GET", nsid="com.example.test"))

    @pytest.mark.anyio
    async def test_a_closed_asynchronous_connection_sends_nothing(self) -> None:
        agent = atlex.AsyncServiceAgent("https://a")
        await agent.close()
        await agent.close()
        with pytest.raises(XrpcInternalError, match="closed"):
            await agent.send(Request(method="GET", nsid="com.example.test"))

    def test_a_client_of_the_other_kind_is_refused(self) -> None:
        with httpx.Client() as http_client, pytest.raises(InputError, match=r"httpx\.AsyncClient"):
            atlex.AsyncServiceAgent("https://a", http_client=http_client)  # type: ignore[arg-type]
        with pytest.raises(InputError, match=r"httpx\.Client"):
            atlex.ServiceAgent("https://a", http_client=httpx.AsyncClient())  # type: ignore[arg-type]

    def test_nothing_is_opened_before_the_first_request(self) -> None:
        assert atlex.ServiceAgent("https://a")._connection._carriers == {}
        assert atlex.AsyncServiceAgent("https://a")._connection._carriers == {}

    def test_the_package_alone_loads_no_http_library(self) -> None:
        code = "import sys, atlex, atlex.errors, atlex._agent; assert 'httpx' not in sys.modules"
        subprocess.run([sys.executable, "-c", code], check=True)


class TestServiceAgent:
    def test_it_has_no_did(self) -> None:
        assert atlex.ServiceAgent("https://a").did is None
        assert atlex.AsyncServiceAgent("https://a").did is None

    def test_it_is_an_agent(self) -> None:
        agent: Agent = atlex.ServiceAgent("https://a/")
        twin: AsyncAgent = atlex.AsyncServiceAgent("https://a/")
        assert repr(agent) == "ServiceAgent('https://a', transport='httpx2')"
        assert repr(twin) == "AsyncServiceAgent('https://a', transport='aiohttp')"

    @pytest.mark.parametrize(
        ("defaults", "own", "sent"),
        [
            ({"X-A": "default"}, {}, "default"),
            ({}, {"x-a": "own"}, "own"),
            ({"X-A": "default"}, {"x-a": "own"}, "own"),
            (None, {"x-a": "own"}, "own"),
        ],
    )
    def test_default_headers_stand_behind_the_requests_own(self, defaults, own, sent: str) -> None:
        server = Server()
        request = Request(method="GET", nsid="com.example.test", headers=own)

        async def main() -> None:
            async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as http_client:
                await atlex.AsyncServiceAgent("https://a", headers=defaults, http_client=http_client).send(
                    request
                )

        with httpx.Client(transport=httpx.MockTransport(server)) as http_client:
            atlex.ServiceAgent("https://a", headers=defaults, http_client=http_client).send(request)
        asyncio.run(main())
        assert [seen.headers["x-a"] for seen in server.seen] == [sent, sent]

    def test_default_headers_that_change_later_change_nothing(self) -> None:
        server, defaults = Server(), {"x-a": "before"}
        with httpx.Client(transport=httpx.MockTransport(server)) as http_client:
            agent = atlex.ServiceAgent("https://a", headers=defaults, http_client=http_client)
            defaults["x-a"] = "after"
            agent.send(Request(method="GET", nsid="com.example.test"))
        assert server.seen[0].headers["x-a"] == "before"

    def test_a_users_own_agent_needs_no_more_than_the_three_types(self) -> None:
        class Mine:
            did = "did:plc:abc"

            def send(self, request: Request, /) -> Response:
                return Response(200, {"content-type": "text/plain"}, request.path.encode())

        agent: Agent = Mine()
        assert agent.send(Request(method="GET", nsid="com.example.test")).content == b"/xrpc/com.example.test"
