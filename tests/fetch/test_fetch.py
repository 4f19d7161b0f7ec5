"""Fetching from hosts that strangers name."""

from __future__ import annotations

import gzip
import re
import socket
import threading
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar

import anyio
import pytest
from tests.fetch.conftest import ABANDONED, Driver, Names, Server, Wires, is_numeric_only, leading_to, page

import atlex
from atlex.errors import FetchError, FetchRefusedError, InputError

PUBLIC = "93.184.215.14"
PUBLIC_6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.1.2.3",
            "169.254.169.254",
            "192.168.0.1",
            "::1",
            "fd00::1",
            "64:ff9b::7f00:1",
            "::ffff:127.0.0.1",
        ],
    )
    def test_a_name_with_an_address_that_is_not_public(
        self, driver: Driver, names: Names, wires: Wires, address
    ):
        names.addresses["inside.example.com"] = [address]
        with pytest.raises(
            FetchRefusedError, match=r"inside.example.com has an address that isn't public"
        ) as caught:
            driver.get("https://inside.example.com/secret")
        assert address not in str(caught.value)
        assert not wires.connected

    def test_a_name_with_one_such_address_among_public_ones(self, driver: Driver, names: Names, wires: Wires):
        names.addresses["both.example.com"] = [PUBLIC, PUBLIC_6, "10.0.0.1"]
        with pytest.raises(FetchRefusedError):
            driver.get("https://both.example.com/")
        assert not wires.connected

    @pytest.mark.parametrize(
        "url",
        [
            "https://127.0.0.1/",
            "https://8.8.8.8/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://1.0x7f/",
            "https://127.0.0.1./",
            "https://\uff11\uff12\uff17.0.0.1/",
            "https://127。0。0。1/",
        ],
    )
    def test_an_address_in_the_place_of_a_name(self, driver: Driver, names: Names, wires: Wires, url):
        with pytest.raises(FetchRefusedError, match="IP address"):
            driver.get(url)
        assert not wires.connected
        assert not names.asked

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("http://example.com/", "without TLS"),
            ("https://example.com:8443/", "port"),
            ("https://example.com:80/", "port"),
            ("https://user@example.com/", "isn't the URL"),
            ("https://example.com:pw@10.0.0.1/", "isn't the URL"),
            ("ftp://example.com/", "isn't the URL"),
            ("file:///etc/passwd", "isn't the URL"),
            ("//example.com/", "isn't the URL"),
            ("example.com", "isn't the URL"),
            ("https:///path", "isn't the URL"),
            ("https://exa mple.com/", "isn't the URL"),
            ("https://example.com\\@evil.example/", "isn't the URL"),
            ("https://example.com%2f@x/", "isn't the URL"),
            ("https://%31%32%37.0.0.1/", "isn't the URL"),
            ("https://example.com\r\nhost: x/", "isn't the URL"),
            ("https://example.com/" + "a" * 5000, "isn't the URL"),
            ("", "isn't the URL"),
        ],
    )
    def test_a_url_of_another_kind(self, driver: Driver, wires: Wires, url, words):
        with pytest.raises(FetchRefusedError, match=words):
            driver.get(url)
        assert not wires.connected

    @pytest.mark.parametrize(
        "location",
        [
            "http://www.example.com/",
            "https://www.example.com:8443/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://inside.example.com/",
            "//inside.example.com/",
            "//127.0.0.1/",
            "https://user:pw@www.example.com/",
            "gopher://www.example.com/",
        ],
    )
    def test_a_redirect_to_any_of_these(
        self, driver: Driver, names: Names, wires: Wires, site: Server, location
    ):
        names.addresses = {
            "example.com": [PUBLIC],
            "www.example.com": [PUBLIC],
            "inside.example.com": ["10.0.0.1"],
        }
        wires.ports[PUBLIC] = site.port
        site.answer = lambda _: leading_to(location)
        with pytest.raises(FetchRefusedError) as caught:
            driver.get("https://example.com/")
        assert wires.connected == [PUBLIC]
        assert "pw" not in str(caught.value)

    def test_http_is_allowed_where_it_is_asked_for_and_ports_are_not(
        self, driver: Driver, names: Names, wires: Wires, server: Server
    ):
        names.addresses["example.com"] = [PUBLIC]
        wires.ports[PUBLIC] = server.port
        assert driver.get("http://example.com/", allow_http=True).body == b"hello"
        with pytest.raises(FetchRefusedError, match="port"):
            driver.get("http://example.com:8080/", allow_http=True)

    @pytest.mark.parametrize("wrong", [None, 0, -1, True, 1.5, "1"])
    def test_a_limit_that_is_none(self, driver: Driver, wrong):
        with pytest.raises(InputError, match="max_bytes"):
            driver.get("https://example.com", max_bytes=wrong)
        with pytest.raises(InputError, match="timeout"):
            driver.get("https://example.com", fetcher={"timeout": wrong if wrong != 1.5 else float("inf")})

    def test_an_argument_of_another_type(self, driver: Driver):
        with pytest.raises(InputError, match="url must be a str, not bytes"):
            driver.get(b"https://example.com")
        with pytest.raises(InputError, match="max_redirects"):
            driver.get("https://example.com", max_redirects=21)


