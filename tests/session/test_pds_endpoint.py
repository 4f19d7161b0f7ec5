"""A DID document says where the tokens go. It can't send them anywhere that isn't safe for them."""

from __future__ import annotations

import logging

import httpx
import pytest

from atlex.session import extract_pds_endpoint
from atlex.session._urls import is_safe_pds

pytestmark = pytest.mark.anyio

PLAIN = "http://pds.example"


async def destination(world, endpoint, *, service=None, **options):
    """Where a call goes when the DID document names an endpoint."""
    world.net.pds = endpoint
    session = await world.login(**options)
    if service is not None:
        data = session.data.model_copy(update={"service": service})
        session = world.Session(data, **world.options, **options)
    world.net.faults["customMethod"] = [httpx.Response(200), httpx.Response(200)]
    for _ in range(2):
        await world.call(session)
    first, second = (seen.origin for seen in world.net.seen[-2:])
    assert first == second
    return first


@pytest.mark.parametrize(
    "endpoint",
    [
        PLAIN,
        "http://[::1]:2583",
        "http://localhost:2583",
        "https://user:secret@pds.example",
        "https://entryway.example@pds.example",
        "https://@pds.example",
        "ftp://pds.example",
        "https://",
        "https://pds.example:99999",
        "https://pds.example\\@evil.example",
        " https://pds.example",
    ],
)
async def test_an_unsafe_endpoint_is_passed_over_for_the_service(world, endpoint):
    assert await destination(world, endpoint) == world.entryway


async def test_the_user_may_allow_plain_http(world):
    assert await destination(world, PLAIN, allow_insecure_pds=True) == PLAIN


async def test_but_nothing_malformed(world):
    endpoint = "http://user:secret@pds.example"
    assert await destination(world, endpoint, allow_insecure_pds=True) == world.entryway


@pytest.mark.parametrize(
    "service", ["http://localhost:2583", "http://127.0.0.1", "http://[::1]:2583", "http://pds.localhost"]
)
async def test_a_service_on_this_machine_allows_it_too(world, service):
    assert await destination(world, PLAIN, service=service) == PLAIN


@pytest.mark.parametrize("service", ["http://10.0.0.1", "http://localhost.example", "https://127.example"])
async def test_another_service_doesnt(service):
    assert not is_safe_pds(PLAIN, service)


async def test_it_is_said_once_a_session(world, caplog):
    caplog.set_level(logging.WARNING, "atlex.session")
    await destination(world, f"{PLAIN}/SECRET")
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert (
        "names a PDS without TLS (http://pds.example): calls go to https://entryway.example" in record.message
    )
    assert "SECRET" not in record.message


async def test_a_pds_that_is_the_service_itself_is_no_news(world, caplog):
    caplog.set_level(logging.WARNING, "atlex.session")
    assert await destination(world, PLAIN, service=PLAIN) == PLAIN
    assert caplog.records == []


def test_an_endpoint_with_a_user_name_is_none():
    document = {"service": [{"id": "#atproto_pds", "serviceEndpoint": "https://a@b.example"}]}
    assert extract_pds_endpoint(document) is None
