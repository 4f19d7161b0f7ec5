from __future__ import annotations

import base64
import json

import pytest

from atlex.testing import PdsError
from atlex.testing._tokens import sign, verify

SERVER = "com.atproto.server."


def error(response):
    """The status and the error code of a refusal."""
    return response.status_code, response.json()["error"]


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def sign_up(call, **changes):
    body = {"handle": "carol.test", "email": "carol@example.com", "password": "secret"} | changes
    return call.post(SERVER + "createAccount", **{name: value for name, value in body.items() if value})


def log_in(call, identifier="alice.test", password="password", **more):
    return call.post(SERVER + "createSession", identifier=identifier, password=password, **more)


def test_an_account_can_be_made_over_the_wire_and_its_session_works(call, pds):
    answer = sign_up(call)
    body = answer.json()
    assert answer.status_code == 200
    assert body["handle"] == "carol.test"
    assert body["didDoc"]["id"] == body["did"] == pds.account("carol.test").did
    session = call.get(SERVER + "getSession", body["accessJwt"]).json()
    assert session["email"] == "carol@example.com"
    assert session["active"] is True
    assert "status" not in session


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"handle": "alice.test"}, 400, "InvalidRequest"),
        ({"email": "alice@example.com"}, 400, "InvalidRequest"),
        ({"email": None}, 400, "InvalidRequest"),
        ({"email": "nope"}, 400, "InvalidRequest"),
        ({"password": "x" * 257}, 400, "InvalidRequest"),
        ({"plcOp": {}}, 200, None),
        ({"plcOp": {"a": 1}}, 400, "InvalidRequest"),
        ({"did": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}, 401, "AuthenticationRequired"),
        ({"handle": "carol"}, 400, "InvalidRequest"),
        ({"handle": "ab.test"}, 400, "InvalidHandle"),
        ({"handle": "admin.test"}, 400, "HandleNotAvailable"),
        ({"handle": "a" * 19 + ".test"}, 400, "InvalidHandle"),
        ({"handle": "ab.cde.test"}, 400, "InvalidHandle"),
        ({"handle": "carol.local"}, 400, "InvalidHandle"),
        ({"handle": "carol.example.com"}, 400, "UnsupportedDomain"),
    ],
)
@pytest.mark.usefixtures("alice")
def test_strangers_sign_up_under_the_official_rules(call, changes, status, code):
    answer = sign_up(call, **changes)
    assert (answer.status_code, answer.json().get("error")) == (status, code)


def test_tests_can_make_accounts_with_any_valid_handle_but_not_twice(pds):
    assert pds.create_account("Alice.Example.com").handle == "alice.example.com"
    with pytest.raises(Exception, match="Handle already taken"):
        pds.create_account("alice.example.com")
    with pytest.raises(Exception, match="valid domain"):
        pds.create_account("alice")


@pytest.mark.parametrize("did", ["did:plc:ewvi7nxzyoun6zhxrhs64oiz", "did:web:carol.example.com"])
def test_an_account_with_a_known_did_has_it_everywhere(pds, call, did):
    assert pds.create_account("carol.test", did=did).did == did
    assert log_in(call, did).json()["handle"] == "carol.test"
    assert call.get("com.atproto.identity.resolveHandle", handle="carol.test").json() == {"did": did}
    with pytest.raises(Exception, match="DID already taken"):
        pds.create_account("carla.test", did=did)
    assert call.get("com.atproto.identity.resolveHandle", handle="carla.test").status_code == 400


@pytest.mark.parametrize("did", ["", "carol.test", "did:plc"])
def test_an_account_has_no_did_that_isnt_one(pds, did):
    with pytest.raises(Exception, match="DID isn't valid"):
        pds.create_account("carol.test", did=did)


@pytest.mark.parametrize("identifier", ["alice.test", "ALICE.test", "alice@example.com", "did"])
def test_login_takes_a_handle_an_email_address_or_a_did(call, alice, identifier):
    session = log_in(call, alice.did if identifier == "did" else identifier).json()
    assert session["did"] == alice.did
    assert session["handle"] == "alice.test"
    assert session["didDoc"]["service"][0]["serviceEndpoint"] == "https://pds.test"


