"""One meaning for each way to a server: proxies, TLS, IPv6 and Unix sockets, over every carrier."""

from __future__ import annotations

import datetime as dt
import gc
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from tests.transport.table._columns import COLUMNS, send_once
from tests.transport.table._proxies import HttpProxy, SocksProxy
from tests.transport.table._rows import SECRET, Answered, sized
from tests.transport.table._server import RawServer

from atlex import AtlexError, InputError, XrpcFetchError
from atlex._agent import Request

_VARIABLES = (
    *(f"{each}_proxy" for each in ("http", "https", "all", "no")),
    "ssl_cert_file",
    "ssl_cert_dir",
    "sslkeylogfile",
)


class Way:
    """A carrier, in one of its ways."""

    def __init__(self, way: str, carrier: Any) -> None:
        self.way = way
        self.carrier = carrier

    def ask(self, url: str, **options: Any) -> Answered | AtlexError:
        """What comes of a request with a secret."""
        headers = {"authorization": f"Bearer {SECRET}"}
        request = Request(method="GET", nsid="com.example.test", query="a=%27", headers=headers, timeout=5)
        try:
            return send_once(self.way, url, request, **(options or {"transport": self.carrier}))
        except InputError as error:
            return error


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture(scope="module")
def server(authority: trustme.CA) -> Iterator[RawServer]:
    server = RawServer(context_of(authority.issue_cert("127.0.0.1", "localhost")))
    yield server
    server.close()


