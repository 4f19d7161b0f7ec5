"""The servers themselves, without the SDK: what the other live tests take for granted."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest


@pytest.fixture
def pds(network) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=network.pds, timeout=30) as client:
        yield client


@pytest.fixture
def access_token(pds) -> str:
    answer = pds.post(
        "/xrpc/com.atproto.server.createSession", json={"identifier": "alice.test", "password": "hunter2"}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["accessJwt"]


def test_the_pds_is_healthy(pds):
    assert pds.get("/xrpc/_health").json()["version"]


@pytest.mark.parametrize("service", ["pds", "other_pds", "plc", "appview", "ozone"])
def test_every_service_answers(network, service):
    path = "/_health" if service == "plc" else "/xrpc/_health"
    assert httpx.get(getattr(network, service) + path, timeout=30).status_code == 200


def test_the_app_view_has_a_timeline_for_a_mock_user(pds, access_token):
    answer = pds.get("/xrpc/app.bsky.feed.getTimeline", headers={"authorization": f"Bearer {access_token}"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["feed"]


def test_an_expired_token_is_refused_as_expired(network, pds, access_token):
    expired = network.expired_access_token(access_token)
    answer = pds.get("/xrpc/com.atproto.server.getSession", headers={"authorization": f"Bearer {expired}"})
    assert (answer.status_code, answer.json()["error"]) == (400, "ExpiredToken")


def test_the_administrator_password_is_the_servers_own(network, pds):
    answer = pds.get("/xrpc/com.atproto.admin.getInviteCodes", auth=("admin", network.admin_password))
    assert answer.status_code == 200, answer.text