@pytest.mark.parametrize(
    ("identifier", "password"), [("alice.test", "wrong"), ("nobody.test", "password"), ("!!", "password")]
)
@pytest.mark.usefixtures("alice")
def test_a_wrong_login_doesnt_say_what_is_wrong(call, identifier, password):
    answer = log_in(call, identifier, password)
    assert error(answer) == (401, "AuthenticationRequired")
    assert answer.json()["message"] == "Invalid identifier or password"


def test_nobody_logs_in_without_a_password_or_with_an_endless_one(call, pds):
    pds.create_account("dan.test", None)
    assert error(log_in(call, "dan.test", "")) == (401, "AuthenticationRequired")
    assert error(log_in(call, "dan.test", "x" * 513)) == (401, "AuthenticationRequired")


def test_a_second_factor_is_asked_for_and_checked(call, pds):
    pds.create_account("eve.test", "password", auth_factor="12345-abcde")
    assert error(log_in(call, "eve.test")) == (401, "AuthFactorTokenRequired")
    assert error(log_in(call, "eve.test", authFactorToken="nope")) == (400, "InvalidToken")
    session = log_in(call, "eve.test", authFactorToken="12345-abcde").json()
    assert session["emailAuthFactor"] is True


def test_a_taken_down_account_logs_in_only_when_it_asks_to_and_then_cant_refresh(call, pds):
    pds.create_account("eve.test", "password", takendown=True)
    assert error(log_in(call, "eve.test")) == (401, "AccountTakedown")
    session = log_in(call, "eve.test", allowTakendown=True).json()
    assert session["active"] is False
    assert session["status"] == "takendown"
    assert claims(session["accessJwt"])["scope"] == "com.atproto.takendown"
    assert error(call.post(SERVER + "refreshSession", session["refreshJwt"])) == (401, "AccountTakedown")
    assert error(call.get(SERVER + "getSession", session["accessJwt"])) == (400, "InvalidToken")
    assert call.get("app.bsky.actor.getPreferences", session["accessJwt"]).status_code == 200


def test_taking_an_account_down_ends_its_sessions(call, pds, alice):
    pds.take_down("alice.test")
    assert error(alice.get(SERVER + "getSession")) == (400, "InvalidRequest")
    assert error(alice.post("com.atproto.identity.updateHandle", handle="alicia.test")) == (
        401,
        "AccountTakedown",
    )
    assert error(call.post(SERVER + "refreshSession", alice.refresh)) == (401, "AccountTakedown")
    pds.take_down("alice.test", takendown=False)
    assert error(call.post(SERVER + "refreshSession", alice.refresh)) == (400, "ExpiredToken")
    assert alice.get(SERVER + "getSession").status_code == 200


def test_a_deactivated_account_logs_in_but_doesnt_write(call, pds):
    did = pds.create_account("eve.test", "password", deactivated=True).did
    session = log_in(call, "eve.test").json()
    assert session["status"] == "deactivated"
    answer = call.post(
        "com.atproto.repo.deleteRecord", session["accessJwt"], repo=did, collection="a.b.c", rkey="d"
    )
    assert error(answer) == (401, "AccountDeactivated")


def test_a_token_for_another_audience_is_invalid():
    token = sign("at+jwt", {"aud": "did:web:a.test", "exp": 5}, b"key")
    assert verify(token, "at+jwt", b"key", audience="did:web:a.test", now=4)["exp"] == 5
    with pytest.raises(PdsError, match="InvalidToken"):
        verify(token, "at+jwt", b"key", audience="did:web:b.test", now=4)


def test_tokens_look_like_the_real_ones(alice, pds, time):
    access, refresh = claims(alice.access), claims(alice.refresh)
    assert access["scope"] == "com.atproto.access"
    assert refresh["scope"] == "com.atproto.refresh"
    assert access["sub"] == refresh["sub"] == alice.did
    assert access["aud"] == refresh["aud"] == pds.did == "did:web:pds.test"
    assert access["iat"] == time.now
    assert access["exp"] == time.now + 7200
    assert refresh["exp"] == time.now + 90 * 86400


