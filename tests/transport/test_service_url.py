from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex import AsyncServiceAgent, ServiceAgent
from atlex._service_url import check_service_url
from atlex.errors import InputError


@pytest.mark.parametrize(
    ("service", "kept"),
    [
        ("https://bsky.social", "https://bsky.social"),
        ("https://bsky.social/", "https://bsky.social"),
        ("http://localhost:2583", "http://localhost:2583"),
        ("http://[::1]:80/", "http://[::1]"),
        ("https://example.org/pds/", "https://example.org/pds"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_the_url_of_a_service_is_kept(service: str, kept: str) -> None:
    assert check_service_url(service) == kept


@pytest.mark.parametrize(
    "service",
    [
        "",
        "bsky.social",
        "//bsky.social",
        "ftp://bsky.social",
        "https://",
        "https:///path",
        "https://:443",
        "https://host:99999",
        "https://host:0",
        "https://host:port",
        "https://[::1",
        "https://host?",
        "https://host/?a=b",
        "https://host#",
        "https://host/#a",
        "https://ho st",
        "https://host\r\nx: y",
        "https://host\t",
        "https://host\\@other",
        " https://host",
    ],
)
def test_another_text_is_refused(service: str) -> None:
    with pytest.raises(InputError):
        check_service_url(service)


@pytest.mark.parametrize(
    "path",
    [
        "/xrpc",
        "/xrpc/",
        "/xrpc//",
        "/behind/a/prefix/xrpc",
        "/xrpc/com.atproto.server.createSession",
        "/xrpc/app.bsky.feed.getTimeline/",
        "/xrpc/social.some-app.x",
    ],
)
def test_the_path_that_calls_add_themselves_is_refused_with_a_reason(path: str) -> None:
    for make in (check_service_url, ServiceAgent, AsyncServiceAgent):
        with pytest.raises(InputError, match="must end before /xrpc"):
            make(f"https://bsky.social{path}")


@pytest.mark.parametrize(
    "path", ["/xrpcs", "/my-xrpc", "/xrpc/v2", "/xrpc/proxy.php", "/XRPC", "/xrpc/v1/pds"]
)
def test_another_prefix_that_looks_like_it_is_kept(path: str) -> None:
    assert check_service_url(f"https://bsky.social{path}") == f"https://bsky.social{path}"


@pytest.mark.parametrize(
    "service", ["https://me:secret@host", "https://secret@host", "https://me:secret@host:x"]
)
@pytest.mark.parametrize("make", [check_service_url, ServiceAgent, AsyncServiceAgent])
def test_credentials_in_the_url_are_refused_without_being_shown(make, service: str) -> None:
    with pytest.raises(InputError) as caught:
        make(service)
    assert "secret" not in str(caught.value)


@given(st.text(alphabet="htps:/@?#[].%1 a\\"))
def test_any_text_is_kept_or_refused(text: str) -> None:
    with contextlib.suppress(InputError):
        assert check_service_url("http://" + text).startswith("http://")
