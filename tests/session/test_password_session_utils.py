"""The counterpart of lex-password-session/src/password-session-utils.test.ts, test by test; docstrings quote its titles."""

from __future__ import annotations

import pytest

from atlex.session import extract_pds_endpoint


def test_fake_session_generates_did_and_handle(fakes):
    """Session > generates DID and handle from identifier"""
    session = fakes["Session"]("alice")
    assert (session.did, session.handle) == ("did:example:alice", "alice.example")


def test_fake_session_rotates_tokens(fakes):
    """Session > rotates tokens"""
    session = fakes["Session"]("alice")
    before = {session.access_jwt, session.refresh_jwt}
    session.rotate()
    assert not before & {session.access_jwt, session.refresh_jwt}


def test_fake_session_is_destroyed(fakes):
    """Session > destroys session"""
    session = fakes["Session"]("alice")
    session.destroy()
    assert session.active is False


def test_fake_verifier_creates_session(fakes):
    """AuthVerifier > creates session with valid credentials"""
    session = fakes["Verifier"]().create("alice", "SECRET-password123", "SECRET-2fa-token")
    assert session.did == "did:example:alice"


def test_fake_verifier_rejects_invalid_credentials(fakes):
    """AuthVerifier > rejects invalid credentials"""
    with pytest.raises(fakes["Refused"], match="AuthenticationRequired"):
        fakes["Verifier"]().create("alice", "wrong", "SECRET-2fa-token")


def test_fake_verifier_rejects_missing_2fa_token(fakes):
    """AuthVerifier > rejects missing 2fa token"""
    with pytest.raises(fakes["Refused"], match="AuthFactorTokenRequired"):
        fakes["Verifier"]().create("alice", "SECRET-password123", None)


def test_fake_verifier_finds_session_by_access_token(fakes):
    """AuthVerifier > finds session by access token"""
    verifier = fakes["Verifier"]()
    session = verifier.create("alice", "SECRET-password123")
    assert verifier.by_access(f"Bearer {session.access_jwt}") is session


def test_fake_verifier_finds_session_by_refresh_token(fakes):
    """AuthVerifier > finds session by refresh token"""
    verifier = fakes["Verifier"]()
    session = verifier.create("alice", "SECRET-password123")
    assert verifier.by_refresh(f"Bearer {session.refresh_jwt}") is session
    with pytest.raises(fakes["Refused"], match="ExpiredToken"):
        verifier.by_refresh(f"Bearer {session.access_jwt}")


def _document(endpoint, name="#atproto_pds"):
    return {"id": "did:example:alice", "service": [{"id": name, "serviceEndpoint": endpoint}]}


def test_extract_returns_the_endpoint():
    """extractPdsEndpoint > returns the PDS endpoint from a valid DID document"""
    assert extract_pds_endpoint(_document("https://pds.example.com")) == "https://pds.example.com"
    full_name = _document("https://pds.example.com", "did:example:alice#atproto_pds")
    assert extract_pds_endpoint(full_name) == "https://pds.example.com"


def test_extract_without_services():
    """extractPdsEndpoint > returns null when no service array is present"""
    assert extract_pds_endpoint({}) is None
    assert extract_pds_endpoint({"service": {"id": "#atproto_pds"}}) is None


def test_extract_without_a_pds():
    """extractPdsEndpoint > returns null when service does not include #atproto_pds"""
    assert extract_pds_endpoint(_document("https://pds.example.com", "#other")) is None


def test_extract_with_something_else_than_a_url():
    """extractPdsEndpoint > returns null when serviceEndpoint is not a valid URL"""
    assert extract_pds_endpoint(_document("not-a-url")) is None


def test_extract_from_nothing():
    """extractPdsEndpoint > returns null when called with undefined"""
    assert extract_pds_endpoint(None) is None


def test_extract_with_something_else_than_a_string():
    """extractPdsEndpoint > returns null when serviceEndpoint is not a string"""
    assert extract_pds_endpoint(_document(42)) is None


@pytest.mark.parametrize(
    "document",
    [
        "text",
        7,
        [],
        {"service": "#atproto_pds"},
        {"service": [None, 7, "x", [], {"id": 7}, {}]},
        {"service": [{"id": "#atproto_pds"}]},
        {"service": [{"id": "#atproto_pds", "serviceEndpoint": {"uri": "https://pds.example"}}]},
    ],
)
def test_extract_survives_any_json(document):
    assert extract_pds_endpoint(document) is None


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "https://",
        "https://host:99999",
        "https://host:port",
        "https://[::1",
        "ftp://host",
        "javascript:alert(1)",
        "https://ho st",
        "https://host\r\nx: y",
        "https:\\\\host",
        "https://host/" + "x" * 3000,
        "https://\ud800",
        "https://℀.example",
    ],
)
def test_extract_refuses_what_is_no_web_address(endpoint):
    assert extract_pds_endpoint(_document(endpoint)) is None


def test_extract_tries_the_first_candidate_only():
    document = {
        "service": [
            {"id": "#atproto_pds", "serviceEndpoint": "nonsense"},
            {"id": "#atproto_pds", "serviceEndpoint": "https://second.example"},
        ]
    }
    assert extract_pds_endpoint(document) is None
