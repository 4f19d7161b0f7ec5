"""What the environment says of proxies and certificates, whatever carries a call."""

from __future__ import annotations

import ssl

import pytest
from tests.transport.conftest import Driver

from atlex._environment import environment_proxies, proxy_for, tls_context
from atlex.errors import InputError, XrpcFetchError

PROXY = "http://proxy.test:3128"


@pytest.fixture(params=["sync-httpx", "sync-httpx2", "async-httpx", "async-httpx2", "async-aiohttp"])
def driver(request: pytest.FixtureRequest) -> Driver:
    return Driver(*request.param.split("-"))


def goes_through(origin: str, no_proxy: str) -> bool:
    return proxy_for(origin, {"all": PROXY, "no": no_proxy}) is not None


@pytest.mark.parametrize(
    ("entry", "origin"),
    [
        ("*", "https://a.test"),
        ("a.test", "https://a.test"),
        ("A.TEST", "https://a.test"),
        ("a.test", "https://deep.b.a.test:8443"),
        (".a.test", "https://a.test"),
        ("*.a.test", "https://b.a.test"),
        ("x.test, a.test", "http://a.test"),
        ("x.test a.test", "http://a.test"),
        ("a.test:8443", "https://a.test:8443"),
        ("http://a.test", "http://a.test"),
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("127.0.0.0/8", "http://127.1.2.3"),
        ("::1", "http://[::1]"),
        ("[::1]", "http://[::1]:2583"),
        ("[::1]:2583", "http://[::1]:2583"),
        ("fd00::/8", "http://[fd12::1]"),
        ("[fd00::]/8", "http://[fd12::1]"),
        ("0:0:0:0:0:0:0:1", "http://[::1]"),
        ("[x,%%,//,127.0.0.1/99,a.test", "https://a.test"),
    ],
)
def test_an_entry_of_no_proxy_counts(entry: str, origin: str) -> None:
    assert not goes_through(origin, entry)


@pytest.mark.parametrize(
    ("entry", "origin"),
    [
        ("", "https://a.test"),
        (" , ", "https://a.test"),
        ("a.test", "https://ba.test"),
        ("a.test", "https://a.test.evil.test"),
        ("a.test:8443", "https://a.test"),
        ("10.0.0.0/8", "http://127.0.0.1"),
        ("10.0.0.0/8", "http://10.evil.test"),
        ("fd00::/8", "http://[fe80::1]"),
        ("[::1]:8080", "http://[::1]"),
        (".", "https://a.test"),
    ],
)
def test_another_entry_of_no_proxy_doesnt(entry: str, origin: str) -> None:
    assert goes_through(origin, entry)


@pytest.mark.parametrize(
    ("url", "kind", "place", "credentials"),
    [
        ("http://proxy.test", "http", "proxy.test:80", None),
        ("proxy.test:3128", "http", "proxy.test:3128", None),
        ("https://proxy.test", "https", "proxy.test:443", None),
        ("socks5://proxy.test", "socks5", "proxy.test:1080", None),
        ("socks5h://[::1]:9", "socks5h", "[::1]:9", None),
        ("http://me:pass%40word@proxy.test:1", "http", "proxy.test:1", ("me", "pass@word")),
        ("http://me@proxy.test:1", "http", "proxy.test:1", ("me", "")),
    ],
)
def test_the_url_of_a_proxy_is_read(url: str, kind: str, place: str, credentials) -> None:
    proxy = proxy_for("https://a.test", {"https": url})
    assert (proxy.scheme, proxy.place, proxy.credentials) == (kind, place, credentials)


def test_a_proxy_for_the_scheme_comes_before_one_for_all() -> None:
    proxies = {"all": PROXY, "http": "http://other.test"}
    assert proxy_for("http://a.test", proxies).host == "other.test"
    assert proxy_for("https://a.test", proxies).host == "proxy.test"


@pytest.mark.parametrize(
    "value", ["foo://h:1", "http://h:notaport", "http://", "http://[::1", "http://h:99999"]
)
@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY", "all_proxy"])
def test_a_proxy_that_cant_be_used_is_named_by_its_variable(monkeypatch, name: str, value: str) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv(name, value.replace("//h", "//secret:secret@h"))
    with pytest.raises(InputError, match=name) as caught:
        proxy_for("http://a.test", environment_proxies())
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SSL_CERT_FILE", "/nonexistent"), ("SSL_CERT_FILE", __file__), ("SSL_CERT_DIR", "/nonexistent")],
)
def test_certificates_that_cant_be_loaded_are_named_by_their_variable(
    driver: Driver, monkeypatch, name: str, value: str
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=name):
        tls_context()
    with pytest.raises(InputError, match=name):
        driver.send_to("https://127.0.0.1:1", driver.request())


def test_the_context_is_made_once(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    first = tls_context()
    assert tls_context() is first
    assert first.verify_mode is ssl.CERT_REQUIRED
    assert first.check_hostname
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert tls_context() is not first


def test_certificates_dont_matter_where_there_is_no_tls(driver: Driver, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    with pytest.raises(XrpcFetchError, match="No connection"):
        driver.send_to("http://127.0.0.1:1", driver.request())
