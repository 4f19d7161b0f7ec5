"""Two spellings of one service are one, and other services aren't."""

from __future__ import annotations

import pytest

from atlex._service_url import check_service_url
from atlex.errors import InputError, SessionStoreError

SAME = [
    (
        "https://bsky.social",
        "https://bsky.social/",
        "HTTPS://bsky.social",
        "https://BSKY.social",
        "https://bsky.social:443",
        "https://Bsky.Social:0443/",
    ),
    ("http://localhost", "http://LOCALHOST:80", "http://localhost/"),
    ("http://localhost:2583", "http://Localhost:2583//"),
    (
        "https://bücher.example",
        "https://BÜCHER.example",
        "https://xn--bcher-kva.example",
        "https://XN--BCHER-KVA.example:443",
        "https://bu\u0308cher.example",
        "https://bücher。example",
    ),
    ("https://straße.example", "https://STRAßE.example/", "https://xn--strae-oqa.example"),
    ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
    ("http://[::1]:2583", "http://[0:0:0:0:0:0:0:1]:2583", "http://[0000::0001]:2583/"),
    ("https://[2001:db8::a]", "https://[2001:DB8:0:0:0:0:0:A]:443/"),
    ("https://host/prefix", "https://HOST:443/prefix/"),
]
DIFFERENT = [
    ("https://bsky.social", "http://bsky.social"),
    ("https://bsky.social", "https://bsky.social:8443"),
    ("https://bsky.social", "https://bsky.socia1"),
    ("https://strasse.example", "https://straße.example"),
    ("https://host/prefix", "https://host/Prefix"),
    ("https://host/prefix", "https://host"),
    ("http://[::1]", "http://[::2]"),
    ("http://127.0.0.1", "http://[::1]"),
]  # fmt: skip


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
def test_all_spellings_have_one_form(spellings):
    (form,) = {check_service_url(spelling) for spelling in spellings}
    assert form.isascii()
    assert check_service_url(form) == form


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_services_have_other_forms(one, other):
    assert check_service_url(one) != check_service_url(other)


@pytest.mark.parametrize(
    "url",
    [
        "https://a\ud800.example",
        "https://\ud800",
        "https://[::1",
        "https://[nonsense::1::]",
        "https://a\x85b",
        "https://" + "ü" * 64 + ".example",
        "https://a\u00a0b\u00fc.example",
        "https://host:0",
        "https://host:65536",
    ],
)
def test_what_is_no_host_is_refused(url):
    with pytest.raises(InputError):
        check_service_url(url)


@pytest.mark.anyio
@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
async def test_a_stored_session_is_found_under_each_spelling_of_its_service(
    world, memory_store, data, spellings
):
    for stored in spellings:
        memory_store.data = data.model_copy(update={"service": stored})
        for wanted in spellings:
            session = await world.do(world.Session.open(memory_store, service=wanted, **world.options))
            assert session.data.service == stored
    assert world.net.seen == []


@pytest.mark.anyio
@pytest.mark.parametrize(("one", "other"), DIFFERENT)
async def test_and_under_no_other(world, memory_store, data, one, other):
    memory_store.data = data.model_copy(update={"service": one})
    with pytest.raises(SessionStoreError, match="not one for"):
        await world.do(world.Session.open(memory_store, service=other, **world.options))


@pytest.mark.anyio
@pytest.mark.parametrize("pds", ["https://PDS.example:443/", "https://pds.example", "https://Pds.Example/x"])
async def test_calls_go_to_one_form_of_the_pds(world, pds):
    world.net.pds = pds
    session = await world.login()
    await world.call(session)
    assert world.net.seen[-1].origin == world.pds