class TestWhereItConnects:
    def test_the_checked_address_is_connected_to_under_the_name(
        self, driver: Driver, names: Names, wires: Wires, site: Server
    ):
        names.addresses["example.com"] = [PUBLIC]
        wires.ports[PUBLIC] = site.port
        fetched = driver.get("https://EXAMPLE.com/a%2Fb?c=ä#d", accept="text/html")
        assert fetched.url == "https://example.com/a%2Fb?c=%C3%A4"
        assert (fetched.status, fetched.body) == (200, b"hello")
        assert names.asked == ["example.com"]
        assert wires.connected == [PUBLIC]
        assert site.server_names == ["example.com"]
        (head,) = site.heads
        lines = head.lower().splitlines()
        assert head.startswith("GET /a%2Fb?c=%C3%A4 HTTP/1.1")
        assert "host: example.com" in lines
        assert "accept: text/html" in lines
        assert not [line for line in lines if line.startswith(("cookie", "authorization"))]

    def test_a_certificate_for_another_name_is_refused(
        self, driver: Driver, names: Names, wires: Wires, site: Server
    ):
        names.addresses["other.example.com"] = [PUBLIC]
        wires.ports[PUBLIC] = site.port
        with pytest.raises(FetchError, match=r"No connection to other.example.com: .*certificate"):
            driver.get("https://other.example.com/")

    def test_an_answer_that_changes_between_check_and_use_changes_nothing(
        self, driver: Driver, names: Names, wires: Wires, site: Server
    ):
        wires.ports[PUBLIC] = site.port
        names.addresses["example.com"] = [PUBLIC]
        looked_up = names.look_up

        def rebinding(host: Any, *arguments: Any, **options: Any) -> Any:
            found = looked_up(host, *arguments, **options)
            if names.asked:
                names.addresses["example.com"] = ["127.0.0.1"]
            return found

        socket.getaddrinfo = rebinding
        assert driver.get("https://example.com/").body == b"hello"
        assert wires.connected == [PUBLIC]

    def test_the_next_address_is_tried_where_one_accepts_no_connection(
        self, driver: Driver, names: Names, wires: Wires, site: Server
    ):
        names.addresses["example.com"] = [PUBLIC_6, "1.2.3.4", PUBLIC]
        wires.ports[PUBLIC] = site.port
        assert driver.get("https://example.com/").body == b"hello"
        assert wires.connected == [PUBLIC_6, "1.2.3.4", PUBLIC]

    def test_of_very_many_addresses_few_are_tried(self, driver: Driver, names: Names, wires: Wires):
        names.addresses["example.com"] = [f"1.2.3.{each}" for each in range(200)]
        with pytest.raises(FetchError, match=r"No connection to example.com"):
            driver.get("https://example.com/")
        assert len(wires.connected) == 4

    @pytest.mark.usefixtures("names")
    def test_a_name_that_is_not_there_is_an_error_with_a_sentence(self, driver: Driver):
        with pytest.raises(FetchError, match=r"No connection to nobody.invalid: ") as caught:
            driver.get("https://nobody.invalid/")
        assert not isinstance(caught.value, FetchRefusedError)
        assert isinstance(caught.value, atlex.AtlexError)

    def test_proxies_of_the_environment_are_not_used(
        self, driver: Driver, names: Names, wires: Wires, site: Server, monkeypatch
    ):
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        names.addresses["example.com"] = [PUBLIC]
        wires.ports[PUBLIC] = site.port
        assert driver.get("https://example.com/").body == b"hello"
        assert wires.connected == [PUBLIC]

    def test_redirects_are_followed_to_other_hosts(
        self, driver: Driver, names: Names, wires: Wires, site: Server
    ):
        names.addresses = {"example.com": [PUBLIC], "www.example.com": [PUBLIC_6]}
        wires.ports = {PUBLIC: site.port, PUBLIC_6: site.port}
        site.answer = lambda head: (
            page(b"there") if "host: www." in head.lower() else leading_to("https://www.example.com/x?y")
        )
        fetched = driver.get("https://example.com/")
        assert (fetched.url, fetched.body) == ("https://www.example.com/x?y", b"there")
        assert wires.connected == [PUBLIC, PUBLIC_6]