@pytest.mark.parametrize(
    ("headers", "status", "code", "message"),
    [
        ({}, 401, "AuthMissing", "Authentication Required"),
        ({"authorization": "Bearer junk"}, 400, "InvalidToken", "Token could not be verified"),
        ({"authorization": "Bearer a.b.c"}, 400, "InvalidToken", "Token could not be verified"),
        ({"authorization": "Bearer é.é.é".encode()}, 400, "InvalidToken", "Token could not be verified"),
        ({"authorization": "Bearer"}, 400, "InvalidToken", "Malformed authorization header"),
        ({"authorization": "Bearer a b"}, 400, "InvalidToken", "Malformed authorization header"),
        ({"authorization": "Basic YTpi"}, 400, "InvalidToken", "Unexpected authorization type"),
        ({"authorization": "Weird abc"}, 400, "InvalidToken", "Unsupported authorization type: Weird"),
    ],
)
def test_bad_credentials_get_the_official_codes(call, headers, status, code, message):
    answer = call.get(SERVER + "getSession", headers=headers)
    assert error(answer) == (status, code)
    assert answer.json()["message"] == message
    assert "www-authenticate" not in answer.headers


def test_a_tampered_token_is_invalid_and_not_expired(call, alice):
    tampered = alice.access[:-4] + ("aaaa" if alice.access[-4:] != "aaaa" else "bbbb")
    assert error(call.get(SERVER + "getSession", tampered)) == (400, "InvalidToken")


def test_tokens_of_the_other_kind_and_of_another_server_are_invalid(call, alice, make_pds):
    assert error(call.get(SERVER + "getSession", alice.refresh)) == (400, "InvalidToken")
    assert error(call.post(SERVER + "refreshSession", alice.access)) == (400, "InvalidToken")
    assert error(call.post(SERVER + "deleteSession", alice.access)) == (400, "InvalidToken")
    other = make_pds(hostname="other.test")
    other.create_account("alice.test")
    token = other.create_session("alice.test")["accessJwt"]
    assert error(call.get(SERVER + "getSession", token)) == (400, "InvalidToken")


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic YTpi"}])
def test_a_refresh_without_a_token_lacks_authentication(call, headers):
    assert error(call.post(SERVER + "refreshSession", headers=headers)) == (401, "AuthMissing")


def test_access_tokens_expire_with_time(alice, time):
    time.now += 7199
    assert alice.get(SERVER + "getSession").status_code == 200
    time.now += 1
    answer = alice.get(SERVER + "getSession")
    assert error(answer) == (400, "ExpiredToken")
    assert answer.json()["message"] == "Token has expired"


def test_access_tokens_expire_on_demand_for_all_or_for_one(pds, alice, bob, call):
    pds.expire_access_tokens("alice.test")
    assert error(alice.get(SERVER + "getSession")) == (400, "ExpiredToken")
    assert bob.get(SERVER + "getSession").status_code == 200
    pds.expire_access_tokens()
    assert error(bob.get(SERVER + "getSession")) == (400, "ExpiredToken")
    fresh = call.post(SERVER + "refreshSession", alice.refresh).json()["accessJwt"]
    assert call.get(SERVER + "getSession", fresh).status_code == 200


def test_refresh_gives_new_tokens_and_says_who_it_is_for(call, alice):
    answer = call.post(SERVER + "refreshSession", alice.refresh).json()
    assert answer["did"] == alice.did
    assert answer["accessJwt"] != alice.access
    assert answer["refreshJwt"] != alice.refresh
    assert answer["didDoc"]["alsoKnownAs"] == ["at://alice.test"]


def test_in_grace_mode_a_rotated_refresh_token_works_for_two_hours_and_leads_to_the_same_one(
    call, alice, time
):
    first = call.post(SERVER + "refreshSession", alice.refresh).json()
    second = call.post(SERVER + "refreshSession", alice.refresh).json()
    assert claims(first["refreshJwt"])["jti"] == claims(second["refreshJwt"])["jti"]
    time.now += 7199
    assert call.post(SERVER + "refreshSession", alice.refresh).status_code == 200
    time.now += 7200
    answer = call.post(SERVER + "refreshSession", alice.refresh)
    assert error(answer) == (400, "ExpiredToken")
    assert answer.json()["message"] == "Token has been revoked"
    assert call.post(SERVER + "refreshSession", first["refreshJwt"]).status_code == 200


def test_in_strict_mode_a_refresh_token_works_once(make_pds):
    pds = make_pds(strict_refresh=True)
    pds.create_account("alice.test")
    token = pds.create_session("alice.test")["refreshJwt"]
    with pds.client() as http:

        def refresh(token):
            return http.post(
                "/xrpc/com.atproto.server.refreshSession", headers={"authorization": f"Bearer {token}"}
            )

        first = refresh(token)
        assert error(refresh(token)) == (400, "ExpiredToken")
        assert refresh(first.json()["refreshJwt"]).status_code == 200


