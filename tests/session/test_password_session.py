"""The counterpart of lex-password-session/src/password-session.test.ts, test by test; docstrings quote its titles."""

from __future__ import annotations

import httpx
import pytest

from atlex import ServiceAgent
from atlex._agent import Request
from atlex.errors import LoggedOutError, XrpcAuthenticationError, XrpcResponseError
from atlex.session import LexAuthFactorError

pytestmark = pytest.mark.anyio


async def test_fails_with_invalid_credentials(world):
    """PasswordSession > fails with invalid credentials"""
    with pytest.raises(XrpcAuthenticationError) as caught:
        await world.do(
            world.Session.login(world.entryway, identifier="alice", password="wrong", **world.options)
        )

    assert caught.value.error == "AuthenticationRequired"
    assert caught.value.method == "com.atproto.server.createSession"
    assert world.journal == []


async def test_requires_2fa(world):
    """PasswordSession > requires 2fa"""
    world.net.wants_second_factor = True

    with pytest.raises(LexAuthFactorError) as caught:
        await world.login()

    assert caught.value.error == "AuthFactorTokenRequired"
    assert caught.value.message == "A sign in code has been sent"
    assert caught.value.status == 401
    assert caught.value.expected
    assert isinstance(caught.value, XrpcAuthenticationError)
    assert world.journal == []

    opening = world.Session.login(
        world.entryway, **world.credentials, auth_factor_token=world.second_factor, **world.options
    )
    session = await world.do(opening)
    assert session.did == "did:example:alice"


async def test_logs_in(world):
    """PasswordSession > logs in"""
    session = await world.login()

    assert world.journal == [("on_updated", session, session.data)]
    assert (session.did, session.handle, session.destroyed) == ("did:example:alice", "alice.example", False)

    for _ in range(2):
        response = await world.call(session)
        assert (response.status, response.content) == (200, b'{"did":"did:example:alice"}')
        assert world.net.seen[-1].origin == world.pds
    assert world.journal.names == ["on_updated"]

    data = session.data
    await world.do(session.logout())
    assert world.journal[1:] == [("on_deleted", session, data)]
    assert session.destroyed
    before = len(world.net.seen)
    with pytest.raises(LoggedOutError, match="Logged out") as caught:
        await world.call(session)
    assert caught.value.method == "app.example.customMethod"
    assert len(world.net.seen) == before


def test_fails_to_perform_unauthenticated_call(net):
    """PasswordSession > fails to perform unauthenticated call"""
    with httpx.Client(transport=net) as client:
        agent = ServiceAgent("https://pds.example", http_client=client)
        response = agent.send(Request(method="GET", nsid="app.example.customMethod"))

    error = XrpcAuthenticationError("AuthenticationRequired", "", status=401, headers=response.headers)
    assert response.status == 401
    assert error.www_authenticate == {"Bearer": {"realm": "access token"}}


async def test_refreshes_expired_token(world):
    """PasswordSession > refreshes expired token"""
    session = await world.login()
    world.net.replies["expiredToken"] = lambda _: httpx.Response(
        401, json={"error": "ExpiredToken", "message": "Token expired"}
    )

    response = await world.call(session, "app.example.expiredToken")

    assert response.status == 401
    assert b"Token expired" in response.content
    assert world.net.count("expiredToken") == 2
    assert world.net.count("refreshSession") == 1
    assert world.journal.names == ["on_updated", "on_updated"]
    renewed = world.journal[-1][2]
    assert renewed == session.data
    assert renewed.model_dump() == {
        "accessJwt": "SECRET-access-did:example:alice-1",
        "refreshJwt": "SECRET-refresh-did:example:alice-1",
        "did": "did:example:alice",
        "handle": "alice.example",
        "didDoc": world.journal[0][2].did_doc,
        "email": "SECRET-alice@mail.example",
        "emailConfirmed": True,
        "emailAuthFactor": False,
        "active": True,
        "service": world.entryway,
    }

    assert (await world.call(session)).status == 200
    assert world.net.seen[-1].token == "Bearer SECRET-access-did:example:alice-1"


async def test_restores_session_from_storage(world):
    """PasswordSession > restores session from storage"""
    first = await world.login()
    stored = world.restore(first)

    second = await world.do(world.Session.resume(stored, **world.options))
    assert world.journal.names == ["on_updated", "on_updated"]
    assert second.did == first.did
    assert second.data.refresh_jwt != first.data.refresh_jwt

    with pytest.raises(XrpcResponseError) as caught:
        await world.do(first.refresh())
    assert caught.value.error == "ExpiredToken"
    assert world.journal.names == ["on_updated", "on_updated", "on_deleted"]
    assert first.destroyed

    assert (await world.call(second)).status == 200
    await world.do(second.logout())
    assert world.journal.names == ["on_updated", "on_updated", "on_deleted", "on_deleted"]


async def test_silently_ignores_expected_logout_errors(world):
    """PasswordSession > silently ignores expected logout errors"""
    session = await world.login()
    data = session.data

    await world.do(session.logout())
    await world.do(session.logout())
    assert world.net.count("deleteSession") == 1
    await world.do(world.Session.delete(data, **world.options))
    await world.do(world.Session.delete(data, **world.options))

    assert world.net.count("deleteSession") == 3
    assert world.journal.names == ["on_updated", "on_deleted", "on_deleted", "on_deleted"]