@pytest.fixture(params=COLUMNS, ids=["-".join(column) for column in COLUMNS])
def way(
    request: pytest.FixtureRequest, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Way:
    """A carrier, in an environment that has nothing but an authority of our own."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return Way(*request.param)


@pytest.fixture
def proxy() -> Iterator[HttpProxy]:
    proxy = HttpProxy()
    yield proxy
    proxy.close()


def secure(server: RawServer, host: str = "localhost") -> str:
    return f"https://{host}:{server.ports['tls']}"


def check_failure(outcome: object, *texts: str, sent: bool = False) -> None:
    assert isinstance(outcome, XrpcFetchError), repr(outcome)
    assert outcome.sent is sent
    assert all(text in str(outcome) for text in texts), str(outcome)
    assert SECRET not in repr(outcome) + repr(outcome.__cause__)


_OK = Answered(b"a=%27")


class TestProxiesOfTheEnvironment:
    @pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
    def test_http_goes_through(
        self, way: Way, server: RawServer, proxy: HttpProxy, monkeypatch, name
    ) -> None:
        monkeypatch.setenv(name, proxy.url)
        assert _OK.fits(way.ask(server.url))
        (asked,) = proxy.asked
        assert asked.startswith(f"GET {server.url}/xrpc/com.example.test?a=%27 HTTP/1.1\r\n".encode())

    @pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
    def test_https_goes_through_a_tunnel(
        self, way: Way, server: RawServer, proxy: HttpProxy, monkeypatch, name
    ) -> None:
        monkeypatch.setenv(name, proxy.url)
        assert _OK.fits(way.ask(secure(server)))
        (asked,) = proxy.asked
        assert asked.startswith(f"CONNECT localhost:{server.ports['tls']} HTTP/1.1\r\n".encode())
        assert SECRET.encode() not in asked

    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_its_password_goes_to_it_alone(
        self, way: Way, server: RawServer, proxy: HttpProxy, monkeypatch, scheme
    ) -> None:
        monkeypatch.setenv("ALL_PROXY", f"http://us%40er:p%3Aw@{proxy.place}")
        url = secure(server) if scheme == "https" else server.url
        with server.playing(sized()) as seen:
            assert Answered(b"ok").fits(way.ask(url))
        assert b"\r\nproxy-authorization: Basic dXNAZXI6cDp3\r\n".lower() in proxy.asked[0].lower()
        assert scheme == "http" or b"proxy-authorization" not in seen[0].head.lower()

    @pytest.mark.parametrize(
        "entries",
        [
            "*",
            "127.0.0.1",
            "example.com, 127.0.0.1",
            "127.0.0.0/8",
            "127.0.0.1:{port}",
            "http://127.0.0.1",
            "fd00::/8,127.0.0.1",
            "[::1],127.0.0.1",
            "[::1]:8080 127.0.0.1",
            "::1/128,127.0.0.1",
            "*.example.com,127.0.0.1",
            ".example.com,,127.0.0.1,",
            "x" * 5000 + ",127.0.0.1",
        ],
    )
    def test_no_proxy_spares_a_host(
        self, way: Way, server: RawServer, proxy: HttpProxy, monkeypatch, entries
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", entries.format(port=server.ports["here"]))
        assert _OK.fits(way.ask(server.url))
        assert not proxy.asked

    @pytest.mark.parametrize(
        "entries", ["", ",", "27.0.0.1", "127.0.0.1:1", "128.0.0.0/8", ".0.1x", "[::1]", "fd00::/8"]
    )
    def test_no_proxy_spares_no_other(
        self, way: Way, server: RawServer, proxy: HttpProxy, monkeypatch, entries
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", entries)
        assert _OK.fits(way.ask(server.url))
        assert proxy.asked

    def test_one_that_is_dead_is_named(self, way: Way, server: RawServer, monkeypatch) -> None:
        monkeypatch.setenv("ALL_PROXY", "http://user:s3cret@127.0.0.1:1")
        check_failure(way.ask(server.url), "127.0.0.1:1", "proxy")
        check_failure(way.ask(secure(server)), "127.0.0.1:1", "proxy")

    @pytest.mark.parametrize(
        "reply",
        [
            b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno",
            b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n",
        ],
    )
    def test_one_that_makes_no_tunnel_is_named(self, way: Way, server: RawServer, monkeypatch, reply) -> None:
        proxy = HttpProxy(reply)
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        check_failure(way.ask(secure(server)), proxy.place, reply[9:12].decode())
        proxy.close()

    @pytest.mark.parametrize(
        "reply", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\n\r\ngarbage" * 99]
    )
    def test_one_that_is_none_is_a_failure(self, way: Way, server: RawServer, monkeypatch, reply) -> None:
        proxy = HttpProxy(reply)
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        outcome = way.ask(secure(server))
        assert isinstance(outcome, XrpcFetchError)
        assert SECRET.encode() not in b"".join(proxy.asked)
        proxy.close()

    @pytest.mark.parametrize("credentials", [None, (b"user", b"pass word")])
    def test_one_of_socks_is_used_or_refused(
        self, way: Way, server: RawServer, monkeypatch, credentials
    ) -> None:
        proxy = SocksProxy(credentials)
        user = "user:pass%20word@" if credentials else ""
        monkeypatch.setenv("ALL_PROXY", f"socks5://{user}{proxy.place}")
        for url in (server.url, secure(server)):
            outcome = way.ask(url)
            if way.carrier == "aiohttp":
                assert isinstance(outcome, InputError)
                assert "SOCKS" in str(outcome)
            else:
                assert _OK.fits(outcome), repr(outcome)
        assert len(proxy.asked) == (0 if way.carrier == "aiohttp" else 2)
        proxy.close()

    # httpcore leaves the connection to the garbage collector.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    @pytest.mark.parametrize("case", ["refused", "wrong password", "no password"])
    def test_one_of_socks_that_refuses_is_a_failure(
        self, way: Way, server: RawServer, monkeypatch, case
    ) -> None:
        if way.carrier == "aiohttp":
            pytest.skip("aiohttp has no SOCKS")
        proxy = SocksProxy(None if case == "refused" else (b"user", b"right"), 5 if case == "refused" else 0)
        monkeypatch.setenv(
            "ALL_PROXY", f"socks5://{'user:wrong@' if case == 'wrong password' else ''}{proxy.place}"
        )
        check_failure(way.ask(server.url), proxy.place)
        proxy.close()
        gc.collect()

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("HTTP_PROXY", "foo://proxy.example:1"),
            ("HTTP_PROXY", "http://proxy.example:notaport"),
            ("HTTP_PROXY", "http://proxy.example:99999"),
            ("HTTP_PROXY", "http://[::1"),
            ("HTTP_PROXY", "http://"),
            ("ALL_PROXY", "socks4://proxy.example:1"),
            ("ALL_PROXY", "://"),
        ],
    )
    def test_one_that_cant_be_used_is_an_error_that_names_the_variable(
        self, way: Way, server: RawServer, monkeypatch, name, value
    ) -> None:
        monkeypatch.setenv(name, value)
        outcome = way.ask(server.url)
        assert isinstance(outcome, AtlexError)
        assert getattr(outcome, "sent", False) is False
        # aiohttp refuses all of SOCKS, whatever the variable.
        assert name in str(outcome) or (way.carrier == "aiohttp" and "SOCKS" in str(outcome))


class TestTls:
    def test_a_server_of_an_authority_of_ones_own(self, way: Way, server: RawServer) -> None:
        assert _OK.fits(way.ask(secure(server)))
        assert _OK.fits(way.ask(secure(server, "127.0.0.1")))

    def test_a_folder_of_authorities(self, way: Way, server: RawServer, tmp_path, monkeypatch) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
        # Without the names that c_rehash makes, nothing in it is found.
        check_failure(way.ask(secure(server)), "certificate verify failed")

    def test_a_server_that_nobody_vouches_for(self, way: Way, server: RawServer, monkeypatch) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        with server.playing(sized()) as seen:
            check_failure(way.ask(secure(server)), "certificate verify failed")
        assert not seen

    def test_a_server_of_another_name(self, way: Way, authority: trustme.CA) -> None:
        server = RawServer(context_of(authority.issue_cert("other.example")))
        check_failure(way.ask(secure(server)), "certificate verify failed")
        server.close()

    def test_a_server_whose_certificate_is_over(self, way: Way, authority: trustme.CA) -> None:
        over = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
        server = RawServer(context_of(authority.issue_cert("localhost", not_after=over)))
        check_failure(way.ask(secure(server)), "certificate verify failed")
        server.close()

    def test_a_server_without_tls(self, way: Way, server: RawServer) -> None:
        check_failure(way.ask(f"https://127.0.0.1:{server.ports['here']}"))

    def test_tls_where_none_is_wanted(self, way: Way, server: RawServer) -> None:
        outcome = way.ask(f"http://127.0.0.1:{server.ports['tls']}")
        check_failure(outcome, sent=True)

    def test_a_redirect_from_http_is_followed_without_credentials(self, way: Way, server: RawServer) -> None:
        location = f"https://localhost:{server.ports['tls']}/b%27".encode()
        with server.playing(
            b"HTTP/1.1 302 x\r\nlocation: %s\r\ncontent-length: 0\r\n\r\n" % location, sized()
        ) as seen:
            assert Answered(b"ok").fits(way.ask(server.url))
        assert seen[1].target == b"/b%27"
        assert SECRET.encode() not in seen[1]

    def test_a_redirect_to_http_is_not_followed(self, way: Way, server: RawServer) -> None:
        with server.playing(
            b"HTTP/1.1 302 x\r\nlocation: http://@here@/b\r\ncontent-length: 0\r\n\r\n"
        ) as seen:
            assert Answered(b"", 302).fits(way.ask(secure(server)))
        assert len(seen) == 1

    @pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
    @pytest.mark.parametrize("value", ["/nonexistent", "{tmp_path}/empty.pem"])
    def test_settings_that_cant_be_used_are_errors_that_name_the_variable(
        self, way: Way, server: RawServer, monkeypatch, tmp_path, name, value
    ) -> None:
        (tmp_path / "empty.pem").write_bytes(b"")
        monkeypatch.delenv("SSL_CERT_FILE")
        monkeypatch.setenv(name, value.format(tmp_path=tmp_path))
        outcome = way.ask(secure(server))
        assert isinstance(outcome, AtlexError)
        assert getattr(outcome, "sent", False) is False
        assert name in str(outcome)


def test_ipv6(way: Way) -> None:
    try:
        server = RawServer(host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server.playing(sized()) as seen:
        assert Answered(b"ok").fits(way.ask(server.url))
    assert f"\r\nhost: [::1]:{server.ports['here']}\r\n".encode() in seen[0].head.lower()
    server.close()


def test_a_host_that_nobody_has(way: Way) -> None:
    check_failure(way.ask("http://no-such-host.invalid"), "no-such-host.invalid")


def test_a_port_that_nobody_listens_at(way: Way) -> None:
    # Bound, so that nobody else gets the port, and not listening.
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{bound.getsockname()[1]}"
        check_failure(way.ask(f"http://{place}"), place)