class TestLimits:
    """Of a server that is allowed for the sake of the test."""

    fetcher: ClassVar[dict[str, Any]] = {"allow_private": True}

    def get(self, driver: Driver, url: str, **options: Any) -> Any:
        return driver.get(
            url, fetcher={**self.fetcher, **options.pop("fetcher", {})}, allow_http=True, **options
        )

    def test_a_status_is_no_error(self, driver: Driver, server: Server):
        server.answer = lambda _: page(b"no", "404 Not Found")
        assert self.get(driver, server.url).status == 404

    @ABANDONED
    def test_a_body_of_more_bytes_is_an_error(self, driver: Driver, server: Server):
        server.answer = lambda _: page(b"a" * 101)
        with pytest.raises(FetchError, match=r"^127.0.0.1:\d+: The body has more than 100 bytes$"):
            self.get(driver, server.url, max_bytes=100)
        server.answer = lambda _: page(b"a" * 100)
        assert len(self.get(driver, server.url, max_bytes=100).body) == 100

    @ABANDONED
    @pytest.mark.parametrize("encoding", ["gzip", "deflate"])
    def test_a_compressed_body_is_counted_unpacked(self, driver: Driver, server: Server, encoding):
        pack = gzip.compress if encoding == "gzip" else zlib.compress
        server.answer = lambda _: page(pack(b"\0" * 10_000_000), content_encoding=encoding)
        with pytest.raises(FetchError, match="more than 10000 bytes"):
            self.get(driver, server.url)
        server.answer = lambda _: page(pack(b"small"), content_encoding=encoding)
        assert self.get(driver, server.url).body == b"small"

    def test_an_encoding_that_nobody_asked_for_is_an_error(self, driver: Driver, server: Server):
        server.answer = lambda _: page(b"x", content_encoding="br")
        with pytest.raises(FetchError, match="content encoding 'br'"):
            self.get(driver, server.url)

    def test_redirects_are_counted(self, driver: Driver, server: Server):
        server.answer = lambda head: leading_to(f"/{int(head.split()[1][1:] or 0) + 1}")
        with pytest.raises(FetchError, match="redirects more than 3 times"):
            self.get(driver, server.url, max_redirects=3)
        assert len(server.heads) == 4
        with pytest.raises(FetchError, match="redirects more than 0 times"):
            self.get(driver, server.url, max_redirects=0)

    @pytest.mark.parametrize(
        "location", ["ftp://example.com/", "https://user@example.com/", "/" + "a" * 5000]
    )
    def test_a_refused_redirect_gives_its_connection_back(self, driver: Driver, server: Server, location):
        """A fetcher has 100 of them."""
        server.answer = lambda _: leading_to(location)
        options = {"fetcher": {**self.fetcher, "timeout": 5}, "max_bytes": 100, "allow_http": True}
        for outcome in driver.get_each([server.url] * 101, **options):
            assert isinstance(outcome, FetchRefusedError)
            assert "redirects to" in str(outcome)

    @pytest.mark.parametrize("dripping", ["head", "body", "nothing"])
    def test_the_time_is_limited_however_the_server_drips(
        self, driver: Driver, server: Server, dripping, monkeypatch
    ):
        stop = threading.Event()

        def drip(connection: socket.socket) -> None:
            server.heads.append(server._head(connection))
            with connection:
                if dripping == "head":
                    connection.sendall(b"HTTP/1.1 200 OK\r\nx: ")
                if dripping == "body":
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
                while not stop.wait(0.02):
                    try:
                        connection.sendall(b"" if dripping == "nothing" else b"x")
                    except OSError:
                        return

        monkeypatch.setattr(server, "serve", drip)
        with pytest.raises(FetchError, match=r"within|deadline"):
            self.get(driver, server.url, fetcher={"timeout": 0.3})
        stop.set()

    def test_the_time_is_limited_while_a_name_is_looked_up(self, driver: Driver, monkeypatch):
        stop = threading.Event()

        def stuck(_: Any, __: Any, *given: Any, **named: Any) -> Any:
            if is_numeric_only(given, named):
                raise socket.gaierror(socket.EAI_NONAME, "no number")
            stop.wait(20)
            raise socket.gaierror(socket.EAI_AGAIN, "too late")

        monkeypatch.setattr(socket, "getaddrinfo", stuck)

        def urls() -> Iterator[str]:
            yield "https://slow.example.com/"
            # An event loop waits for its threads before it ends.
            stop.set()

        (outcome,) = driver.get_each(urls(), fetcher={"timeout": 0.2}, max_bytes=10)
        assert isinstance(outcome, FetchError)
        assert re.search(r"within|deadline", str(outcome))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_fetch_that_is_cancelled_while_tls_begins_closes_its_connection(
    names: Names, wires: Wires, backend
):
    from atlex.fetch import AsyncPublicFetcher

    names.addresses["example.com"] = [PUBLIC]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(20)
        wires.ports[PUBLIC] = silent.getsockname()[1]

        async def main() -> None:
            async with AsyncPublicFetcher() as fetcher:
                async with anyio.create_task_group() as group:
                    group.start_soon(partial(fetcher.get, "https://example.com/", max_bytes=10))
                    connection, _ = await anyio.to_thread.run_sync(silent.accept)
                    connection.settimeout(20)
                    hello = await anyio.to_thread.run_sync(connection.recv, 65536)
                    group.cancel_scope.cancel()
                with connection:
                    assert hello
                    while connection.recv(65536):
                        """What was left of it, and then the end."""

        anyio.run(main, backend=backend)


def test_a_fetcher_goes_on_in_another_event_loop(site: Server, names: Names, wires: Wires):
    from atlex.fetch import AsyncPublicFetcher

    names.addresses["example.com"] = [PUBLIC]
    wires.ports[PUBLIC] = site.port
    fetcher = AsyncPublicFetcher()
    for backend in ("asyncio", "trio", "asyncio"):

        async def main() -> bytes:
            return (await fetcher.get("https://example.com/", max_bytes=10)).body

        assert anyio.run(main, backend=backend) == b"hello"


def test_a_repr_and_a_page_show_no_body(server: Server):
    from atlex.fetch import PublicFetcher

    with PublicFetcher(allow_private=True) as fetcher:
        assert repr(fetcher) == "<PublicFetcher, allow_private=True>"
        assert "hello" not in repr(fetcher.get(server.url, max_bytes=10, allow_http=True))