def test_a_refresh_token_expires_with_time_and_can_still_be_deleted(call, alice, time):
    time.now += 90 * 86400
    answer = call.post(SERVER + "refreshSession", alice.refresh)
    assert error(answer) == (400, "ExpiredToken")
    assert answer.json()["message"] == "Token has expired"
    assert call.post(SERVER + "deleteSession", alice.refresh).status_code == 200


def test_deleting_a_session_revokes_its_refresh_token_but_not_its_access_token(call, alice):
    for _ in range(2):
        answer = call.post(SERVER + "deleteSession", alice.refresh)
        assert (answer.status_code, answer.content) == (200, b"")
    assert error(call.post(SERVER + "refreshSession", alice.refresh)) == (400, "ExpiredToken")
    assert alice.get(SERVER + "getSession").status_code == 200


def test_refresh_tokens_are_revoked_on_demand_for_all_or_for_one(pds, alice, bob, call):
    pds.revoke_refresh_tokens(alice.did)
    assert error(call.post(SERVER + "refreshSession", alice.refresh)) == (400, "ExpiredToken")
    assert call.post(SERVER + "refreshSession", bob.refresh).status_code == 200
    pds.revoke_refresh_tokens()
    assert error(call.post(SERVER + "refreshSession", bob.refresh)) == (400, "ExpiredToken")


def test_did_documents_can_be_left_out(pds, alice, call):
    assert pds.send_did_documents
    pds.send_did_documents = False
    assert "didDoc" not in call.post(SERVER + "refreshSession", alice.refresh).json()


def test_equal_seeds_give_equal_accounts_and_tokens(make_pds):
    def start(seed):
        pds = make_pds(seed=seed)
        pds.create_account("alice.test")
        return pds.create_session("alice.test")

    assert start(1) == start(1)
    assert start(1)["did"] != start(2)["did"]


def test_secrets_dont_show(pds):
    account = pds.create_account("eve.test", "p4ssword", auth_factor="f4ctor")
    assert "p4ssword" not in repr(account)
    assert "f4ctor" not in repr(account)


class TestIdentity:
    RESOLVE = "com.atproto.identity.resolveHandle"
    UPDATE = "com.atproto.identity.updateHandle"

    def test_handles_are_resolved_whatever_their_case(self, call, alice):
        assert call.get(self.RESOLVE, handle="Alice.test").json() == {"did": alice.did}

    def test_unknown_handles_are_not(self, call, pds):
        assert error(call.get(self.RESOLVE, handle="nobody.test")) == (400, "HandleNotFound")
        assert error(call.get(self.RESOLVE, handle="nobody.example.com")) == (400, "InvalidRequest")
        assert error(call.get(self.RESOLVE, handle="nobody")) == (400, "InvalidRequest")
        pds.add_handle("Nobody.example.com", "did:web:example.com")
        assert call.get(self.RESOLVE, handle="nobody.example.com").json() == {"did": "did:web:example.com"}

    def test_an_account_changes_its_handle(self, call, alice, pds):
        assert alice.post(self.UPDATE, handle="Alicia.test").content == b""
        assert call.get(self.RESOLVE, handle="alicia.test").json() == {"did": alice.did}
        assert error(call.get(self.RESOLVE, handle="alice.test")) == (400, "HandleNotFound")
        assert alice.post(self.UPDATE, handle="alicia.test").status_code == 200
        pds.add_handle("alice.example.com", alice.did)
        assert alice.post(self.UPDATE, handle="alice.example.com").status_code == 200

    @pytest.mark.parametrize(
        ("handle", "code"),
        [
            ("bob.test", "HandleNotAvailable"),
            ("ab.test", "InvalidHandle"),
            ("alice.example.com", "InvalidRequest"),
        ],
    )
    @pytest.mark.usefixtures("bob")
    def test_not_every_handle_can_be_had(self, alice, handle, code):
        assert error(alice.post(self.UPDATE, handle=handle)) == (400, code)

    def test_the_server_describes_itself(self, call):
        body = call.get(SERVER + "describeServer").json()
        assert body["did"] == "did:web:pds.test"
        assert body["availableUserDomains"] == [".test"]
        assert body["inviteCodeRequired"] is False
        assert "version" in call.get("_health").json()
